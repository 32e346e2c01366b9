package vocab

import (
	"slices"
	"strings"

	"trio.example/catalog"
)

// Info describes a vocabulary.
type Info struct {
	Name   string       // in this package and in field definitions
	Scheme string       // IRI of its concept scheme
	Label  catalog.Text // what it lists
	// Origin is where its publisher offers it as SKOS.
	Origin string
}

const (
	euScheme = "http://publications.europa.eu/resource/authority/"
	euOrigin = "https://op.europa.eu/en/web/eu-vocabularies/dataset/-/resource?uri=http://publications.europa.eu/resource/dataset/"
)

var infos = []Info{
	{"theme", euScheme + "data-theme", catalog.DE("Themen", "Data themes"), euOrigin + "data-theme"},
	{"frequency", euScheme + "frequency", catalog.DE("Aktualisierung", "Update frequencies"), euOrigin + "frequency"},
	{"language", euScheme + "language", catalog.DE("Sprachen", "Languages"), euOrigin + "language"},
	{"file_type", euScheme + "file-type", catalog.DE("Dateiformate", "File types"), euOrigin + "file-type"},
	{"licence", "http://dcat-ap.de/def/licenses", catalog.DE("Lizenzen", "Licences"), "https://www.dcat-ap.de/def/licenses/"},
	{"access_right", euScheme + "access-right", catalog.DE("Zugangsrechte", "Access rights"), euOrigin + "access-right"},
	{"availability", euScheme + "planned-availability", catalog.DE("Geplante Verfügbarkeit", "Planned availability"), euOrigin + "planned-availability"},
	{"distribution_status", euScheme + "distribution-status", catalog.DE("Status einer Distribution", "Distribution status"), euOrigin + "distribution-status"},
	{"contributor", "http://dcat-ap.de/def/contributors", catalog.DE("Datenbereitsteller", "Contributors"), "https://www.dcat-ap.de/def/contributors/"},
	{"geocoding_level", "http://dcat-ap.de/def/politicalGeocoding/Level", catalog.DE("Geopolitische Ebenen", "Political geocoding levels"), "https://www.dcat-ap.de/def/politicalGeocoding/Level/"},
	{"hvd_category", "http://data.europa.eu/bna/asd487ae75", catalog.DE("Kategorien hochwertiger Daten", "High-value dataset categories"), euOrigin + "high-value-dataset-category"},
	{"dataset_type", euScheme + "dataset-type", catalog.DE("Arten von Datensätzen", "Dataset types"), euOrigin + "dataset-type"},
	{"publisher_type", "http://purl.org/adms/publishertype/1.0", catalog.DE("Arten von Herausgebern", "Publisher types"), "https://github.com/SEMICeu/ADMS-AP"},
	{"adms_status", "http://purl.org/adms/status/1.0", catalog.DE("Status nach ADMS (alt)", "ADMS status (old)"), "https://github.com/SEMICeu/ADMS-AP"},
	{"model_dataset", modelScheme, catalog.DE("Musterdatensätze", "Model datasets"), "https://github.com/bertelsmannstift/Musterdatenkatalog"},
	{"hash_algorithm", "http://dcat-ap.de/def/hashAlgorithms", catalog.DE("Prüfsummenverfahren (alt)", "Hash algorithms (old)"), "https://www.dcat-ap.de/def/hashAlgorithms/"},
}

const modelScheme = "https://musterdatenkatalog.de/def/musterdatensatz/Musterdatenkatalog"

// Infos lists the vocabularies.
func Infos() []Info { return infos }

// InfoOf finds a vocabulary by its name.
func InfoOf(name string) (Info, bool) {
	i := slices.IndexFunc(infos, func(i Info) bool { return i.Name == name })
	if i < 0 {
		return Info{}, false
	}
	return infos[i], true
}

// keyDigits is the number of digits of the official keys of places; the lists
// themselves change every year and have ten thousands of members.
var keyDigits = map[string]int{"municipalityKey": 8, "regionalKey": 12, "municipalAssociationKey": 9, "districtKey": 5, "governmentDistrictKey": 3, "stateKey": 2}

// newer marks concepts that were added after the list that validators in use have.
const newer = "newer"

// Newer finds a concept that validators do not know yet by a spelling of it.
func Newer(scheme, s string) (Concept, bool) {
	for _, i := range infos {
		if i.Scheme == scheme {
			c, ok := Lookup(i.Name, s)
			return c, ok && c.Is(newer)
		}
	}
	return Concept{}, false
}

// InScheme reports whether an IRI is a member of a concept scheme, to the
// letter: GovData and the EU portal compare so too. One that is newer than the lists
// of validators is none to them: a document has to describe it (Newer).
func InScheme(scheme, iri string) bool {
	if kind, ok := strings.CutPrefix(scheme, "http://dcat-ap.de/def/politicalGeocoding/"); ok && keyDigits[kind] > 0 {
		digits, found := strings.CutPrefix(iri, scheme+"/")
		return found && len(digits) == keyDigits[kind] && strings.Trim(digits, "0123456789") == ""
	}
	for _, i := range infos {
		if i.Scheme == scheme {
			c, ok := Lookup(i.Name, iri)
			return ok && c.URI == iri && !c.Is(newer)
		}
	}
	return false
}
