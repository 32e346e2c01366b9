package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"trio.example/web/site/internal/fake"
)

// active reports what a page must never hold: our policy forbids it, and this
// finds it even where a browser would be saved by the policy.
func active(page string) []string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			a := map[string]string{}
			for _, x := range n.Attr {
				a[x.Key] = x.Val
				if strings.HasPrefix(x.Key, "on") || x.Key == "style" || x.Key == "srcdoc" || x.Key == "formaction" {
					out = append(out, fmt.Sprintf("<%s %s>", n.Data, x.Key))
				}
				if x.Key == "href" || x.Key == "src" || x.Key == "action" {
					u, err := url.Parse(x.Val)
					if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" && u.Scheme != "tel" {
						out = append(out, fmt.Sprintf("<%s %s=%q>", n.Data, x.Key, x.Val))
					}
				}
			}
			switch n.Data {
			case "iframe", "object", "embed", "img", "base", "style", "math", "video", "audio", "frame", "applet":
				out = append(out, "<"+n.Data+">")
			case "script":
				if !strings.HasPrefix(a["src"], "/static/") && a["type"] != "application/ld+json" {
					out = append(out, "<script>")
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return out
}

func TestHostile_storedValuesStayText(t *testing.T) {
	t.Parallel()
	b := fake.New()
	for _, o := range b.Orgs {
		o.Fields.Set("description", strings.Join(fake.Payloads, "\n\n"))
		o.Fields.Set("homepage", "javascript:alert(1)")
		o.Fields.Set("email", `"><script>@x`)
	}
	b.Orgs[2].Fields.Set("title", strings.Join(fake.Payloads, " "))
	h := serve(t, b, nil)
	var attacked string
	for _, e := range b.Datasets {
		if e.Name == "angriff" {
			attacked = e.Parts[0].ID
		}
	}
	for _, path := range []string{
		"/", "/dataset?sort=title_string+asc", "/dataset/angriff", "/en/dataset/angriff", "/organization", "/organization/muenchen-1",
		"/organization/muenchen-2", "/group", "/sitemap.xml", "/dataset/angriff/resource/" + attacked,
	} {
		rec := get(h, path)
		if rec.Code != http.StatusOK {
			t.Errorf("%s: %d", path, rec.Code)
		}
		if bad := active(rec.Body.String()); len(bad) > 0 {
			t.Errorf("%s holds %q", path, bad)
		}
	}
	body := get(h, "/dataset/angriff").Body.String()
	for _, want := range []string{"{{.Secret}}", "&lt;script&gt;", "Diese Adresse kann nicht als Link angeboten werden"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestHostile_addressesAreEscaped(t *testing.T) {
	t.Parallel()
	h := serve(t, fake.New(), nil)
	for _, p := range append(fake.Payloads, "a\x00b", "\xff\xfe", "\r\nSet-Cookie: x=1", strings.Repeat("ä", 5000), `"`, `\`, "%", "\u2028") {
		q := url.QueryEscape(p)
		for _, path := range []string{
			"/dataset?q=" + q, "/dataset?city=" + q + "&organization=" + q + "&groups=" + q + "&tags=" + q + "&res_format=" + q + "&license_id=" + q,
			"/dataset?sort=" + q, "/dataset?page=" + q, "/organization/muenchen?tags=" + q, "/dataset/" + url.PathEscape(p), "/en/x/" + url.PathEscape(p), "/group/" + url.PathEscape(p),
		} {
			rec := get(h, path)
			if rec.Code >= 500 || rec.Header().Get("Set-Cookie") != "" {
				t.Errorf("%.80s: %d", path, rec.Code)
			}
			if bad := active(rec.Body.String()); len(bad) > 0 {
				t.Errorf("%.80s holds %q", path, bad)
			}
			if len(rec.Body.String()) > 400_000 {
				t.Errorf("%.80s: %d bytes", path, rec.Body.Len())
			}
		}
	}
}

func FuzzDataset(f *testing.F) {
	for _, p := range fake.Payloads {
		f.Add(p)
	}
	f.Add("# a\n\n### b\n\n- x\n\n1. y\n\n| a |\n|---|\n| b |\n\n![i](http://x/y) [l](javascript:1)")
	b := fake.New()
	h := serve(&testing.T{}, b, nil)
	e := b.Datasets[0]
	f.Fuzz(func(t *testing.T, s string) {
		for _, field := range []string{"title", "notes", "author", "contact_email", "contact_url", "url", "license_id", "temporal_start"} {
			e.Fields.Set(field, s)
		}
		for _, field := range []string{"name", "description", "format", "url", "license", "attribution"} {
			e.Parts[0].Fields.Set(field, s)
		}
		rec := get(h, "/dataset/"+e.Name)
		if rec.Code != http.StatusOK {
			t.Fatal(rec.Code)
		}
		if bad := active(rec.Body.String()); len(bad) > 0 {
			t.Fatalf("%q", bad)
		}
		if strings.Count(rec.Body.String(), "</main>") != 1 {
			t.Fatal("the page is broken")
		}
	})
}
