// Package source reads catalogues elsewhere, each kind in its own file. A new
// kind is one file with a reader and its line in Kinds.
package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
	"trio.example/harvest/fetch"
)

// Record is a dataset as its source describes it, mapped to our fields.
type Record struct {
	// GUID is the source's own identifier; the same dataset has it every time.
	GUID   string
	Name   string // the name it has at its source, "" for none
	Fields catalog.Fields
	Parts  []catalog.Part
	// Findings tell what was mended, put aside, or why the record failed; one
	// that failed has an error among them and is not written.
	Findings []catalog.Finding
}

// Failed reports a record that could not be mapped.
func (r *Record) Failed() bool { return catalog.HasErrors(r.Findings) }

// Hash prints what was read, so that an unchanged record is told at once. When
// only the date of change moved nothing did: some portals touch all every night.
func (r *Record) Hash() string {
	f := r.Fields.Clone()
	delete(f, "modified")
	if kept, ok := f["rdf"].(map[string]any); ok {
		delete(kept, "dct:modified")
		if len(kept) == 0 {
			delete(f, "rdf")
		}
	}
	b, err := json.Marshal([]any{r.Name, f, r.Parts})
	if err != nil {
		return "" // values of entries always encode
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// Reader is what a kind gets to read a source.
type Reader struct {
	URL    string
	Client *fetch.Client
	Mapper *dcat.Mapper
	Defs   *schema.Set
	// Config holds the options of the source, by name.
	Config map[string]string
	// Emit takes a record; an error ends the reading.
	Emit func(*Record) error
	// Warn takes a finding about the source as a whole, such as a page that
	// failed: the reading goes on but is not complete.
	Warn func(catalog.Finding)
}

// Kind reads all records of a source. It returns whether it saw everything: only
// then may a record that did not come be taken for deleted.
type Kind struct {
	Name  string
	Title catalog.Text
	// Hint says which address is wanted.
	Hint catalog.Text
	Read func(ctx context.Context, r *Reader) (complete bool, err error)
}

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{
		{"ckan", catalog.DE("CKAN", "CKAN"), catalog.DE("Adresse des Portals, zum Beispiel https://daten.example.org", "address of the portal, for example https://data.example.org"), readCKAN},
		{"dcat", catalog.DE("DCAT (RDF)", "DCAT (RDF)"), catalog.DE("Adresse des Feeds, zum Beispiel https://daten.example.org/catalog.ttl", "address of the feed, for example https://data.example.org/catalog.ttl"), readDCAT},
		{"datajson", catalog.DE("DCAT-US (data.json)", "DCAT-US (data.json)"), catalog.DE("Adresse der Datei, zum Beispiel https://daten.example.org/data.json", "address of the file, for example https://data.example.org/data.json"), readDataJSON},
		{"csw", catalog.DE("Geodatenkatalog (CSW 2.0.2)", "catalogue of geodata (CSW 2.0.2)"), catalog.DE("Adresse des Dienstes, zum Beispiel https://geo.example.org/csw", "address of the service, for example https://geo.example.org/csw"), readCSW},
		{"arcgishub", catalog.DE("ArcGIS Hub", "ArcGIS Hub"), catalog.DE("Adresse der Seite, ihres Feeds oder ihrer Suche, zum Beispiel https://karten.hub.example.org", "address of the site, its feed or its search, for example https://maps.hub.example.org"), readHub},
		{"waf", catalog.DE("Ordner mit ISO-19139-Dateien (WAF)", "folder of ISO 19139 files (WAF)"), catalog.DE("Adresse des Ordners, zum Beispiel https://geo.example.org/metadaten/", "address of the folder, for example https://geo.example.org/metadata/"), readWAF},
	}
}

// KindOf finds a kind by name.
func KindOf(name string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// MaxRecords and MaxPages bound a source whatever it says of itself.
const (
	MaxRecords = 500_000
	MaxPages   = 10_000
)

// fault is a finding that makes a record fail.
func fault(code, guid, de, en string) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityError, Code: code, Row: guid, Message: catalog.DE(de, en)}
}

// broken is a finding about a page or document.
func broken(where string, err error) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityError, Code: "page_failed", File: where, Message: catalog.DE(err.Error(), err.Error()),
		Remedy: catalog.DE("Beim Betreiber der Quelle nachfragen; bis dahin wird nichts gelöscht.", "Ask whoever runs the source; until then nothing is deleted.")}
}
