package ui_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trio.example/web/ui"
)

func keys(t *testing.T, lang string) map[string]string {
	t.Helper()
	data, err := os.ReadFile("i18n/" + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

var (
	keyUse  = regexp.MustCompile(`[({ ]t "([^"]+)"|\bt\.Get\("([^"]+)"`)
	keyUseN = regexp.MustCompile(`[({ ]tn "([^"]+)"|\bt\.Count\("([^"]+)"`)
	args    = regexp.MustCompile(`\{\d\}`)
)

// sources reads everything that names texts.
func sources(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, root := range []string{"templates", ".", "../site"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".html") && !strings.HasSuffix(path, ".go") {
				return err
			}
			data, err := os.ReadFile(path)
			b.Write(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestTexts_sameKeysAndArguments(t *testing.T) {
	t.Parallel()
	de, en := keys(t, "de"), keys(t, "en")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(de)), slices.Sorted(maps.Keys(en))); diff != "" {
		t.Error(diff)
	}
	for k := range de {
		if de[k] == "" || en[k] == "" {
			t.Errorf("%s is empty", k)
		}
		a, b := args.FindAllString(de[k], -1), args.FindAllString(en[k], -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s: arguments %v and %v", k, a, b)
		}
	}
}

func TestTexts_usedAreKnownAndKnownAreUsed(t *testing.T) {
	t.Parallel()
	known, src := keys(t, "de"), sources(t)
	used := map[string]bool{}
	for _, m := range keyUse.FindAllStringSubmatch(src, -1) {
		used[m[1]+m[2]] = true
	}
	for _, m := range keyUseN.FindAllStringSubmatch(src, -1) {
		used[m[1]+m[2]+".one"], used[m[1]+m[2]+".other"] = true, true
	}
	for k := range used {
		if _, ok := known[k]; !ok && !strings.HasSuffix(k, ".") && !strings.HasPrefix(k, "/") {
			t.Errorf("text %q does not exist", k)
		}
	}
	for k := range known {
		// "sort." and "month." are completed by the program, as is a key that ends in a dot.
		completed := slices.ContainsFunc(slices.Collect(maps.Keys(used)), func(u string) bool { return strings.HasSuffix(u, ".") && strings.HasPrefix(k, u) })
		if !used[k] && !completed && !strings.HasPrefix(k, "sort.") && !strings.HasPrefix(k, "month.") {
			t.Errorf("text %q is never used", k)
		}
	}
}

func TestTexts_write(t *testing.T) {
	t.Parallel()
	u := newUI(t)
	de, en := u.Texts("de"), u.Texts("en")
	day := time.Date(2026, 3, 12, 23, 30, 0, 0, time.UTC) // the 13th in Germany
	dateText := func(x ui.Texts, s string) string { h, m := x.DateText(s); return h + "|" + m }
	for _, c := range []struct{ got, want string }{
		{de.Number(1234567), "1.234.567"}, {en.Number(-1234), "-1,234"}, {de.Number(999), "999"},
		{de.Size(999), "999 Byte"}, {de.Size(1234567), "1,2 MB"}, {en.Size(1234567), "1.2 MB"}, {de.Size(2_000_000_000), "2 GB"}, {de.Size(999_999), "1 MB"},
		{de.Date(day), "13. März 2026"}, {en.Date(day), "13 March 2026"}, {de.Date(time.Time{}), ""}, {de.DateTime(day), "13. März 2026, 00:30 Uhr"},
		{dateText(de, "2024"), "2024|2024"}, {dateText(de, "2024-03"), "März 2024|2024-03"}, {dateText(de, "2024-03-15"), "15. März 2024|2024-03-15"},
		{dateText(de, "2024-12-31T23:30:00Z"), "1. Januar 2025|2025-01-01"}, {dateText(de, "irgendwann"), "irgendwann|"},
		{de.Count("list.found", 1), "1 Datensatz"}, {de.Count("list.found", 1284), "1.284 Datensätze"}, {de.Get("missing.key"), "missing.key"},
		// A value that looks like a placeholder stays a value.
		{de.Count("list.foundfor", 2, "{0}{1}"), "2 Datensätze zu „{0}{1}“"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func newUI(t *testing.T) *ui.UI {
	t.Helper()
	u, err := ui.New()
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestKERN_holdsEveryClassUsed(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("assets/vendor/kern/2.7.2/kern.css")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("assets/page.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, class := range regexp.MustCompile(`kern-[a-z_-]+`).FindAllString(sources(t)+string(script), -1) {
		if strings.Contains(class, "_") || strings.HasPrefix(class, "kern-btn") || strings.HasPrefix(class, "kern-label") {
			if !strings.Contains(string(css), "."+class) && class != "kern-table__cell--" {
				t.Errorf("%s is not in the reduced style sheet: run vendortool again", class)
			}
		}
	}
	if strings.Contains(string(css), "@font-face") {
		t.Error("the reduced style sheet still loads fonts")
	}
}

func TestAssets_serve(t *testing.T) {
	t.Parallel()
	a := newUI(t).Assets()
	url := a.URL("trio.css")
	if !strings.HasPrefix(url, ui.StaticPrefix) {
		t.Fatalf("address %q", url)
	}
	for _, c := range []struct {
		path, encoding string
		status         int
		zipped         bool
	}{
		{url, "gzip, br", 200, true},
		{url, "br, gzip;q=0", 200, false},
		{url, "", 200, false},
		{a.URL("vendor/fira-sans/5.3.0/fira-sans-latin-400-normal.woff2"), "gzip", 200, false},
		{"/static/0000000000/trio.css", "gzip", 404, false},
		{"/static/../ui.go", "", 404, false},
		{"/static/", "", 404, false},
	} {
		req, rec := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		req.URL.Path = c.path
		req.Header.Set("Accept-Encoding", c.encoding)
		a.ServeHTTP(rec, req)
		h := rec.Result().Header
		if rec.Code != c.status || (h.Get("Content-Encoding") == "gzip") != c.zipped || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s (%s): %d %v", c.path, c.encoding, rec.Code, h)
		}
		if c.status == 200 && !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: Cache-Control %q", c.path, h.Get("Cache-Control"))
		}
	}
	css := httptest.NewRecorder()
	a.ServeHTTP(css, httptest.NewRequest(http.MethodGet, url, nil))
	if strings.Contains(css.Body.String(), `url("./`) || !strings.Contains(css.Body.String(), a.URL("vendor/fira-sans/5.3.0/fira-sans-latin-600-normal.woff2")) {
		t.Error("the style sheet does not name its fonts by their hashed address")
	}
}
