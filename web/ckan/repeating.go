package ckan

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// groupErrors are what is wrong inside a repeating field, in ckanext-scheming's
// shape: one object for each group, from subfield to messages.
type groupErrors []any

func (groupErrors) Error() string { return "Invalid groups" }

// faultBody is what an answer says about one field.
func faultBody(err error) any {
	var groups groupErrors
	if errors.As(err, &groups) {
		return []any(groups)
	}
	return []string{err.Error()}
}

// readGroups finds what a dictionary gives for a repeating field: a list of
// objects, the same as JSON text, or the inputs of ckanext-scheming's form
// (FIELD-0-SUBFIELD). Groups of a form in which nothing was typed are left out.
func readGroups(args Args, key string) (list []any, given bool, err error) {
	v, given := args[key]
	if !given {
		list = formGroups(args, key)
		return list, list != nil, nil
	}
	if text, ok := v.(string); ok {
		if strings.TrimSpace(text) == "" {
			return nil, true, nil
		}
		if isJSON(text, &list) {
			v = list
		}
	}
	if v == nil {
		return nil, true, nil
	}
	sent := maps.Clone(args)
	sent[key] = v
	groups, _, err := sent.Dicts(key)
	if err != nil {
		return nil, true, err
	}
	list = make([]any, len(groups))
	for i := range groups {
		list[i] = groups[i]
	}
	return list, true, nil
}

// withGroups brings what a dictionary gives for repeating fields into one form, a
// list of objects.
func withGroups(args Args, defs []schema.Field) (Args, error) {
	out := args
	for i := range defs {
		if defs[i].Subfields == nil {
			continue
		}
		key := defs[i].CKAN.Key
		list, given, err := readGroups(args, key)
		if err != nil {
			return nil, err
		}
		if !given {
			continue
		}
		next := Args{}
		for name, v := range out {
			if !strings.HasPrefix(name, key+"-") {
				next[name] = v
			}
		}
		next[key] = list
		out = next
	}
	return out, nil
}

// formGroups gathers the inputs of a form in the order of their numbers; what is
// no number stands last.
func formGroups(args Args, key string) []any {
	byIndex := map[string]map[string]any{}
	for name, v := range args {
		rest, ours := strings.CutPrefix(name, key+"-")
		index, sub, ok := strings.Cut(rest, "-")
		if !ours || !ok || sub == "" {
			continue
		}
		if byIndex[index] == nil {
			byIndex[index] = map[string]any{}
		}
		byIndex[index][sub] = v
	}
	if len(byIndex) == 0 {
		return nil
	}
	number := func(s string) int {
		if n, err := strconv.Atoi(s); err == nil {
			return n
		}
		return len(byIndex) + 1
	}
	var names []string
	for index := range byIndex {
		names = append(names, index)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(number(a), number(b)), strings.Compare(a, b)) })
	out := []any{}
	for _, index := range names {
		for _, v := range byIndex[index] {
			if truthy(v) {
				out = append(out, byIndex[index])
				break
			}
		}
	}
	return out
}

// setGroups takes groups over by the kinds of their subfields. Keys that no
// subfield has are dropped, as those of a dataset are.
func setGroups(fields catalog.Fields, f *schema.Field, list []any) error {
	out, problems, bad := make([]any, len(list)), make(groupErrors, len(list)), false
	for i, x := range list {
		given, _ := x.(map[string]any)
		group, wrong := catalog.Fields{}, map[string]any{}
		for j := range f.Subfields {
			sub := &f.Subfields[j]
			if err := setValue(group, sub, given[sub.Name]); err != nil {
				wrong[sub.Name], bad = faultBody(err), true
			}
		}
		out[i], problems[i] = map[string]any(group), wrong
	}
	fields.Set(f.Name, out)
	if bad {
		return problems
	}
	return nil
}

// checkGroups applies a type's rules to the groups of a repeating field; already
// is what is known to be wrong. It returns nil when nothing is.
func checkGroups(defs []schema.Field, have catalog.Fields, f *schema.CityField, already any) any {
	groups := have.Maps(f.Name)
	if len(groups) == 0 {
		if f.Required {
			return []string{"Missing value"}
		}
		return already
	}
	i := slices.IndexFunc(defs, func(d schema.Field) bool { return d.Name == f.Name })
	if i < 0 {
		return already
	}
	problems, bad := make([]any, len(groups)), false
	known, _ := already.([]any)
	for n, group := range groups {
		wrong := map[string]any{}
		if n < len(known) {
			if m, ok := known[n].(map[string]any); ok {
				wrong = m
			}
		}
		for j := range f.Subfields {
			sub := &f.Subfields[j]
			if wrong[sub.Name] != nil {
				continue
			}
			if messages := checkCity(sub, values(nil, defs[i].Subfields, group, sub)); messages != nil {
				wrong[sub.Name] = messages
			}
		}
		problems[n], bad = wrong, bad || len(wrong) > 0
	}
	if !bad {
		return nil
	}
	return problems
}

// showGroups are the groups of a repeating field with what is described of them.
func showGroups(f *schema.Field, have catalog.Fields) []any {
	out := []any{}
	for _, group := range have.Maps(f.Name) {
		m := map[string]any{}
		for _, sub := range f.Subfields {
			if v := group[sub.Name]; v != nil {
				m[sub.Name] = v
			}
		}
		if len(m) > 0 {
			out = append(out, m)
		}
	}
	return out
}
