package e2e

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// startPoints are the public surfaces a crawl begins at; links lead further.
var startPoints = []string{
	"/", "/en/", "/dataset", "/organization", "/group", "/robots.txt", "/sitemap.xml", "/opensearch.xml", "/healthz", "/readyz",
	"/api/openapi.json", "/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/catalog.nt",
	"/api/3/action/package_search?rows=1000&facet.limit=-1&facet.mincount=0&facet.field=" +
		url.QueryEscape(`["tags","organization","groups","res_format","license_id","title","title_string","name","state","capacity","city","author","local_id","status","office"]`),
	"/api/3/action/package_search?q=*:*&include_private=true&include_drafts=true&include_deleted=true&rows=1000",
	"/api/3/action/package_search?fq=" + url.QueryEscape("+state:(draft OR deleted OR active) +capacity:(private OR public)") + "&include_private=true",
	"/api/3/action/package_list", "/api/3/action/current_package_list_with_resources?limit=1000", "/api/3/action/tag_list?all_fields=true",
	"/api/3/action/organization_list?all_fields=true&include_extras=true&include_groups=true&include_users=true", "/api/3/action/group_list?all_fields=true",
	"/api/3/action/organization_show?id=muenchen&include_datasets=true", "/api/3/action/license_list", "/api/3/action/status_show",
}

var link = regexp.MustCompile(`(?:href|src|action)="([^"]+)"|<loc>([^<]+)</loc>|<(https?://[^>\s]+)>|"(https?://[^"\s]+)"`)

// crawl fetches every public address that can be reached and returns the texts.
func crawl(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	queue := slices.Clone(startPoints)
	for len(queue) > 0 && len(pages) < 1500 {
		path := queue[0]
		queue = queue[1:]
		if _, done := pages[path]; done {
			continue
		}
		_, header, body := portal.get(t, path)
		var head strings.Builder
		if err := header.Write(&head); err != nil {
			t.Fatal(err)
		}
		pages[path] = head.String() + body
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			target := html.UnescapeString(m[1] + m[2] + m[3] + m[4])
			target = strings.TrimPrefix(target, portal.URL)
			if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.HasPrefix(target, "/static/") {
				continue
			}
			target, _, _ = strings.Cut(target, "#")
			// Combinations of filters are endless; one filter at a time is enough.
			if u, err := url.Parse(target); err == nil && len(u.Query()) <= 1 {
				queue = append(queue, target)
			}
		}
	}
	for _, name := range action[[]string](t, portal, "package_list", nil) {
		for _, path := range []string{
			"/api/3/action/package_show?id=" + name, "/dataset/" + name, "/dataset/" + name + ".ttl", "/dataset/" + name + ".rdf", "/dataset/" + name + ".jsonld",
		} {
			_, _, pages[path] = portal.get(t, path)
		}
	}
	return pages
}

// TestNothingHiddenIsPublic crawls every public surface, and looks at the logs,
// for each string that must never leave the city.
func TestNothingHiddenIsPublic(t *testing.T) {
	pages := crawl(t)
	if len(pages) < 100 {
		t.Fatalf("only %d addresses were reached", len(pages))
	}
	// Questions that try to make the search talk about hidden holdings.
	titles := hidden(t)
	for _, title := range titles {
		for _, path := range []string{
			"/api/3/action/package_autocomplete?q=" + url.QueryEscape(title), "/api/util/dataset/autocomplete?incomplete=" + url.QueryEscape(title),
		} {
			_, _, body := portal.get(t, path)
			pages[path] = body
		}
		found := action[struct{ Results []struct{ Title string } }](t, portal, "package_search", url.Values{"q": {`title:"` + title + `"`}})
		for _, r := range found.Results {
			if r.Title == title {
				t.Errorf("search finds hidden %q", title)
			}
		}
	}
	pages["the log"] = portal.logged()
	if status, _, _ := portal.get(t, "/metrics"); status != http.StatusNotFound {
		t.Errorf("metrics answer strangers with %d", status)
	}
	var status int
	if status, _, pages["the metrics"] = portal.getAs(t, portal.Token, "/metrics"); status != http.StatusOK {
		t.Errorf("metrics answer an administrator with %d", status)
	}

	var secrets []string
	for _, f := range files {
		secrets = append(secrets, expected(t, f.name).Secrets...)
	}
	for path, body := range pages {
		text := decoded(body)
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s leaks %q", path, s)
			}
		}
		for _, title := range titles {
			if strings.Contains(path, url.QueryEscape(title)) {
				continue // the question itself
			}
			if hasWord(text, title) {
				t.Errorf("%s names the hidden holding %q", path, title)
			}
		}
	}
	t.Logf("%d addresses, %d secrets, %d hidden titles", len(pages), len(secrets), len(titles))
}

// hasWord reports whether the title stands in the text and is not merely part
// of a longer word.
func hasWord(text, title string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], title)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(title)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return true
		}
		at = end
	}
}

var (
	escapes = regexp.MustCompile(`\\u([0-9a-fA-F]{4})`)
	percent = regexp.MustCompile(`(?:%[0-9a-fA-F]{2})+`)
)

// decoded undoes the escapes of JSON, HTML and addresses, so that a leak cannot
// hide behind them.
func decoded(body string) string {
	text := escapes.ReplaceAllStringFunc(body, func(m string) string {
		var r rune
		for _, c := range strings.ToLower(m[2:]) {
			r = r*16 + rune(strings.IndexRune("0123456789abcdef", c))
		}
		return string(r)
	})
	text = html.UnescapeString(text)
	// Addresses are percent-encoded; a lone percent sign stays as it is.
	text = percent.ReplaceAllStringFunc(text, func(m string) string {
		plain, err := url.PathUnescape(m)
		if err != nil {
			return m
		}
		return plain
	})
	return strings.ReplaceAll(text, `\\`, `\`)
}
