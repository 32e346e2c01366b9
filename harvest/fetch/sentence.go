package fetch

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// What a server says beside its status is read and shown only in part: it is a
// stranger's text in our report.
const (
	maxSaid  = 64 << 10 // bytes read
	maxShown = 300      // characters shown
	saidTime = 5 * time.Second
)

// sentence is what a refusing server says in its own words, ready to be put behind
// the status; "" when it says nothing that people read. Answers to what was posted
// are left alone, for they may repeat it, and it may hold a password.
func (c *Client) sentence(q *question, res *http.Response, cancel context.CancelFunc) string {
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	isJSON := kind == "application/json" || strings.HasSuffix(kind, "+json")
	if err != nil || q.kind != "" || !isJSON && kind != "text/plain" {
		return ""
	}
	slow := time.AfterFunc(min(saidTime, c.lim.Idle), cancel)
	defer slow.Stop()
	var in io.Reader = io.LimitReader(res.Body, maxSaid)
	switch res.Header.Get("Content-Encoding") {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return ""
		}
		defer z.Close()
		in = io.LimitReader(z, maxSaid)
	default:
		return ""
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return ""
	}
	said := string(body)
	if isJSON {
		var v any
		if json.Unmarshal(body, &v) != nil {
			return ""
		}
		said = spoken(v)
	}
	if said = c.clean(said); said == "" {
		return ""
	}
	return fmt.Sprintf(" („%s“)", said)
}

// spoken finds the sentence in an answer: what is called so, else all texts of its
// error, as CKAN has them by field.
func spoken(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	for _, key := range []string{"error", "errors", "message", "detail", "title"} {
		switch e := m[key].(type) {
		case string:
			if e != "" {
				return e
			}
		case map[string]any:
			if s := spoken(e); s != "" {
				return s
			}
			var said []string
			for _, name := range slices.Sorted(maps.Keys(e)) {
				if list := texts(e[name]); len(list) > 0 && !strings.HasPrefix(name, "__") && name != "code" {
					said = append(said, name+": "+strings.Join(list, ", "))
				}
			}
			if len(said) > 0 {
				return strings.Join(said, "; ")
			}
		case []any:
			if s := strings.Join(texts(e), ", "); s != "" {
				return s
			}
		}
	}
	return ""
}

func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		if v != "" {
			out = append(out, v)
		}
	case []any:
		for _, x := range v {
			if s, ok := x.(string); ok && s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// clean makes one line of a text, without what it must not repeat: the secret that
// the server was sent.
func (c *Client) clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	for _, secret := range append([]string{c.secret}, strings.Fields(c.secret)...) {
		if secret == "" || strings.EqualFold(secret, "Bearer") || strings.EqualFold(secret, "Basic") {
			continue
		}
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			s = strings.ReplaceAll(s, form, "***")
		}
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	s = strings.TrimRight(strings.Join(strings.Fields(s), " "), ".")
	if utf8.RuneCountInString(s) > maxShown {
		s = string([]rune(s)[:maxShown-1]) + "…"
	}
	return s
}
