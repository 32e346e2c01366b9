package mapping

import (
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
	"trio.example/harvest/source"
)

// Apply changes a record. It returns false for one that the rules leave out. A
// rule that fails is a finding of the record, which then is not written.
func (r *Rules) Apply(rec *source.Record) (take bool) {
	if r == nil || rec.Failed() {
		return true
	}
	if r.keep != nil {
		ok, err := run(r.keep, env(rec, nil))
		if err != nil {
			fail(rec, "keep", err)
			return true
		}
		if keep, _ := ok.(bool); !keep {
			return false
		}
	}
	r.tables(rec)
	def := r.defs.Of(catalog.TypeDataset)
	r.Dataset.apply(rec, rec.Fields, def.Field, nil)
	var parts []catalog.Part
	for i := range rec.Parts {
		p := &rec.Parts[i]
		if r.Resources.keep != nil {
			ok, err := run(r.Resources.keep, env(rec, p.Fields))
			if err != nil {
				fail(rec, "resources.keep", err)
			}
			if keep, _ := ok.(bool); !keep && err == nil {
				continue
			}
		}
		r.Resources.apply(rec, p.Fields, def.Part, p.Fields)
		parts = append(parts, *p)
	}
	rec.Parts = parts
	if name, ok := look(r.Organization, rec.Fields.String("publisher_name")); ok {
		rec.Organization = name
	}
	source.Normalize(r.defs, rec)
	return true
}

func fail(rec *source.Record, rule string, err error) {
	rec.Findings = append(rec.Findings, catalog.Finding{Severity: catalog.SeverityError, Code: "mapping", Field: rule, Row: rec.GUID,
		Message: catalog.DE(fmt.Sprintf("Die Zuordnung scheitert bei %s: %v", rule, err), fmt.Sprintf("The mapping fails at %s: %v", rule, err)),
		Remedy:  catalog.DE("Die Zuordnung der Quelle berichtigen.", "Mend the mapping of the source.")})
}

// env is what expressions about a dataset, or about one of its distributions, see.
func env(rec *source.Record, part catalog.Fields) environment {
	e := environment{}
	for name, v := range rec.Fields {
		e[name] = v
	}
	for name, v := range part {
		e[name] = v
	}
	parts := make([]map[string]any, len(rec.Parts))
	for i := range rec.Parts {
		parts[i] = rec.Parts[i].Fields
	}
	e["resources"], e["guid"], e["name"] = parts, rec.GUID, rec.Name
	if part != nil {
		e["dataset"] = map[string]any(rec.Fields)
		e["name"] = part["name"]
	}
	extras := map[string]any{}
	for _, x := range rec.Fields.Maps("extras") {
		if key, ok := x["key"].(string); ok {
			extras[key] = x["value"]
		}
	}
	e["extras"] = extras
	return e
}

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// look finds a word, without regard to case and blanks; "*" stands for all others.
func look(table map[string]string, word string) (string, bool) {
	if len(table) == 0 || word == "" {
		return "", false
	}
	if v, ok := table[word]; ok {
		return v, true
	}
	for k, v := range table {
		if fold(k) == fold(word) {
			return v, true
		}
	}
	v, ok := table["*"]
	return v, ok
}

// tables replaces words by concepts of the vocabularies.
func (r *Rules) tables(rec *source.Record) {
	const unknown = "unknown:licence:"
	licence := func(code string) (catalog.Fields, bool) {
		c, ok := vocab.Lookup("licence", code)
		if !ok {
			return nil, false
		}
		rec.Fields.Set("license_id", c.Attr["ckan"])
		for i := range rec.Parts {
			if f := rec.Parts[i].Fields; f.String("license") == "" {
				f.Set("license", c.URI)
			}
		}
		return rec.Fields, true
	}
	if len(r.Licence) > 0 {
		rec.Findings = slices.DeleteFunc(rec.Findings, func(f catalog.Finding) bool {
			word, ok := strings.CutPrefix(f.Code, unknown)
			if !ok {
				return false
			}
			code, ok := look(r.Licence, word)
			if ok {
				_, ok = licence(code)
			}
			return ok
		})
		if code, ok := look(r.Licence, rec.Fields.String("license_id")); ok {
			licence(code)
		}
		for i := range rec.Parts {
			f := rec.Parts[i].Fields
			if code, ok := look(r.Licence, f.String("license")); ok {
				if c, ok := vocab.Lookup("licence", code); ok {
					f.Set("license", c.URI)
				}
			}
		}
	}
	for i := range rec.Parts {
		if code, ok := look(r.Format, rec.Parts[i].Fields.String("format")); ok {
			rec.Parts[i].Fields.Set("format", code)
		}
	}
	if len(r.Theme) > 0 {
		themes := rec.Fields.Strings("theme")
		for _, word := range append(rec.Fields.Strings("tags"), rec.Words...) {
			if code, ok := look(r.Theme, word); ok {
				if c, ok := vocab.Lookup("theme", code); ok && !slices.Contains(themes, c.URI) {
					themes = append(themes, c.URI)
				}
			}
		}
		rec.Fields.Set("theme", themes)
	}
	if code, ok := look(r.Frequency, rec.Fields.String("frequency")); ok {
		c, _ := vocab.Lookup("frequency", code)
		rec.Fields.Set("frequency", c.URI)
	}
}

func (f *Fields) apply(rec *source.Record, fields catalog.Fields, field func(string) *schema.Field, part catalog.Fields) {
	for _, from := range sorted(f.Rename) {
		f.rename(fields, from, f.Rename[from], field)
	}
	for name, sep := range f.Split {
		var out []string
		for _, v := range fields.Strings(name) {
			for s := range strings.SplitSeq(v, sep) {
				if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
		fields.Set(name, out)
	}
	for name, table := range f.Lookup {
		if d := field(name); d.Kind.List() {
			var out []string
			for _, v := range fields.Strings(name) {
				if to, ok := look(table, v); ok {
					v, _ = concept(d, to)
				}
				if v != "" && !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
			fields.Set(name, out)
		} else if to, ok := look(table, fields.String(name)); ok {
			put(fields, d, to)
		}
	}
	for name, table := range f.Replace {
		s := fields.String(name)
		for _, old := range sorted(table) {
			longer, err := replaced(s, old, table[old], -1)
			if err != nil {
				fail(rec, "replace "+name, err)
				break
			}
			s = longer
		}
		if s != fields.String(name) {
			fields.Set(name, s)
		}
	}
	for name, v := range f.Default {
		if empty(fields, name) {
			put(fields, field(name), v)
		}
	}
	for name, v := range f.Set {
		put(fields, field(name), v)
	}
	for _, c := range f.compute {
		v, err := run(c.program, env(rec, part))
		if err == nil {
			v, err = result(v)
		}
		if err != nil {
			fail(rec, "compute "+c.field, err)
			continue
		}
		put(fields, field(c.field), v)
	}
	for _, name := range f.Drop {
		delete(fields, name)
	}
}

// rename moves a value where nothing is yet; an extra goes away then.
func (f *Fields) rename(fields catalog.Fields, from, to string, field func(string) *schema.Field) {
	key, extra := strings.CutPrefix(from, "extras.")
	if !extra {
		if v, ok := fields[from]; ok {
			if empty(fields, to) {
				if s, isText := v.(string); isText {
					put(fields, field(to), s)
				} else {
					fields[to] = v
				}
			}
			delete(fields, from)
		}
		return
	}
	var rest []any
	for _, x := range fields.Maps("extras") {
		if x["key"] != key {
			rest = append(rest, x)
			continue
		}
		if s, ok := x["value"].(string); ok && empty(fields, to) {
			put(fields, field(to), s)
		}
	}
	delete(fields, "extras")
	if len(rest) > 0 {
		fields.Set("extras", rest)
	}
}

func empty(fields catalog.Fields, name string) bool {
	v, ok := fields[name]
	if !ok || v == nil || v == "" {
		return true
	}
	list, isList := v.([]any)
	return isList && len(list) == 0
}

// put writes a value into a field, as a list where the field is one.
func put(fields catalog.Fields, d *schema.Field, v any) {
	v, err := value(v)
	if err != nil {
		return // compile refused it
	}
	switch v := v.(type) {
	case []string:
		for i := range v {
			v[i], _ = concept(d, v[i])
		}
		if d.Kind.List() {
			fields.Set(d.Name, v)
		} else {
			fields.Set(d.Name, strings.Join(v, ", "))
		}
	case string:
		v, _ = concept(d, v)
		if d.Kind.List() && v != "" {
			fields.Set(d.Name, []string{v})
		} else {
			fields.Set(d.Name, v)
		}
	default:
		fields.Set(d.Name, v)
	}
}

// result brings the value of an expression into the form of a value.
func result(v any) (any, error) {
	switch v := v.(type) {
	case []string:
		out := make([]any, len(v))
		for i := range v {
			out[i] = v[i]
		}
		return out, nil
	case []any:
		out := make([]any, 0, len(v))
		for _, x := range v {
			if x != nil {
				out = append(out, fmt.Sprint(x))
			}
		}
		return out, nil
	}
	if _, err := value(v); err != nil {
		return nil, err
	}
	return v, nil
}

func sorted(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
