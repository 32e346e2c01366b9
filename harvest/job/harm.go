package job

import (
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
)

// emptied reports a record that lost all its distributions or its description:
// one may be meant so, many at once are not.
func emptied(before, now baseState) bool {
	return len(before.Parts) > 0 && len(now.Parts) == 0 || before.Fields.String("notes") != "" && now.Fields.String("notes") == ""
}

// garbled reports texts in UTF-8 that were read as Latin-1 on their way: "MÃ¼nchen".
func garbled(f catalog.Fields) bool {
	return slices.ContainsFunc(append(f.Strings("tags"), f.String("title"), f.String("notes")), garbledText)
}

func garbledText(s string) bool {
	for {
		i := strings.IndexAny(s, "ÃÂâ")
		if i < 0 {
			return false
		}
		first, rest := []rune(s[i:])[0], s[i:][len(string([]rune(s[i:])[0])):]
		// What follows must be the rest of a character of UTF-8, each byte as a sign.
		next := []rune(rest)
		need := 1
		if first == 'â' {
			need = 2
		}
		if len(next) >= need && !slices.ContainsFunc(next[:need], func(r rune) bool { return !continuation(r) }) {
			return true
		}
		s = rest
	}
}

// continuation reports a sign that a byte from 80 to BF becomes in Latin-1 or in
// Windows' code page 1252.
func continuation(r rune) bool {
	return r >= 0x80 && r <= 0xBF || strings.ContainsRune("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ", r)
}

func garbledFinding(guid string, severity catalog.Severity) catalog.Finding {
	return catalog.Finding{Severity: severity, Code: "garbled", Row: guid,
		Message: catalog.DE("Die Umlaute sind entstellt: Die Quelle liefert UTF-8, das als Latin-1 gelesen wurde.", "The umlauts are garbled: the source delivers UTF-8 that was read as Latin-1."),
		Remedy:  catalog.DE("Beim Betreiber der Quelle nachfragen. Was schon gespeichert war, bleibt.", "Ask whoever runs the source. What was stored stays.")}
}

// emptying says why a plan that empties many records must not be applied.
func emptying(job *catalog.HarvestJob) string {
	const few, share = 10, 10
	if job.Emptied <= max(few, job.Known/share) {
		return ""
	}
	return fmt.Sprintf("Bei %d von %d Datensätzen fehlen auf einmal alle Dateien oder die Beschreibung.", job.Emptied, job.Known)
}
