package holding

import (
	"maps"
	"reflect"

	"trio.example/catalog"
)

// merge brings new answers into a dataset that people may have edited. Three
// states are compared field by field: what the last conversion wrote, what is
// there now, and what the answers say today. A field somebody edited is kept
// and reported.
func merge(e, h *catalog.Entry, fields, part catalog.Fields, today string) []catalog.Finding {
	base := catalog.Fields(e.Fields.Map("converted"))
	findings := mergeFields(e.Fields, base.Map("fields"), fields, h)
	if part == nil {
		return findings
	}
	if e.Fields.String("issued") == "" {
		e.Fields.Set("issued", today)
	}
	old := catalog.Fields(base.Map("part"))
	for i := range e.Parts {
		if len(old) > 0 && e.Parts[i].Fields.String("url") == old.String("url") {
			return append(findings, mergeFields(e.Parts[i].Fields, old, part, h)...)
		}
	}
	if len(old) == 0 || len(e.Parts) == 0 {
		e.Parts = append(e.Parts, catalog.Part{ID: catalog.NewID(), Fields: part})
		return findings
	}
	return append(findings, kept(h, "url"))
}

func mergeFields(now catalog.Fields, base map[string]any, next catalog.Fields, h *catalog.Entry) []catalog.Finding {
	var findings []catalog.Finding
	all := maps.Clone(next)
	maps.Copy(all, base)
	for _, n := range all.Names() {
		switch {
		case reflect.DeepEqual(base[n], next[n]), reflect.DeepEqual(now[n], next[n]):
		case reflect.DeepEqual(now[n], base[n]):
			now.Set(n, next[n])
		default:
			findings = append(findings, kept(h, n))
		}
	}
	return findings
}

func kept(h *catalog.Entry, field string) catalog.Finding {
	return catalog.Finding{
		Severity: catalog.SeverityWarning, Code: "edit_kept", Field: field, Row: h.Fields.String("local_id"),
		Message: catalog.DE("Das Feld wurde im Datensatz von Hand geändert; die neue Antwort wurde nicht übernommen.",
			"The field was edited in the dataset; the new answer was not taken over."),
		Remedy: catalog.DE("Beide Fassungen vergleichen und die richtige im Datensatz eintragen.", "Compare both and enter the right one in the dataset."),
	}
}
