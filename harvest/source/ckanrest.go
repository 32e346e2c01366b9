package source

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
)

// maxRest bounds what is kept of a package or resource beside its fields.
const maxRest = 1000

// ownKeys are what CKAN and DKAN say of packages and resources by themselves: about
// their own keeping of them, or derived from what is read elsewhere.
var ownKeys = set(
	"id", "name", "title", "state", "private", "type", "organization", "owner_org", "groups", "resources", "extras", "tags",
	"isopen", "license", "license_title", "license_url", "metadata_created", "metadata_modified", "num_resources", "num_tags",
	"relationships", "relationships_as_subject", "relationships_as_object", "creator_user_id", "revision_id", "revision_timestamp",
	"tracking_summary", "notes_rendered", "ratings_average", "ratings_count", "log_message", "ckan_url", "plugin_data",
	"package_id", "position", "created", "last_modified", "cache_url", "cache_last_updated", "datastore_active",
	"datastore_contains_all_records_of_source_file", "url_type", "resource_group_id", "webstore_url", "webstore_last_updated", "on_same_domain",
	"upload", "clear_upload",
)

func set(keys ...string) map[string]bool {
	out := make(map[string]bool, len(keys))
	for _, k := range keys {
		out[k] = true
	}
	return out
}

// keysOf are what fields are called by CKAN.
func keysOf(fields []schema.Field) map[string]bool {
	out := map[string]bool{}
	for i := range fields {
		out[fields[i].CKAN.Key], out[fields[i].CKAN.Extra] = true, true
	}
	return out
}

// restOf are the keys of a package or resource that no field is for and that say
// something: portals with a schema of their own have theirs there.
func restOf(m map[string]any, fields map[string]bool) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if ownKeys[key] || fields[key] || strings.HasPrefix(key, "harvest_") || empty(m[key]) {
			continue
		}
		out = append(out, key)
	}
	return out
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case string:
		return strings.TrimSpace(v) == ""
	}
	return false
}

// extrasOf reads the extras of a package in their order: a list of pairs, or in old
// answers an object.
func extrasOf(v any) (values map[string]any, order []string) {
	values = map[string]any{}
	add := func(key string, v any) {
		if key == "" || strings.HasPrefix(key, "harvest_") || key == "guid" || key == "metadata_harvested_portal" {
			return
		}
		if _, twice := values[key]; !twice {
			order = append(order, key)
		}
		values[key] = v
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			m, _ := x.(map[string]any)
			add(text(m["key"]), m["value"])
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if !empty(v[key]) {
				add(key, v[key])
			}
		}
	}
	return values, order
}

// nested reads a field of objects, which comes as such or as JSON text.
func nested(v any) any {
	if s, ok := v.(string); ok {
		var parsed any
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if tooDeep([]byte(s)) != nil || d.Decode(&parsed) != nil {
			return nil
		}
		v = parsed
	}
	switch v := v.(type) {
	case []any:
		return v
	case map[string]any:
		return []any{v}
	}
	return nil
}

// putGroups takes the groups of a repeating field by the kinds of its subfields; what
// none of them is for is told.
func (r *Record) putGroups(fields catalog.Fields, f *schema.Field, where string, v any, told func(any)) {
	list, _ := nested(v).([]any)
	if list == nil {
		told(v)
		return
	}
	if f.Max > 0 && len(list) > f.Max {
		told(list[f.Max:])
		list = list[:f.Max]
	}
	var out []any
	for i, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			told(x)
			continue
		}
		group, rest := catalog.Fields{}, maps.Clone(m)
		for j := range f.Subfields {
			sub := &f.Subfields[j]
			r.put(group, sub, fmt.Sprintf("%s%s.%d.", where, f.Name, i), m[sub.Name])
			delete(rest, sub.Name)
		}
		maps.DeleteFunc(rest, func(_ string, v any) bool { return empty(v) })
		if len(rest) > 0 {
			told(rest)
		}
		if len(group) > 0 {
			out = append(out, map[string]any(group))
		}
	}
	fields.Set(f.Name, out)
}

// unfit says of a value that its field cannot take it.
func unfit(f *schema.Field, where string, v any) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityWarning, Code: "unfit:" + f.Name, Field: where + f.Name,
		Message: catalog.DE(fmt.Sprintf("Der Wert passt nicht in das Feld „%s“ und wurde weggelassen: %.100q", f.Label.In("de"), textOr(v)), fmt.Sprintf("The value does not fit the field %q and was left out: %.100q", f.Label.In("en"), textOr(v)))}
}

// plain brings numbers and texts of nested values into the form of entries.
func plain(v any) any {
	switch v := v.(type) {
	case string:
		return text(v)
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
		return v.String()
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, x := range v {
			out[text(key)] = plain(x)
		}
		return out
	}
	return v
}

// overfull tells that something has more values beside its fields than are kept.
func (r *Record) overfull(where string, n int) {
	if n <= maxRest {
		return
	}
	r.Findings = append(r.Findings, catalog.Finding{Severity: catalog.SeverityWarning, Code: "overfull", Field: where + "extras", Row: r.GUID,
		Message: catalog.DE(fmt.Sprintf("Von %d weiteren Angaben wurden %d übernommen.", n, maxRest), fmt.Sprintf("Of %d further values %d were taken.", n, maxRest))})
}

// takeGroups reads the repeating fields of ckanext-dcat's schemas: the first object of
// each fills what else says nothing. What is no list of objects stays an extra. The
// rest is kept when the fields have their final form.
func takeGroups(fields catalog.Fields, extras map[string]any) (keep func(*dcat.Mapper)) {
	lists := map[string][]catalog.Fields{}
	for i := range dcat.Groups {
		g := &dcat.Groups[i]
		list, _ := extras[g.Key].([]any)
		if s, ok := extras[g.Key].(string); ok && strings.HasPrefix(strings.TrimSpace(s), "[") && json.Unmarshal([]byte(s), &list) != nil {
			continue
		}
		for _, x := range list {
			m, _ := x.(map[string]any)
			item := g.Item(func(part string) string { return text(m[part]) })
			if len(item) > 0 && len(lists[g.Key]) < dcat.MaxGroup {
				lists[g.Key] = append(lists[g.Key], item)
			}
		}
		if len(lists[g.Key]) == 0 {
			continue
		}
		delete(extras, g.Key)
		for part, field := range g.Parts {
			if fields.String(field) == "" {
				fields.Set(field, lists[g.Key][0].String(part))
			}
		}
	}
	return func(m *dcat.Mapper) {
		for i := range dcat.Groups {
			g := &dcat.Groups[i]
			if list := lists[g.Key]; list != nil {
				m.KeepGroup(g, fields, list)
			}
		}
	}
}
