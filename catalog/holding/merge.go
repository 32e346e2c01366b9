package holding

import (
	"maps"
	"reflect"

	"trio.example/catalog"
)

// merge brings new answers into a dataset that people may have edited. Three
// states are compared field by field: what the last conversion wrote, what is
// there now, and what the answers say today. A field somebody edited is kept and
// reported, and what the answers say is proposed.
func merge(e, h *catalog.Entry, fields, part catalog.Fields, today string) ([]catalog.Finding, proposals) {
	base := catalog.Fields(e.Fields.Map("converted"))
	open := proposed(e)
	m := merging{holding: h, open: open}
	m.fields(e.Fields, base.Map("fields"), fields, "")
	if part == nil {
		return m.findings, open
	}
	if e.Fields.String("issued") == "" {
		e.Fields.Set("issued", today)
	}
	old := catalog.Fields(base.Map("part"))
	for i := range e.Parts {
		if len(old) > 0 && e.Parts[i].Fields.String("url") == old.String("url") {
			m.fields(e.Parts[i].Fields, old, part, partPrefix)
			return m.findings, open
		}
	}
	if len(old) == 0 || len(e.Parts) == 0 {
		e.Parts = append(e.Parts, catalog.Part{ID: catalog.NewID(), Fields: part})
		return m.findings, open
	}
	// The address was edited: it is kept, a new one is proposed.
	if old.String("url") != part.String("url") {
		m.keep("url", partPrefix+"url", part["url"])
	}
	return m.findings, open
}

// merging goes through the fields.
type merging struct {
	holding  *catalog.Entry
	open     proposals
	findings []catalog.Finding
}

func (m *merging) keep(field, name string, answer any) {
	m.findings = append(m.findings, kept(m.holding, field))
	m.open[name] = answer
}

func (m *merging) fields(now catalog.Fields, base map[string]any, next catalog.Fields, prefix string) {
	all := maps.Clone(next)
	maps.Copy(all, base)
	for _, n := range all.Names() {
		switch {
		case reflect.DeepEqual(now[n], next[n]):
			delete(m.open, prefix+n)
		case reflect.DeepEqual(base[n], next[n]):
			// The answers say what they said; an open proposal stays open.
		case reflect.DeepEqual(now[n], base[n]):
			now.Set(n, next[n])
			delete(m.open, prefix+n)
		default:
			m.keep(n, prefix+n, next[n])
		}
	}
}

func kept(h *catalog.Entry, field string) catalog.Finding {
	return catalog.Finding{
		Severity: catalog.SeverityWarning, Code: "edit_kept", Field: field, Row: h.Fields.String("local_id"),
		Message: catalog.DE("Das Feld wurde im Datensatz von Hand geändert; die neue Antwort wurde nicht übernommen.",
			"The field was edited in the dataset; the new answer was not taken over."),
		Remedy: catalog.DE("Unter „Vorschläge aus neuen Antworten“ beide Fassungen vergleichen und entscheiden.", "Compare both under “Proposals of new answers” and decide."),
	}
}
