package ckan

import (
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// blanks is the field that names the texts a client gave as empty. Entries know
// no difference between empty and absent, CKAN does: it shows "" for the one and
// null for the other, and a catalogue that is moved must not change by that.
const blanks = "blank"

// noteBlanks notes in fields which texts of a dictionary were given as empty.
// What is left out and kept stays as the fields before had it. Of those
// called fixed, which are shown alike when they are absent, there is nothing to
// note: what comes back as it was shown must change nothing.
func noteBlanks(defs []schema.Field, given map[string]any, fields, before catalog.Fields, kept, fixed []string) {
	var out []string
	was := before.Strings(blanks)
	for _, f := range defs {
		key := f.CKAN.Key
		if key == "" || f.City || f.Kind == schema.KindJSON || f.Kind == schema.KindInteger || f.Kind.List() || fields[f.Name] != nil || slices.Contains(fixed, key) {
			continue
		}
		if v := given[key]; v == "" || (v == nil && slices.Contains(kept, key) && slices.Contains(was, key)) {
			out = append(out, key)
		}
	}
	fields.Set(blanks, out)
}

// showBlanks shows as empty what was given as empty and is so still.
func showBlanks(fields catalog.Fields, d map[string]any) {
	for _, key := range fields.Strings(blanks) {
		if d[key] == nil {
			d[key] = ""
		}
	}
}
