package source

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/url"
	"path"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
	"trio.example/harvest/fetch"
)

const acceptRDF = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7, */*;q=0.1"

// pagesUncounted bounds a feed that does not say how many datasets it has: nothing
// else would tell it from one without an end.
const pagesUncounted = 500

// readDCAT follows the pages of a feed.
func readDCAT(ctx context.Context, r *Reader) (complete bool, err error) {
	seen := map[string]bool{}
	known := map[string]bool{}
	total, again, unclear := -1, 0, false
	for page := r.URL; page != ""; {
		if seen[page] || len(seen) >= MaxPages || total < 0 && len(seen) >= pagesUncounted {
			return false, catalog.Errorf(catalog.KindInvalid, "Die Seiten des Feeds führen im Kreis oder nehmen kein Ende: %s", page)
		}
		seen[page] = true
		g, err := fetchRDF(ctx, r, page)
		if err != nil {
			return false, err
		}
		n, ok := totalItems(g)
		total = max(total, n) // one that shrinks while it is read has moved
		unclear = unclear || !ok
		if total >= 0 && len(known) > 2*total+1000 {
			return false, catalog.Errorf(catalog.KindInvalid, "Der Feed zählt %d Datensätze, liefert aber immer mehr: %d.", total, len(known))
		}
		doc := r.Mapper.Read(g)
		if r.Origin != nil && len(doc.Catalogs) > 0 {
			r.Origin(dcat.PackOrigins(doc.Catalogs))
		}
		if len(seen) == 1 { // each page says the same of the catalogue
			for _, f := range doc.Findings {
				r.Warn(f)
			}
		}
		fresh := 0
		for _, rec := range number(g, doc.Resources) {
			if known[rec.GUID] {
				again++
				continue
			}
			known[rec.GUID] = true
			fresh++
			if len(known) > MaxRecords {
				return false, catalog.Errorf(catalog.KindTooLarge, "Die Quelle hat mehr als %d Datensätze.", MaxRecords)
			}
			if err := r.Emit(rec); err != nil {
				return false, err
			}
		}
		next, err := nextPage(page, g)
		if err != nil {
			return false, err
		}
		if next != "" && isLast(page, g) {
			return false, catalog.Errorf(catalog.KindInvalid, "Die letzte Seite des Feeds nennt noch eine weitere: %s", page)
		}
		if next != "" && fresh == 0 {
			return false, catalog.Errorf(catalog.KindInvalid, "Eine Seite des Feeds bringt nichts Neues, nennt aber eine weitere: %s", page)
		}
		page = next
	}
	if unclear {
		r.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "count", Message: catalog.DE("Wie viele Datensätze die Quelle zählt (hydra:totalItems), ist keine brauchbare Zahl.", "How many datasets the source counts (hydra:totalItems) is no usable number."),
			Remedy: catalog.DE("Es wird nichts gelöscht, bis die Zahlen passen.", "Nothing is deleted until the numbers fit.")})
		return false, nil
	}
	if total > len(known) {
		r.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "count", Message: catalog.DE("Die Quelle zählt mehr Datensätze, als sie liefert.", "The source counts more datasets than it delivers."),
			Remedy: catalog.DE("Es wird nichts gelöscht, bis die Zahlen passen.", "Nothing is deleted until the numbers fit.")})
		return false, nil
	}
	if total < 0 && again > 0 && len(seen) > 1 {
		r.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "unstable",
			Message: catalog.DE(fmt.Sprintf("%d Datensätze standen auf mehreren Seiten: Der Feed hat sich beim Blättern verschoben, andere können fehlen.", again), fmt.Sprintf("%d datasets stood on several pages: the feed moved while it was read, others may be missing.", again)),
			Remedy:  catalog.DE("Bei diesem Lauf wird nichts gelöscht.", "Nothing is deleted in this run.")})
		return false, nil
	}
	return true, nil
}

// isLast reports the page that the feed itself calls its last.
func isLast(page string, g *rdfio.Graph) bool {
	at, err := url.Parse(page)
	if err != nil {
		return false
	}
	for _, name := range []string{"hydra:last", "hydra:lastPage"} {
		for _, s := range pagings(g) {
			for _, o := range g.Objects(s, name) {
				// A first page that was asked for without its number is known by what
				// it calls itself.
				last, err := at.Parse(strings.TrimSpace(o.Value))
				if err == nil && (last.String() == page || s.Value == o.Value) {
					return true
				}
			}
		}
	}
	return false
}

// number turns resources into records. Several without an address may look
// alike; they are counted in the order of their contents.
func number(g *rdfio.Graph, list []*dcat.Resource) []*Record {
	out := make([]*Record, len(list))
	alike := map[string]int{}
	for i, res := range list {
		out[i] = &Record{GUID: res.Key(), Fields: res.Fields, Parts: res.Parts, Findings: res.Findings}
		if res.IRI != "" {
			out[i].Raw = func() ([]byte, string) { return piece(g, res.IRI), "application/n-triples" }
		}
		if alike[out[i].GUID]++; alike[out[i].GUID] > 1 {
			out[i].GUID += "#" + res.Hash()[:8]
		}
	}
	return out
}

func fetchRDF(ctx context.Context, r *Reader, page string) (g *rdfio.Graph, err error) {
	_, err = r.Client.Get(ctx, page, acceptRDF, func(doc *fetch.Doc) error {
		body := doc.Text()
		format, ok := formatOf(doc.Type, doc.URL, body)
		if !ok {
			return catalog.Errorf(catalog.KindInvalid, "%s liefert kein RDF, sondern %.60q.", page, doc.Type)
		}
		if len(bytes.TrimSpace(body)) == 0 {
			return catalog.Errorf(catalog.KindInvalid, "%s ist leer.", page)
		}
		if err := inUTF8(body); err != nil {
			return catalog.Errorf(catalog.KindInvalid, "%s: %v", page, err)
		}
		lim := rdfio.DefaultLimits
		lim.Base = doc.URL
		if g, err = rdfio.Read(ctx, bytes.NewReader(body), format, lim); err != nil {
			return catalog.Errorf(catalog.KindInvalid, "%s: %s", page, message(err))
		}
		return nil
	})
	return g, err
}

// formatOf trusts the content type; a general one leaves it to the ending, and
// that to the first characters.
func formatOf(contentType, address string, body []byte) (rdfio.Format, bool) {
	typ, _, _ := mime.ParseMediaType(contentType)
	switch typ {
	case "text/turtle", "application/x-turtle":
		return rdfio.Turtle, true
	case "text/n3", "text/rdf+n3", "application/n3":
		return rdfio.N3, true
	case "application/rdf+xml":
		return rdfio.RDFXML, true
	case "application/ld+json":
		return rdfio.JSONLD, true
	case "application/n-triples":
		return rdfio.NTriples, true
	case "text/html", "application/xhtml+xml":
		return "", false
	}
	if u, err := url.Parse(address); err == nil {
		if f, ok := rdfio.FormatOf(path.Ext(u.Path)); ok {
			return f, true
		}
	}
	switch start := bytes.TrimSpace(body[:min(len(body), 200)]); {
	case bytes.HasPrefix(start, []byte("{")), bytes.HasPrefix(start, []byte("[")):
		return rdfio.JSONLD, true
	case bytes.HasPrefix(start, []byte("<?xml")), bytes.HasPrefix(start, []byte("<rdf:RDF")):
		return rdfio.RDFXML, true
	case bytes.HasPrefix(start, []byte("@prefix")), bytes.HasPrefix(start, []byte("PREFIX")):
		return rdfio.Turtle, true
	}
	return "", false
}

func pagings(g *rdfio.Graph) []rdfio.Term {
	return append(g.OfType("hydra:PagedCollection"), g.OfType("hydra:PartialCollectionView")...)
}

// totalItems is how many datasets a feed says it has, -1 when it does not say; not
// ok when what it says is no number.
func totalItems(g *rdfio.Graph) (n int, ok bool) {
	n, ok = -1, true
	for _, s := range append(pagings(g), g.OfType("hydra:Collection")...) {
		for _, o := range g.Objects(s, "hydra:totalItems") {
			v := atoi(strings.TrimSpace(o.Value))
			n, ok = max(n, v), ok && v >= 0
		}
	}
	return n, ok
}

func atoi(s string) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' || n > 1<<40 {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	if s == "" {
		return -1
	}
	return n
}

// nextPage finds the following page in either spelling of Hydra, as address or
// as text. A page elsewhere is not followed.
func nextPage(page string, g *rdfio.Graph) (string, error) {
	for _, name := range []string{"hydra:next", "hydra:nextPage"} {
		for _, s := range pagings(g) {
			for _, o := range g.Objects(s, name) {
				base, err1 := url.Parse(page)
				next, err2 := url.Parse(strings.TrimSpace(o.Value))
				if err1 != nil || err2 != nil {
					continue
				}
				next = base.ResolveReference(next)
				if next.Host != base.Host || next.Scheme != base.Scheme || next.User != nil {
					return "", catalog.Errorf(catalog.KindInvalid, "Die nächste Seite des Feeds liegt auf einem anderen Rechner: %.200s", next.Redacted())
				}
				return next.String(), nil
			}
		}
	}
	return "", nil
}
