package account

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trio.example/catalog"
)

// Bounds of API tokens made on a page.
const (
	maxTokens    = 100
	maxTokenName = 100
)

// TokenLives are how many days a token may live that is made on a page; one
// without an end is made by an operator.
var TokenLives = []int{30, 90, 365}

// NewToken makes an API token for the actor. The password is asked for: a token
// outlives the session of an open browser. Its text is not kept.
func (d *Desk) NewToken(ctx context.Context, by catalog.Actor, name string, days int, password, address, lang string) (text string, err error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fieldFault("token-name", "Bitte geben Sie an, wofür das Token ist.", "Please say what the token is for.")
	case utf8.RuneCountInString(name) > maxTokenName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", fieldFault("token-name", "Der Name darf höchstens 100 Zeichen haben.", "The name may have 100 characters at most.")
	}
	life := 0
	for _, n := range TokenLives {
		if n == days {
			life = n
		}
	}
	if life == 0 {
		return "", fieldFault("token-days", "Bitte wählen Sie, wie lange das Token gilt.", "Please choose how long the token is valid.")
	}
	u, err := d.confirm(ctx, by, password, address)
	if err != nil {
		return "", err
	}
	_, err = d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		have, err := tx.Tokens(u.ID)
		if err != nil {
			return err
		}
		open := 0
		for _, k := range have {
			if !d.valid(k) {
				continue
			}
			open++
			if k.Name == name {
				return fieldFault("token-name", "Es gibt schon ein Token mit diesem Namen.", "There already is a token with this name.")
			}
		}
		if open >= maxTokens {
			return fieldFault("token-name", "Es gibt schon 100 Token; bitte widerrufen Sie zuerst eines.", "There are 100 tokens already; please revoke one first.")
		}
		if text, _, err = catalog.NewToken(tx, u.ID, name, d.cfg.Now().Add(time.Duration(life)*24*time.Hour)); err != nil {
			return err
		}
		return d.tell(tx, u, lang, change(lang, "Ein API-Token wurde angelegt", "An API token was made"))
	})
	d.mail.Wake()
	if err != nil {
		return "", err
	}
	return text, nil
}

// RevokeToken ends one of the actor's tokens.
func (d *Desk) RevokeToken(ctx context.Context, by catalog.Actor, id string) error {
	_, err := d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		k, err := tx.TokenByID(id)
		if err != nil {
			return err
		}
		if by.IsAnonymous() || k.UserID != by.UserID {
			return catalog.Errorf(catalog.KindNotFound, "token not found")
		}
		k.Revoked = true
		return tx.PutToken(k)
	})
	return err
}

// valid reports whether a token still opens anything.
func (d *Desk) valid(k *catalog.Token) bool {
	return !k.Revoked && (k.Expires.IsZero() || d.cfg.Now().Before(k.Expires))
}

func fieldFault(field, de, en string) error {
	return catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "invalid", Field: field, Message: catalog.DE(de, en)})
}
