package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

const (
	soundTTL = `@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://example.org/1> a dcat:Dataset ; dct:title "T" ; dct:description "D" ; dct:publisher <https://example.org/p> . <https://example.org/p> a <http://xmlns.com/foaf/0.1/Agent> ; <http://xmlns.com/foaf/0.1/name> "P" .`
	warningTTL = soundTTL + ` <https://example.org/1> dct:isVersionOf <https://example.org/2> .`
	faultyTTL  = `<https://example.org/1> a <http://www.w3.org/ns/dcat#Dataset> .`
)

func commandLine(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append(args, "--data", t.TempDir()), nil, &out, &errs)
	return code, out.String(), errs.String()
}

func rdfFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"gut.ttl": soundTTL, "warnung.ttl": warningTTL, "schlecht.ttl": faultyTTL, "kaputt.ttl": "<urn:a b>", "seite.rdf": "<!DOCTYPE html><html>", "x.doc": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestValidate_files(t *testing.T) {
	dir := rdfFiles(t)
	for _, c := range []struct {
		files, has string
		code       int
	}{
		{"gut.ttl", "1 Datensatz, 0 Verstöße, 0 Warnungen", exitOK},
		{"warnung.ttl", "1 Datensatz, 0 Verstöße, 1 Warnung\n", exitOK},
		{"schlecht.ttl", "3 Verstöße", exitProblem},
		{"schlecht.ttl", "Titel (dct:title) fehlt. Ergänzen, zum Beispiel", exitProblem},
		{"gut.ttl schlecht.ttl", "0 Verstöße", exitProblem},
		{"kaputt.ttl", "Zeile 1", exitProblem},
		{"seite.rdf", "Das Dokument ist eine Webseite und kein RDF.", exitProblem},
		{"fehlt.ttl", "Es gibt sie nicht.", exitProblem},
		{"x.doc", "ttl, n3, rdf, xml, jsonld or nt", exitUsage},
	} {
		args := []string{"validate"}
		for _, f := range strings.Fields(c.files) {
			args = append(args, filepath.Join(dir, f))
		}
		code, out, errs := commandLine(t, args...)
		if code != c.code || !strings.Contains(out+errs, c.has) {
			t.Errorf("%s: exit code %d, want %d and %q in\n%s%s", c.files, code, c.code, c.has, out, errs)
		}
	}
}

func TestValidate_json(t *testing.T) {
	dir := rdfFiles(t)
	code, out, _ := commandLine(t, "validate", "--json", filepath.Join(dir, "gut.ttl"), filepath.Join(dir, "schlecht.ttl"))
	var r []validation
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if code != exitProblem || len(r) != 2 || r[0].Violations != 0 || r[0].Findings == nil || r[1].Violations != 3 || len(r[1].Findings) != 3 {
		t.Errorf("exit code %d, %+v", code, r)
	}
}

func TestValidate_address(t *testing.T) {
	mux := http.NewServeMux()
	answer := func(path, typ, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", typ)
			fmt.Fprint(w, strings.ReplaceAll(body, "BASE", "http://"+r.Host))
		})
	}
	page := func(next string) string {
		return "<BASE/page> a <http://www.w3.org/ns/hydra/core#PagedCollection> ; <http://www.w3.org/ns/hydra/core#next> " + next + " .\n"
	}
	answer("/one.ttl", "text/turtle; charset=utf-8", soundTTL)
	answer("/plain.ttl", "text/plain", soundTTL)
	answer("/feed", "text/turtle", soundTTL+page("<BASE/feed2>"))
	answer("/feed2", "text/turtle", strings.ReplaceAll(soundTTL, "/1>", "/2>")+page("\"/feed3\"")) // some portals write the link as text
	answer("/feed3", "text/turtle", strings.ReplaceAll(soundTTL, "/1>", "/3>"))
	answer("/circle", "text/turtle", page("<BASE/circle>"))
	answer("/leaves", "text/turtle", page("<http://192.0.2.1/x>"))
	answer("/file", "text/turtle", page("<file:///etc/passwd>"))
	answer("/html.ttl", "text/html", "<html>")
	answer("/faulty", "text/turtle", faultyTTL)
	server := httptest.NewServer(mux)
	defer server.Close()
	for path, c := range map[string]struct {
		code int
		has  string
	}{
		"/one.ttl":   {exitOK, "1 Datensatz, 0 Verstöße"},
		"/plain.ttl": {exitOK, "1 Datensatz, 0 Verstöße"},
		"/feed":      {exitOK, "3 Datensätze, 0 Verstöße"},
		"/circle":    {exitProblem, "im Kreis"},
		"/leaves":    {exitProblem, "auf einem anderen Rechner"},
		"/file":      {exitProblem, "auf einem anderen Rechner"},
		"/html.ttl":  {exitProblem, "liefert kein RDF"},
		"/nothing":   {exitProblem, "antwortet mit Status 404"},
		"/faulty":    {exitProblem, "3 Verstöße"},
	} {
		code, out, errs := commandLine(t, "validate", server.URL+path)
		if code != c.code || !strings.Contains(out+errs, c.has) {
			t.Errorf("%s: exit code %d, want %d and %q in\n%s%s", path, code, c.code, c.has, out, errs)
		}
	}
	server.Close()
	if code, _, errs := commandLine(t, "validate", server.URL+"/one.ttl"); code != exitProblem || !strings.Contains(errs, "ist nicht erreichbar") {
		t.Errorf("nobody listens: exit code %d, %s", code, errs)
	}
}

func TestExport_publicOnlyInEverySyntax(t *testing.T) {
	p := newFeedPortal(t, 5)
	k := p.core
	cfg := defaults
	cfg.SiteURL = feedSite
	want := 0
	for _, format := range []string{"ttl", "rdf", "jsonld", "nt", "jsonl"} {
		var out bytes.Buffer
		e := &env{ctx: t.Context(), stdout: &out, cfg: &cfg}
		n, err := (&ExportCmd{Format: format}).write(e, k, &out)
		if err != nil || n != 5 {
			t.Errorf("%s: %d datasets, %v", format, n, err)
		}
		if strings.Contains(out.String(), "geheimnis") {
			t.Errorf("%s holds what is not public", format)
		}
		if format == "jsonl" {
			for line := range strings.Lines(out.String()) {
				var e catalog.Entry
				if err := json.Unmarshal([]byte(line), &e); err != nil || e.Fields.String("title") == "" || len(e.Parts) != 1 || e.Parts[0].Fields.String("url") == "" {
					t.Errorf("line %q: %v", line, err)
				}
			}
			continue
		}
		f, _ := rdfio.FormatOf(format)
		g, err := rdfio.Read(t.Context(), &out, f, rdfio.DefaultLimits)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if want == 0 {
			want = g.Len()
		}
		if g.Len() != want || len(g.OfType("dcat:Dataset")) != 5 {
			t.Errorf("%s: %d triples, want %d", format, g.Len(), want)
		}
	}
}

func TestExport_fileAppearsOnlyComplete(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "katalog.ttl")
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg := defaults
	cfg.Data = data
	k, err := openCore(t.Context(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"export", "--format", "ttl", "--out", file, "--data", data}, nil, &out, &errs); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	if _, err := os.Stat(file); err != nil || out.Len() != 0 || !strings.Contains(errs.String(), "0 Datensätze nach "+file+" geschrieben.") {
		t.Errorf("%v; %s", err, errs.String())
	}
	if code := run(t.Context(), []string{"export", "--out", filepath.Join(dir, "fehlt", "x.ttl"), "--data", data}, nil, &out, &errs); code != exitProblem {
		t.Errorf("a folder that is missing: exit code %d", code)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".trio-export-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if code := run(t.Context(), []string{"export", "--format", "doc"}, nil, &out, &errs); code != exitUsage {
		t.Errorf("an unknown format: exit code %d", code)
	}
}

func TestHelp_ofValidateAndExport(t *testing.T) {
	for _, c := range []string{"validate", "export"} {
		code, out, _ := commandLine(t, c, "--help")
		if code != exitOK || !strings.Contains(out, "Examples:") || !strings.Contains(out, "Exit code 0") {
			t.Errorf("%s: %d %s", c, code, out)
		}
	}
}
