package source

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// mapPackage turns a package dictionary into a record, by the CKAN keys of the
// field definitions; extras that none of them knows stay extras.
func (w *ckanWalk) mapPackage(id string, p map[string]any) *Record {
	def := w.Defs.Of(catalog.TypeDataset)
	rec := &Record{GUID: id, Name: text(p["name"]), Fields: catalog.Fields{}}
	extras, order := extrasOf(p["extras"])
	known := keysOf(def.Fields)
	for _, key := range restOf(p, known) {
		if _, twice := extras[key]; !twice {
			extras[key], order = p[key], append(order, key)
		}
	}
	for i := range def.Fields {
		f := &def.Fields[i]
		if f.Visibility != catalog.LevelPublic || f.Name == "groups" || f.Name == "extras" {
			continue
		}
		switch {
		case f.Kind == schema.KindTags && f.CKAN.Key != "":
			rec.Fields.Set(f.Name, tags(p[f.CKAN.Key]))
		case f.CKAN.Extra != "":
			v, ok := extras[f.CKAN.Extra]
			if !ok {
				v = p[f.CKAN.Extra]
			}
			rec.put(rec.Fields, f, "", v)
			delete(extras, f.CKAN.Extra)
		case f.CKAN.Key != "":
			rec.put(rec.Fields, f, "", p[f.CKAN.Key])
		}
	}
	keepGroups := takeGroups(rec.Fields, extras)
	var rest []any
	rec.overfull("", len(extras))
	for _, key := range order {
		if v, ok := extras[key]; ok && len(rest) < maxRest {
			rest = append(rest, map[string]any{"key": key, "value": textOr(v)})
		}
	}
	rec.Fields.Set("extras", rest)
	rec.Fields.Set("groups", groupNames(p["groups"])) // names, until the plan finds them here
	w.habits(rec, id, p)
	resources, _ := p["resources"].([]any)
	for _, x := range resources {
		if m, ok := x.(map[string]any); ok {
			rec.Parts = append(rec.Parts, w.mapResource(rec, fmt.Sprintf("resources.%d.", len(rec.Parts)), m))
		}
	}
	w.normal(rec)
	keepGroups(dcat.NewMapper(w.Defs, ""))
	return rec
}

// habits are what ckanext-dcat also takes from a package that says nothing else.
func (w *ckanWalk) habits(rec *Record, id string, p map[string]any) {
	f := rec.Fields
	if f.String("title") == "" {
		f.Set("title", text(p["name"]))
	}
	if f.String("uri") == "" {
		rec.Made = w.public + "/dataset/" + id
		f.Set("uri", rec.Made)
	}
	org, _ := p["organization"].(map[string]any)
	if f.String("publisher_name") == "" {
		f.Set("publisher_name", text(org["title"]))
	}
	for field, key := range map[string]string{"issued": "metadata_created", "modified": "metadata_modified"} {
		if f.String(field) == "" {
			f.Set(field, text(p[key]))
		}
	}
	if len(f.Strings("theme")) == 0 {
		var themes []string
		groups, _ := p["groups"].([]any)
		for _, x := range groups {
			g, _ := x.(map[string]any)
			name := groupName(x)
			rec.Words = append(rec.Words, texts([]any{name, g["title"], g["display_name"]})...)
			if c, ok := vocab.Lookup("theme", name); ok && !slices.Contains(themes, c.URI) {
				themes = append(themes, c.URI)
			}
		}
		f.Set("theme", themes)
	}
	licence := f.String("license_id")
	for _, word := range []string{licence, text(p["license_url"]), text(p["license_title"])} {
		if c, ok := vocab.Lookup("licence", word); ok {
			f.Set("license_id", c.Attr["ckan"])
			return
		}
	}
	if licence != "" && licence != "notspecified" {
		rec.Findings = append(rec.Findings, unknownLicence(licence, rec.GUID))
	}
}

// groupName reads a group, which in old answers is a text.
func groupName(v any) string {
	if g, ok := v.(map[string]any); ok {
		return text(g["name"])
	}
	return text(v)
}

func groupNames(v any) []string {
	const most = 1000 // as many as a dataset may have
	var out []string
	list, _ := v.([]any)
	for _, x := range list {
		if name := groupName(x); name != "" && !slices.Contains(out, name) && len(out) < most {
			out = append(out, name)
		}
	}
	return out
}

func unknownLicence(word, guid string) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityWarning, Code: "unknown:licence:" + word, Field: "license_id", Row: guid,
		Message: catalog.DE(fmt.Sprintf("Die Lizenz „%.100s“ ist unbekannt.", word), fmt.Sprintf("The licence %.100q is unknown.", word)),
		Remedy:  catalog.DE("Mit trio vocab map licence oder in der Zuordnung der Quelle zuordnen.", "Map it with trio vocab map licence or in the source's mapping.")}
}

func (w *ckanWalk) mapResource(rec *Record, where string, m map[string]any) catalog.Part {
	part := catalog.Part{Fields: catalog.Fields{}}
	def := w.Defs.Of(catalog.TypeDataset)
	for i := range def.Parts {
		f := &def.Parts[i]
		if f.Visibility != catalog.LevelPublic {
			continue
		}
		key := f.CKAN.Key
		if key == "" {
			key = f.CKAN.Extra
		}
		if key == "" || key == "id" {
			continue
		}
		rec.put(part.Fields, f, where, m[key])
	}
	rest, keys := map[string]any{}, restOf(m, keysOf(def.Parts))
	rec.overfull(where, len(keys))
	for _, key := range keys[:min(len(keys), maxRest)] {
		rest[key] = plain(m[key])
	}
	part.Fields.Set("extras", rest)
	if l := part.Fields.String("license"); l != "" {
		if c, ok := vocab.Lookup("licence", l); ok {
			part.Fields.Set("license", c.URI)
		}
	}
	for _, name := range []string{"url", "download_url"} {
		// One without a host lies on the portal.
		if s := part.Fields.String(name); strings.HasPrefix(s, "/") {
			if base, err := url.Parse(w.public); err == nil {
				if u, err := base.Parse(s); err == nil {
					part.Fields.Set(name, u.String())
				}
			}
		}
	}
	return part
}

// normal brings fields into the form in which the registry takes them. What it
// refuses is left out with a finding; only a title cannot be done without.
func (w *ckanWalk) normal(rec *Record) { normalize(w.Defs, rec) }

// Normalize brings the fields of a record that was changed into the form in which
// the registry takes them.
func Normalize(defs *schema.Set, rec *Record) { normalize(defs, rec) }

func normalize(defs *schema.Set, rec *Record) {
	def := defs.Of(catalog.TypeDataset)
	shorten(rec, rec.Fields, def.Fields, "")
	for i := range rec.Parts {
		shorten(rec, rec.Parts[i].Fields, def.Parts, fmt.Sprintf("resources.%d.", i))
	}
	for _, f := range defs.Normalize(&catalog.Entry{Type: catalog.TypeDataset, Fields: rec.Fields, Parts: rec.Parts}) {
		if f.Severity != catalog.SeverityError {
			continue
		}
		fields, name := rec.Fields, f.Field
		if rest, ok := strings.CutPrefix(f.Field, "resources."); ok {
			index, field, _ := strings.Cut(rest, ".")
			if i, err := strconv.Atoi(index); err == nil && i < len(rec.Parts) {
				fields, name = rec.Parts[i].Fields, field
			}
		}
		f.Severity, f.Row = catalog.SeverityWarning, rec.GUID
		delete(fields, name)
		rec.Findings = append(rec.Findings, f)
	}
}

// shorten cuts texts that are longer than their field: a cut text says more than
// none.
func shorten(rec *Record, fields catalog.Fields, defs []schema.Field, where string) {
	for i := range defs {
		f := &defs[i]
		s, ok := fields[f.Name].(string)
		if !ok || f.Max == 0 || strings.HasPrefix(s, "{") || f.Kind != schema.KindText && f.Kind != schema.KindMarkdown || utf8.RuneCountInString(s) <= f.Max {
			continue
		}
		fields.Set(f.Name, clip(s, f.Max))
		rec.Findings = append(rec.Findings, catalog.Finding{Severity: catalog.SeverityWarning, Code: "too_long", Field: where + f.Name, Row: rec.GUID,
			Message: catalog.DE(fmt.Sprintf("Der Text ist länger als %d Zeichen und wurde gekürzt.", f.Max), fmt.Sprintf("The text is longer than %d characters and was cut.", f.Max))})
	}
}

func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// put sets a field from a value of a package, whatever type it came in, and tells
// what does not fit.
func (r *Record) put(fields catalog.Fields, f *schema.Field, where string, v any) {
	told := func(v any) {
		finding := unfit(f, where, v)
		finding.Row = r.GUID
		r.Findings = append(r.Findings, finding)
	}
	switch {
	case empty(v):
	case f.Subfields != nil:
		r.putGroups(fields, f, where, v, told)
	case f.Kind == schema.KindJSON:
		if list := nested(v); !empty(list) {
			fields.Set(f.Name, plain(list))
			return
		}
		told(v)
	case f.Kind.List():
		l := texts(v)
		if f.Max > 0 && len(l) > f.Max {
			told(l[f.Max:])
			l = l[:f.Max]
		}
		if len(l) == 0 {
			told(v)
			return
		}
		fields.Set(f.Name, l)
	case f.Kind == schema.KindInteger:
		if n, err := strconv.ParseFloat(text(v), 64); err == nil && n >= 0 && n < 1<<53 {
			fields.Set(f.Name, int64(n))
			return
		}
		told(v)
	case f.Kind == schema.KindBoolean:
		b, err := strconv.ParseBool(text(v))
		if err != nil {
			told(v)
			return
		}
		fields.Set(f.Name, b)
	default:
		s := text(v)
		if l := texts(v); f.CKAN.JSON && len(l) > 0 {
			if s = l[0]; len(l) > 1 {
				told(l[1:])
			}
		}
		if s == "" {
			told(v)
			return
		}
		fields.Set(f.Name, s)
	}
}

// text is a scalar as text, "" for anything else.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", ""), ""))
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// textOr also writes lists and objects, as JSON.
func textOr(v any) string {
	switch v.(type) {
	case []any, []string, map[string]any:
		b, err := json.Marshal(v)
		if err == nil {
			return string(b)
		}
	}
	return text(v)
}

// texts reads a list, or JSON text that holds one, or a single text.
func texts(v any) []string {
	switch v := v.(type) {
	case []any:
		var out []string
		for _, x := range v {
			if s := text(x); s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		return out
	case string:
		var list []any
		if s := strings.TrimSpace(v); strings.HasPrefix(s, "[") && json.Unmarshal([]byte(s), &list) == nil {
			return texts(list)
		}
	}
	if s := text(v); s != "" {
		return []string{s}
	}
	return nil
}

func tags(v any) []string {
	var out []string
	list, _ := v.([]any)
	for _, x := range list {
		s := text(x)
		if m, ok := x.(map[string]any); ok {
			if s = text(m["display_name"]); s == "" {
				s = text(m["name"])
			}
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
