package ckan

import (
	"fmt"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
)

// sentGroups are the repeating fields of ckanext-dcat's schemas in a dictionary.
type sentGroups map[string][]catalog.Fields

// readSubfields finds the scheming form of DCAT's nested values. A list may also come
// as JSON text, as a form sends it; what is no list of objects is left to extras.
func readSubfields(args Args, faults map[string]any) sentGroups {
	out := sentGroups{}
	for i := range dcat.Groups {
		g := &dcat.Groups[i]
		list, given := args[g.Key].([]any)
		if s, ok := args[g.Key].(string); ok {
			given = isJSON(s, &list)
		}
		if !given {
			continue
		}
		if len(list) > dcat.MaxGroup {
			faults[g.Key] = []string{fmt.Sprintf("More than %d entries", dcat.MaxGroup)}
			continue
		}
		items := []catalog.Fields{}
		for _, x := range list {
			m, _ := x.(map[string]any)
			if item := g.Item(func(part string) string { return toText(m[part]) }); len(item) > 0 {
				items = append(items, item)
			}
		}
		out[g.Key] = items
	}
	return out
}

// first puts the first object of each list into its fields, and says which fields the
// dictionary's flat keys must not set again: a list that was changed counts more than
// what its dictionary still says of former values.
func (sent sentGroups) first(fields, before catalog.Fields) (settled map[string]string) {
	settled = map[string]string{}
	for i := range dcat.Groups {
		g := &dcat.Groups[i]
		list, given := sent[g.Key]
		if !given {
			continue
		}
		var item catalog.Fields
		if len(list) > 0 {
			item = list[0]
		}
		changed := false
		for part, field := range g.Parts {
			changed = changed || before != nil && item.String(part) != before.String(field)
		}
		for part, field := range g.Parts {
			v := item.String(part)
			if v != "" && (changed || before == nil || fields[field] == nil) {
				fields.Set(field, v)
			}
			if changed && before.String(field) != "" {
				settled[field] = before.String(field)
			}
		}
	}
	return settled
}

// keep keeps what the lists say beyond the fields.
func (sent sentGroups) keep(m *dcat.Mapper, fields catalog.Fields) {
	for i := range dcat.Groups {
		g := &dcat.Groups[i]
		if list, given := sent[g.Key]; given {
			m.KeepGroup(g, fields, list)
		}
	}
}

// showSubfields lists what fields and extras do not hold: several contacts, places or
// periods, and how a dataset is related to others.
func showSubfields(m *dcat.Mapper, fields catalog.Fields, d map[string]any) {
	for i := range dcat.Groups {
		g := &dcat.Groups[i]
		if _, has := d[g.Key]; has {
			continue // of a city's own type
		}
		var list []any
		for _, item := range m.ShowGroup(g, fields) {
			list = append(list, map[string]any(item))
		}
		if list != nil {
			d[g.Key] = list
		}
	}
}
