package source_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

const wafDoc = `<?xml version="1.0"?><gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd"><gmd:fileIdentifier><t>%s</t></gmd:fileIdentifier><gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title><t>%s</t></gmd:title></gmd:CI_Citation></gmd:citation></gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>`

// TestWAF reads listings as several servers write them; each line of files is
// name=content, a name that ends in / a listing.
func TestWAF(t *testing.T) {
	t.Parallel()
	doc := func(id string) string { return fmt.Sprintf(wafDoc, id, "Titel "+id) }
	for name, c := range map[string]struct {
		files    map[string]string
		want     string // identifiers, ! marks one that failed
		complete bool
		fails    string
	}{
		"apache": {map[string]string{"/iso/": `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN"><html><body><a href="?C=N;O=D">Name</a><a href="/">Parent</a><a href="a.xml">a</a> <a href="b.XML">b</a> <a href="c.txt">c</a></body></html>`,
			"/iso/a.xml": doc("a"), "/iso/b.XML": doc("b"), "/iso/c.txt": "x"}, "a b", true, ""},
		"iis":                 {map[string]string{"/iso/": `<html><body><pre><A HREF="/">[To Parent Directory]</A><br><A HREF="/iso/a.xml">a</A></pre></body></html>`, "/iso/a.xml": doc("a")}, "a", true, ""},
		"folders":             {map[string]string{"/iso/": `<html><a href="../">..</a><a href="sub/">sub</a><a href="sub/">again</a></html>`, "/iso/sub/": `<html><a href="../">..</a><a href="a.xml">a</a></html>`, "/iso/sub/a.xml": doc("a")}, "a", true, ""},
		"elsewhere":           {map[string]string{"/iso/": `<html><a href="http://other.example.org/iso/a.xml">a</a><a href="/secret/b.xml">b</a><a href="//x.example/iso/c.xml">c</a><a href="../iso/../d.xml">d</a><a href="e.xml">e</a></html>`, "/iso/e.xml": doc("e"), "/secret/b.xml": doc("b"), "/d.xml": doc("d")}, "e", true, ""},
		"empty folder":        {map[string]string{"/iso/": `<html><a href="../">..</a></html>`}, "", true, ""},
		"one document":        {map[string]string{"/iso/": doc("a")}, "a", true, ""},
		"several in a file":   {map[string]string{"/iso/": `<html><a href="a.xml">a</a></html>`, "/iso/a.xml": "<records>" + strings.ReplaceAll(doc("a")+doc("b"), `<?xml version="1.0"?>`, "") + "</records>"}, "a b", true, ""},
		"twice":               {map[string]string{"/iso/": `<html><a href="a.xml">a</a><a href="b.xml">b</a></html>`, "/iso/a.xml": doc("a"), "/iso/b.xml": doc("a")}, "a", true, ""},
		"a file is broken":    {map[string]string{"/iso/": `<html><a href="a.xml">a</a><a href="b.xml">b</a></html>`, "/iso/a.xml": doc("a"), "/iso/b.xml": "<MD_Metadata>"}, "a", false, ""},
		"a file is gone":      {map[string]string{"/iso/": `<html><a href="a.xml">a</a><a href="b.xml">b</a></html>`, "/iso/a.xml": doc("a")}, "a", false, ""},
		"a file has a DTD":    {map[string]string{"/iso/": `<html><a href="a.xml">a</a><a href="b.xml">b</a></html>`, "/iso/a.xml": doc("a"), "/iso/b.xml": `<!DOCTYPE a><a/>`}, "a", false, ""},
		"a file is no ISO":    {map[string]string{"/iso/": `<html><a href="a.xml">a</a><a href="b.xml">b</a></html>`, "/iso/a.xml": doc("a"), "/iso/b.xml": `<metadata/>`}, "a !b.xml", true, ""},
		"no title, no id":     {map[string]string{"/iso/": `<html><a href="a.xml">a</a></html>`, "/iso/a.xml": `<MD_Metadata/>`}, "!a.xml#0", false, ""},
		"all lies elsewhere":  {map[string]string{"/iso/": `<html><a href="http://other.example.org/iso/a.xml">a</a></html>`}, "", false, "anderswo"},
		"a page":              {map[string]string{"/iso/": `<html><body><a href="index.php">Anmelden</a></body></html>`}, "", false, "keine Dateiliste"},
		"cut listing":         {map[string]string{"/iso/": `<html><body><a href="a.xml">a</a>`}, "", false, "bricht"},
		"nothing":             {map[string]string{"/iso/": " "}, "", false, "leer"},
		"a circle of folders": {map[string]string{"/iso/": `<html><a href="x/">x</a></html>`, "/iso/x/": `<html><a href="../">x</a><a href="./">y</a></html>`}, "", true, ""},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, ok := c.files[r.URL.Path]
			if !ok {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			fmt.Fprint(w, text)
		}))
		r := read(t, "waf", srv.URL+"/iso/", nil)
		srv.Close()
		if c.fails != "" {
			if r.err == nil || !strings.Contains(r.err.Error(), c.fails) {
				t.Errorf("%s: %v, want a reason with %q", name, r.err, c.fails)
			}
			continue
		}
		var got []string
		for _, rec := range r.records {
			id := rec.GUID[strings.LastIndex(rec.GUID, "/")+1:]
			if rec.Failed() {
				id = "!" + id
			}
			got = append(got, id)
		}
		slices.SortFunc(got, func(a, b string) int { return strings.Compare(strings.TrimPrefix(a, "!"), strings.TrimPrefix(b, "!")) })
		if strings.Join(got, " ") != c.want || r.err != nil || r.complete != c.complete {
			t.Errorf("%s: %v complete %v %v, want %q %v", name, got, r.complete, r.err, c.want, c.complete)
		}
		if !r.complete && len(r.warnings) == 0 && r.sound() == len(r.records) {
			t.Errorf("%s: incomplete without a word", name)
		}
	}
}

// TestWAF_fileThatFailsKeepsItsRecords: what a file held last time is told from
// what is gone, so that one broken file does not keep others from being deleted.
func TestWAF_fileThatFailsKeepsItsRecords(t *testing.T) {
	t.Parallel()
	broken := false
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/iso/":
			fmt.Fprint(w, `<html><a href="a.xml">a</a><a href="b.xml">b</a></html>`)
		case "/iso/a.xml":
			w.Header().Set("ETag", `"1"`)
			if broken {
				w.Header().Set("ETag", `"2"`)
				fmt.Fprint(w, "<MD_Metadata>")
				return
			}
			fmt.Fprintf(w, wafDoc, "a", "Titel a")
		default:
			fmt.Fprintf(w, wafDoc, "b", "Titel b")
		}
	}))
	defer srv.Close()
	dir := t.TempDir()
	if r := readWith(t, "waf", srv.URL+"/iso/", nil, dir); !r.complete || len(r.records) != 2 {
		t.Fatalf("%+v", r)
	}
	broken = true
	r := readWith(t, "waf", srv.URL+"/iso/", nil, dir)
	if !r.complete || len(r.records) != 2 || r.sound() != 1 || r.records[0].GUID != "a" || !r.records[0].Failed() {
		t.Errorf("complete %v, %d records, %v, %v", r.complete, len(r.records), r.err, r.warnings)
	}
}
