// Package quality measures how well datasets are described: the points of the EU
// portal (MQA, 405 at most), GovData's own rules and the duties of high-value
// datasets. Only what goes to harvesters counts, so that the portal and those
// who read its feed come to the same result.
package quality

import "trio.example/catalog"

// Metric is one indicator of the EU portal's metadata quality assessment.
type Metric struct {
	Key       string
	Dimension string
	Points    int
	// PerFile metrics count distributions, the others datasets.
	PerFile bool
	Label   catalog.Text
	// Remedy says what somebody has to do to earn the points.
	Remedy catalog.Text
	// Property is the RDF property that earns them.
	Property string
}

// The dimensions in the order in which the EU portal shows them.
const (
	Findability      = "findability"
	Accessibility    = "accessibility"
	Interoperability = "interoperability"
	Reusability      = "reusability"
	Contextuality    = "contextuality"
)

// Dimensions lists them.
func Dimensions() []string {
	return []string{Findability, Accessibility, Interoperability, Reusability, Contextuality}
}

// MaxPoints is what a perfect dataset has.
const MaxPoints = 405

var metrics = []Metric{
	{"keyword", Findability, 30, false, catalog.DE("Schlagwörter", "Keywords"), catalog.DE("Mindestens ein Schlagwort vergeben.", "Add at least one keyword."), "dcat:keyword"},
	{"theme", Findability, 30, false, catalog.DE("Kategorie", "Category"), catalog.DE("Eine Kategorie der EU wählen.", "Choose one of the EU's categories."), "dcat:theme"},
	{"spatial", Findability, 20, false, catalog.DE("Raumbezug", "Place"), catalog.DE("Den Ort angeben, für den die Daten gelten.", "Say which place the data are about."), "dct:spatial"},
	{"temporal", Findability, 20, false, catalog.DE("Zeitraum", "Period"), catalog.DE("Den Zeitraum angeben, aus dem die Daten stammen.", "Say which period the data cover."), "dct:temporal"},
	{"access_reached", Accessibility, 50, true, catalog.DE("Zugangsadresse antwortet", "Access address answers"), catalog.DE("Die Zugangsadresse prüfen: Sie muss ohne Anmeldung mit 200 antworten.", "Check the access address: it has to answer with 200 without signing in."), "dcat:accessURL"},
	{"download", Accessibility, 20, true, catalog.DE("Adresse zum Herunterladen", "Download address"), catalog.DE("Eine Adresse angeben, die die Datei selbst liefert, oder die Datei hochladen.", "Give an address that delivers the file itself, or upload the file."), "dcat:downloadURL"},
	{"download_reached", Accessibility, 30, true, catalog.DE("Datei lässt sich herunterladen", "File can be downloaded"), catalog.DE("Die Adresse der Datei prüfen: Sie muss mit 200 antworten.", "Check the address of the file: it has to answer with 200."), "dcat:downloadURL"},
	{"format", Interoperability, 20, true, catalog.DE("Format", "Format"), catalog.DE("Das Dateiformat angeben.", "State the file format."), "dct:format"},
	{"media_type", Interoperability, 10, true, catalog.DE("Medientyp", "Media type"), catalog.DE("Den Medientyp angeben, zum Beispiel text/csv.", "State the media type, for example text/csv."), "dcat:mediaType"},
	{"format_listed", Interoperability, 10, true, catalog.DE("Format oder Medientyp aus der Liste", "Format or media type from the list"), catalog.DE("Das Format so angeben, wie es in der Liste der EU steht, oder den Medientyp, wie IANA ihn führt.", "State the format as the EU's list has it, or the media type as IANA does."), "dct:format"},
	{"format_open", Interoperability, 20, true, catalog.DE("Offenes Format", "Open format"), catalog.DE("Die Daten auch in einem offenen Format anbieten, zum Beispiel CSV.", "Offer the data in an open format too, for example CSV."), "dct:format"},
	{"format_readable", Interoperability, 20, true, catalog.DE("Maschinenlesbar", "Machine-readable"), catalog.DE("Die Daten auch maschinenlesbar anbieten, zum Beispiel als CSV oder JSON.", "Offer the data machine-readable too, for example as CSV or JSON."), "dct:format"},
	{"conforms", Interoperability, 30, false, catalog.DE("Entspricht DCAT-AP.de", "Conforms to DCAT-AP.de"), catalog.DE("Die fehlenden Pflichtangaben ergänzen; bis dahin steht der Datensatz nicht im Feed.", "Add what is mandatory; until then the dataset is not in the feed."), ""},
	{"licence", Reusability, 20, true, catalog.DE("Lizenz", "Licence"), catalog.DE("Die Lizenz angeben.", "State the licence."), "dct:license"},
	{"licence_listed", Reusability, 10, true, catalog.DE("Lizenz aus der Liste", "Licence from the list"), catalog.DE("Eine Lizenz aus der Liste von GovData wählen.", "Choose a licence of GovData's list."), "dct:license"},
	{"access_rights", Reusability, 10, false, catalog.DE("Zugangsrecht", "Access rights"), catalog.DE("Angeben, ob die Daten öffentlich sind.", "State whether the data are public."), "dct:accessRights"},
	{"access_rights_listed", Reusability, 5, false, catalog.DE("Zugangsrecht aus der Liste", "Access rights from the list"), catalog.DE("Das Zugangsrecht aus der Liste der EU wählen.", "Choose the access rights from the EU's list."), "dct:accessRights"},
	{"contact", Reusability, 20, false, catalog.DE("Ansprechstelle", "Contact point"), catalog.DE("Eine Ansprechstelle mit E-Mail-Adresse nennen.", "Name a contact with an e-mail address."), "dcat:contactPoint"},
	{"publisher", Reusability, 10, false, catalog.DE("Herausgeber", "Publisher"), catalog.DE("Den Herausgeber nennen.", "Name the publisher."), "dct:publisher"},
	{"rights", Contextuality, 5, true, catalog.DE("Nutzungshinweis", "Rights"), catalog.DE("Einen Hinweis zu den Nutzungsrechten geben.", "Add a statement of rights."), "dct:rights"},
	{"size", Contextuality, 5, true, catalog.DE("Dateigröße", "File size"), catalog.DE("Die Größe der Datei angeben oder die Datei hochladen.", "State the size of the file, or upload the file."), "dcat:byteSize"},
	{"issued", Contextuality, 5, false, catalog.DE("Erschienen am", "Issued"), catalog.DE("Das Datum der Veröffentlichung angeben.", "State when it was published."), "dct:issued"},
	{"modified", Contextuality, 5, false, catalog.DE("Geändert am", "Modified"), catalog.DE("Das Datum der letzten Änderung angeben.", "State when it was last changed."), "dct:modified"},
}

// Metrics lists all indicators. The slice must not be changed.
func Metrics() []Metric { return metrics }

// Rating names the EU portal's grade of a number of points.
func Rating(points float64) string {
	switch {
	case points >= 351:
		return "excellent"
	case points >= 221:
		return "good"
	case points >= 121:
		return "sufficient"
	}
	return "bad"
}
