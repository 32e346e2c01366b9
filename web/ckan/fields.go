package ckan

import (
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/search"
)

// listed are the fields that fl asks for: repeated, or in one text.
func listed(args Args) []string {
	fields := args.List("fl")
	if len(fields) == 1 {
		fields = strings.FieldsFunc(fields[0], func(r rune) bool { return r == ',' || r == ' ' })
	}
	return fields
}

// pick cuts a dictionary down to some fields, in the form that CKAN's index has
// them: names in place of objects, what resources say as lists, extras by their
// keys. What it has of a dataset comes from the dictionary, and so shows no more.
func pick(d map[string]any, e *catalog.Entry, score float64, fields []string) map[string]any {
	if len(fields) == 0 || slices.Contains(fields, "*") {
		return d
	}
	out := map[string]any{}
	for _, f := range fields {
		name, v := strings.TrimPrefix(f, "extras_"), indexed(d, e, f)
		if f == "score" {
			v = score
		}
		if v != nil {
			out[name] = v
		}
	}
	return out
}

// indexed is one field of a dataset as the index has it; nil is none.
func indexed(d map[string]any, e *catalog.Entry, field string) any {
	switch field {
	case "organization":
		return orNil(object(d["organization"]), "name")
	case "groups":
		return textsOf(d["groups"], "name", nil)
	case "tags":
		return textsOf(d["tags"], "name", func(t map[string]any) bool { return t["vocabulary_id"] == nil })
	case "capacity":
		if d["private"] == true {
			return "private"
		}
		return "public"
	case "dataset_type":
		return d["type"]
	case "license":
		return d["license_title"]
	case "title_string":
		return d["title"]
	case "entity_type":
		return "package"
	case "site_id":
		return "default"
	case "metadata_created", "metadata_modified":
		return textOf(d, field) + "Z"
	case "res_type":
		return textsOf(d["resources"], "resource_type", nil)
	case "resources", "extras", "res_extras":
		return d[field]
	}
	if name, ok := strings.CutPrefix(field, "vocab_"); ok {
		var out []any
		for _, t := range e.Fields.Maps("vocab_tags") {
			if vocabulary, _ := t["vocabulary"].(string); search.FieldKey(vocabulary) == name {
				out = append(out, t["name"])
			}
		}
		return orNone(out)
	}
	if key, ok := strings.CutPrefix(field, "res_extras_"); ok {
		return textsOf(d["resources"], key, nil)
	}
	if key, ok := strings.CutPrefix(field, "res_"); ok {
		return textsOf(d["resources"], key, nil)
	}
	key, extra := strings.CutPrefix(field, "extras_")
	if v := d[field]; v != nil && !extra {
		return v
	}
	list, _ := d["extras"].([]any)
	for _, x := range list {
		if x := object(x); search.FieldKey(textOf(x, "key")) == key {
			return x["value"]
		}
	}
	return nil
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func textOf(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}

func orNil(m map[string]any, key string) any {
	if s := textOf(m, key); s != "" {
		return s
	}
	return nil
}

// textsOf are the texts that objects of a list have under a key.
func textsOf(v any, key string, fits func(map[string]any) bool) any {
	list, _ := v.([]any)
	var out []any
	for _, x := range list {
		m := object(x)
		if s := textOf(m, key); s != "" && (fits == nil || fits(m)) {
			out = append(out, s)
		}
	}
	return orNone(out)
}

func orNone(list []any) any {
	if list == nil {
		return nil
	}
	return list
}
