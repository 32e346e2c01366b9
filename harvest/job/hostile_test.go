package job_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
	"trio.example/harvest/job"
)

// A nasty source has the same datasets in the words of each kind, and a fault that
// changes what it answers.
type nasty struct {
	kind  string
	mu    sync.Mutex
	fault func(w http.ResponseWriter, r *http.Request, a answer) bool // nil for none
	asked int
	list  []string // identifiers
}

type answer struct {
	kind  string // content type
	body  string
	n     int // requests since the fault began, from 1
	start int // datasets before this page
	count int
}

const nastyPage = 20

func (s *nasty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/robots.txt" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.asked++
	a := s.answer(r)
	a.n = s.asked
	w.Header().Set("Content-Type", a.kind)
	if s.fault == nil || !s.fault(w, r, a) {
		_, _ = w.Write([]byte(a.body))
	}
}

func (s *nasty) become(fault func(http.ResponseWriter, *http.Request, answer) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.asked = fault, 0
}

func (s *nasty) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *nasty) rename(fn func(i int, id string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.list {
		s.list[i] = fn(i, s.list[i])
	}
}

// nastyTitle and the rest of a dataset follow from its identifier.
func nastyTitle(id string) string { return "Grünflächen Nr. " + nastyNumber(id) }

func nastyNumber(id string) string {
	n, err := strconv.Atoi(id[strings.LastIndex(id, "-")+1:])
	if err != nil {
		panic(err)
	}
	return strconv.Itoa(n)
}

// answer is the page that was asked for.
func (s *nasty) answer(r *http.Request) answer {
	q := r.URL.Query()
	number := func(name string, least int) int {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < least {
			return least
		}
		return n
	}
	start, end := 0, len(s.list)
	switch s.kind {
	case "ckan":
		start = number("start", 0)
	case "csw":
		start = number("startPosition", 1) - 1
	case "dcat":
		start = (number("page", 1) - 1) * nastyPage
	}
	if s.kind != "datajson" {
		start = min(start, len(s.list))
		end = min(start+nastyPage, len(s.list))
	}
	var b strings.Builder
	a := answer{start: start, count: len(s.list)}
	host := "http://" + r.Host
	switch s.kind {
	case "ckan":
		a.kind = "application/json"
		var list []string
		for _, id := range s.list[start:end] {
			list = append(list, fmt.Sprintf(`{"id": %q, "name": "datensatz-%s", "title": %q, "notes": "Bäume", "resources": [{"url": "https://example.org/%s.csv", "format": "CSV"}]}`, id, nastyNumber(id), nastyTitle(id), nastyNumber(id)))
		}
		fmt.Fprintf(&b, `{"success": true, "result": {"count": %d, "results": [%s]}}`, len(s.list), strings.Join(list, ", "))
	case "datajson":
		a.kind = "application/json"
		var list []string
		for _, id := range s.list {
			list = append(list, fmt.Sprintf(`{"identifier": %q, "title": %q, "description": "Bäume", "distribution": [{"downloadURL": "https://example.org/%s.csv", "mediaType": "text/csv"}]}`, id, nastyTitle(id), nastyNumber(id)))
		}
		fmt.Fprintf(&b, `{"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [%s]}`, strings.Join(list, ", "))
	case "dcat":
		a.kind = "text/turtle"
		at := func(start int) string { return fmt.Sprintf("<%s/catalog.ttl?page=%d>", host, start/nastyPage+1) }
		b.WriteString("@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n")
		fmt.Fprintf(&b, "<%s/katalog> a dcat:Catalog ; dct:title \"Katalog der Quelle\"@de ; dct:modified \"%s\" .\n", host, time.Now().UTC().Format(time.RFC3339Nano))
		fmt.Fprintf(&b, "%s a hydra:PagedCollection ; hydra:totalItems %d .\n", at(start), len(s.list))
		if end < len(s.list) {
			fmt.Fprintf(&b, "%s hydra:nextPage %s .\n", at(start), at(end))
		}
		for _, id := range s.list[start:end] {
			fmt.Fprintf(&b, "<https://quelle.example.org/%s> a dcat:Dataset ; dct:title %q@de ; dct:description \"Bäume\"@de ; dcat:distribution <https://quelle.example.org/d/%s> .\n<https://quelle.example.org/d/%s> a dcat:Distribution ; dcat:accessURL <https://example.org/%s.csv> .\n", id, nastyTitle(id), id, id, nastyNumber(id))
		}
	case "csw":
		a.kind = "application/xml"
		next := 0
		if end < len(s.list) {
			next = end + 1
		}
		fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"><csw:SearchResults numberOfRecordsMatched="%d" numberOfRecordsReturned="%d" nextRecord="%d">`, len(s.list), end-start, next)
		for _, id := range s.list[start:end] {
			b.WriteString(isoRecord(id))
		}
		b.WriteString("</csw:SearchResults></csw:GetRecordsResponse>")
	case "waf":
		if i, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/waf/"), ".xml")); err == nil {
			a.kind, a.start = "application/xml", i
			b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + isoRecord(s.list[i]))
			break
		}
		a.kind = "text/html"
		b.WriteString("<html><body>")
		for i := range s.list {
			fmt.Fprintf(&b, `<a href="%d.xml">%d.xml</a> `, i, i)
		}
		b.WriteString("</body></html>")
	}
	a.body = b.String()
	return a
}

func isoRecord(id string) string {
	text := func(s string) string { return "<gco:CharacterString>" + s + "</gco:CharacterString>" }
	return `<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco"><gmd:fileIdentifier>` + text(id) + `</gmd:fileIdentifier><gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>` + text(nastyTitle(id)) +
		`</gmd:title></gmd:CI_Citation></gmd:citation><gmd:abstract>` + text("Bäume") + `</gmd:abstract></gmd:MD_DataIdentification></gmd:identificationInfo><gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions><gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>` +
		fmt.Sprintf("https://example.org/%s.csv", nastyNumber(id)) + `</gmd:URL></gmd:linkage></gmd:CI_OnlineResource></gmd:onLine></gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo></gmd:MD_Metadata>`
}

// openNasty is a house whose only source is a nasty one with n datasets.
func openNasty(t *testing.T, kind string, n int) (*house, *nasty) {
	t.Helper()
	h := open(t, 0)
	s := &nasty{kind: kind}
	for i := range n {
		s.list = append(s.list, fmt.Sprintf("id-%03d", i))
	}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	lim := fetch.Defaults()
	lim.Pause, lim.Tries, lim.Idle, lim.Whole, lim.Wait = time.Millisecond, 2, 6*time.Second, 6*time.Second, time.Second
	h.engine.SetLimits(lim)
	h.update(func(tx catalog.WriteTx) error {
		src, err := tx.HarvestSource("quelle")
		if err != nil {
			return err
		}
		src.Kind, src.URL = kind, srv.URL+map[string]string{"dcat": "/catalog.ttl", "datajson": "/data.json", "csw": "/csw", "waf": "/waf/"}[kind]
		return tx.PutHarvestSource(src)
	})
	return h, s
}

// whole is all datasets by id, to tell whether anything changed.
func (h *house) whole() map[string]string {
	h.Helper()
	out := map[string]string{}
	err := h.store.View(h.Context(), func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			b, err := json.Marshal([]any{e.Name, e.Fields, len(e.Parts)})
			if err != nil {
				return err
			}
			out[e.ID] = string(b)
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	return out
}

func squeeze(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// bomb is packed once: that takes longer than to notice it.
var bomb = sync.OnceValue(func() []byte { return squeeze(bytes.Repeat([]byte(" "), 70<<20)) })

func latin1(s string) []byte {
	var out []byte
	for _, r := range s {
		out = append(out, byte(r))
	}
	return out
}

func utf16le(s string) []byte {
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// send writes a changed body.
func send(fn func(a answer) []byte) func(http.ResponseWriter, *http.Request, answer) bool {
	return func(w http.ResponseWriter, _ *http.Request, a answer) bool {
		_, _ = w.Write(fn(a))
		return true
	}
}

// TestNasty_harmsNothing: whatever a source of any kind does, its datasets stay as
// they are, the operator is told why, and the next good run is clean.
func TestNasty_harmsNothing(t *testing.T) {
	t.Parallel()
	bomb()
	text := func(fn func(s string) string) func(http.ResponseWriter, *http.Request, answer) bool {
		return send(func(a answer) []byte { return []byte(fn(a.body)) })
	}
	to := func(address string) func(http.ResponseWriter, *http.Request, answer) bool {
		return func(w http.ResponseWriter, r *http.Request, _ answer) bool {
			http.Redirect(w, r, address, http.StatusFound)
			return true
		}
	}
	faults := map[string]struct {
		fault  func(http.ResponseWriter, *http.Request, answer) bool
		reason string // must be told, "" when the answer is still right
	}{
		"cut in the middle": {text(func(s string) string { return s[:len(s)/2] }), "|"},
		"cut at the end":    {text(func(s string) string { return s[:len(s)-3] }), "|"},
		"empty":             {text(func(string) string { return "" }), "leer"},
		"blank":             {text(func(string) string { return " \n\t " }), "leer|weder"},
		"web page": {func(w http.ResponseWriter, _ *http.Request, _ answer) bool {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!DOCTYPE html><html><body>Wartung</body></html>")
			return true
		}, "Webseite|kein RDF|Katalogdienst"},
		"web page as the kind": {text(func(string) string { return "<!DOCTYPE html><html><body>Wartung</body></html>" }), "Webseite"},
		"latin1 unsaid":        {send(func(a answer) []byte { return latin1(a.body) }), "UTF-8|utf-8"},
		"utf-16":               {send(func(a answer) []byte { return utf16le(a.body) }), ""},
		"zero bytes":           {text(func(s string) string { return strings.ReplaceAll(s, "Bäume", "B\x00ume") }), "Nullzeichen|U+0000"},
		"invalid utf-8":        {text(func(s string) string { return strings.ReplaceAll(s, "Bäume", "B\xC3\x28ume") }), "UTF-8"},
		"bomb": {func(w http.ResponseWriter, _ *http.Request, _ answer) bool {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb())
			return true
		}, "ausgepackt zu groß"},
		"half a gzip": {func(w http.ResponseWriter, _ *http.Request, a answer) bool {
			w.Header().Set("Content-Encoding", "gzip")
			z := squeeze([]byte(a.body))
			_, _ = w.Write(z[:len(z)/2])
			return true
		}, "bricht mittendrin ab"},
		"unknown packing": {func(w http.ResponseWriter, _ *http.Request, a answer) bool {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write([]byte(a.body))
			return true
		}, "gepackt"},
		"to loopback": {to("http://127.0.0.1:1/"), "privaten Netz"},
		"to metadata": {to("http://169.254.169.254/latest/meta-data/"), "privaten Netz"},
		"to mapped":   {to("http://[::ffff:127.0.0.1]:1/"), "privaten Netz"},
		"to a number": {to("http://2130706433:1/"), "privaten Netz|gibt es nicht"},
		"to gopher":   {to("gopher://127.0.0.1/"), "unzulässige Adresse"},
		"in a circle": {func(w http.ResponseWriter, r *http.Request, _ answer) bool {
			http.Redirect(w, r, r.URL.String(), http.StatusFound)
			return true
		}, "leitet zu oft"},
		"500 later": {func(w http.ResponseWriter, _ *http.Request, a answer) bool {
			w.WriteHeader(http.StatusInternalServerError)
			return a.n > 1 || a.count <= nastyPage
		}, "Status 500"},
		"trickle": {func(w http.ResponseWriter, r *http.Request, a answer) bool {
			for i := 0; i < len(a.body) && r.Context().Err() == nil; i++ {
				fmt.Fprint(w, a.body[i:i+1])
				w.(http.Flusher).Flush()
				time.Sleep(5 * time.Millisecond)
			}
			return true
		}, "in der erlaubten Zeit"},
		"wait for ever": {func(w http.ResponseWriter, _ *http.Request, _ answer) bool {
			w.Header().Set("Retry-After", "99999999999999999")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}, "bittet um"},
		"wait a year": {func(w http.ResponseWriter, _ *http.Request, _ answer) bool {
			w.Header().Set("Retry-After", "31536000")
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}, "bittet um"},
		"forbidden": {func(w http.ResponseWriter, _ *http.Request, _ answer) bool {
			w.WriteHeader(http.StatusForbidden)
			return true
		}, "Status 403"},
		"no content": {func(w http.ResponseWriter, _ *http.Request, _ answer) bool {
			w.WriteHeader(http.StatusNoContent)
			return true
		}, "Status 204"},
		"entities": {send(func(a answer) []byte {
			if strings.Contains(a.kind, "xml") {
				return []byte(strings.Replace(a.body, "?>", `?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`, 1))
			}
			return []byte(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>`)
		}), "|"},
		"deep": {send(func(a answer) []byte {
			switch {
			case strings.Contains(a.kind, "json"):
				return []byte(strings.Repeat("[", 1_000_000))
			case strings.Contains(a.kind, "turtle"):
				return []byte("<a:b> <a:c> " + strings.Repeat("(", 1_000_000))
			}
			return []byte(strings.Repeat("<x>", 1_000_000))
		}), "schachtelt|Ebenen|keine Dateiliste"},
		"many nothings": {send(func(a answer) []byte {
			const n = 3_000_000
			switch a.kind {
			case "application/json":
				return []byte(`{"success": true, "result": {"count": 40, "results": [` + strings.Repeat("{},", n) + `{}]}, "dataset": [` + strings.Repeat("{},", n) + `{}]}`)
			case "text/turtle":
				return []byte(strings.Repeat("<a:b> <a:c> 1.\n", n))
			case "application/xml":
				return []byte(`<csw:SearchResults xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" numberOfRecordsMatched="40">` + strings.Repeat("<Record/>", n) + `</csw:SearchResults>`)
			}
			return []byte("<html>" + strings.Repeat("<a href=1/>", n) + "</html>")
		}), "mehr als|größer als"},
	}
	for _, kind := range []string{"ckan", "datajson", "dcat", "csw", "waf"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h, s := openNasty(t, kind, 45)
			h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "45/0/0/0/0")
			before := h.whole()
			for name, f := range faults {
				s.become(f.fault)
				started := time.Now()
				j := h.run(job.Options{})
				told := []string{j.Reason}
				for _, x := range j.Findings {
					told = append(told, x.Message.In("de"))
				}
				h.objects(j, func(o *catalog.HarvestObject) {
					for _, x := range o.Faults {
						told = append(told, x.Message.In("de"))
					}
				})
				if now := h.whole(); !sameMap(before, now) {
					t.Errorf("%s: the datasets changed: %s", name, counts(j))
				}
				all := strings.Join(told, " / ")
				if f.reason == "" {
					if j.Outcome != catalog.HarvestOK {
						t.Errorf("%s: %s %s (%.400s)", name, j.Outcome, counts(j), all)
					}
				} else if j.Outcome == catalog.HarvestOK || !slices.ContainsFunc(strings.Split(f.reason, "|"), func(s string) bool { return strings.Contains(all, s) }) || strings.Trim(all, " /") == "" {
					t.Errorf("%s: %s %s: told %.400q, want %q", name, j.Outcome, counts(j), all, f.reason)
				} else {
					t.Logf("%s: %s: %.200s", name, j.Outcome, strings.Trim(all, " /"))
				}
				if took := time.Since(started); took > time.Minute {
					t.Errorf("%s: took %v", name, took)
				}
				s.become(nil)
				if j := h.run(job.Options{}); j.Outcome != catalog.HarvestOK || j.Counts[catalog.HarvestSame] != 45 || len(j.Counts) != 1 {
					t.Errorf("%s: the good run after it: %s %s (%s)", name, j.Outcome, counts(j), j.Reason)
				}
			}
		})
	}
}

func sameMap(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

func (h *house) objects(j *catalog.HarvestJob, each func(*catalog.HarvestObject)) {
	h.Helper()
	err := h.store.View(h.Context(), func(tx catalog.Tx) error {
		const all = 10_000
		list, err := tx.HarvestObjects(j.ID, 0, all)
		for _, o := range list {
			each(o)
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
}

// TestRespelled_areTheSame: identifiers in another spelling are the same datasets,
// with their ids and names, whoever comes first.
func TestRespelled_areTheSame(t *testing.T) {
	t.Parallel()
	h, s := openNasty(t, "ckan", 45)
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "45/0/0/0/0")
	before := h.whole()
	s.rename(func(_ int, id string) string { return strings.ToUpper(id) })
	j := h.run(job.Options{})
	h.expect(j, catalog.HarvestFinished, catalog.HarvestOK, "0/0/0/45/0") // the addresses made for them stay
	if len(j.Findings) != 1 || j.Findings[0].Code != "respelled" || j.Seen != 45 {
		t.Errorf("%d seen, %+v", j.Seen, j.Findings)
	}
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "0/0/0/45/0")
	// One comes in both spellings: two datasets.
	s.mu.Lock()
	s.list = append(s.list, "id-006")
	s.mu.Unlock()
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "1/0/0/45/0")
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "0/0/0/46/0")
	name := func(s string) string { return strings.SplitN(s, ",", 2)[0] }
	for id, was := range before {
		if now := h.whole()[id]; name(now) != name(was) {
			t.Errorf("%s became %s", was, now)
		}
	}
}

// TestNasty_walks: pages that shrink, repeat themselves, or lie about how many
// there are end the reading, and nothing is taken for deleted.
func TestNasty_walks(t *testing.T) {
	t.Parallel()
	count := func(w http.ResponseWriter, a answer, said string) bool {
		body := strings.Replace(a.body, fmt.Sprintf(`"count": %d`, a.count), `"count": `+said, 1)
		body = strings.Replace(body, fmt.Sprintf(`numberOfRecordsMatched="%d"`, a.count), fmt.Sprintf("numberOfRecordsMatched=%q", said), 1)
		_, _ = w.Write([]byte(strings.Replace(body, fmt.Sprintf("hydra:totalItems %d", a.count), "hydra:totalItems "+said, 1)))
		return true
	}
	lie := func(said string) func(http.ResponseWriter, *http.Request, answer) bool {
		return func(w http.ResponseWriter, _ *http.Request, a answer) bool { return count(w, a, said) }
	}
	for _, kind := range []string{"ckan", "csw", "dcat"} {
		for name, fault := range map[string]func(s *nasty) func(http.ResponseWriter, *http.Request, answer) bool{
			"count too high":     func(*nasty) func(http.ResponseWriter, *http.Request, answer) bool { return lie("400") },
			"count far too high": func(*nasty) func(http.ResponseWriter, *http.Request, answer) bool { return lie("2000000000") },
			"count beyond": func(*nasty) func(http.ResponseWriter, *http.Request, answer) bool {
				return lie("99999999999999999999999")
			},
			"count below":    func(*nasty) func(http.ResponseWriter, *http.Request, answer) bool { return lie("-5") },
			"count in words": func(*nasty) func(http.ResponseWriter, *http.Request, answer) bool { return lie(`"viele"`) },
			"first page again": func(s *nasty) func(http.ResponseWriter, *http.Request, answer) bool {
				return func(w http.ResponseWriter, r *http.Request, a answer) bool {
					if a.start == 0 {
						return count(w, a, "100000")
					}
					first := r.Clone(r.Context())
					first.URL.RawQuery = ""
					a = s.answer(first)
					return count(w, a, "100000")
				}
			},
			"shrinks": func(s *nasty) func(http.ResponseWriter, *http.Request, answer) bool {
				return func(w http.ResponseWriter, _ *http.Request, a answer) bool {
					_, _ = w.Write([]byte(a.body))
					if len(s.list) > 40 {
						s.list = s.list[1:] // all that follow move up, and one is skipped
					}
					return true
				}
			},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				h, s := openNasty(t, kind, 85)
				h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "85/0/0/0/0")
				s.become(fault(s))
				j := h.run(job.Options{})
				const most = 40
				told := j.Reason
				for _, f := range j.Findings {
					told += " / " + f.Message.In("de")
				}
				t.Logf("%d requests, %s %s: %.300s", j.Requests, j.Outcome, counts(j), told)
				if n := s.requests(); n > most {
					t.Errorf("%d requests", n)
				}
				if h.live() != 85 || j.Outcome == catalog.HarvestOK && name != "count below" && name != "shrinks" || strings.Trim(told, " /") == "" && j.Outcome != catalog.HarvestOK {
					t.Errorf("%d live, %s: %s", h.live(), j.Outcome, told)
				}
			})
		}
	}
}

// TestOrigin_isKept: how a source describes itself is kept with the organization,
// and written once while only its date moves.
func TestOrigin_isKept(t *testing.T) {
	t.Parallel()
	h, _ := openNasty(t, "dcat", 45)
	org := func() *catalog.Entry {
		e, err := h.reg.Get(t.Context(), admin, catalog.TypeOrganization.Namespace(), "amt")
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "45/0/0/0/0")
	first := org()
	if known := first.Fields.Map("rdf_catalogs"); len(known) != 1 {
		t.Fatalf("%v", known)
	} else if b, err := json.Marshal(known); err != nil || !strings.Contains(string(b), "Katalog der Quelle") {
		t.Errorf("%s %v", b, err)
	}
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "0/0/0/45/0")
	if org().Rev != first.Rev {
		t.Error("written again")
	}
}
