package rdfio_test

import (
	"strings"
	"testing"

	"trio.example/catalog/rdfio"
)

func TestCleanIRI(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://example.org/a":            "http://example.org/a",
		"  https://example.org/a b ":      "https://example.org/a%20b",
		"https://example.org/\"<>{}|\\^`": "https://example.org/%22%3C%3E%7B%7D%7C%5C%5E%60",
		"https://example.org/ü?q=ä":       "https://example.org/%C3%BC?q=%C3%A4",
		"https://example.org/%zz%2":       "https://example.org/%25zz%252",
		"https://example.org/%C3%BC":      "https://example.org/%C3%BC",
		"https://example.org/a\nb":        "https://example.org/a%0Ab",
		"https://example.org/\u2028":      "https://example.org/",
		"mailto:a@example.org":            "mailto:a@example.org",
		"tel:+49-911":                     "tel:+49-911",
		"urn:uuid:1":                      "urn:uuid:1",
		"ftp://example.org/f":             "ftp://example.org/f",
		"HTTPS://example.org/":            "HTTPS://example.org/",
		"":                                "",
		"   ":                             "",
		"example.org/a":                   "",
		"//example.org/a":                 "",
		"/a":                              "",
		"http:///a":                       "",
		"http://":                         "",
		"http://exa mple.org/":            "",
		"http://[::1/":                    "",
		"javascript:alert(1)":             "",
		"JavaScript:alert(1)":             "",
		"java\nscript:alert(1)":           "",
		"data:text/html,x":                "",
		"file:///etc/passwd":              "",
		"vbscript:x":                      "",
		"mailto:":                         "",
		"http://example.org/\xff":         "",
		"http://e.org/" + strings.Repeat("a", 9e3): "",
	} {
		got, ok := rdfio.CleanIRI(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("CleanIRI(%.60q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"dct:title": "http://purl.org/dc/terms/title", "http://example.org/x": "http://example.org/x", "unknown:x": "unknown:x", "plain": "plain",
	} {
		if got := rdfio.Expand(in); got != want {
			t.Errorf("Expand(%q) = %q, want %q", in, got, want)
		}
	}
}
