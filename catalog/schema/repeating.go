package schema

import (
	"fmt"
	"slices"

	"trio.example/catalog"
)

// Repeating fields hold a list of groups, each with values for some subfields, as
// ckanext-scheming's repeating_subfields do.

// maxGroups bounds how often such a field may repeat.
const maxGroups = 500

// repeat reads the subfields of a city's field.
func (f *CityField) repeat(v any, fault func(string, ...any)) {
	f.Kind = KindJSON
	f.Subfields = fields(v, fault)
	if len(f.Subfields) == 0 {
		fault("repeating_subfields must name at least one field")
	}
	for _, sub := range f.Subfields {
		if sub.Subfields != nil {
			fault("subfield %q: repeating_subfields is not possible here", sub.Name)
		}
	}
}

// count counts fields with what is inside them.
func count(list []CityField) int {
	n := len(list)
	for _, f := range list {
		n += len(f.Subfields)
	}
	return n
}

// join adds the subfields that another type declares for the same field.
func (f *Field) join(own CityField) error {
	if (own.Subfields == nil) != (f.Subfields == nil) {
		return fmt.Errorf("field %q has repeating_subfields in one type and none in another or in the portal's own", f.Name)
	}
	all := slices.Clone(f.Subfields) // the definitions built in share the list
	for _, sub := range own.Subfields {
		i := slices.IndexFunc(all, func(x Field) bool { return x.Name == sub.Name })
		if i < 0 {
			all = append(all, sub.field())
			continue
		}
		if all[i].Kind != sub.Kind {
			return fmt.Errorf("field %q: subfield %q is %s here and %s in another type", f.Name, sub.Name, sub.Kind, all[i].Kind)
		}
	}
	f.Subfields = all
	return nil
}

// normalizeGroups brings each group into its normal form; empty ones are left out.
func (f *Field) normalizeGroups(v any) (any, []catalog.Finding) {
	list, ok := v.([]any)
	if !ok {
		return nil, []catalog.Finding{fault("not_list", "", "Hier wird eine Liste erwartet.", "Expected a list")}
	}
	if len(list) > f.Max {
		return nil, []catalog.Finding{fault("too_many", "", fmt.Sprintf("Es sind höchstens %d Angaben erlaubt.", f.Max), fmt.Sprintf("At most %d values are allowed", f.Max))}
	}
	subfields := map[string]*Field{}
	for i := range f.Subfields {
		subfields[f.Subfields[i].Name] = &f.Subfields[i]
	}
	var out []any
	var findings []catalog.Finding
	for i, x := range list {
		group, ok := x.(map[string]any)
		if !ok {
			return nil, []catalog.Finding{fault("not_object", "", "Hier wird eine Liste von Objekten erwartet.", "Expected a list of objects")}
		}
		values := catalog.Fields(group).Clone()
		findings = append(findings, normalize(values, subfields, fmt.Sprintf(".%d.", i))...)
		if len(values) > 0 {
			out = append(out, map[string]any(values))
		}
	}
	return out, findings
}

// GroupTexts are the values a repeating field has for one of its subfields, over
// all groups.
func (f *Field) GroupTexts(values catalog.Fields, sub *Field) []string {
	var out []string
	for _, group := range values.Maps(f.Name) {
		fields := catalog.Fields(group)
		list := fields.Strings(sub.Name)
		if s := fields.String(sub.Name); len(list) == 0 && s != "" {
			list = []string{s}
		}
		out = append(out, list...)
	}
	return out
}
