package session

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog/account"
)

// The cookie of a signed-in browser. Over TLS its name makes browsers refuse it
// from any other host or without TLS.
const (
	cookieSecure = "__Host-trio"
	cookiePlain  = "trio-session"
)

func cookieName(secure bool) string {
	if secure {
		return cookieSecure
	}
	return cookiePlain
}

// Secure reports whether a portal's address is one of TLS.
func Secure(siteURL string) bool { return strings.HasPrefix(siteURL, "https://") }

// Key returns the session key of a request, "" when it has none.
func Key(r *http.Request, secure bool) string {
	c, err := r.Cookie(cookieName(secure))
	if err != nil {
		return ""
	}
	return c.Value
}

// SetKey gives the browser its session. It ends with the browser at the latest;
// how long it really lasts the server decides.
func SetKey(c *gin.Context, key string, secure bool) {
	http.SetCookie(c.Writer, &http.Cookie{Name: cookieName(secure), Value: key, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode})
}

// DropKey takes the session away from the browser.
func DropKey(c *gin.Context, secure bool) {
	http.SetCookie(c.Writer, &http.Cookie{Name: cookieName(secure), Path: "/", MaxAge: -1, HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode})
}

type signedInKey struct{}

// WithSignedIn puts a browser's session into a context.
func WithSignedIn(ctx context.Context, in *account.SignedIn) context.Context {
	return context.WithValue(WithActor(ctx, in.Actor), signedInKey{}, in)
}

// SignedIn returns the browser's session, nil when nobody signed in on a page.
func SignedIn(ctx context.Context) *account.SignedIn {
	in, _ := ctx.Value(signedInKey{}).(*account.SignedIn)
	return in
}
