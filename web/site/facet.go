package site

import (
	"slices"
	"strings"

	"trio.example/search"
)

// facet is one filter with its values.
type facet struct {
	Name, Title string
	// Values are shown at once, More behind "show all".
	Values, More []facetValue
	// Open says whether the filter is unfolded.
	Open bool
	// All says that several values must all be there.
	All bool
}

type facetValue struct {
	Value, Label string
	Count        int
	Checked      bool
}

// facetShown is how many values are visible before "show all".
const facetShown = 8

func (r *request) facet(name string, counts []search.Count, st state, d *directory) facet {
	f := facet{Name: name, Title: r.facetTitle(name), All: !anyOf(name)}
	chosen := st.filters[name]
	seen := map[string]bool{}
	var list []facetValue
	for _, c := range counts {
		seen[c.Value] = true
		list = append(list, facetValue{c.Value, r.facetLabel(name, c.Value, d), c.Count, slices.Contains(chosen, c.Value)})
	}
	for _, v := range chosen {
		if !seen[v] {
			list = append(list, facetValue{v, r.facetLabel(name, v, d), 0, true})
		}
	}
	slices.SortStableFunc(list, func(a, b facetValue) int {
		switch {
		case a.Checked != b.Checked && a.Checked:
			return -1
		case a.Checked != b.Checked:
			return 1
		case a.Count != b.Count:
			return b.Count - a.Count
		default:
			return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
		}
	})
	shown := min(len(list), max(facetShown, len(chosen)))
	if len(list)-shown <= 2 { // no fold for two
		shown = len(list)
	}
	f.Values, f.More = list[:shown], list[shown:]
	f.Open = len(chosen) > 0 || name == "city" || name == "groups" || name == "res_format"
	return f
}

// facetTitle names a filter.
func (r *request) facetTitle(name string) string {
	switch name {
	case "city":
		return r.t.Get("facet.city")
	case "groups":
		return r.t.Get("facet.groups")
	case "organization":
		return r.t.Get("facet.organization")
	case "res_format":
		return r.t.Get("facet.res_format")
	case "license_id":
		return r.t.Get("facet.license_id")
	default:
		return r.t.Get("facet.tags")
	}
}

// facetLabel shows a value in words; what has no label stays as it is.
func (r *request) facetLabel(name, value string, d *directory) string {
	switch name {
	case "city":
		return r.cityLabel(value, d)
	case "organization":
		if o := d.org(value); o != nil {
			return r.title(o)
		}
	case "groups":
		return r.groupLabel(value, d)
	case "license_id":
		if l := r.licence(value); l.Label != "" {
			return l.Label
		}
	case "res_format":
		return formatLabel(value)
	}
	return value
}

func (r *request) cityLabel(value string, d *directory) string {
	for _, c := range r.cfg.Cities {
		if c.Value == value {
			return c.Label.In(r.lang)
		}
	}
	if o := d.org(value); o != nil {
		return r.title(o)
	}
	return value
}
