package ckan

import (
	"fmt"
	"slices"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// setValue takes one argument over into a field by the field's kind.
func setValue(fields catalog.Fields, f *schema.Field, v any) error {
	text := toText(v)
	switch {
	case v == nil || v == "":
		fields.Set(f.Name, nil)
	case f.Subfields != nil:
		list, _, err := readGroups(Args{f.CKAN.Key: v}, f.CKAN.Key)
		if err != nil {
			return err
		}
		return setGroups(fields, f, list)
	case f.Kind.List():
		setExtra(fields, f, v)
	case !f.City:
		return setText(fields, f, v)
	case f.Kind == schema.KindInteger:
		n, ok := Args{"v": v}.integer("v")
		if !ok {
			return fmt.Errorf("Invalid integer") // CKAN's text
		}
		fields.Set(f.Name, n)
	case f.Kind == schema.KindBoolean:
		fields.Set(f.Name, Args{"v": v}.Bool("v", false))
	case f.Kind == schema.KindJSON:
		if s, isText := v.(string); isText && !isJSON(s, &v) {
			return fmt.Errorf("Invalid JSON") // ckanext-scheming's text
		}
		fields.Set(f.Name, plain(map[string]any{"v": v})["v"])
	case f.Kind == schema.KindDate && !isDate(text):
		return fmt.Errorf("Date format incorrect") // CKAN's text
	default:
		return setText(fields, f, v)
	}
	return nil
}

func isDate(s string) bool {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05", "2006-01-02T15:04", time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// checkType applies the rules of a type that a city declared. Types nobody
// declared have none, as in CKAN.
func (s *Service) checkType(e *catalog.Entry, name string, faults map[string]any) {
	t := s.defs.CityType(e.Type, name)
	if t == nil {
		return
	}
	check(t.Fields, s.defs.Of(e.Type).Fields, e, e.Fields, faults)
	problems, bad := make([]any, len(e.Parts)), false
	for i := range e.Parts {
		one := map[string]any{}
		s.checkPart(t, &e.Parts[i], one)
		problems[i], bad = one, bad || len(one) > 0
	}
	if _, already := faults["resources"]; bad && !already {
		faults["resources"] = problems
	}
}

// checkPart applies the rules that a type has for each resource; t may be nil.
func (s *Service) checkPart(t *schema.CityType, p *catalog.Part, faults map[string]any) {
	if t == nil {
		return
	}
	check(t.Parts, s.defs.Of(t.Entry).Parts, nil, p.Fields, faults)
}

// check applies the rules of a type's fields to values; e is nil for those of a
// resource.
func check(rules []schema.CityField, defs []schema.Field, e *catalog.Entry, have catalog.Fields, faults map[string]any) {
	for i := range rules {
		f := &rules[i]
		already, wrong := faults[f.Name]
		switch {
		case f.Subfields != nil:
			if found := checkGroups(defs, have, f, already); found != nil {
				faults[f.Name] = found
			}
		case !wrong:
			if messages := checkCity(f, values(e, defs, have, f)); messages != nil {
				faults[f.Name] = messages
			}
		}
	}
}

// cityType is the type a city declared for a dataset, nil for none.
func (s *Service) cityType(e *catalog.Entry) *schema.CityType {
	return s.defs.TypeOf(e)
}

// values finds what an entry has for a city's field, and sets its default when
// there is nothing.
func values(e *catalog.Entry, defs []schema.Field, have catalog.Fields, f *schema.CityField) []string {
	if d := f.Of(defs); d != nil && have[d.Name] == nil && f.Default != "" {
		_ = setValue(have, d, f.Default) // a default that does not fit is none, and missing where it is required
	}
	return f.Values(e, defs, have)
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// checkCity says what is wrong with a field's values, in the words of CKAN and
// ckanext-scheming.
func checkCity(f *schema.CityField, have []string) (out []string) {
	for _, wrong := range f.Faults(have) {
		switch wrong.Code {
		case schema.RuleMissing:
			out = append(out, "Missing value")
		case schema.RuleChoice:
			out = append(out, fmt.Sprintf("unexpected choice %q", wrong.Value))
		case schema.RuleEmail:
			out = append(out, fmt.Sprintf("Email %s is not a valid format", wrong.Value))
		case schema.RuleURL:
			out = append(out, "Please provide a valid URL")
		}
	}
	return out
}

// cityValues adds the values of a city's own fields to a dictionary.
func cityValues(defs []schema.Field, have catalog.Fields, d map[string]any) {
	for i := range defs {
		f := &defs[i]
		if !f.City {
			continue
		}
		switch v := have[f.Name]; {
		case f.Subfields != nil:
			d[f.CKAN.Key] = showGroups(f, have)
		case v != nil:
			d[f.CKAN.Key] = v
		case f.Kind.List():
			d[f.CKAN.Key] = []any{}
		default:
			d[f.CKAN.Key] = nil
		}
	}
}

// cityFields are the city's own fields that an entry of this type has, or has a
// value for.
func (s *Service) cityFields(e *catalog.Entry, defs []schema.Field) []schema.Field {
	name := groupType(e)
	if e.Type == catalog.TypeDataset {
		if name = e.Fields.String("dataset_type"); name == "" {
			name = string(catalog.TypeDataset)
		}
	}
	t := s.defs.CityType(e.Type, name)
	var out []schema.Field
	for i := range defs {
		f := &defs[i]
		declared := t != nil && slices.ContainsFunc(t.Fields, func(c schema.CityField) bool { return c.Name == f.Name })
		if f.City && (declared || e.Fields[f.Name] != nil) {
			out = append(out, *f)
		}
	}
	return out
}
