package ckan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
)

// An entity tag (RFC 9110 §8.8.3) is made of the answer itself, so that it
// changes with everything the answer shows; for a single entry its revision
// stands in front, and a write sends it back to be refused if the entry has
// changed meanwhile. Tags are weak: a compressed answer has the same one.

// tagOf returns the answer's entity tag.
func (c *Call) tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	rev := ""
	if c.shown > 0 {
		rev = fmt.Sprintf("r%d-", c.shown)
	}
	return `W/"` + rev + hex.EncodeToString(sum[:12]) + `"`
}

// known reports whether If-None-Match names the tag (RFC 9110 §13.1.2).
func known(header, tag string) bool {
	if header == "*" {
		return true
	}
	for t := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(t), "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// ifMatch is what a client may send in If-Match: a tag of a *_show action, or
// the bare revision.
var ifMatch = regexp.MustCompile(`^(?:W/)?"?r?([0-9]{1,18})(?:-[0-9a-f]+)?"?$`)

// condition reads If-Match. “*” asks for any existing entry, which every change
// needs anyway.
func (c *Call) condition(h http.Header) error {
	text := strings.TrimSpace(h.Get("If-Match"))
	if text == "" || text == "*" {
		return nil
	}
	m := ifMatch.FindStringSubmatch(text)
	if m == nil {
		return withMessage(http.StatusPreconditionFailed, "Precondition Failed",
			"If-Match must be the ETag of package_show, resource_show, organization_show or group_show, or a revision number")
	}
	var err error
	c.ifRev, err = strconv.ParseInt(m[1], 10, 64)
	return err
}

// unchanged refuses to change an entry that is not the one the client saw. It is
// called after the caller's right was checked, so that it tells nothing to others.
func (c *Call) unchanged(e *catalog.Entry) error {
	if c.ifRev == 0 || c.ifRev == e.Rev {
		return nil
	}
	return withMessage(http.StatusPreconditionFailed, "Precondition Failed",
		fmt.Sprintf("The entry has revision %d, not %d: somebody changed it. Read it again and repeat the change.", e.Rev, c.ifRev))
}

// answer sends the body, or 304 when a reader has it already.
func (c *Call) answer(g *gin.Context, status int, body []byte, free bool) {
	if status == http.StatusOK && (free || c.shown > 0) {
		tag := c.tag
		if tag == "" {
			tag = c.tagOf(body)
		}
		g.Writer.Header()["Etag"] = []string{tag}
		read := g.Request.Method == http.MethodGet || g.Request.Method == http.MethodHead
		if have := g.GetHeader("If-None-Match"); read && have != "" && known(have, tag) {
			g.Status(http.StatusNotModified)
			return
		}
	}
	sendJSON(g, status, body)
}
