package source_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"trio.example/harvest/source"
)

// geo is a catalogue service whose habits a test chooses.
type geo struct {
	n int
	// next, if not nil, writes the attribute nextRecord after a page.
	next             func(start, end, n int) string
	matched          int  // what it counts, 0 for the truth
	noGet, noPost    bool // refuses requests by address, by document
	noISO            bool // knows Dublin Core only
	ignoresPosition  bool
	most             int // records per answer
	status           int
	fill             string // answers with that
	posts, gets      int
	services, silent bool // a service at the end serves the datasets; these name no address
}

func (g *geo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	start, _ := strconv.Atoi(q.Get("startPosition"))
	schema := q.Get("outputSchema")
	if r.Method == http.MethodPost {
		g.posts++
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if m := regexp.MustCompile(`startPosition="(\d+)"`).FindSubmatch(b); m != nil {
			start, _ = strconv.Atoi(string(m[1]))
		}
		if m := regexp.MustCompile(`outputSchema="([^"]+)"`).FindSubmatch(b); m != nil {
			schema = string(m[1])
		}
	} else {
		g.gets++
	}
	const refusal = `<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception exceptionCode="InvalidParameterValue" locator="outputSchema"><ows:ExceptionText>kenne ich nicht</ows:ExceptionText></ows:Exception></ows:ExceptionReport>`
	switch {
	case g.status != 0:
		w.WriteHeader(g.status)
		return
	case g.fill != "":
		fmt.Fprint(w, g.fill)
		return
	case r.Method == http.MethodPost && g.noPost, r.Method == http.MethodGet && g.noGet, g.noISO && strings.HasSuffix(schema, "gmd"):
		fmt.Fprint(w, refusal)
		return
	}
	most := g.most
	if most == 0 {
		most = 30
	}
	if g.ignoresPosition {
		start = 1
	}
	end := min(start+most-1, g.n)
	matched := g.n
	if g.matched != 0 {
		matched = g.matched
	}
	next := fmt.Sprint(end + 1)
	if end >= g.n {
		next = "0"
	}
	next = `nextRecord="` + next + `"`
	if g.next != nil {
		next = g.next(start, end, g.n)
	}
	fmt.Fprintf(w, `<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"><csw:SearchResults numberOfRecordsMatched="%d" numberOfRecordsReturned="%d" %s>`, matched, max(0, end-start+1), next)
	for i := start; i <= end; i++ {
		switch {
		case g.services && i == g.n:
			fmt.Fprint(w, `<gmd:MD_Metadata xmlns:gmd="x"><gmd:fileIdentifier><t>dienst</t></gmd:fileIdentifier><gmd:identificationInfo><srv:SV_ServiceIdentification xmlns:srv="y"><gmd:citation><gmd:CI_Citation><gmd:title><t>Dienst</t></gmd:title></gmd:CI_Citation></gmd:citation><srv:serviceType><t>view</t></srv:serviceType>`+
				`<srv:containsOperations><srv:SV_OperationMetadata><srv:operationName><t>GetCapabilities</t></srv:operationName><srv:connectPoint><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>https://geo.example.org/wms?service=WMS</gmd:URL></gmd:linkage></gmd:CI_OnlineResource></srv:connectPoint></srv:SV_OperationMetadata></srv:containsOperations><srv:operatesOn uuidref="id-2"/></srv:SV_ServiceIdentification></gmd:identificationInfo></gmd:MD_Metadata>`)
		case g.noISO:
			fmt.Fprintf(w, `<csw:Record xmlns:dc="dc"><dc:identifier>id-%d</dc:identifier><dc:title>Titel %d</dc:title></csw:Record>`, i, i)
		default:
			fmt.Fprintf(w, `<gmd:MD_Metadata xmlns:gmd="x"><gmd:fileIdentifier><t>id-%d</t></gmd:fileIdentifier><gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title><t>Titel %d</t></gmd:title></gmd:CI_Citation></gmd:citation></gmd:MD_DataIdentification></gmd:identificationInfo>`, i, i)
			if !g.silent {
				fmt.Fprintf(w, `<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions><gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>https://geo.example.org/%d.csv</gmd:URL></gmd:linkage></gmd:CI_OnlineResource></gmd:onLine></gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>`, i)
			}
			fmt.Fprint(w, `</gmd:MD_Metadata>`)
		}
	}
	fmt.Fprint(w, `</csw:SearchResults></csw:GetRecordsResponse>`)
}

// TestCSW walks over services of all habits: what is there is found, what is not
// ends soon and is called incomplete.
func TestCSW(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		geo      geo
		want     int
		complete bool
		fails    string // part of the reason
	}{
		"plain":                  {geo{n: 95}, 95, true, ""},
		"one page":               {geo{n: 5}, 5, true, ""},
		"nothing":                {geo{n: 0}, 0, true, ""},
		"by document only":       {geo{n: 40, noGet: true}, 40, true, ""},
		"by address only":        {geo{n: 40, noPost: true}, 40, true, ""},
		"Dublin Core only":       {geo{n: 40, noISO: true}, 40, true, ""},
		"says nothing of next":   {geo{n: 95, next: func(int, int, int) string { return "" }}, 95, true, ""},
		"next is itself":         {geo{n: 95, next: func(s, _, _ int) string { return fmt.Sprintf(`nextRecord="%d"`, s) }}, 95, true, ""},
		"next skips":             {geo{n: 95, next: func(_, e, _ int) string { return fmt.Sprintf(`nextRecord="%d"`, e+20) }}, 95, true, ""},
		"next is always there":   {geo{n: 95, next: func(_, e, _ int) string { return fmt.Sprintf(`nextRecord="%d"`, e+1) }}, 95, true, ""},
		"next is always nought":  {geo{n: 95, next: func(int, int, int) string { return `nextRecord="0"` }}, 95, true, ""},
		"next is no number":      {geo{n: 95, next: func(int, int, int) string { return `nextRecord="viele"` }}, 95, true, ""},
		"counts too many":        {geo{n: 95, matched: 500}, 95, false, ""},
		"counts too few":         {geo{n: 95, matched: 40}, 95, true, ""},
		"the same page for ever": {geo{n: 300, ignoresPosition: true}, 30, false, ""},
		"down":                   {geo{status: 503}, 0, false, "503"},
		"gone":                   {geo{status: 404}, 0, false, "404"},
		"a web page":             {geo{fill: "<!DOCTYPE html><html></html>"}, 0, false, "Webseite"},
		"empty":                  {geo{fill: " "}, 0, false, "leer"},
		"something else":         {geo{fill: "<feed/>"}, 0, false, "keine Antwort"},
		"entities":               {geo{fill: `<!DOCTYPE a [<!ENTITY b "c">]><a/>`}, 0, false, "DTD"},
		"cut":                    {geo{fill: `<csw:GetRecordsResponse xmlns:csw="c"><csw:SearchResults numberOfRecordsMatched="2">`}, 0, false, "kein gültiges XML"},
		"an exception":           {geo{fill: `<ows:ExceptionReport xmlns:ows="o"><ows:Exception exceptionCode="NoApplicableCode"><ows:ExceptionText>kaputt</ows:ExceptionText></ows:Exception></ows:ExceptionReport>`}, 0, false, "kaputt"},
	} {
		g := c.geo
		srv := httptest.NewServer(&g)
		r := read(t, "csw", srv.URL+"/csw?map=stadt&request=GetCapabilities&service=CSW", nil)
		srv.Close()
		if c.fails != "" {
			if r.err == nil || !strings.Contains(r.err.Error(), c.fails) {
				t.Errorf("%s: %v, want a reason with %q", name, r.err, c.fails)
			}
			continue
		}
		if r.err != nil || len(r.records) != c.want || r.complete != c.complete || r.sound() != c.want {
			t.Errorf("%s: %d records, complete %v, %v, want %d, %v", name, len(r.records), r.complete, r.err, c.want, c.complete)
		}
		if most := 60; g.gets+g.posts > most {
			t.Errorf("%s: %d requests", name, g.gets+g.posts)
		}
	}
}

// TestCSW_servicesServeDatasets: a dataset that names no address gets the services
// that say they serve it, wherever they stand.
func TestCSW_servicesServeDatasets(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(&geo{n: 4, services: true, silent: true, most: 2})
	defer srv.Close()
	r := read(t, "csw", srv.URL, nil)
	got := map[string]int{}
	for _, rec := range r.records {
		got[rec.GUID] = len(rec.Parts)
	}
	if r.err != nil || len(got) != 4 || got["id-1"] != 0 || got["id-2"] != 1 || got["dienst"] != 1 {
		t.Errorf("%v %v", got, r.err)
	}
	i := slices.IndexFunc(r.records, func(rec *source.Record) bool { return rec.GUID == "id-2" })
	if f := r.records[i].Parts[0].Fields; f.String("format") != "WMS_SRVC" || f.String("url") == "" {
		t.Errorf("%v", f)
	}
}

// TestCSW_schemaOfChoice: a source may say which form of records it wants.
func TestCSW_schemaOfChoice(t *testing.T) {
	t.Parallel()
	g := &geo{n: 3, noISO: true}
	srv := httptest.NewServer(g)
	defer srv.Close()
	if r := read(t, "csw", srv.URL, map[string]string{"schema": "dc"}); r.err != nil || len(r.records) != 3 || g.gets != 1 {
		t.Errorf("%d records after %d requests, %v", len(r.records), g.gets, r.err)
	}
}
