package site

import (
	"strconv"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/account"
)

// tokensView is the part of the account page about API tokens.
type tokensView struct {
	List           []tokenView
	Lives          []selectable
	Path, DropPath string
	Docs           string
	// Text is a new token, shown once.
	Text string
	// Open says that the form to make one was sent back.
	Open bool
}

// tokenView is a token; its text is not known any more.
type tokenView struct {
	ID, Name                   string
	Created, LastUsed, Expires time.Time
}

func (r *request) tokens(f form, a *account.Account, text string) tokensView {
	v := tokensView{
		Path: r.local("/account/token"), DropPath: r.local("/account/token/drop"), Docs: r.local("/api"), Text: text,
		Open: f.Of("token-name") != "" || f.Of("token-days") != "" || f.Of("password-token") != "",
	}
	for _, n := range account.TokenLives {
		chosen := f.Values["token-days"] == strconv.Itoa(n) || f.Values["token-days"] == "" && n == account.TokenLives[1]
		v.Lives = append(v.Lives, selectable{Value: strconv.Itoa(n), Label: r.t.Count("token.days", n), Chosen: chosen})
	}
	for _, k := range a.Tokens {
		v.List = append(v.List, tokenView{ID: k.ID, Name: k.Name, Created: k.Created, LastUsed: k.LastUsed, Expires: k.Expires})
	}
	return v
}

// newToken makes a token and shows it, this once.
func (r *request) newToken() error {
	f := form{Values: map[string]string{"token-name": cut(r.typed("token-name"), 200), "token-days": cut(r.typed("token-days"), 10)}}
	days, err := strconv.Atoi(f.Values["token-days"])
	if err != nil {
		days = 0 // refused below, with the right sentence
	}
	text, err := r.cfg.Accounts.NewToken(r.ctx, r.in().Actor, r.typed("token-name"), days, r.typed("password-token"), r.c.ClientIP(), r.lang)
	if err != nil {
		if f.Faults, err = r.faults(err, "password-token"); err != nil {
			return err
		}
		return r.ownForm(f)
	}
	return r.ownShow(form{Done: r.t.Get("token.made")}, text)
}

func (r *request) dropToken() error {
	if err := r.cfg.Accounts.RevokeToken(r.ctx, r.in().Actor, r.typed("token")); err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return err
	}
	return r.goTo(r.local("/account") + "?done=revoked")
}
