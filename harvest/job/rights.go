package job

import (
	"net/url"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/harvest/mapping"
	"trio.example/harvest/source"
)

// Overreach is something about a source that only system administrators may give
// it. Field is the one of the source that says so.
type Overreach struct {
	Field string
	Text  catalog.Text
}

// Overreaches is the one place that knows what editors may not do with a source:
// neither add answers of the survey, nor give themselves precedence over others,
// nor hand datasets to an organization that is not theirs. What was so before
// stays.
func Overreaches(tx catalog.Tx, defs *schema.Set, by catalog.Actor, before, src *catalog.HarvestSource) (out []Overreach, err error) {
	if by.Sysadmin {
		return nil, nil
	}
	add := func(field, de, en string) { out = append(out, Overreach{field, catalog.DE(de, en)}) }
	if kind, ok := source.KindOf(src.Kind); ok && kind.Files != nil {
		add("kind", "Quellen mit Antworten der Abfrage legt nur die Systemverwaltung an.", "Sources with answers of the survey are added by system administrators only.")
	}
	if src.Owner != "" && !by.CanCreateIn(src.Owner) {
		add("owner", "Bitte eine Organisation wählen, für die Sie Datensätze pflegen.", "Please choose an organization whose datasets you edit.")
	}
	strong := src.Duplicates == catalog.DuplicatesPriority || src.Duplicates == catalog.DuplicatesNewest
	if strong && (src.Duplicates != before.Duplicates || src.Priority != before.Priority) {
		add("duplicates", "Vorrang vor anderen Quellen gibt nur die Systemverwaltung; „nachfragen“ steht allen offen.", "Only system administrators give a source precedence over others; asking is open to all.")
	}
	if src.Mapping == before.Mapping {
		return out, nil
	}
	rules, err := mapping.Parse([]byte(src.Mapping), defs)
	if err != nil {
		return out, nil // it is told elsewhere
	}
	for _, name := range rules.Organization {
		org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), name)
		if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
			return nil, err
		}
		if err != nil || !by.CanCreateIn(org.ID) {
			add("mapping", "Die Zuordnung gibt Datensätze an die Organisation "+name+", für die Sie keine pflegen.", "The mapping hands datasets to the organization "+name+", whose datasets you do not edit.")
		}
	}
	return out, nil
}

// Moved reports an address on another host: it gets neither the secret nor the
// leave to lie in our own network that the old one had.
func Moved(from, to string) bool { return from != "" && hostKey(from) != hostKey(to) }

// hostKey is what a secret and a leave were given for.
func hostKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}
