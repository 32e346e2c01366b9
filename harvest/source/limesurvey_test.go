package source_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
	"trio.example/harvest/source"
)

// lime is a LimeSurvey of the least kind.
type lime struct {
	password string
	export   any // result of export_responses; nil for answers
	fails    any // error of export_responses
	wrongID  bool
	open     int // sessions
	asked    []any
}

func (l *lime) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Method string
		Params []any
		ID     int
	}
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&q) != nil || r.Header.Get("Authorization") != "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var result, fault any
	switch q.Method {
	case "get_session_key":
		if result = "sitzung-1"; q.Params[1] != l.password {
			result = map[string]any{"status": "Invalid user name or password"}
		} else {
			l.open++
		}
	case "release_session_key":
		l.open--
		result = "OK"
	case "export_responses":
		l.asked = q.Params
		if fault, result = l.fails, l.export; result == nil {
			result = base64.StdEncoding.EncodeToString([]byte("\"id\";\"bTitel\"\n\"1\";\"Bänke\"\n"))
		}
	}
	if l.wrongID {
		q.ID += 100
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"id": q.ID, "result": result, "error": fault})
}

// files runs a kind that brings files and joins what came as name=content.
func files(t *testing.T, kind, address, secret string, config map[string]string) (got string, warnings []catalog.Finding, err error) {
	t.Helper()
	k, ok := source.KindOf(kind)
	if !ok {
		t.Fatalf("no kind %s", kind)
	}
	lim := fetch.Defaults()
	lim.Pause, lim.Tries = time.Millisecond, 2
	client := fetch.New(fetch.Options{Agent: "test", Limits: lim, Base: address, Inside: true})
	defer client.Close()
	err = k.Files(context.WithoutCancel(t.Context()), &source.Reader{URL: address, Client: client, Config: config, Secret: secret, Warn: func(f catalog.Finding) { warnings = append(warnings, f) }},
		func(name string, data []byte) error { got += fmt.Sprintf("%s=%s ", name, data); return nil })
	return got, warnings, err
}

// TestLimeSurvey: answers come, sessions end whatever happens, and neither
// password nor session stand in an error.
func TestLimeSurvey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lime  lime
		want  string
		fails string
	}{
		"answers":        {lime{}, "limesurvey-4711.csv=\"id\";\"bTitel\"\n\"1\";\"Bänke\"\n ", ""},
		"no answers":     {lime{export: map[string]any{"status": "No Data, survey table does not exist."}}, "", ""},
		"wrong password": {lime{password: "anders"}, "", "Invalid user name"},
		"no right":       {lime{export: map[string]any{"status": "No permission"}}, "", "No permission"},
		"tells password": {lime{export: map[string]any{"status": "falsch: geheim"}}, "", "nicht heraus"},
		"an error":       {lime{fails: map[string]any{"message": "kaputt"}}, "", "kaputt"},
		"no base64":      {lime{export: "%%%"}, "", "base64"},
		"empty":          {lime{export: ""}, "", "base64"},
		"a list":         {lime{export: []any{}}, "", "nicht heraus"},
		"other question": {lime{wrongID: true}, "", "andere Frage"},
	} {
		l := c.lime
		if l.password == "" {
			l.password = "geheim"
		}
		srv := httptest.NewServer(&l)
		got, _, err := files(t, "limesurvey", srv.URL, "geheim", map[string]string{"survey": "4711", "user": "trio", "city": "augsburg"})
		srv.Close()
		if got != c.want || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: %q %v", name, got, err)
		}
		if err != nil && (strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "sitzung-1")) {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
		if l.open != 0 && !l.wrongID {
			t.Errorf("%s: %d sessions left open", name, l.open)
		}
		if len(l.asked) > 0 && fmt.Sprint(l.asked) != "[sitzung-1 4711 csv de all code short]" {
			t.Errorf("%s: asked %v", name, l.asked)
		}
	}
	if _, _, err := files(t, "limesurvey", "http://127.0.0.1:1", "x", map[string]string{"survey": "viele"}); err == nil {
		t.Error("a survey without a number")
	}
}

// TestSurveyFiles: a drop folder gives its files oldest first; links, hidden and
// unfinished files stay.
func TestSurveyFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name string, age time.Duration) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	put("b.csv", 2*time.Hour)
	put("a.XLSX", time.Hour)
	put("neu.json", 0)
	put(".versteckt.csv", time.Hour)
	put("~offen.xlsx", time.Hour)
	put("brief.docx", time.Hour)
	secret := filepath.Join(t.TempDir(), "geheim.csv")
	if err := os.WriteFile(secret, []byte("geheim"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "link.csv")); err != nil {
		t.Fatal(err)
	}
	got, warnings, err := files(t, "survey", "file://"+dir, "", nil)
	if got != "b.csv=b.csv a.XLSX=a.XLSX " || err != nil || len(warnings) != 2 {
		t.Errorf("%q %v %v", got, err, warnings)
	}
	if got, _, err := files(t, "survey", "file://"+secret, "", nil); got != "geheim.csv=geheim " || err != nil {
		t.Errorf("one file: %q %v", got, err)
	}
	if _, _, err := files(t, "survey", "file://"+dir+"/nichts", "", nil); err == nil {
		t.Error("a folder that is not there")
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") }))
	defer srv.Close()
	if got, _, err := files(t, "survey", srv.URL+"/export/antworten.csv", "", nil); got != "antworten.csv=x " || err != nil {
		t.Errorf("by address: %q %v", got, err)
	}
}

// TestKinds_checkOptions: what a source says is known to its kind and complete.
func TestKinds_checkOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   string
		config map[string]string
		want   string
	}{
		{"ckan", nil, ""}, {"ckan", map[string]string{"x": "y"}, "unknown:x"}, {"survey", nil, "missing:city"}, {"csw", map[string]string{"schema": "dc"}, ""},
		{"limesurvey", map[string]string{"city": "augsburg", "survey": "1", "user": "u"}, ""},
	} {
		k, _ := source.KindOf(c.kind)
		got := ""
		for _, f := range k.Check(c.config) {
			got += f.Code
		}
		if got != c.want {
			t.Errorf("%s %v: %s, want %s", c.kind, c.config, got, c.want)
		}
	}
}
