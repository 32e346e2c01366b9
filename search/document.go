package search

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// Document is what an entry becomes in the index. It never holds a value that
// a holder of its labels may not read.
type Document struct {
	ID     string
	Type   string
	Rev    int64
	Labels []string
	// Text fields are analysed, by field name. “text” holds what is in no other
	// field; a query for it means them all.
	Text map[string][]string
	// Exact fields match to the letter; they feed filters and facets.
	Exact map[string][]string
	// Names are further names under which the document has a value.
	Names   []string
	Dates   map[string]time.Time
	Numbers map[string]float64

	terms map[string]Terms // by text field, once TakeApart has been called
}

// Public reports whether everybody may find the document.
func (d *Document) Public() bool { return len(d.Labels) == 1 && d.Labels[0] == catalog.LabelPublic }

// Refs finds entries that another one names: its organization and groups. It
// returns nil for what is not there.
type Refs func(id string) *catalog.Entry

// Builder turns entries into documents, as the field definitions say.
type Builder struct{ defs *schema.Set }

// NewBuilder makes a builder.
func NewBuilder(defs *schema.Set) *Builder { return &Builder{defs: defs} }

// Version names the form of documents; the index is rebuilt when it changes.
func (b *Builder) Version() string { return "documents-7" + b.defs.Fingerprint() }

// Document builds the document of an entry. A document that everybody may find
// holds public fields only, any other at most those open to partner cities:
// internal and restricted values are in no index.
func (b *Builder) Document(e *catalog.Entry, refs Refs) *Document {
	d := &Document{
		ID: e.ID, Type: string(e.Type), Rev: e.Rev, Labels: catalog.Labels(e),
		Text: map[string][]string{}, Exact: map[string][]string{}, Dates: map[string]time.Time{}, Numbers: map[string]float64{},
	}
	def := b.defs.Of(e.Type)
	if def == nil {
		return d
	}
	level := catalog.LevelPartner
	if d.Public() {
		level = catalog.LevelPublic
	}
	d.exact("id", e.ID)
	d.exact("name", e.Name)
	d.exact("state", string(e.State))
	d.exact("creator_user_id", e.Creator)
	d.exact("entity_type", "package")
	d.exact("site_id", "default")
	d.Dates["metadata_created"], d.Dates["metadata_modified"] = e.Created, e.Modified
	if e.Name != e.ID { // a random identifier holds no words
		d.text("name", strings.ReplaceAll(e.Name, "-", " "))
	}
	for i := range def.Fields {
		f := &def.Fields[i]
		if level.Covers(f.Visibility) {
			d.field(f, e.Fields)
		}
	}
	d.exact("title_string", title(e))
	if e.Type == catalog.TypeDataset {
		b.dataset(d, e, def, level, refs)
	}
	return d
}

func title(e *catalog.Entry) string {
	if t := e.Fields.String("title"); t != "" {
		return t
	}
	return e.Name
}

func (d *Document) exact(name string, values ...string) {
	for _, v := range values {
		if v != "" && !slices.Contains(d.Exact[name], v) {
			d.Exact[name] = append(d.Exact[name], v)
		}
	}
}

// number adds a number, which a facet can count as well.
func (d *Document) number(name string, n int) {
	d.Numbers[name] = float64(n)
	d.exact(name, strconv.Itoa(n))
}

func (d *Document) text(name string, values ...string) {
	for _, v := range values {
		if v != "" {
			d.Text[name] = append(d.Text[name], v)
		}
	}
}

// field adds one schema field by its index keys.
func (d *Document) field(f *schema.Field, values catalog.Fields) {
	for i := range f.Subfields {
		sub := &f.Subfields[i]
		d.group(f.Name, "", sub, f.GroupTexts(values, sub))
	}
	if f.Subfields != nil {
		return
	}
	list := values.Strings(f.Name)
	if s := values.String(f.Name); len(list) == 0 && s != "" {
		list = []string{s}
	}
	if f.Index.Text && f.Kind != schema.KindJSON {
		d.text(f.Name, list...)
	}
	if f.Index.Exact != "" {
		d.exact(f.Index.Exact, list...)
	}
	if f.CKAN.Extra != "" { // CKAN's search knows extras by these names
		d.exact(f.CKAN.Extra, list...)
		if f.Kind.Address() { // looked for as a whole; nobody means a word out of it
			if len(list) > 0 {
				d.Names = append(d.Names, "extras_"+f.CKAN.Extra)
			}
		} else {
			d.text("extras_"+f.CKAN.Extra, list...)
		}
	}
	if f.CKAN.Key != "" && f.Index.Exact == "" && !f.Index.Text && f.Kind != schema.KindJSON && f.Kind != schema.KindTexts {
		d.exact(f.CKAN.Key, list...)
	}
}

// group adds what a repeating field has for one of its subfields: to full text,
// and exact as ckanext-dcat calls it, FIELD__SUBFIELD.
func (d *Document) group(field, prefix string, sub *schema.Field, values []string) {
	if sub.Index.Text {
		d.text(prefix+field, values...)
	}
	d.exact(prefix+field+"__"+sub.Name, values...)
}

// dataset adds what CKAN's index knows of a package besides its fields.
func (b *Builder) dataset(d *Document, e *catalog.Entry, def *schema.Definition, level catalog.Level, refs Refs) {
	capacity := "public"
	if e.Access != catalog.AccessPublic {
		capacity = "private"
	}
	d.exact("capacity", capacity)
	d.exact("private", strconv.FormatBool(capacity == "private"))
	typ := e.Fields.String("dataset_type")
	if typ == "" {
		typ = "dataset"
	}
	d.Exact["dataset_type"], d.Exact["type"] = []string{typ}, []string{typ}
	d.exact("owner_org", e.Owner)
	b.organizations(d, e, refs)
	for _, id := range e.Fields.Strings("groups") {
		if g := refs(id); g != nil && g.State == catalog.StateActive {
			d.exact("groups", g.Name)
			d.text("groups", title(g))
			d.text("text", g.Name)
		}
	}
	controlled := e.Fields.Maps("vocab_tags")
	for _, t := range controlled {
		vocabulary, _ := t["vocabulary"].(string)
		name, _ := t["name"].(string)
		d.text("text", name)
		if key := FieldKey(vocabulary); key != "" {
			d.exact("vocab_"+key, name)
		}
	}
	d.number("num_tags", len(e.Fields.Strings("tags"))+len(controlled))
	licence, known := vocab.CKANLicenceByID(e.Fields.String("license_id"))
	d.exact("isopen", strconv.FormatBool(known && licence.Open))
	if known {
		d.exact("license", licence.Title)
		d.text("text", licence.Title)
	}
	for _, name := range []string{"author", "author_email", "maintainer", "maintainer_email"} {
		if f := def.Field(name); f != nil && !level.Covers(f.Visibility) {
			continue
		}
		if _, done := d.Text[name]; !done {
			d.text(name, e.Fields.String(name))
		}
		d.exact(name, e.Fields.String(name)) // counted in facets, and ordered by
	}
	for _, x := range e.Fields.Maps("extras") {
		key, _ := x["key"].(string)
		value, _ := x["value"].(string)
		d.extra(key, value)
	}
	periods := []string{FieldPeriodStart, FieldPeriodEnd}
	for i, name := range periods {
		if f := def.Field(name); f != nil && level.Covers(f.Visibility) {
			periods[i] = e.Fields.String(name)
		} else {
			periods[i] = ""
		}
	}
	d.period(periods[0], periods[1])
	if f := def.Field("spatial"); f != nil && level.Covers(f.Visibility) {
		d.place(e.Fields.String("spatial"), e.Fields.String("spatial_bbox"))
	}
	for _, x := range e.Fields.Maps("extras") { // CKAN's clients keep it there
		if key, _ := x["key"].(string); key == "spatial" {
			value, _ := x["value"].(string)
			d.place(value)
		}
	}
	d.parts(e, def, level)
}

// organizations names the owner, and the city at the top, if readers of this
// document may know them.
func (b *Builder) organizations(d *Document, e *catalog.Entry, refs Refs) {
	const maxDepth = 16
	org := refs(e.Owner)
	for i := 0; org != nil && i < maxDepth; i++ {
		if d.Public() && catalog.Labels(org)[0] != catalog.LabelPublic {
			return
		}
		if i == 0 {
			d.exact("organization", org.Name)
		}
		d.text("organization", title(org))
		if org.Owner == "" {
			d.exact("city", org.Name)
		}
		org = refs(org.Owner)
	}
}

// FieldKey is what of a key chosen by people can be part of a field's name.
func FieldKey(key string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, key)
}

// extra adds one of CKAN's free extras: analysed as extras_KEY, exact as KEY.
func (d *Document) extra(key, value string) {
	key = FieldKey(key)
	if key == "" || value == "" || len(key) > 100 {
		return
	}
	d.text("extras_"+key, value)
	switch {
	case key == FieldPeriodStart:
		d.period(value, "")
	case key == FieldPeriodEnd:
		d.period("", value)
	case DateField(key):
		if t, _, ok := DateSpan(value); ok {
			d.Dates[key] = t
		}
		return
	}
	if _, core := d.Exact[key]; !core {
		d.exact(key, value)
	}
}

func (d *Document) parts(e *catalog.Entry, def *schema.Definition, level catalog.Level) {
	d.number("num_resources", len(e.Parts))
	for _, p := range e.Parts {
		for i := range def.Parts {
			f := &def.Parts[i]
			if !level.Covers(f.Visibility) {
				continue
			}
			for i := range f.Subfields {
				sub := &f.Subfields[i]
				d.group(f.Name, "res_", sub, f.GroupTexts(p.Fields, sub))
			}
			if f.Kind == schema.KindJSON {
				continue
			}
			switch {
			case f.Index.Text:
				d.text("res_"+f.Name, p.Fields.String(f.Name))
			case f.Index.Exact != "":
				d.exact(f.Index.Exact, p.Fields.String(f.Name))
			}
		}
		d.exact("res_url", p.Fields.String("url"))
		for key, v := range p.Fields.Map("extras") {
			if s, ok := v.(string); ok && len(key) < 100 {
				d.text("res_extras_"+key, s)
				if key == "resource_type" {
					d.exact("res_type", s)
				}
			}
		}
	}
}

// TextField reports whether a field is analysed; any other name is exact, a
// date or a number.
func TextField(name string) bool {
	switch name {
	case "title", "notes", "text", "author", "author_email", "maintainer", "maintainer_email", "res_name", "res_description", "spatial_text", "description", "office":
		return true
	}
	return strings.HasPrefix(name, "extras_") || strings.HasPrefix(name, "res_extras_")
}

// DateField reports whether a field holds dates.
func DateField(name string) bool {
	return name == "metadata_created" || name == "metadata_modified" || name == "indexed_ts" || name == FieldPeriodStart || name == FieldPeriodEnd || strings.HasSuffix(name, "_date")
}

// NumberField reports whether a field holds numbers.
func NumberField(name string) bool {
	switch name {
	case "num_resources", "num_tags", "views_total", "views_recent", FieldWest, FieldSouth, FieldEast, FieldNorth:
		return true
	}
	return false
}

// CoreField reports whether a field is one that datasets may have everywhere. Others
// come with a city's types and extras, and with what somebody makes up.
func CoreField(name string) bool {
	switch name {
	case "id", "name", "title_string", "url", "version", "license_id", "license", "organization", "groups", "tags", "dataset_type", "type", "state",
		"capacity", "private", "isopen", "owner_org", "creator_user_id", "site_id", "entity_type", "city":
		return true
	}
	return TextField(name) || DateField(name) || NumberField(name) || strings.HasPrefix(name, "res_") || strings.HasPrefix(name, "vocab_")
}
