package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
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

// NameOf makes a name of the slug of a title, short enough for a number behind it;
// it is "datensatz" where no letter is left.
func NameOf(slug string) string {
	const most = 80
	name := slug
	if len(name) > most {
		name = strings.TrimRight(name[:most], "-_")
	}
	if HasErrors(CheckName(name)) {
		return "datensatz"
	}
	return name
}

// RandomTail sets apart names of which there are many.
func RandomTail(int) string { return NewID()[:8] }

// FreeName finds a name that nobody has: the base itself, then with a number, and
// where many have it with a tail, which is asked for with 0, 1 and so on.
func FreeName(tx Tx, namespace, base string, tail func(n int) string) (string, error) {
	const count = 20
	for i := range 2 * count {
		name := base
		switch {
		case i >= count:
			name = base + "-" + tail(i-count)
		case i > 0:
			name = fmt.Sprintf("%s-%d", base, i+1)
		}
		if taken, err := tx.NameTaken(namespace, name); err != nil || !taken {
			return name, err
		}
	}
	return "", Errorf(KindConflict, "Es gibt zu viele Einträge mit dem Namen %s.", base)
}
