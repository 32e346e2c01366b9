package source

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/harvest/fetch"
	"trio.example/harvest/source/iso"
)

// cswRows is how many records one request asks for.
const cswRows = 100

// The record schemas that a catalogue service may be asked for.
var cswSchemas = map[string]string{
	"iso":  "http://www.isotc211.org/2005/gmd",
	"iso3": "http://standards.iso.org/iso/19115/-3/mdb/2.0",
	"dcat": "http://www.w3.org/ns/dcat#",
	"dc":   "http://www.opengis.net/cat/csw/2.0.2",
}

// cswMode is a way to ask that the server understands.
type cswMode struct {
	post   bool
	schema string
}

// readCSW walks over GetRecords of a catalogue service (CSW 2.0.2). The first
// answer decides how it is asked: by address or with a document, for ISO 19139 or,
// where the server does not have that, for Dublin Core. Where a page did not bring
// what was counted, all are walked a second time.
func readCSW(ctx context.Context, r *Reader) (complete bool, err error) {
	base, err := url.Parse(r.URL)
	if err != nil {
		return false, catalog.Errorf(catalog.KindInvalid, "%.200q ist keine Adresse.", r.URL)
	}
	w := &cswWalk{isoReader: newISO(r), base: base}
	if err := w.negotiate(ctx); err != nil {
		return false, err
	}
	for i := range 2 {
		if err := w.walk(ctx, i > 0); err != nil {
			return false, err
		}
		if len(w.seen) >= w.matched && !w.cut || w.circle {
			break
		}
	}
	if err := w.coupled(); err != nil {
		return false, err
	}
	if w.unclear {
		r.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "count", Message: catalog.DE("Wie viele Datensätze der Dienst zählt (numberOfRecordsMatched), ist keine brauchbare Zahl.", "How many records the service counts (numberOfRecordsMatched) is no usable number."),
			Remedy: catalog.DE("Es wird nichts gelöscht, bis die Zahlen passen.", "Nothing is deleted until the numbers fit.")})
		return false, nil
	}
	if len(w.seen) >= w.matched && !w.cut {
		return !w.lost, nil
	}
	r.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "count",
		Message: catalog.DE(fmt.Sprintf("Der Dienst zählt %d Datensätze, geliefert hat er %d.", w.matched, len(w.seen)), fmt.Sprintf("The service counts %d records and delivered %d.", w.matched, len(w.seen))),
		Remedy:  catalog.DE("Es wird nichts gelöscht, bis die Zahlen passen.", "Nothing is deleted until the numbers fit.")})
	return false, nil
}

type cswWalk struct {
	*isoReader
	base    *url.URL
	mode    cswMode
	first   *cswPage // the page that negotiation brought
	matched int
	cut     bool // the service announced more and delivered nothing
	circle  bool // its pages repeat themselves
	unclear bool // its count is no number
}

// cswPage is one answer.
type cswPage struct {
	matched, returned int
	unclear           bool // the count is no number
	next              int  // -1 when the answer does not say
	records           []*Record
	iso               []*iso.Record
}

// negotiate finds a way to ask. Only a plain refusal leads to the next one: a
// server that is down must not turn full records into short ones.
func (w *cswWalk) negotiate(ctx context.Context) error {
	schemas := []string{cswSchemas["iso"], cswSchemas["dc"]}
	if s := w.Config["schema"]; s != "" {
		if full := cswSchemas[s]; full != "" {
			s = full
		}
		schemas = []string{s}
	}
	var err error
	for _, schema := range schemas {
		for _, post := range []bool{false, true} {
			w.mode = cswMode{post, schema}
			if w.first, err = w.page(ctx, 1); err == nil {
				return nil
			}
			if !refused(err) {
				return err
			}
		}
	}
	return err
}

// exception is the report of a service that does not do what it was asked.
type exception struct{ error }

func (e exception) Unwrap() error { return e.error }

func refused(err error) bool {
	var e exception
	if errors.As(err, &e) {
		return true
	}
	switch fetch.Status(err) {
	case 400, 405, 406, 415, 501:
		return true
	}
	return false
}

func (w *cswWalk) walk(ctx context.Context, again bool) error {
	w.cut, w.matched = false, 0
	idle := 0
	for start, pages := 1, 0; ; pages++ {
		if pages >= MaxPages || len(w.seen) > MaxRecords {
			return catalog.Errorf(catalog.KindTooLarge, "Der Dienst hat mehr als %d Datensätze oder hört nicht auf.", MaxRecords)
		}
		p := w.first
		w.first = nil
		if p == nil {
			var err error
			if p, err = w.page(ctx, start); err != nil {
				return err
			}
		}
		w.matched, w.unclear = max(w.matched, p.matched), w.unclear || p.unclear
		fresh, err := w.takePage(p)
		if err != nil {
			return err
		}
		if w.matched > 0 && len(w.seen) > 2*w.matched+1000 {
			return catalog.Errorf(catalog.KindInvalid, "Der Dienst zählt %d Datensätze, liefert aber immer mehr: %d.", w.matched, len(w.seen))
		}
		n := len(p.records) + len(p.iso)
		more := p.next > start || start+n <= p.matched || p.next < 0 && p.matched == 0 && n >= cswRows
		if fresh > 0 {
			idle = 0
		} else {
			idle++
		}
		switch {
		case !more:
			return nil
		case idle > maxIdle && (!again || start > w.matched):
			w.cut, w.circle = true, true // pages that bring nothing new lead nowhere
			return nil
		case n > 0:
			// The next record is where this page ended: what the answer says may
			// lead past records that were left out, or in a circle.
			start += n
		case p.next > start:
			start = p.next
		default:
			w.cut = true
			return nil
		}
	}
}

// maxIdle is how many pages in a row may bring nothing new.
const maxIdle = 3

func (w *cswWalk) takePage(p *cswPage) (fresh int, err error) {
	for _, rec := range p.records {
		ok, err := w.emit(rec)
		if err != nil {
			return fresh, err
		}
		if ok {
			fresh++
		}
	}
	for _, rec := range p.iso {
		ok, err := w.take(rec, "")
		if err != nil {
			return fresh, err
		}
		if ok {
			fresh++
		}
	}
	return fresh, nil
}

func (w *cswWalk) page(ctx context.Context, start int) (p *cswPage, err error) {
	check := func(doc *fetch.Doc) (err error) {
		p, err = w.read(ctx, doc)
		return err
	}
	const accept = "application/xml, text/xml;q=0.9, */*;q=0.1"
	if w.mode.post {
		u := *w.base
		u.RawQuery = query(w.base, nil).Encode()
		_, err = w.Client.Post(ctx, u.String(), "application/xml", w.request(start), accept, check)
		return p, err
	}
	u := *w.base
	names := "csw:Record"
	if w.mode.schema == cswSchemas["iso"] {
		names = "gmd:MD_Metadata"
	}
	u.RawQuery = query(w.base, url.Values{
		"service": {"CSW"}, "version": {"2.0.2"}, "request": {"GetRecords"}, "resultType": {"results"}, "typeNames": {names}, "elementSetName": {"full"},
		"outputSchema": {w.mode.schema}, "outputFormat": {"application/xml"}, "startPosition": {fmt.Sprint(start)}, "maxRecords": {fmt.Sprint(cswRows)},
	}).Encode()
	_, err = w.Client.Get(ctx, u.String(), accept, check)
	return p, err
}

// query keeps what the address has of its own, without the words of one request.
func query(base *url.URL, add url.Values) url.Values {
	q := url.Values{}
	for key, v := range base.Query() {
		switch strings.ToLower(key) {
		case "service", "version", "request", "resulttype", "typenames", "elementsetname", "outputschema", "outputformat", "startposition", "maxrecords", "acceptversions":
		default:
			q[key] = v
		}
	}
	for key, v := range add {
		q[key] = v
	}
	return q
}

func (w *cswWalk) request(start int) []byte {
	names := "csw:Record"
	if w.mode.schema == cswSchemas["iso"] {
		names = "gmd:MD_Metadata"
	}
	var schema bytes.Buffer
	_ = xml.EscapeText(&schema, []byte(w.mode.schema)) // a buffer takes everything
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<csw:GetRecords xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:gmd="http://www.isotc211.org/2005/gmd" service="CSW" version="2.0.2" resultType="results" outputFormat="application/xml" outputSchema="%s" startPosition="%d" maxRecords="%d"><csw:Query typeNames="%s"><csw:ElementSetName>full</csw:ElementSetName></csw:Query></csw:GetRecords>`,
		schema.String(), start, cswRows, names)
}

// read takes one answer apart.
func (w *cswWalk) read(ctx context.Context, doc *fetch.Doc) (*cswPage, error) {
	p := &cswPage{next: -1}
	results, fault, code := false, "", ""
	err := iso.Scan(doc.Text(), func(n iso.Node) {
		switch n.Name {
		case "SearchResults":
			results = true
			for _, a := range n.Attr {
				switch a.Name.Local {
				case "numberOfRecordsMatched":
					n := atoi(strings.TrimSpace(a.Value))
					p.matched, p.unclear = max(0, n), n < 0
				case "numberOfRecordsReturned":
					p.returned = max(0, atoi(a.Value))
				case "nextRecord":
					p.next = atoi(a.Value)
				}
			}
		case "Exception":
			for _, a := range n.Attr {
				if a.Name.Local == "exceptionCode" {
					code = a.Value
				}
			}
			fault += " "
		case "ExceptionText":
			fault += n.Text
		}
	}, func(n *iso.Node) error {
		if n.Name != "RDF" || n.Large {
			p.iso = append(p.iso, iso.Map(n))
			return nil
		}
		lim := rdfio.DefaultLimits
		lim.Base = doc.URL
		g, err := rdfio.Read(ctx, bytes.NewReader(n.XML()), rdfio.RDFXML, lim)
		if err != nil {
			return err
		}
		p.records = append(p.records, number(g, w.Mapper.Read(g).Resources)...)
		return nil
	})
	switch {
	case err != nil:
		return nil, catalog.Errorf(catalog.KindInvalid, "%s: %s", doc.URL, message(err))
	case fault != "":
		return nil, fetch.Final(exception{catalog.Errorf(catalog.KindInvalid, "Der Dienst lehnt die Anfrage ab: %s %.300s", code, strings.TrimSpace(fault))})
	case !results && len(p.iso)+len(p.records) == 0:
		return nil, fetch.Final(catalog.Errorf(catalog.KindInvalid, "%s ist keine Antwort eines Katalogdienstes (csw:SearchResults fehlt).", doc.URL))
	}
	return p, nil
}
