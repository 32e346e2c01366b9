package source

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
	"trio.example/harvest/fetch"
)

// readHub reads an ArcGIS Hub: its DCAT-US feed, or its search where the site has
// no feed. Records have the same identifier whichever way they come.
func readHub(ctx context.Context, r *Reader) (complete bool, err error) {
	base, err := url.Parse(r.URL)
	if err != nil {
		return false, catalog.Errorf(catalog.KindInvalid, "%.200q ist keine Adresse.", r.URL)
	}
	addresses := []string{r.URL}
	if !strings.Contains(base.Path, "/api/") && !strings.HasSuffix(base.Path, "json") {
		site := strings.TrimRight(r.URL, "/")
		addresses = []string{site + "/api/feed/dcat-us/1.1.json", site + "/api/search/v1/collections/dataset/items?limit=100&startindex=1", site + "/api/v3/datasets?page%5Bsize%5D=100"}
	}
	var top any
	for i, a := range addresses {
		if top, err = getJSON(ctx, r, a); err == nil {
			r.URL = a
			break
		}
		if code := fetch.Status(err); code != 404 && code != 410 && code != 501 || i == len(addresses)-1 {
			return false, err
		}
	}
	h := &hub{Reader: r, base: base, seen: map[string]bool{}}
	if m, ok := top.(map[string]any); ok {
		if m["type"] == "Feature" {
			_, err := h.item(m)
			return err == nil && !h.lost, err
		}
		if _, ok := m["features"].([]any); ok {
			return h.pages(ctx, m)
		}
		if _, ok := m["data"].([]any); ok {
			return h.pages(ctx, m)
		}
	}
	return (&dataJSON{Reader: r, seen: map[string]int{}, own: hubID}).all(top)
}

// hubID brings the identifiers of feed (address of an item, with layer) and search
// (id_layer) into one form.
func hubID(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Query().Get("id") == "" {
		return s
	}
	id := u.Query().Get("id")
	if layer := u.Query().Get("sublayer"); layer != "" {
		id += "_" + layer
	}
	return id
}

type hub struct {
	*Reader
	base *url.URL
	seen map[string]bool
	lost bool
}

// pages follows a search: OGC records with links, or the older form with data and
// meta.
func (h *hub) pages(ctx context.Context, page map[string]any) (complete bool, err error) {
	asked := map[string]bool{h.URL: true}
	total := -1
	for at := h.URL; ; {
		list, ok := first(page, "features", "data").([]any)
		if !ok {
			return false, catalog.Errorf(catalog.KindInvalid, "%s ist keine Seite einer Suche: Die Liste „features“ fehlt.", at)
		}
		if n, ok := number64(first(page, "numberMatched")); ok {
			total = n
		} else if meta, ok := page["meta"].(map[string]any); ok {
			stats, _ := meta["stats"].(map[string]any)
			if n, ok := number64(first(stats, "totalCount", "count")); ok {
				total = n
			}
		}
		fresh := 0
		for _, x := range list {
			m, ok := x.(map[string]any)
			if !ok {
				h.lost = true
				h.Warn(broken(at, fmt.Errorf("ein Eintrag der Liste ist kein Objekt")))
				continue
			}
			isNew, err := h.item(m)
			if err != nil {
				return false, err
			}
			if isNew {
				fresh++
			}
		}
		next, err := nextOf(page, at)
		if err != nil {
			return false, err
		}
		if next == "" || len(list) == 0 {
			break
		}
		if asked[next] || fresh == 0 || len(asked) >= MaxPages {
			return false, catalog.Errorf(catalog.KindInvalid, "Die Seiten der Suche führen im Kreis oder nehmen kein Ende: %s", next)
		}
		asked[next] = true
		top, err := getJSON(ctx, h.Reader, next)
		if err != nil {
			return false, err
		}
		at = next
		if page, ok = top.(map[string]any); !ok {
			return false, catalog.Errorf(catalog.KindInvalid, "%s ist keine Seite einer Suche.", at)
		}
	}
	if total > len(h.seen) {
		h.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "count", Message: catalog.DE(fmt.Sprintf("Die Suche zählt %d Einträge, geliefert hat sie %d.", total, len(h.seen)), fmt.Sprintf("The search counts %d items and delivered %d.", total, len(h.seen))),
			Remedy: catalog.DE("Es wird nichts gelöscht, bis die Zahlen passen.", "Nothing is deleted until the numbers fit.")})
		return false, nil
	}
	return !h.lost, nil
}

func number64(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil && i >= 0
}

// nextOf finds the following page; one elsewhere is not followed.
func nextOf(page map[string]any, at string) (string, error) {
	next := ""
	if list, ok := page["links"].([]any); ok {
		for _, x := range list {
			if l, ok := x.(map[string]any); ok && text(l["rel"]) == "next" {
				next = text(l["href"])
			}
		}
	}
	if meta, ok := page["meta"].(map[string]any); ok && next == "" {
		next = text(meta["next"])
	}
	if next == "" {
		return "", nil
	}
	from, err1 := url.Parse(at)
	to, err2 := url.Parse(next)
	if err1 != nil || err2 != nil {
		return "", catalog.Errorf(catalog.KindInvalid, "Die Adresse der nächsten Seite ist ungültig: %.200s", next)
	}
	to = from.ResolveReference(to)
	if to.Host != from.Host || to.Scheme != from.Scheme || to.User != nil {
		return "", catalog.Errorf(catalog.KindInvalid, "Die nächste Seite liegt auf einem anderen Rechner: %.200s", to.Redacted())
	}
	return to.String(), nil
}

// item emits one item of the search.
func (h *hub) item(m map[string]any) (fresh bool, err error) {
	p, _ := first(m, "properties", "attributes").(map[string]any)
	if p == nil {
		p = m
	}
	id := text(first(p, "id"))
	if id == "" {
		id = text(first(m, "id"))
	}
	rec := &Record{GUID: id, Fields: catalog.Fields{}, Raw: rawJSON(m)}
	title := text(first(p, "title", "name"))
	if id == "" {
		h.lost = true
		rec.GUID = "urn:title:" + url.PathEscape(title)
		rec.Findings = append(rec.Findings, fault("no_id", "", fmt.Sprintf("Ein Eintrag hat keine Kennung (Titel: %.100q).", title), fmt.Sprintf("An item has no id (title: %.100q).", title)))
	}
	if h.seen[rec.GUID] {
		return false, nil
	}
	if h.seen[rec.GUID] = true; len(h.seen) > MaxRecords {
		return false, catalog.Errorf(catalog.KindTooLarge, "Die Quelle hat mehr als %d Datensätze.", MaxRecords)
	}
	if access := text(p["access"]); access != "" && access != "public" {
		h.Warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "hidden", Row: id, Message: catalog.DE("Ein Eintrag ist nicht öffentlich und wurde nicht übernommen.", "An item is not public and was not taken.")})
		return true, nil
	}
	if title == "" {
		title = id
	}
	f := rec.Fields
	f.Set("title", clip(title, 200))
	f.Set("identifier", id)
	f.Set("notes", text(first(p, "description", "searchDescription", "snippet")))
	f.Set("tags", texts(first(p, "tags", "keywords")))
	f.Set("issued", millis(first(p, "created", "issued")))
	f.Set("modified", millis(first(p, "modified", "itemModified", "updated")))
	f.Set("publisher_name", text(first(p, "source", "orgName", "organization")))
	f.Set("spatial", extentOf(p["extent"]))
	page := text(first(p, "landingPage"))
	if page == "" && id != "" {
		page = h.base.Scheme + "://" + h.base.Host + "/datasets/" + url.PathEscape(id)
	}
	f.Set("url", page)
	h.licence(rec, p)
	h.links(rec, p)
	normalize(h.Defs, rec)
	return true, h.Emit(rec)
}

func (h *hub) licence(rec *Record, p map[string]any) {
	structured, _ := p["structuredLicense"].(map[string]any)
	said := ""
	for _, v := range []any{structured["url"], structured["abbr"], structured["name"], p["license"], p["licenseInfo"]} {
		s := text(v)
		if s == "" {
			continue
		}
		if c, ok := vocab.Lookup("licence", s); ok {
			rec.Fields.Set("license_id", c.Attr["ckan"])
			return
		}
		if s != "custom" && s != "none" && len(s) < 100 && said == "" {
			said = s
		}
	}
	if said != "" {
		rec.Findings = append(rec.Findings, unknownLicence(said, rec.GUID))
	}
}

func (h *hub) links(rec *Record, p map[string]any) {
	licence := ""
	if c, ok := vocab.Lookup("licence", rec.Fields.String("license_id")); ok {
		licence = c.URI
	}
	seen := map[string]bool{}
	add := func(link, name, format string) {
		if address(link) == "" || seen[link] {
			return
		}
		seen[link] = true
		part := catalog.Part{Fields: catalog.Fields{}}
		part.Fields.Set("url", link)
		part.Fields.Set("name", name)
		part.Fields.Set("format", format)
		part.Fields.Set("license", licence)
		rec.Parts = append(rec.Parts, part)
	}
	link := text(p["url"])
	format := ""
	if strings.Contains(strings.ToLower(link), "/rest/services/") {
		format = "REST"
	}
	add(link, text(first(p, "type", "hubType")), format)
	extra, _ := p["additionalResources"].([]any)
	for _, x := range extra {
		m, _ := x.(map[string]any)
		format := text(m["format"])
		if format == "" && strings.Contains(strings.ToLower(text(m["url"])), "/rest/services/") {
			format = "REST"
		}
		add(text(m["url"]), text(first(m, "name", "title")), format)
	}
}

// millis reads a moment, as text or as milliseconds since 1970.
func millis(v any) string {
	if n, ok := v.(json.Number); ok {
		if ms, err := n.Int64(); err == nil && ms > 0 {
			return time.UnixMilli(ms).UTC().Format(time.RFC3339)
		}
	}
	s, _ := v.(string)
	return s
}

// extentOf reads the corners of an area in degrees.
func extentOf(v any) string {
	m, _ := v.(map[string]any)
	list, _ := m["coordinates"].([]any)
	if l, ok := v.([]any); ok {
		list = l
	}
	if len(list) != 2 {
		return ""
	}
	var c [4]float64
	for i, corner := range list {
		pair, _ := corner.([]any)
		if len(pair) != 2 {
			return ""
		}
		for k, x := range pair {
			n, ok := x.(json.Number)
			if !ok {
				return ""
			}
			f, err := n.Float64()
			if err != nil {
				return ""
			}
			c[2*i+k] = f
		}
	}
	if c[0] < -180 || c[2] > 180 || c[1] < -90 || c[3] > 90 || c[0] > c[2] || c[1] > c[3] {
		return ""
	}
	b, err := json.Marshal(map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{c[0], c[1]}, {c[2], c[1]}, {c[2], c[3]}, {c[0], c[3]}, {c[0], c[1]}}}})
	if err != nil {
		return ""
	}
	return string(b)
}
