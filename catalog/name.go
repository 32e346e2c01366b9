package catalog

import (
	"fmt"
	"regexp"
	"slices"
)

// MaxName is the greatest length of a name, in bytes; CKAN's limit.
const MaxName = 100

// namePattern is anchored with \z: CKAN's own pattern lets a final line feed
// through, which then breaks addresses.
var namePattern = regexp.MustCompile(`\A[a-z0-9_-]*\z`)

var reservedNames = []string{"new", "edit", "search"}

// CheckName applies CKAN's rules for the names of datasets, organizations,
// groups and users. All faults are returned, in CKAN's order.
func CheckName(name string) []Finding {
	var out []Finding
	add := func(code, de, en string) {
		out = append(out, Finding{Severity: SeverityError, Code: code, Field: "name", Message: DE(de, en),
			Remedy: DE("Einen Namen aus 2 bis 100 Kleinbuchstaben, Ziffern, - und _ wählen.", "Choose a name of 2 to 100 lower-case letters, digits, - and _.")})
	}
	if name == "" {
		add("name_missing", "Der Name fehlt.", "Missing value")
		return out
	}
	if slices.Contains(reservedNames, name) {
		add("name_reserved", "Dieser Name ist vergeben.", "That name cannot be used")
	}
	if len(name) < 2 {
		add("name_short", "Der Name ist zu kurz.", "Must be at least 2 characters long")
	}
	if len(name) > MaxName {
		add("name_long", fmt.Sprintf("Der Name ist länger als %d Zeichen.", MaxName), fmt.Sprintf("Name must be a maximum of %d characters long", MaxName))
	}
	if !namePattern.MatchString(name) {
		add("name_characters", "Der Name enthält unzulässige Zeichen.", "Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_")
	}
	return out
}
