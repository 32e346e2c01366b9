package ckan

import (
	"cmp"
	"maps"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// extrasForm is the field that keeps how extras were written: their order, and
// the text of one that is a field here and that the field would show otherwise,
// such as a plain text where there is a list. A client finds what it sent, as
// with CKAN; as soon as the field says something else, the field counts.
const extrasForm = "extras_form"

// noteExtras notes in what form the extras were sent. If they are what is shown
// anyway, nothing is to be noted, and the form stays that they had.
func (s *Service) noteExtras(e *catalog.Entry, sent []map[string]any) {
	def := s.defs.Of(e.Type)
	stored := &catalog.Entry{Type: e.Type, Fields: e.Fields.Clone()}
	s.defs.Normalize(stored) // what does not fit is told when the entry is stored
	asShown := func() bool {
		return slices.EqualFunc(extras(stored, def), sent, func(x any, y map[string]any) bool { return maps.Equal(object(x), y) })
	}
	if asShown() {
		return
	}
	e.Fields.Set(extrasForm, nil)
	stored.Fields.Set(extrasForm, nil)
	if asShown() {
		return
	}
	own := map[string]bool{}
	for _, f := range def.Fields {
		own[f.CKAN.Extra] = f.CKAN.Extra != ""
	}
	shown := map[string]string{}
	for _, x := range extras(stored, def) {
		shown[textOf(object(x), "key")] = textOf(object(x), "value")
	}
	form := make([]any, len(sent))
	for i, x := range sent {
		key, given := textOf(x, "key"), textOf(x, "value")
		item := map[string]any{"key": key}
		if was, is := shown[key]; own[key] && (!is || was != given) {
			item["given"], item["shown"] = given, was
		}
		form[i] = item
	}
	e.Fields.Set(extrasForm, form)
}

// asWritten brings extras into the form they were sent in. What was not sent
// stands behind the rest.
func asWritten(e *catalog.Entry, def *schema.Definition, out []any) []any {
	form := e.Fields.Maps(extrasForm)
	if len(form) == 0 {
		return out
	}
	place, at := map[string]int{}, map[string]int{}
	for i, x := range out {
		at[textOf(object(x), "key")] = i
	}
	for i, x := range form {
		key := textOf(x, "key")
		place[key] = i - len(form)
		given, differs := x["given"]
		if !differs {
			continue
		}
		if j, there := at[key]; there && textOf(object(out[j]), "value") == x["shown"] {
			out[j] = map[string]any{"key": key, "value": given}
		} else if !there && x["shown"] == "" && slices.ContainsFunc(def.Fields, func(f schema.Field) bool {
			return f.CKAN.Extra == key && f.Visibility == catalog.LevelPublic && e.Fields[f.Name] == nil
		}) {
			out = append(out, map[string]any{"key": key, "value": given})
		}
	}
	slices.SortStableFunc(out, func(a, b any) int {
		return cmp.Compare(place[textOf(object(a), "key")], place[textOf(object(b), "key")])
	})
	return out
}
