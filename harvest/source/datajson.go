package source

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
	"trio.example/harvest/fetch"
)

// readDataJSON reads a DCAT-US catalogue (Project Open Data 1.1, the form of
// ArcGIS Hub, and version 3 as far as it has the same names).
func readDataJSON(ctx context.Context, r *Reader) (complete bool, err error) {
	top, err := getJSON(ctx, r, r.URL)
	if err != nil {
		return false, err
	}
	return (&dataJSON{Reader: r, seen: map[string]int{}}).all(top)
}

// getJSON fetches a document of any shape.
func getJSON(ctx context.Context, r *Reader, address string) (top any, err error) {
	_, err = r.Client.Get(ctx, address, "application/json", func(doc *fetch.Doc) error {
		top = nil
		if err := decode(doc.Text(), &top); err != nil {
			return badJSON(address, err)
		}
		return nil
	})
	return top, err
}

// all takes a whole document.
func (j *dataJSON) all(top any) (complete bool, err error) {
	found := false
	switch v := top.(type) {
	case []any:
		found = true
		err = j.list(v, 0)
	case map[string]any:
		found, err = j.catalog(v, 0)
	}
	if err != nil {
		return false, err
	}
	if !found {
		return false, catalog.Errorf(catalog.KindInvalid, "%s ist kein Katalog: Die Liste „dataset“ fehlt.", j.URL)
	}
	return !j.lost, nil
}

type dataJSON struct {
	*Reader
	seen  map[string]int
	count int
	lost  bool
	// own, if not nil, says which identifier a record has whatever way it came.
	own func(string) string
}

// catalog takes the datasets of a catalogue and of those inside it.
func (j *dataJSON) catalog(c map[string]any, depth int) (found bool, err error) {
	const nested = 8
	if depth > nested {
		return false, nil
	}
	for _, key := range []string{"dataset", "datasets", "service", "datasetSeries", "dcat:dataset"} {
		if list, ok := c[key].([]any); ok {
			found = found || strings.Contains(key, "dataset")
			if err := j.list(list, depth); err != nil {
				return found, err
			}
		}
	}
	for _, key := range []string{"catalog", "catalogs"} {
		list, _ := c[key].([]any)
		if one, ok := c[key].(map[string]any); ok {
			list = []any{one}
		}
		for _, x := range list {
			if m, ok := x.(map[string]any); ok {
				inner, err := j.catalog(m, depth+1)
				if err != nil {
					return found, err
				}
				found = found || inner
			}
		}
	}
	return found, nil
}

func (j *dataJSON) list(list []any, depth int) error {
	for i, x := range list {
		if j.count++; j.count > MaxRecords {
			return catalog.Errorf(catalog.KindTooLarge, "Die Quelle hat mehr als %d Datensätze.", MaxRecords)
		}
		m, ok := x.(map[string]any)
		if !ok {
			j.lost = true
			j.Warn(broken(fmt.Sprintf("dataset[%d]", i), fmt.Errorf("ein Eintrag der Liste ist kein Objekt")))
			continue
		}
		if err := j.Emit(j.record(m, i)); err != nil {
			return err
		}
		for _, key := range []string{"seriesMember", "hasPart"} {
			if members, ok := m[key].([]any); ok && depth < maxDepth {
				if err := j.list(members, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (j *dataJSON) record(m map[string]any, i int) *Record {
	title := text(first(m, "title", "dct:title", "name"))
	id := text(first(m, "identifier", "dct:identifier", "@id"))
	rec := &Record{Fields: catalog.Fields{}, Raw: rawJSON(m)}
	rec.GUID = id
	if j.own != nil {
		rec.GUID = j.own(id)
	}
	if id == "" {
		rec.GUID = "urn:title:" + url.PathEscape(title)
		f := fault("no_id", fmt.Sprintf("dataset[%d]", i), "Der Datensatz hat keine Kennung (identifier); er wird an seinem Titel erkannt.", "The dataset has no identifier; it is told by its title.")
		if f.Severity = catalog.SeverityWarning; title == "" {
			f.Severity = catalog.SeverityError
		}
		rec.Findings = append(rec.Findings, f)
	}
	if n := j.seen[rec.GUID]; n > 0 {
		rec.Findings = append(rec.Findings, catalog.Finding{Severity: catalog.SeverityWarning, Code: "doubled", Row: rec.GUID,
			Message: catalog.DE("Die Quelle hat diese Kennung mehrmals; die Datensätze werden gezählt.", "The source has this identifier several times; the datasets are counted.")})
		j.seen[rec.GUID]++
		rec.GUID = fmt.Sprintf("%s#%d", rec.GUID, n+1)
	} else {
		j.seen[rec.GUID] = 1
	}
	if title == "" {
		rec.Findings = append(rec.Findings, catalog.Finding{Severity: catalog.SeverityWarning, Code: "no_title", Row: rec.GUID,
			Message: catalog.DE("Der Datensatz hat keinen Titel; er bekommt seine Kennung als Titel.", "The dataset has no title; its identifier is taken.")})
		title = id
	}
	f := rec.Fields
	f.Set("title", clip(title, 200))
	f.Set("identifier", id)
	f.Set("notes", text(first(m, "description", "dct:description")))
	f.Set("tags", texts(first(m, "keyword", "keywords", "dcat:keyword")))
	f.Set("issued", text(m["issued"]))
	f.Set("modified", text(m["modified"]))
	f.Set("url", j.link(rec, m["landingPage"]))
	if strings.HasPrefix(id, "http://") || strings.HasPrefix(id, "https://") {
		f.Set("uri", id)
	} else if page := f.String("url"); page != "" {
		f.Set("uri", page)
	}
	var themes []string
	rec.Words = texts(m["theme"])
	for _, t := range rec.Words {
		if c, ok := vocab.Lookup("theme", t); ok {
			themes = append(themes, c.URI)
		}
	}
	f.Set("theme", themes)
	if p, ok := m["publisher"].(map[string]any); ok {
		f.Set("publisher_name", text(p["name"]))
	} else {
		f.Set("publisher_name", text(m["publisher"]))
	}
	contact(f, m["contactPoint"])
	licence := text(m["license"])
	if c, ok := vocab.Lookup("licence", licence); ok {
		f.Set("license_id", c.Attr["ckan"])
		licence = c.URI
	} else if licence != "" && len(licence) < 200 {
		rec.Findings = append(rec.Findings, unknownLicence(licence, rec.GUID))
	}
	if text(m["accessLevel"]) == "public" {
		f.Set("access_rights", "http://publications.europa.eu/resource/authority/access-right/PUBLIC")
	}
	if c, ok := vocab.Lookup("frequency", text(m["accrualPeriodicity"])); ok {
		f.Set("frequency", c.URI)
	}
	if from, to, ok := strings.Cut(text(m["temporal"]), "/"); ok {
		f.Set("temporal_start", from)
		f.Set("temporal_end", to)
	}
	if s, ok := m["spatial"].(string); ok && !strings.HasPrefix(strings.TrimSpace(s), "{") && len(s) < 500 {
		f.Set("spatial_text", s)
	}
	list, _ := first(m, "distribution", "dcat:distribution").([]any)
	for _, x := range list {
		if d, ok := x.(map[string]any); ok {
			rec.Parts = append(rec.Parts, j.distribution(rec, d, licence))
		}
	}
	normalize(j.Defs, rec)
	return rec
}

// rawJSON writes an object as it was read.
func rawJSON(m map[string]any) func() ([]byte, string) {
	return func() ([]byte, string) {
		b, err := json.Marshal(m)
		if err != nil {
			return nil, "" // what was read as JSON always encodes
		}
		return b, "application/json"
	}
}

func (j *dataJSON) distribution(rec *Record, d map[string]any, licence string) catalog.Part {
	p := catalog.Part{Fields: catalog.Fields{}}
	f := p.Fields
	access, download := j.link(rec, first(d, "accessURL", "dcat:accessURL")), j.link(rec, first(d, "downloadURL", "dcat:downloadURL"))
	if access == "" {
		access = download
	}
	f.Set("url", access)
	f.Set("download_url", download)
	f.Set("name", text(first(d, "title", "dct:title")))
	f.Set("description", text(first(d, "description", "dct:description")))
	f.Set("mimetype", text(first(d, "mediaType", "dcat:mediaType")))
	f.Set("format", text(first(d, "format", "dct:format")))
	if own := text(d["license"]); own != "" {
		licence = own
	}
	if c, ok := vocab.Lookup("licence", licence); ok {
		f.Set("license", c.URI)
	}
	return p
}

func contact(f catalog.Fields, v any) {
	m, ok := v.(map[string]any)
	if list, isList := v.([]any); isList && len(list) > 0 {
		m, ok = list[0].(map[string]any)
	}
	if !ok {
		return
	}
	f.Set("contact_name", text(first(m, "fn", "vcard:fn", "name")))
	f.Set("contact_email", strings.TrimPrefix(text(first(m, "hasEmail", "vcard:hasEmail", "email")), "mailto:"))
}

// first returns the value of the first key that is there.
func first(m map[string]any, keys ...string) any {
	for _, k := range keys {
		if v := m[k]; v != nil {
			return v
		}
	}
	return nil
}

// link is the address that a value names. One without a host is on the server of
// the document; what is none is told.
func (j *dataJSON) link(rec *Record, v any) string {
	if m, ok := v.(map[string]any); ok {
		v = first(m, "@id", "id")
	}
	s := strings.TrimSpace(text(v))
	if s == "" || address(s) != "" {
		return address(s)
	}
	base, err := url.Parse(j.URL)
	if u, err2 := url.Parse(s); err == nil && err2 == nil && u.Scheme == "" && (strings.HasPrefix(s, "/") || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../")) {
		return base.ResolveReference(u).String()
	}
	rec.Findings = append(rec.Findings, catalog.Finding{Severity: catalog.SeverityWarning, Code: "bad_url", Row: rec.GUID,
		Message: catalog.DE(fmt.Sprintf("%.200q ist keine Adresse und wurde nicht übernommen.", s), fmt.Sprintf("%.200q is no address and was not taken.", s))})
	return ""
}

// address is a text, or the address of an object.
func address(v any) string {
	if m, ok := v.(map[string]any); ok {
		v = first(m, "@id", "id")
	}
	s := text(v)
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "ftp://") {
		return s
	}
	return ""
}
