package mapping

import (
	"fmt"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
	"trio.example/harvest/source"
)

// Tell adds findings about words of a record that no vocabulary knows after its
// rules were applied: each names the table that would mend it. A word is told once
// a record, and only a few of a kind.
func Tell(rec *source.Record) {
	const few, longest = 5, 200
	told := map[string]int{}
	tell := func(table, word, field, de, en string) {
		list := tables[table]
		if word == "" || len(word) > longest || told[table] >= few {
			return
		}
		if _, ok := vocab.Lookup(list, word); ok {
			return
		}
		code := "unknown:" + table + ":" + word
		if slices.ContainsFunc(rec.Findings, func(f catalog.Finding) bool { return fold(f.Code) == fold(code) }) {
			return
		}
		told[table]++
		rec.Findings = append(rec.Findings, catalog.Finding{Severity: catalog.SeverityWarning, Code: code, Field: field, Row: rec.GUID,
			Message: catalog.DE(fmt.Sprintf(de, word), fmt.Sprintf(en, word)),
			Remedy:  catalog.DE("In der Zuordnung der Quelle unter „"+table+"“ eintragen, oder für alle Quellen mit trio vocab map "+list+".", "Add it to the source's mapping under “"+table+"”, or for all sources with trio vocab map "+list+".")})
	}
	for i := range rec.Parts {
		f := rec.Parts[i].Fields
		tell("format", f.String("format"), "resources.format", "Das Format „%.100s“ ist unbekannt.", "The format %.100q is unknown.")
		tell("licence", f.String("license"), "resources.license", "Die Lizenz „%.100s“ ist unbekannt.", "The licence %.100q is unknown.")
	}
	tell("frequency", rec.Fields.String("frequency"), "frequency", "Die Aktualisierung „%.100s“ ist unbekannt.", "The update frequency %.100q is unknown.")
	if len(rec.Fields.Strings("theme")) > 0 {
		return
	}
	for _, word := range rec.Words {
		tell("theme", word, "theme", "Das Thema „%.100s“ ist unbekannt; der Datensatz hat deshalb keines.", "The theme %.100q is unknown, so the dataset has none.")
	}
}
