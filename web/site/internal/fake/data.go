package fake

import (
	"fmt"
	"strings"
	"time"

	"trio.example/catalog"
)

const (
	frequency = "http://publications.europa.eu/resource/authority/frequency/"
	themes    = "http://publications.europa.eu/resource/authority/data-theme/"
	licences  = "http://dcat-ap.de/def/licenses/"
)

// Payloads are hostile values; each must come out as harmless text.
var Payloads = []string{
	`<script>window.hit=1</script>`, `"><img src=x onerror="window.hit=1">`, `</script><script>window.hit=1</script>`,
	`javascript:window.hit=1`, `data:text/html,<script>window.hit=1</script>`, `{{.Secret}} {{7*7}} ${7*7}`, `'-alert(1)-'`,
	`<svg/onload=window.hit=1>`, `&lt;b&gt;`, `]]><!--`,
}

// New fills a catalogue with some thirty datasets of three cities, among them
// the awkward ones every portal has.
func New() *Backend {
	b := &Backend{Seq: 42}
	base := time.Date(2026, 3, 3, 7, 12, 0, 0, time.UTC)
	offices := map[string][]string{
		"muenchen":  {"Gartenbauamt", "Mobilitätsreferat", "Stadtkämmerei", "Statistisches Amt"},
		"augsburg":  {"Amt für Statistik", "Umweltamt", "Tiefbauamt"},
		"nuernberg": {"Amt für Stadtforschung und Statistik", "Verkehrsplanungsamt", "Jugendamt", "Servicebetrieb Öffentlicher Raum"},
	}
	labels := map[string]string{"muenchen": "Landeshauptstadt München", "augsburg": "Stadt Augsburg", "nuernberg": "Stadt Nürnberg"}
	for _, city := range []string{"muenchen", "augsburg", "nuernberg"} {
		root := b.org(city, labels[city], "")
		root.Fields.Set("description", "Daten der "+labels[city]+" und ihrer **Referate und Ämter**.")
		for i, name := range offices[city] {
			b.org(fmt.Sprintf("%s-%d", city, i+1), name, root.ID)
		}
	}
	for i, line := range strings.Split(strings.TrimSpace(titles), "\n") {
		p := strings.Split(line, "|")
		e := b.dataset(p[0], p[1], base.AddDate(0, 0, -3*i))
		e.Owner = one(b.Orgs, p[2]).ID
		e.Fields.Set("notes", p[3]+"\n\nDie Daten werden aus dem Fachverfahren erzeugt und vor der Veröffentlichung geprüft.\n\n## Aufbau\n\n- Jede Zeile ist ein Objekt.\n- Koordinaten stehen in ETRS89 / UTM 32N.\n\nMehr dazu unter https://www.example.org/hinweise oder in der [Anleitung](https://www.example.org/anleitung).")
		e.Fields.Set("theme", []string{themes + p[4]})
		e.Fields.Set("groups", []string{strings.ToLower(p[4])})
		e.Fields.Set("tags", strings.Split(p[5], ","))
		e.Fields.Set("frequency", frequency+"ANNUAL")
		e.Fields.Set("license_id", "dl-by-de/2.0")
		e.Fields.Set("contact_name", "Datenstelle "+one(b.Orgs, p[2]).Fields.String("title"))
		e.Fields.Set("contact_email", "daten@example.org")
		e.Fields.Set("temporal_start", "2019")
		e.Fields.Set("temporal_end", "2025-12-31")
		e.Fields.Set("spatial_text", "Stadtgebiet")
		e.Fields.Set("language", []string{"http://publications.europa.eu/resource/authority/language/DEU"})
		for j, format := range strings.Split(p[6], ",") {
			e.Parts = append(e.Parts, part(e, j, format))
		}
	}
	b.awkward(base)
	return b
}

func (b *Backend) org(name, title, parent string) *catalog.Entry {
	e := &catalog.Entry{ID: id("org", len(b.Orgs)), Name: name, Type: catalog.TypeOrganization, Owner: parent, State: catalog.StateActive, Access: catalog.AccessPublic, Rev: 1, Fields: catalog.Fields{"title": title}}
	b.Orgs = append(b.Orgs, e)
	return e
}

func (b *Backend) dataset(name, title string, modified time.Time) *catalog.Entry {
	e := &catalog.Entry{ID: id("ds", len(b.Datasets)), Name: name, Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic, Rev: 1, Fields: catalog.Fields{"title": title}, Created: modified.AddDate(-1, 0, 0), Modified: modified}
	b.Datasets = append(b.Datasets, e)
	return e
}

func id(kind string, n int) string {
	k := map[string]int{"org": 1, "ds": 2, "part": 3}[kind]
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", k, n+1)
}

func part(e *catalog.Entry, n int, format string) catalog.Part {
	name := e.Fields.String("title") + " (" + format + ")"
	f := catalog.Fields{"name": name, "format": format, "url": "https://daten.example.org/" + e.Name + "." + strings.ToLower(format), "license": licences + "dl-by-de/2.0", "size": int64(1234567 * (n + 1)), "modified": "2026-03-01"}
	if format == "WMS" || format == "WFS" {
		delete(f, "size")
		f.Set("description", "Kartendienst mit allen Ebenen.")
	}
	return catalog.Part{ID: fmt.Sprintf("%s%04x", e.ID[:32], n+1), Fields: f, Created: e.Created, Modified: e.Modified}
}

// awkward adds what breaks careless pages.
func (b *Backend) awkward(base time.Time) {
	x := b.dataset("angriff", "Angriff "+strings.Join(Payloads[:3], " "), base.AddDate(0, -8, 0))
	x.Owner = b.Orgs[1].ID
	all := strings.Join(Payloads, "\n\n")
	for _, f := range []string{"author", "contact_name", "contact_email", "contact_phone", "contact_url", "maintainer", "url", "license_id", "frequency", "temporal_start", "spatial_text", "identifier", "version", "rights_holder"} {
		x.Fields.Set(f, Payloads[len(f)%len(Payloads)])
	}
	x.Fields.Set("notes", all+"\n\n[klick](javascript:window.hit=1) ![bild](https://fremd.example.org/x.png) <a href=\"javascript:window.hit=1\" onclick=\"window.hit=1\">a</a></div></section></main><ul>")
	x.Fields.Set("tags", Payloads)
	x.Fields.Set("references", Payloads)
	x.Fields.Set("extras", []any{map[string]any{"key": Payloads[0], "value": Payloads[1]}, map[string]any{"key": "url", "value": Payloads[3]}})
	for i, p := range Payloads {
		x.Parts = append(x.Parts, catalog.Part{ID: fmt.Sprintf("%s%04x", x.ID[:32], i+1), Fields: catalog.Fields{"name": p, "description": p, "format": p, "url": p, "license": p, "attribution": p, "mimetype": p}, Modified: base})
	}
	b.dataset("ohne-alles", "Datensatz ohne Beschreibung, Dateien und Organisation", base.AddDate(0, -9, 0))
	long := b.dataset("sehr-langer-titel", strings.Repeat("Verkehrsmengenerhebungsdurchführungsverordnung und ", 8)+"Ende", base.AddDate(0, -10, 0))
	long.Owner = b.Orgs[5].ID
	long.Fields.Set("notes", strings.Repeat("EinSehrLangesWortOhneTrennstelle", 20))
	var tags []string
	for i := range 60 {
		tags = append(tags, fmt.Sprintf("schlagwort-%02d", i))
	}
	long.Fields.Set("tags", tags)
	for i := range 70 {
		long.Parts = append(long.Parts, part(long, i, "CSV"))
	}
	series := b.dataset("reihe", "Baumreihe", base.AddDate(-1, 0, 0))
	series.Fields.Set("dataset_type", "dataset_series")
	for i := range 25 {
		b.dataset(fmt.Sprintf("reihe-%02d", i), fmt.Sprintf("Teil %02d", i), base.AddDate(-1, 0, 0)).Fields.Set("in_series", []string{series.ID, "https://andere.example/reihe", "javascript:alert(1)"})
	}
	secret := b.dataset("geheim", "Geheimer Datensatz", base)
	secret.Fields.Set("in_series", []string{series.ID})
	secret.Access = catalog.AccessPrivate
}
