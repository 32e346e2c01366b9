package site

import (
	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// byType applies the rules that a city declared for the type of a dataset, as the
// API does, and fills in its defaults before.
func (r *request) byType(e *catalog.Entry) []catalog.Finding {
	t := r.cfg.Schema.TypeOf(e)
	if t == nil {
		return nil
	}
	fill := func(rules []schema.CityField, defs []schema.Field, have catalog.Fields) {
		for i := range rules {
			if d := rules[i].Of(defs); d != nil && rules[i].Default != "" && have[d.Name] == nil {
				have.Set(d.Name, fromTyped(d, rules[i].Default))
			}
		}
	}
	def := r.cfg.Schema.Of(e.Type)
	fill(t.Fields, def.Fields, e.Fields)
	for i := range e.Parts {
		fill(t.Parts, def.Parts, e.Parts[i].Fields)
	}
	return r.cfg.Schema.Check(e)
}

// rule is what the type of a dataset says about a field, nil for nothing.
func rule(rules []schema.CityField, defs []schema.Field, d *schema.Field) *schema.CityField {
	for i := range rules {
		if rules[i].Of(defs) == d {
			return &rules[i]
		}
	}
	return nil
}

// ruled makes an input say what the rule of its field demands.
func (r *request) ruled(x *editField, f *schema.CityField) {
	if f == nil {
		return
	}
	x.Mandatory = x.Mandatory || f.Required
	for i := range x.Groups {
		for j := range x.Groups[i].Fields {
			y := &x.Groups[i].Fields[j]
			for k := range f.Subfields {
				if y.Name == f.Subfields[k].Name {
					r.ruled(y, &f.Subfields[k])
				}
			}
		}
	}
	if len(f.Choices) == 0 || x.Choices != nil || x.Kind != "line" && x.Kind != "area" {
		return
	}
	chosen := lines(x.Value)
	list := choicesOf(f, r.lang, chosen)
	switch {
	case x.Kind == "line":
		x.Kind, x.Choices = "select", append([]choice{{"", r.t.Get("edit.none"), len(chosen) == 0}}, list...)
	case len(list) <= maxChecks:
		x.Kind, x.Choices, x.Help = "checks", list, f.Help.In(r.lang)
	}
}

// choicesOf are the choices of a field, and what else is chosen: it stays until
// somebody changes it.
func choicesOf(f *schema.CityField, lang string, chosen []string) (out []choice) {
	rest := map[string]bool{}
	for _, s := range chosen {
		rest[s] = true
	}
	for _, c := range f.Choices {
		label := c.Label.In(lang)
		if label == "" {
			label = c.Value
		}
		out = append(out, choice{c.Value, label, rest[c.Value]})
		delete(rest, c.Value)
	}
	for _, s := range chosen {
		if rest[s] {
			out = append(out, choice{s, s, true})
			delete(rest, s)
		}
	}
	return out
}
