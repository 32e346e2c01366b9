// Package session keeps what the server knows about one request: its number
// and who makes it. Handlers of all web packages read it from here.
package session

import (
	"context"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
)

const (
	actorKey      = "trio.actor"
	requestHeader = "X-Request-Id"
)

// SetActor notes who makes the request.
func SetActor(c *gin.Context, a catalog.Actor) { c.Set(actorKey, a) }

// Actor returns who makes the request, Anonymous when nobody is signed in.
func Actor(c *gin.Context) catalog.Actor {
	a, _ := c.Get(actorKey)
	actor, _ := a.(catalog.Actor)
	return actor
}

// SetRequestID tells the reader the request's number. It is kept there and nowhere
// else: most requests need no other place for what is known of them.
func SetRequestID(c *gin.Context, id string) { c.Writer.Header()[requestHeader] = []string{id} }

// RequestID returns the number under which the log knows this request.
func RequestID(c *gin.Context) string { return c.Writer.Header().Get(requestHeader) }

// Token returns the API token of the request. CKAN takes it bare in
// Authorization; older clients send X-CKAN-API-Key, newer ones a Bearer.
func Token(c *gin.Context) string {
	t := c.GetHeader("Authorization")
	if t == "" {
		t = c.GetHeader("X-CKAN-API-Key")
	}
	if scheme, rest, ok := strings.Cut(t, " "); ok && strings.EqualFold(scheme, "Bearer") {
		t = rest
	}
	return strings.TrimSpace(t)
}

// HasCredentials reports whether the request carries a token, valid or not.
func HasCredentials(c *gin.Context) bool { return Token(c) != "" }

type contextKey struct{}

// WithActor puts the actor into a context, for code that does not know gin.
func WithActor(ctx context.Context, a catalog.Actor) context.Context {
	return context.WithValue(ctx, contextKey{}, a)
}

// FromContext returns the actor of a request's context, Anonymous when there is none.
func FromContext(ctx context.Context) catalog.Actor {
	a, _ := ctx.Value(contextKey{}).(catalog.Actor)
	return a
}
