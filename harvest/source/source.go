// Package source reads catalogues elsewhere, each kind in its own file. A new
// kind is one file with a reader and its line in Kinds.
package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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
	// Words are what the source calls its categories, known or not; Organization
	// is who gets the dataset, "" for the source's own.
	Words        []string
	Organization string
	// Made is the address under uri when the source has said none and it was made from
	// where the source lies: an identifier that is given once and outlives a move.
	Made string
	// Raw writes what the source sent, with its media type; nil for what cannot be
	// told apart. It is asked only for records that changed or failed.
	Raw func() (text []byte, mediaType string)
	// Findings tell what was mended, put aside, or why the record failed; one
	// that failed has an error among them and is not written.
	Findings []catalog.Finding

	sum string // hash, when Print computed it
}

// Failed reports a record that could not be mapped.
func (r *Record) Failed() bool { return catalog.HasErrors(r.Findings) }

// Keep gives a record the address that was made for it before its source moved;
// where its source or a mapping says one by now, that counts.
func (r *Record) Keep(before string) {
	if r.Made == "" || before == "" || r.Fields.String("uri") != r.Made || before == r.Made || !strings.HasSuffix(before, "/dataset/"+r.GUID) {
		return
	}
	r.Fields = r.Fields.Clone()
	r.Fields.Set("uri", before)
	r.sum = ""
}

// Print computes the hash of records beforehand, several at the same time.
func Print(list []*Record) {
	parallel(len(list), func(i int) { list[i].sum = list[i].hash() })
}

// parallel does n things on all processors; they must not touch each other.
func parallel(n int, do func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers < 2 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
}

// Hash prints what was read, so that an unchanged record is told at once. When
// only the date of change moved nothing did: some portals touch all every night.
func (r *Record) Hash() string {
	if r.sum != "" {
		return r.sum
	}
	return r.hash()
}

func (r *Record) hash() string {
	f := r.Fields.Clone()
	delete(f, "modified")
	if kept, ok := f["rdf"].(map[string]any); ok {
		delete(kept, "dct:modified")
		if len(kept) == 0 {
			delete(f, "rdf")
		}
	}
	what := []any{r.Name, f, r.Parts}
	if r.Organization != "" {
		what = append(what, r.Organization)
	}
	b, err := json.Marshal(what)
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
	// Config holds the options of the source, by name, Secret what it keeps to
	// itself where that is no Authorization header.
	Config map[string]string
	Secret string
	// Emit takes a record; an error ends the reading.
	Emit func(*Record) error
	// Warn takes a finding about the source as a whole, such as a page that
	// failed: the reading goes on but is not complete.
	Warn func(catalog.Finding)

	// Origin takes how the source describes itself as a catalogue, in the form of
	// dcat.PackOrigins; nil where nobody keeps it.
	Origin func(map[string]any)

	// Mark is where the last good run ended, in words of the kind; "" asks for a
	// full comparison. Next is where this one ended, set by kinds that can go on
	// from there. Known is how many records were there after the last run.
	Mark, Next string
	Known      int
	// Delta is set by a reading that brought only what changed since Mark; Gone
	// takes what the source says is deleted since then.
	Delta bool
	Gone  func(guid string) error
}

// Kind reads all records of a source. It returns whether it saw everything: only
// then may a record that did not come be taken for deleted.
type Kind struct {
	Name  string
	Title catalog.Text
	// Hint says which address is wanted.
	Hint catalog.Text
	Read func(ctx context.Context, r *Reader) (complete bool, err error)
	// Files takes the place of Read in kinds that bring answers of the survey:
	// those become holdings that wait, never datasets.
	Files func(ctx context.Context, r *Reader, take func(name string, data []byte) error) error
	// Options are what the config of a source may say.
	Options []Option
}

// Option is something that a source of a kind may or must say.
type Option struct {
	Name     string
	Label    catalog.Text
	Required bool
}

// OptionDelay is the pause between two requests, which every kind knows; without it
// the host's robots.txt says it. OptionFull is the time between two full
// comparisons in kinds that can read only what changed.
const (
	OptionDelay = "delay"
	OptionFull  = "full"
)

// Check says what is wrong with the options of a source.
func (k *Kind) Check(config map[string]string) (out []catalog.Finding) {
	known := map[string]bool{}
	for _, o := range k.Options {
		known[o.Name] = true
		if o.Required && config[o.Name] == "" {
			out = append(out, catalog.Finding{Severity: catalog.SeverityError, Code: "missing:" + o.Name, Field: o.Name,
				Message: catalog.DE("Die Angabe „"+o.Name+"“ fehlt: "+o.Label.In("de")+".", "The option "+o.Name+" is missing: "+o.Label.In("en")+".")})
		}
	}
	for name, value := range config {
		if name == OptionDelay || name == OptionFull && known[name] {
			if d, err := time.ParseDuration(value); err != nil || d < 0 {
				out = append(out, catalog.Finding{Severity: catalog.SeverityError, Code: "duration:" + name, Field: name,
					Message: catalog.DE(fmt.Sprintf("Die Angabe „%s“ ist keine Dauer wie 2s oder 168h: %.50q.", name, value), fmt.Sprintf("The option %s is no duration like 2s or 168h: %.50q.", name, value))})
			}
			continue
		}
		if name == OptionGroups && known[name] && value != GroupsLocal && value != GroupsNone {
			out = append(out, catalog.Finding{Severity: catalog.SeverityError, Code: "value:" + name, Field: name,
				Message: catalog.DE(fmt.Sprintf("Die Angabe „%s“ kennt %s und %s, nicht %.50q; Gruppen werden nie angelegt.", name, GroupsLocal, GroupsNone, value), fmt.Sprintf("The option %s takes %s and %s, not %.50q; groups are never made.", name, GroupsLocal, GroupsNone, value))})
		}
		if !known[name] {
			out = append(out, catalog.Finding{Severity: catalog.SeverityError, Code: "unknown:" + name, Field: name,
				Message: catalog.DE("Die Angabe „"+name+"“ kennt diese Art von Quelle nicht.", "Sources of this kind know no option "+name+".")})
		}
	}
	return out
}

// Kinds lists all kinds.
func Kinds() []Kind {
	text := catalog.DE
	return []Kind{
		{Name: "ckan", Title: text("CKAN", "CKAN"), Hint: text("Adresse des Portals, zum Beispiel https://daten.example.org", "address of the portal, for example https://data.example.org"), Read: readCKAN, Options: []Option{optionFull, optionGroups}},
		{Name: "trio", Title: text("Trio", "Trio"), Hint: text("Adresse des anderen Portals, zum Beispiel https://daten.example.org", "address of the other portal, for example https://data.example.org"), Read: readTrio, Options: []Option{optionFull, optionGroups}},
		{Name: "dcat", Title: text("DCAT (RDF)", "DCAT (RDF)"), Hint: text("Adresse des Feeds, zum Beispiel https://daten.example.org/catalog.ttl", "address of the feed, for example https://data.example.org/catalog.ttl"), Read: readDCAT},
		{Name: "datajson", Title: text("DCAT-US (data.json)", "DCAT-US (data.json)"), Hint: text("Adresse der Datei, zum Beispiel https://daten.example.org/data.json", "address of the file, for example https://data.example.org/data.json"), Read: readDataJSON},
		{Name: "csw", Title: text("Geodatenkatalog (CSW 2.0.2)", "catalogue of geodata (CSW 2.0.2)"), Hint: text("Adresse des Dienstes, zum Beispiel https://geo.example.org/csw", "address of the service, for example https://geo.example.org/csw"), Read: readCSW,
			Options: []Option{{Name: "schema", Label: text("Form der Datensätze: iso, iso3, dcat, dc oder eine Adresse", "form of the records: iso, iso3, dcat, dc or an address")}}},
		{Name: "arcgishub", Title: text("ArcGIS Hub", "ArcGIS Hub"), Hint: text("Adresse der Seite, ihres Feeds oder ihrer Suche, zum Beispiel https://karten.hub.example.org", "address of the site, its feed or its search, for example https://maps.hub.example.org"), Read: readHub},
		{Name: "waf", Title: text("Ordner mit ISO-19139-Dateien (WAF)", "folder of ISO 19139 files (WAF)"), Hint: text("Adresse des Ordners, zum Beispiel https://geo.example.org/metadaten/", "address of the folder, for example https://geo.example.org/metadata/"), Read: readWAF},
		{Name: "survey", Title: text("Antworten der Datensilo-Abfrage", "answers of the data-silo survey"), Hint: text("Adresse einer Datei, oder Datei oder Ordner auf diesem Rechner, zum Beispiel file:///srv/abgabe", "address of a file, or file or folder on this machine, for example file:///srv/drop"), Files: surveyFiles, Options: []Option{optionCity}},
		{Name: "limesurvey", Title: text("LimeSurvey (RemoteControl 2)", "LimeSurvey (RemoteControl 2)"), Hint: text("Adresse der Schnittstelle, zum Beispiel https://umfragen.example.org/index.php/admin/remotecontrol", "address of the interface, for example https://surveys.example.org/index.php/admin/remotecontrol"), Files: limeSurvey,
			Options: []Option{optionCity, {Name: "survey", Label: text("Nummer der Umfrage", "number of the survey"), Required: true}, {Name: "user", Label: text("Benutzername; das Passwort ist das Geheimnis der Quelle", "name of the user; the password is the secret of the source"), Required: true}, {Name: "language", Label: text("Sprache der Antworten", "language of the answers")}}},
	}
}

// OptionGroups says, by the words of ckanext-harvest, what becomes of the groups of
// a source: its datasets are put into those that are called the same here, or into none.
const (
	OptionGroups = "remote_groups"
	GroupsLocal  = "only_local"
	GroupsNone   = "none"
)

var optionGroups = Option{Name: OptionGroups, Label: catalog.DE("only_local: Datensätze in die hiesigen Gruppen gleichen Namens aufnehmen (so ohne Angabe); none: in keine", "only_local: put datasets into groups here of the same name (the default); none: into none")}

var optionFull = Option{Name: OptionFull, Label: catalog.DE("Zeit zwischen zwei vollständigen Vergleichen, etwa 168h; dazwischen wird nur gelesen, was sich geändert hat", "time between two full comparisons, as 168h; in between only what changed is read")}

var optionCity = Option{Name: "city", Label: catalog.DE("muenchen, augsburg oder nuernberg", "muenchen, augsburg or nuernberg"), Required: true}

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
