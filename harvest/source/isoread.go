package source

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/source/iso"
)

// isoReader emits records of geodata catalogues. Datasets that name no address of
// their own wait to the end: the services that serve them may come later.
type isoReader struct {
	*Reader
	seen    map[string]bool
	waiting []*iso.Record
	serving map[string][]catalog.Part // by identifier of what is served
	lost    bool                      // a document could not be read
}

func newISO(r *Reader) *isoReader {
	return &isoReader{Reader: r, seen: map[string]bool{}, serving: map[string][]catalog.Part{}}
}

// The bounds of what waits for its services.
const (
	maxWaiting = 10_000
	maxServed  = 50 // services per dataset
)

// take emits a record or lets it wait; false for one that was there before. where
// names the document it comes from, "" for none.
func (r *isoReader) take(rec *iso.Record, where string) (bool, error) {
	if rec.ID == "" {
		return r.emit(r.convert(rec, where))
	}
	if r.seen[rec.ID] {
		return false, nil
	}
	for _, id := range rec.OperatesOn {
		id = identifier(id)
		if len(r.serving) < MaxRecords && len(r.serving[id]) < maxServed {
			r.serving[id] = append(r.serving[id], rec.Parts...)
		}
	}
	if len(rec.Parts) == 0 && !rec.Service && len(r.waiting) < maxWaiting {
		r.seen[rec.ID] = true
		r.waiting = append(r.waiting, rec)
		return true, nil
	}
	return r.emit(r.convert(rec, where))
}

// identifier of what a service serves: the one in the address of a record's
// request, or what it says.
func identifier(s string) string {
	if u, err := url.Parse(s); err == nil && u.RawQuery != "" {
		for key, v := range u.Query() {
			if strings.EqualFold(key, "id") {
				return v[0]
			}
		}
	}
	return s
}

// coupled emits what waited, with the services that serve it.
func (r *isoReader) coupled() error {
	for _, rec := range r.waiting {
		for _, id := range []string{rec.ID, rec.Resource} {
			if parts := r.serving[id]; id != "" && len(rec.Parts) == 0 {
				for i := range parts {
					rec.Parts = append(rec.Parts, catalog.Part{Fields: parts[i].Fields.Clone()})
				}
			}
		}
		delete(r.seen, rec.ID)
		if _, err := r.emit(r.convert(rec, "")); err != nil {
			return err
		}
	}
	r.waiting = nil
	return nil
}

func (r *isoReader) emit(rec *Record) (bool, error) {
	if r.seen[rec.GUID] {
		return false, nil
	}
	r.seen[rec.GUID] = true
	if len(r.seen) > MaxRecords {
		return false, catalog.Errorf(catalog.KindTooLarge, "Die Quelle hat mehr als %d Datensätze.", MaxRecords)
	}
	return true, r.Emit(rec)
}

func (r *isoReader) convert(m *iso.Record, where string) *Record {
	rec := &Record{GUID: m.ID, Fields: m.Fields, Parts: m.Parts, Findings: m.Findings}
	if m.Source != nil && !m.Source.Large {
		rec.Raw = func() ([]byte, string) { return m.Source.Impersonal().XML(), "application/xml" }
	}
	title := m.Fields.String("title")
	if rec.GUID == "" {
		rec.GUID = "urn:title:" + url.PathEscape(title)
		f := fault("no_id", where, "Der Datensatz hat keine Kennung (fileIdentifier); er wird an seinem Titel erkannt.", "The record has no identifier; it is told by its title.")
		if f.Severity = catalog.SeverityWarning; title == "" {
			f.Severity = catalog.SeverityError
			rec.GUID += where + fmt.Sprint("#", len(r.seen)) // each is told, none hides another
			r.lost = true                                    // it may be any
		}
		rec.Findings = append(rec.Findings, f)
	}
	if title == "" {
		rec.Findings = append(rec.Findings, catalog.Finding{Severity: catalog.SeverityWarning, Code: "no_title", Row: rec.GUID,
			Message: catalog.DE("Der Datensatz hat keinen Titel; er bekommt seine Kennung als Titel.", "The dataset has no title; its identifier is taken.")})
		rec.Fields.Set("title", clip(m.ID, 200))
	}
	normalize(r.Defs, rec)
	return rec
}

// readISO takes the records of a document.
func (r *isoReader) readISO(nodes []*iso.Node, where string) (err error) {
	found := 0
	for _, n := range nodes {
		if n.Name == "RDF" {
			continue
		}
		found++
		if _, err := r.take(iso.Map(n), where); err != nil {
			return err
		}
	}
	if found == 0 {
		_, err = r.emit(&Record{GUID: where, Fields: catalog.Fields{}, Findings: []catalog.Finding{fault("no_iso", where, fmt.Sprintf("%s ist XML, beschreibt aber nichts nach ISO 19139.", where), fmt.Sprintf("%s is XML but no ISO 19139 metadata.", where))}})
	}
	return err
}

func message(err error) string {
	var c *catalog.Error
	if errors.As(err, &c) {
		if len(c.Findings) > 0 {
			return c.Findings[0].Message.In("de")
		}
		return c.Message
	}
	return err.Error()
}
