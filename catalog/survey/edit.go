package survey

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Edit changes the document of a template; what comes out is not checked, Read
// does that when it is stored.
func Edit(doc []byte, change func(*Template) error) ([]byte, error) {
	t, err := decode(doc)
	if err != nil {
		return nil, err
	}
	if err := change(t); err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write template: %w", err)
	}
	return out, nil
}

// NewOverlay begins a city's own template on a base.
func NewOverlay(base *Template, id, city, name, title string) ([]byte, error) {
	t := &Template{
		Format: Format, ID: id, Version: "1.0.0", Status: catalog.TemplateDraft, Language: "de", Title: catalog.Text{"de": title}, Unit: "holding",
		Publisher: Publisher{City: city, Name: name}, Extends: &Base{ID: base.ID, Version: base.Version}, Sections: []Section{}, Overlay: &Overlay{},
	}
	out, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write template: %w", err)
	}
	return out, nil
}

// Choice is what an editor decides about one inherited question.
type Choice struct {
	Hide, Require bool
	Label, Help   catalog.Text
	Visibility    catalog.Level
	Default       string
}

// Choose puts the decisions about an inherited question into an overlay.
func (t *Template) Choose(base *Template, id string, c Choice) error {
	q := base.Question(id)
	if q == nil {
		return refuse("unknown_question:"+id, "Diese Frage gibt es in der Kernvorlage nicht.", "There is no such question in the core template.")
	}
	if t.Overlay == nil {
		t.Overlay = &Overlay{}
	}
	o := t.Overlay
	o.Hide, o.Require = listed(o.Hide, id, c.Hide), listed(o.Require, id, c.Require)
	r := Relabel{Label: reworded(q.Label, c.Label), Help: reworded(q.Help, c.Help)}
	put(&o.Relabel, id, r, len(r.Label)+len(r.Help) > 0)
	put(&o.Visibility, id, c.Visibility, c.Visibility != "" && c.Visibility != q.Visibility)
	var preset any = c.Default
	if q.Type == "multi" {
		var list []any
		for _, s := range strings.FieldsFunc(c.Default, func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
			list = append(list, s)
		}
		preset = list
	}
	put(&o.Default, id, preset, strings.TrimSpace(c.Default) != "")
	return nil
}

// listed puts an id into a list or takes it out.
func listed(list []string, id string, in bool) []string {
	list = slices.DeleteFunc(list, func(s string) bool { return s == id })
	if in {
		list = append(list, id)
	}
	return list
}

func put[V any](m *map[string]V, key string, v V, in bool) {
	if !in {
		delete(*m, key)
		return
	}
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = v
}

// reworded keeps what differs from the base; German has to be there when
// anything is.
func reworded(old, now catalog.Text) catalog.Text {
	out := catalog.Text{}
	for lang, s := range now {
		if s = strings.TrimSpace(s); s != "" && s != old[lang] {
			out[lang] = s
		}
	}
	if len(out) > 0 && out["de"] == "" {
		out["de"] = old["de"]
	}
	return out
}

// AddOption adds an option to a list of the base, or takes an own one away.
func (t *Template) AddOption(list string, o Option) {
	if t.Overlay == nil {
		t.Overlay = &Overlay{}
	}
	if t.Overlay.AddOptions == nil {
		t.Overlay.AddOptions = map[string][]Option{}
	}
	t.Overlay.AddOptions[list] = append(t.Overlay.AddOptions[list], o)
}

// DropOption takes an own option away.
func (t *Template) DropOption(list, code string) {
	if t.Overlay == nil {
		return
	}
	kept := slices.DeleteFunc(t.Overlay.AddOptions[list], func(o Option) bool { return o.Code == code })
	put(&t.Overlay.AddOptions, list, kept, len(kept) > 0)
}

// AddQuestion adds an own question at the end of a section, which is made where
// it is missing.
func (t *Template) AddQuestion(section, title, after string, q Question) {
	q.Required.given = true
	for i := range t.Sections {
		if t.Sections[i].ID == section {
			t.Sections[i].Questions = append(t.Sections[i].Questions, q)
			return
		}
	}
	if title == "" {
		title = section
	}
	t.Sections = append(t.Sections, Section{ID: section, After: after, Title: catalog.Text{"de": title}, Questions: []Question{q}})
}

// DropQuestion takes an own question away, and its section when that is empty.
func (t *Template) DropQuestion(id string) {
	for i := range t.Sections {
		t.Sections[i].Questions = slices.DeleteFunc(t.Sections[i].Questions, func(q Question) bool { return q.ID == id })
	}
	t.Sections = slices.DeleteFunc(t.Sections, func(s Section) bool { return len(s.Questions) == 0 })
}

// Replace puts another document in a template's place.
func (t *Template) Replace(doc []byte) error {
	if len(doc) > MaxTemplate {
		return refuse("template_large", "Die Vorlage ist größer als 4 MB.", "The template is larger than 4 MB.")
	}
	next, err := decode(doc)
	if err != nil {
		return err
	}
	if next.ID != t.ID {
		return refuse("template_id", "Die Kennung einer Vorlage bleibt gleich; für eine andere bitte eine neue Vorlage anlegen.", "The id of a template stays; make a new template for another one.")
	}
	next.Status = t.Status
	*t = *next
	return nil
}
