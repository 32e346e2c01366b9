package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"trio.example/catalog/mail/mailtest"
)

// stem begins every word and every name that this crawl hides. The search tears
// no words apart at it, and nobody else uses it.
const stem = "quarzil"

// The circles a hidden thing may be known in; every reader of the crawl is in
// some of them, anonymous readers in none.
const (
	never    = "never"    // nobody of the readers
	accounts = "accounts" // whoever signed in
	partners = "partners" // the cities of the cooperation
	inside   = "inside"   // members of the city itself
	invited  = "invited"  // the office that holds the link
	reviewer = "reviewer" // who answers the data protection's questions
	standIn  = "standin"  // who got a link to one section from another office
)

// who is somebody who tries to read: a token for programs, a session for pages.
type who struct {
	name, token, link string
	client            *http.Client
	circles           []string
}

// may says whether a thing is for the reader; several circles stand with a plus.
func (r *who) may(circle string) bool {
	return slices.ContainsFunc(strings.Split(circle, "+"), func(c string) bool { return slices.Contains(r.circles, c) })
}

// compares: what is hidden and what never was looks the same to all alike; three
// readers try it.
func (r *who) compares() bool {
	return r.name == "anonymous" || r.name == "foreign-admin" || r.name == "partner"
}

// spares: who may less than foreign-admin of the same organization asks less.
func (r *who) spares() bool { return r.name == "foreign-member" || r.name == "foreign-editor" }

// crawled is a portal full of things that are not public.
type crawled struct {
	*world
	// hidden says who may know of a word, a name, an id or a token.
	hidden map[string]string
	// values stand where routes and actions have a parameter; byParam narrows
	// them for routes that have several.
	values  []string
	byParam map[string][]string
	root    *who
	office  *who   // reads with a link
	other   string // the link of the other office
	helper  *who   // reads with a link to one section of another office
	readers []*who
	letters *mailtest.Server
	asked   atomic.Int64
	mu      sync.Mutex
	// poison ends every free text: what a page must show and never run.
	poison string
	told   map[string]bool
}

// word makes a hidden word, different from all others in letters only, so that
// analysis, folding and suggestions keep it whole.
func (w *crawled) word(circle, what string) string {
	s := strings.ToLower(stem + what)
	if _, twice := w.hidden[s]; twice {
		w.t.Fatalf("%s is used twice", s)
	}
	w.hidden[s] = circle
	return strings.ToUpper(s[:1]) + s[1:]
}

// text is a hidden word in a text of somebody's own, with what should run there.
func (w *crawled) text(circle, what string) string { return w.word(circle, what) + w.poison }

// name is a hidden word as the name of something, which may be asked for.
func (w *crawled) name(circle, what string) string {
	s := strings.ToLower(w.word(circle, what))
	w.value(s)
	return s
}

// id hides what the program made up.
func (w *crawled) id(circle string, v any) string {
	s, _ := v.(string)
	if s == "" {
		w.t.Fatalf("no id in %v", v)
	}
	w.hidden[strings.ToLower(s)] = circle
	w.value(s)
	return s
}

func (w *crawled) value(v ...string) {
	for _, x := range v {
		if x != "" && !slices.Contains(w.values, x) {
			w.values = append(w.values, x)
		}
	}
}

// reader makes an account with a role somewhere, signed in on the pages.
func (w *crawled) reader(name string, roles map[string]string, circles ...string) *who {
	w.t.Helper()
	password := "vier Kamele im Keller " + name
	w.must("sysadmin", "user_create", obj{"name": "leser-" + name, "email": name + "@leser.example", "password": password})
	for org, role := range roles {
		w.must("sysadmin", "organization_member_create", obj{"id": org, "username": "leser-" + name, "role": role})
	}
	made := w.must("sysadmin", "api_token_create", obj{"user": "leser-" + name, "name": "t"})
	r := &who{name: name, token: fmt.Sprint(made["token"]), circles: append(circles, accounts), client: w.signIn("leser-"+name, password)}
	w.readers = append(w.readers, r)
	return r
}

func (w *crawled) signIn(login, password string) *http.Client {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	b := &browser{t: w.t, base: w.URL, Client: http.Client{Jar: jar, Timeout: time.Minute}}
	if _, path, body := b.post("/user/login", "login", login, "password", password); path != "/dashboard" {
		w.t.Fatalf("sign in: %s %.300s", path, body)
	}
	return &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: plainClient.CheckRedirect}
}

// request asks as a reader: programs show the token, pages the session.
func (w *crawled) request(r *who, method, path string, body []byte, header ...string) reply {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, bytes.NewReader(body))
	if err != nil {
		return reply{status: http.StatusNotFound} // no client can ask for it
	}
	client := plainClient
	if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/feeds/") || r.client == nil {
		if r.token != "" {
			req.Header.Set("Authorization", r.token)
		}
	} else {
		client = r.client
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	w.asked.Add(1)
	return reply{res.StatusCode, res.Header, string(text)}
}

func (w *crawled) action(r *who, action string, args obj) reply {
	body, err := json.Marshal(args)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.request(r, http.MethodPost, "/api/3/action/"+action, body, "Content-Type", "application/json")
}

var uuids = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// changing are headers that differ from answer to answer and tell nothing.
var changing = []string{"X-Request-Id", "Date", "Content-Length"}

// spread is everything of an answer that somebody can read, without escapes.
func spread(r reply) string {
	header := r.header.Clone()
	for _, h := range changing {
		header.Del(h)
	}
	var b strings.Builder
	_ = header.Write(&b) // it cannot fail
	text := b.String() + r.text
	if strings.ContainsAny(text, `\&%`) {
		text = decoded(text)
	}
	return strings.ToLower(text)
}

// tells fails when an answer has something in it that the reader may not know.
// What the reader asked with may come back.
func (w *crawled) tells(r *who, way, path string, a reply, asked ...string) {
	text := spread(a)
	for _, q := range asked {
		text = strings.ReplaceAll(text, strings.ToLower(q), "")
	}
	w.search(r.circles, r.name+": "+way, path, text)
	if a.status >= http.StatusInternalServerError {
		w.once(r.name+": "+way+" 5xx", "%s as %s: %d %.300s", path, r.name, a.status, a.text)
	}
}

func (w *crawled) search(circles []string, way, path, text string) {
	check := func(from, to int) {
		circle, known := w.hidden[text[from:to]]
		if !known || (&who{circles: circles}).may(circle) {
			return
		}
		s := text[from:to]
		w.once(way+" "+s, "%s tells %s, which is for %s: …%s…", way+" ("+path+")", s, circle, text[max(0, from-150):min(len(text), to+60)])
	}
	for at := 0; ; {
		i := strings.Index(text[at:], stem)
		if i < 0 {
			break
		}
		from := at + i
		for at = from; at < len(text) && text[at] >= 'a' && text[at] <= 'z'; at++ {
		}
		check(from, at)
	}
	// Ids and tokens stand in runs of letters, digits and hyphens.
	const id, token = 36, 43
	begin := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= '0' && text[i] <= '9' || text[i] == '-' || text[i] == '_') {
			continue
		}
		for _, n := range []int{id, token} {
			for from := begin; from+n <= i; from++ {
				check(from, from+n)
			}
		}
		begin = i + 1
	}
}

// once reports each way a thing leaks a single time.
func (w *crawled) once(key, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.told[key] {
		w.told[key] = true
		w.t.Errorf(format, args...)
	}
}

// routes are all addresses of the running program, as its router has them when
// it starts.
func (w *crawled) routes(method string) (out []string) {
	for line := range strings.Lines(w.logged()) {
		var r struct{ Method, Path string }
		if !strings.Contains(line, `"msg":"route"`) {
			continue
		}
		if json.Unmarshal([]byte(line), &r) == nil && r.Method == method && !strings.HasPrefix(r.Path, "/static/") {
			out = append(out, r.Path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// most bounds the addresses made from one route.
const most = 150

// fillRoute puts values in for the parameters of a route, and tells which.
func (w *crawled) fillRoute(route string) map[string][]string {
	parts := strings.Split(route, "/")
	out := map[string][]string{route: nil}
	several := strings.Count(route, "/:")+strings.Count(route, "/*") > 1
	for i, part := range parts {
		if part == "" || part[0] != ':' && part[0] != '*' {
			continue
		}
		values := w.values
		if known := w.byParam[part[1:]]; known != nil && several {
			values = known
		}
		next := map[string][]string{}
		for _, path := range slices.Sorted(maps.Keys(out)) {
			for _, v := range values {
				if len(next) >= most && several {
					break
				}
				fields := strings.Split(path, "/")
				fields[i] = url.PathEscape(v)
				next[strings.Join(fields, "/")] = append(slices.Clone(out[path]), v)
			}
		}
		out = next
	}
	return out
}

// leakAction is an action as the description for programs has it.
type leakAction struct {
	name   string
	free   bool
	params []string
}

func (w *crawled) actions() (out []leakAction) {
	var d struct {
		Paths map[string]map[string]struct {
			Parameters  []struct{ Name, In string }
			RequestBody struct {
				Content map[string]struct {
					Schema struct{ Properties map[string]json.RawMessage }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(w.look("", "/api/openapi.json").text), &d); err != nil {
		w.t.Fatal(err)
	}
	for path, methods := range d.Paths {
		a := leakAction{name: path[strings.LastIndex(path, "/")+1:]}
		_, a.free = methods["get"]
		for _, m := range methods {
			for _, p := range m.Parameters {
				if p.In == "query" {
					a.params = append(a.params, p.Name)
				}
			}
			for _, c := range m.RequestBody.Content {
				a.params = append(a.params, slices.Collect(maps.Keys(c.Schema.Properties))...)
			}
		}
		slices.Sort(a.params)
		a.params = slices.Compact(a.params)
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b leakAction) int { return strings.Compare(a.name, b.name) })
	return out
}

// with puts one value in for everything that names something.
func (a leakAction) with(v string) obj {
	args := obj{}
	for _, name := range a.params {
		switch {
		case slices.Contains([]string{"limit", "rows", "start", "offset", "before", "after", "dry_run", "state", "private", "password", "email", "sort", "order_by", "capacity", "role", "facet.mincount", "facet.limit", "rev"}, name):
		case strings.HasPrefix(name, "include_") || name == "all_fields":
			args[name] = true
		case name == "version" || name == "from" || name == "to":
			args[name] = 1
		default:
			args[name] = v
		}
	}
	return args
}

// TestCrawl_nothingHiddenIsTold asks every route and every action that the running
// program has, as everybody who might, for everything that is not theirs.
func TestCrawl_nothingHiddenIsTold(t *testing.T) {
	w := newCrawled(t, "")
	pages := w.insidePages()
	t.Logf("%d hidden things, %d values, %d pages inside", len(w.hidden), len(w.values), len(pages))
	w.reallyThere(pages)
	var all sync.WaitGroup
	for _, r := range w.readers {
		all.Go(func() {
			w.crawlPages(r, pages)
			w.crawlActions(r)
			if r.spares() {
				return
			}
			w.crawlRoutes(r)
			w.crawlSearch(r)
		})
	}
	all.Wait()
	w.crawlConditions(pages)
	w.crawlLinks()
	w.crawlSides()
	if n := w.asked.Load(); n < 20_000 {
		t.Errorf("only %d questions were asked", n)
	}
	t.Logf("%d questions by %d readers", w.asked.Load(), len(w.readers))
}

// reallyThere fails when a hidden thing is nowhere: then its absence proves nothing.
func (w *crawled) reallyThere(pages map[string]reply) {
	var all strings.Builder
	for _, r := range pages {
		all.WriteString(spread(r))
	}
	for _, a := range w.actions() {
		for _, v := range w.values {
			if a.free {
				all.WriteString(spread(w.action(w.root, a.name, a.with(v))))
			}
		}
	}
	// What no page shows, such as the answers of an imported file, lies in the database.
	for _, name := range []string{"trio.db", "trio.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(w.Data, name))
		if err != nil {
			w.t.Fatal(err)
		}
		all.WriteString(strings.ToLower(string(raw)))
	}
	text := all.String()
	for s, circle := range w.hidden {
		if !strings.Contains(text, s) && !w.told["unseen "+s] {
			w.t.Errorf("%s (%s) is nowhere, not even for administrators", s, circle)
		}
	}
}

// insidePages are all addresses an administrator reaches by links, with their queries.
func (w *crawled) insidePages() map[string]reply {
	seen := map[string]reply{}
	queue := []string{"/", "/dashboard", "/account", "/survey", "/survey/checks", "/survey/templates", "/harvest", "/harvest/words", "/admin/mail", "/quality", "/registers", "/changes", "/dumps", "/dataset?q=" + stem, "/organization", "/group"}
	for _, v := range w.values {
		queue = append(queue, "/dataset/"+url.PathEscape(v), "/file/download/"+url.PathEscape(v))
	}
	for len(queue) > 0 && len(seen) < 1200 {
		path := queue[0]
		queue = queue[1:]
		if _, done := seen[path]; done {
			continue
		}
		r := w.request(w.root, http.MethodGet, path, nil)
		seen[path] = r
		if r.status != http.StatusOK {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(r.text, -1) {
			target := strings.TrimPrefix(decoded(m[1]+m[2]), w.URL)
			target, _, _ = strings.Cut(target, "#")
			u, err := url.Parse(target)
			if err != nil || !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.HasPrefix(target, "/static/") || strings.HasPrefix(target, "/en/") || strings.HasPrefix(target, "/api") || strings.HasPrefix(target, "/user/") {
				continue
			}
			if strings.HasPrefix(u.Path, "/dataset") && len(u.Query()) > 0 && !strings.Contains(u.Path, "/history") {
				continue // filters are tried by the search
			}
			queue = append(queue, u.RequestURI())
		}
	}
	if len(seen) < 150 {
		w.t.Errorf("only %d pages inside", len(seen))
	}
	return seen
}
