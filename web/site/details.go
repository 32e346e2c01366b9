package site

import (
	"encoding/json"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// detail is a line of the table of details.
type detail struct {
	Label string
	Help  string
	// Values with an URL become links.
	Values []link
	// Machine is the form of a date for <time>.
	Machine string
}

// elsewhere are the fields a page shows in a better place than the table.
var (
	elsewhere     = []string{"title", "notes", "tags", "groups", "theme", "references", "extras", "license_id", "dataset_type", "in_series", "contact_name", "contact_email", "contact_phone", "contact_url"}
	partElsewhere = []string{"name", "description", "format", "attribution", "extras", "access_services", "license"}
)

// maxDetail bounds the length of one shown value, in letters, and the number
// of values of one field.
const (
	maxDetail       = 2000
	maxDetailValues = 100
)

// details lists an entry's public values in the order of its definition.
func (r *request) details(e *catalog.Entry) []detail {
	return r.table(e.Fields, r.cfg.Schema.Of(catalog.TypeDataset).Fields, elsewhere)
}

func (r *request) partDetails(p *catalog.Part) []detail {
	return r.table(p.Fields, r.cfg.Schema.Of(catalog.TypeDataset).Parts, partElsewhere)
}

func (r *request) table(values catalog.Fields, fields []schema.Field, without []string) []detail {
	var out []detail
	for i := range fields {
		f := &fields[i]
		// Whoever reads: these pages show what is public, nothing else.
		if f.Visibility != catalog.LevelPublic || slices.Contains(without, f.Name) || values[f.Name] == nil {
			continue
		}
		if d := r.detail(f, values); len(d.Values) > 0 {
			out = append(out, d)
		}
	}
	return out
}

func (r *request) detail(f *schema.Field, values catalog.Fields) detail {
	d := detail{Label: f.Label.In(r.lang), Help: f.Help.In(r.lang)}
	add := func(label, url string) {
		if label = cut(strings.TrimSpace(label), maxDetail); label != "" && len(d.Values) < maxDetailValues {
			d.Values = append(d.Values, link{label, url})
		}
	}
	switch f.Kind {
	case schema.KindConcept, schema.KindConcepts:
		for _, v := range values.Strings(f.Name) {
			add(r.concept(f.Vocab, v), safeURL(v))
		}
	case schema.KindURI, schema.KindURIs:
		for _, v := range values.Strings(f.Name) {
			label := v
			if c := r.place(v); c != "" {
				label = c
			}
			add(label, safeURL(v))
		}
	case schema.KindEmail:
		add(values.String(f.Name), safeMail(values.String(f.Name)))
	case schema.KindPhone:
		add(values.String(f.Name), safeTel(values.String(f.Name)))
	case schema.KindDate:
		human, machine := r.t.DateText(values.String(f.Name))
		d.Machine = machine
		add(human, "")
	case schema.KindInteger:
		if n, ok := values.Int(f.Name); ok && f.Name == "size" {
			add(r.t.Size(n), "")
		} else if ok {
			add(r.t.Number(n), "")
		}
	case schema.KindBoolean:
		if values.Bool(f.Name) {
			add(r.t.Get("yes"), "")
		} else {
			add(r.t.Get("no"), "")
		}
	case schema.KindJSON:
		for _, group := range values.Maps(f.Name) {
			add(r.groupText(f, group), "")
		}
	default:
		for _, v := range values.Strings(f.Name) {
			add(r.choice(f, v), safeURL(v))
		}
		if len(d.Values) == 0 {
			add(r.choice(f, values.String(f.Name)), "")
		}
	}
	return d
}

// groupText is one group of a repeating field in a line; only what is described of
// it is shown.
func (r *request) groupText(f *schema.Field, group catalog.Fields) string {
	var out []string
	for i := range f.Subfields {
		if d := r.detail(&f.Subfields[i], group); len(d.Values) > 0 {
			var said []string
			for _, v := range d.Values {
				said = append(said, v.Label)
			}
			out = append(out, d.Label+": "+strings.Join(said, ", "))
		}
	}
	return strings.Join(out, "; ")
}

// choice is what people read for a value of a city's field with choices.
func (r *request) choice(f *schema.Field, v string) string {
	if f.City {
		if label := r.cfg.Schema.ChoiceLabel(catalog.TypeDataset, f.Name, v); label != nil {
			return label.In(r.lang)
		}
	}
	return v
}

// maxExtras bounds the free pairs shown.
const maxExtras = 1000

// extras lists CKAN's free pairs; both of CKAN's forms are understood.
func extras(f catalog.Fields) []detail {
	var out []detail
	add := func(k string, v any) {
		text, ok := v.(string)
		if !ok {
			b, err := json.Marshal(v)
			if err != nil {
				return
			}
			text = string(b)
		}
		if k = strings.TrimSpace(cut(k, 200)); k != "" && text != "" && len(out) < maxExtras {
			out = append(out, detail{Label: k, Values: []link{{cut(text, maxDetail), safeURL(text)}}})
		}
	}
	for _, m := range f.Maps("extras") {
		if k, ok := m["key"].(string); ok {
			add(k, m["value"])
		}
	}
	m := f.Map("extras")
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		add(k, m[k])
	}
	return out
}
