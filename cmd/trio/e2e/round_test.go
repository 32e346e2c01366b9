package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"trio.example/catalog/mail/mailtest"
)

// house is a program that serves a folder with a survey round in it.
type house struct {
	data   string
	url    string
	tokens []string // of the offices' links
	cmd    *exec.Cmd
	mu     sync.Mutex
	log    bytes.Buffer
}

// newHouse opens a round with n offices by command line.
func newHouse(tb testing.TB, n int) *house {
	tb.Helper()
	h := &house{data: filepath.Join(tb.TempDir(), "data")}
	list := "Referat;Dienststelle;E-Mail\n"
	for i := range n {
		list += fmt.Sprintf("Referat %d;Amt %04d;amt%d@stadt.example\n", i%7, i, i)
	}
	file := filepath.Join(tb.TempDir(), "liste.csv")
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		tb.Fatal(err)
	}
	h.trio(tb, "round", "create", "Abfrage", "--city", "augsburg", "--json")
	h.trio(tb, "round", "offices", "augsburg-abfrage", file)
	var links []struct{ URL string }
	if err := json.Unmarshal(h.trio(tb, "round", "links", "augsburg-abfrage", "--json"), &links); err != nil || len(links) != n {
		tb.Fatalf("%d links: %v", len(links), err)
	}
	for _, l := range links {
		h.tokens = append(h.tokens, l.URL[strings.LastIndex(l.URL, "/")+1:])
	}
	return h
}

func (h *house) trio(tb testing.TB, args ...string) []byte {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), binary, append(args, "--data", h.data, "--log-level", "error")...)
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("trio %v: %v", args, err)
	}
	return out
}

// serve starts the portal and waits for its address.
func (h *house) serve(tb testing.TB, level string, more ...string) {
	tb.Helper()
	args := append([]string{"serve", "--data", h.data, "--listen", "127.0.0.1:0", "--nightly", "off", "--log-level", level}, more...)
	cmd := exec.Command(binary, args...) // ended by kill
	pipe, err := cmd.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	h.cmd = cmd
	tb.Cleanup(func() { _ = cmd.Process.Kill() })
	address := make(chan string, 1)
	go func() {
		in := bufio.NewScanner(pipe)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			h.mu.Lock()
			h.log.Write(append(in.Bytes(), '\n'))
			h.mu.Unlock()
			var line struct{ Msg, URL string }
			if json.Unmarshal(in.Bytes(), &line) == nil && line.Msg == "serving" {
				address <- line.URL
			}
		}
	}()
	select {
	case h.url = <-address:
	case <-time.After(time.Minute):
		tb.Fatal("the portal does not start")
	}
}

func (h *house) kill() {
	_ = h.cmd.Process.Signal(syscall.SIGKILL)
	_ = h.cmd.Wait()
}

func (h *house) logged() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.String()
}

// send posts a form and follows no redirect.
func (h *house) send(ctx context.Context, client *http.Client, path string, form url.Values, accept string) (status int, location, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), string(text), err
}

func stay() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// page fetches a page.
func (h *house) page(tb testing.TB, token, path string) (int, string) {
	tb.Helper()
	status, _, text := fetchAs(tb, token, h.url+path)
	return status, html.UnescapeString(text)
}

// TestKill_losesNoAnswer kills the portal while offices save one answer after the
// other without a pause. Whatever was acknowledged is there after the restart, on
// whatever device the link is opened.
func TestKill_losesNoAnswer(t *testing.T) {
	const offices = 12
	c := newCrowd(t, offices)
	for range 3 {
		c.answer(t, 1_000_000, time.Millisecond, 700*time.Millisecond)
		c.serve(t, "info")
		c.verify(t)
	}
	if sum := c.verify(t); sum < 3*offices {
		t.Errorf("only %d answers were saved", sum)
	}
	c.kill()
	sound(t, c.data)
}

// TestSurvey_leavesNoTrace answers with words found nowhere else and looks for
// them, and for the links' tokens, on every surface while nothing is approved.
func TestSurvey_leavesNoTrace(t *testing.T) {
	h := newHouse(t, 2)
	h.serve(t, "debug")
	secrets := []string{"Kampfmittelquarz", "quarzgeheim", "Quarzperson", "quarz-srv-77"}
	token := h.tokens[0]
	client := stay()
	post := func(path string, pairs ...string) string {
		t.Helper()
		form := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Add(pairs[i], pairs[i+1])
		}
		status, to, body, err := h.send(t.Context(), client, path, form, "")
		if err != nil || status != http.StatusSeeOther {
			t.Fatalf("POST: %d %v %.500s", status, err, body)
		}
		return to
	}
	// The form shows which revision stands where; filled-in answers are at 1.
	post("/s/"+token+"/office/A", "r.A_name", "0", "a.A_name", secrets[2], "r.A_funcmail", "0", "a.A_funcmail", "post@stadt.example", "go", "later")
	at := strings.TrimSuffix(post("/s/"+token+"/holding", "title", secrets[0]+"verdachtsflächen"), "/step/B")
	answers := map[string][]string{
		"B": {"r.B_desc", "0", "a.B_desc", "Flächen mit " + secrets[1] + " und anderem.", "r.B_theme", "0", "a.B_theme", "envi", "r.B_freq", "0", "a.B_freq", "mon"},
		"C": {"r.C_system", "0", "a.C_system", secrets[3], "r.C_storage", "0", "a.C_storage", "gis", "r.C_format", "0", "a.C_format", "csv"},
		"D": {"r.D_iface", "0", "a.D_iface", "wfs", "r.D_form", "0", "a.D_form", "pull"},
		"E": {"r.E_personal", "0", "a.E_personal", "kein", "r.E_secrecy", "0", "a.E_secrecy", "kein", "r.E_third", "0", "a.E_third", "kein", "r.E_licence", "0", "a.E_licence", "cc0"},
		"G": {"r.G_will", "0", "a.G_will", "ja", "r.G_pub", "0", "a.G_pub", "nein"},
	}
	for sec, pairs := range answers {
		post(at+"/step/"+sec, append(slices.Clone(pairs), "go", "later")...)
	}
	post(at + "/submit")
	h.trio(t, "user", "add", "chef", "--sysadmin")
	admin := strings.TrimSpace(string(h.trio(t, "token", "add", "--user", "chef")))
	// Wait until the index has seen it: what it leaks would show only then.
	for range 100 {
		if status, _ := h.page(t, "", "/readyz"); status == http.StatusOK {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	surfaces := map[string]string{}
	for _, path := range []string{
		"/", "/dataset", "/dataset?q=verdachtsfl%C3%A4chen", "/organization", "/organization/augsburg", "/group", "/quality", "/quality.csv", "/sitemap.xml", "/changes", "/changes.atom", "/catalog.ttl", "/catalog.rdf",
		"/api/3/action/package_search?q=*:*&rows=1000&include_private=true", "/api/3/action/package_autocomplete?q=Kampf", "/api/3/action/organization_list?all_fields=true", "/api/3/action/recently_changed_packages_activity_list",
		"/api/3/action/tag_list", "/api/3/action/package_search?facet.field=" + url.QueryEscape(`["organization","tags","author"]`), "/survey", "/survey/augsburg-abfrage", "/robots.txt", "/api/openapi.json",
	} {
		_, surfaces[path] = h.page(t, "", path)
	}
	var status int
	if status, surfaces["metrics"] = h.page(t, admin, "/metrics"); status != http.StatusOK || !strings.Contains(surfaces["metrics"], `route="/s/:token/holding/:holding/submit"`) {
		t.Fatalf("metrics: %d", status)
	}
	surfaces["log"] = h.logged()
	if !strings.Contains(surfaces["log"], "/s/:token/holding/:holding/submit") {
		t.Fatal("the log does not show the requests")
	}
	for path, text := range surfaces {
		for _, s := range append(slices.Clone(secrets), h.tokens...) {
			if strings.Contains(strings.ToLower(text), strings.ToLower(s)) {
				t.Errorf("%s shows %q", path, s)
			}
		}
		if path != "log" && strings.Contains(text, "Amt 0000") {
			t.Errorf("%s names the office", path)
		}
	}
	// The officer sees it, so it is really there.
	if _, body := h.page(t, admin, "/survey/augsburg-abfrage/inbox"); !strings.Contains(body, secrets[0]) {
		t.Error("the inbox lacks the holding")
	}
	h.kill()
}

var linkInLetter = regexp.MustCompile(`http://[^/\s]+(/s/([A-Za-z0-9_-]{43}))`)

// TestSurvey_linkComesByMail invites and reminds by mail: the link works, and
// is nowhere but in the letter.
func TestSurvey_linkComesByMail(t *testing.T) {
	h := &house{data: filepath.Join(t.TempDir(), "data")}
	list := filepath.Join(t.TempDir(), "liste.csv")
	if err := os.WriteFile(list, []byte("Amt;Mail\nGartenamt;garten@stadt.example\nOhne Post;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.trio(t, "round", "create", "Abfrage", "--city", "augsburg", "--deadline", "2099-12-15", "--contact", "daten@stadt.example")
	h.trio(t, "round", "offices", "augsburg-abfrage", list)
	if out := string(h.trio(t, "round", "links", "augsburg-abfrage", "--mail", "--json")); !strings.Contains(out, `"letters": 1`) || !strings.Contains(out, `"lacking": 1`) {
		t.Fatalf("invited: %s", out)
	}
	letters := mailtest.Start(t, "plain", "")
	h.serve(t, "debug", "--smtp", "smtp://"+letters.Addr, "--mail-from", "portal@stadt.example")
	first := letters.Wait(t, 1)[0]
	m := linkInLetter.FindStringSubmatch(first.Text)
	if first.To != "garten@stadt.example" || m == nil || !strings.Contains(first.Text, "15.12.2099") || !strings.Contains(first.Text, "daten@stadt.example") || !strings.Contains(first.Subject, "Abfrage") {
		t.Fatalf("letter %+v", first)
	}
	if status, body := h.page(t, "", m[1]); status != http.StatusOK || !strings.Contains(body, "Gartenamt") {
		t.Fatalf("the link: %d", status)
	}
	h.trio(t, "user", "add", "chef", "--sysadmin")
	admin := strings.TrimSpace(string(h.trio(t, "token", "add", "--user", "chef")))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/survey/augsburg-abfrage/remind", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", admin)
	res, err := stay().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("remind: %d", res.StatusCode)
	}
	second := letters.Wait(t, 2)[1]
	m2 := linkInLetter.FindStringSubmatch(second.Text)
	if m2 == nil || m2[2] == m[2] || !strings.Contains(second.Subject, "Erinnerung") {
		t.Fatalf("reminder %+v", second)
	}
	for _, path := range []string{m[1], m2[1]} {
		if status, _ := h.page(t, "", path); status != http.StatusOK {
			t.Errorf("a link after the reminder: %d", status)
		}
	}
	_, page := h.page(t, admin, "/survey/augsburg-abfrage")
	_, box := h.page(t, admin, "/admin/mail")
	shown := map[string]string{"the round": page, "the outbox": box, "the list of letters": string(h.trio(t, "mail", "list", "--json")), "the log": h.logged()}
	for what, text := range shown {
		if strings.Contains(text, m[2]) || strings.Contains(text, m2[2]) {
			t.Errorf("%s shows a token", what)
		}
	}
	if !strings.Contains(page, "(1)") {
		t.Error("the round does not show the reminder")
	}
	// The page of the round lists both letters as sent, and whom nobody can ask.
	sent := page[strings.Index(page, `id="r-mail"`):]
	if strings.Count(sent, "garten@stadt.example") != 2 || strings.Count(sent, "Verschickt") != 2 || strings.Index(sent, "Erinnerung") > strings.LastIndex(sent, "Bitte beschreiben") {
		t.Errorf("the letters of the round: %.1500s", sent)
	}
	if !strings.Contains(page, "bei einer Dienststelle fehlt die Ansprechperson") {
		t.Error("the round does not say that nobody can be asked at an office")
	}
	h.kill()
}
