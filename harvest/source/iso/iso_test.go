package iso_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/harvest/source/iso"
)

func one(t *testing.T, name string) *iso.Record {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := iso.Records(b)
	if err != nil || len(nodes) != 1 {
		t.Fatalf("%s: %d records, %v", name, len(nodes), err)
	}
	return iso.Map(nodes[0])
}

// TestMap says field by field what becomes of a record.
func TestMap(t *testing.T) {
	t.Parallel()
	const eu, law = "http://publications.europa.eu/resource/authority/", "http://data.europa.eu/eli/reg_impl/2023/138/oj"
	for name, want := range map[string]map[string]string{
		"dataset.xml": {
			"title": `"Baumkataster"`, "notes": `"Alle Bäume der Stadt."`, "identifier": `"https://registry.example.org/id/baumkataster"`, "uri": `"https://registry.example.org/id/baumkataster"`,
			"alternate_identifier": `["b7a1c0de-0000-4000-8000-000000000001"]`, "issued": `"2019-03-01"`, "modified": `"2024-04-30"`, "dcat_type": `"` + eu + `dataset-type/GEOSPATIAL"`,
			"tags":  `["opendata","Baum","Verkehrsnetze","Meteorologie","Lokal"]`,
			"theme": `["` + eu + `data-theme/TRAN","` + eu + `data-theme/ENVI"]`, "hvd_category": `["http://data.europa.eu/bna/c_164e0bf5"]`, "applicable_legislation": `["` + law + `"]`,
			"geocoding_level": `"http://dcat-ap.de/def/politicalGeocoding/Level/municipality"`, "geocoding": `["http://dcat-ap.de/def/politicalGeocoding/regionalKey/097610000000"]`,
			"spatial":        `"{\"coordinates\":[[[10.7,48.2],[11,48.2],[11,48.5],[10.7,48.5],[10.7,48.2]]],\"type\":\"Polygon\"}"`,
			"temporal_start": `"2019-01-01"`, "temporal_end": `"2024-04-30"`, "conforms_to": `["http://www.opengis.net/def/crs/EPSG/0/25832"]`, "spatial_resolution_in_meters": `["500"]`,
			"language": `["` + eu + `language/DEU"]`, "frequency": `"` + eu + `frequency/ANNUAL"`, "access_rights": `"` + eu + `access-right/PUBLIC"`, "provenance": `"Im Gelände aufgenommen."`,
			"license_id": `"dl-de-by-2.0"`, "publisher_name": `"Stadt Musterstadt"`, "rights_holder": `"Umweltreferat"`,
			"contact_name": `"Gartenamt"`, "contact_email": `"garten@example.org"`, "contact_phone": `"+49 821 1234"`, "contact_street": `"Am Park 1"`, "contact_zip": `"12345"`, "contact_city": `"Musterstadt"`,
			"url": `"https://www.example.org/baeume"`, "extras": `[{"key":"parent_identifier","value":"reihe-7"}]`,
		},
		"service.xml": {
			"title": `"Karte der Brunnen"`, "notes": `"Trinkbrunnen als Karte."`, "identifier": `"dienst-1"`, "dcat_type": `"` + eu + `dataset-type/DSCRP_SERV"`,
		},
		"iso3.xml": {
			"title": `"Orthofotos"`, "notes": `"Luftbilder."`, "identifier": `"drei-1"`, "extras": `[{"key":"hierarchy_level","value":"series"}]`, "dcat_type": `"` + eu + `dataset-type/GEOSPATIAL"`, "provenance": `"Bildflug 2023."`,
			"contact_name": `"Vermessungsamt"`, "contact_email": `"geo@example.org"`, "publisher_name": `"Vermessungsamt"`,
		},
		"dc.xml": {
			"title": `"Spielplätze"`, "notes": `"Wo Kinder spielen."`, "identifier": `"dc-1"`, "tags": `["Freizeit","society"]`, "theme": `["` + eu + `data-theme/SOCI"]`,
			"modified": `"2024-02-03"`, "license_id": `"dl-de-zero-2.0"`, "conforms_to": `["http://www.opengis.net/def/crs/EPSG/0/25832"]`, "url": `"https://www.example.org/spielplaetze"`,
			"spatial": `"{\"coordinates\":[[[11.4,48.1],[11.7,48.1],[11.7,48.2],[11.4,48.2],[11.4,48.1]]],\"type\":\"Polygon\"}"`,
		},
	} {
		r := one(t, name)
		for _, field := range r.Fields.Names() {
			got, err := json.Marshal(r.Fields[field])
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.NewReplacer(`\u003c`, "<", `\u0026`, "&").Replace(string(got)); s != want[field] {
				t.Errorf("%s %s: %s, want %s", name, field, s, want[field])
			}
			delete(want, field)
		}
		for field := range want {
			t.Errorf("%s: %s is missing", name, field)
		}
		if b, err := json.Marshal(r); err != nil || strings.Contains(string(b), "Beispiel") {
			t.Errorf("%s tells a person's name: %s %v", name, b, err)
		}
	}
}

func TestMap_distributions(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"dataset.xml": "https://geo.example.org/wms?SERVICE=WMS&REQUEST=GetCapabilities WMS_SRVC service; https://geo.example.org/baeume.csv CSV ; https://geo.example.org/laden/42 SHP ; ",
		"service.xml": "https://geo.example.org/brunnen?request=GetCapabilities&service=WMS&map=b WMS_SRVC service; ",
		"iso3.xml":    "https://geo.example.org/ortho.zip ZIP ; ",
		"dc.xml":      "https://geo.example.org/wfs?service=WFS WFS_SRVC service; ",
	} {
		r := one(t, name)
		got := ""
		for _, p := range r.Parts {
			got += p.Fields.String("url") + " " + p.Fields.String("format") + " "
			if len(p.Fields.Maps("access_services")) > 0 {
				got += "service"
			}
			got += "; "
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	r := one(t, "dataset.xml")
	if r.Parts[0].Fields.String("license") != "http://dcat-ap.de/def/licenses/dl-by-de/2.0" || r.Parts[0].Fields.String("attribution") != "© Stadt Musterstadt" {
		t.Errorf("licence and attribution: %v", r.Parts[0].Fields)
	}
	if len(r.Findings) != 1 || r.Findings[0].Code != "bad_link" {
		t.Errorf("the link that is none: %+v", r.Findings)
	}
	if s := one(t, "service.xml"); !s.Service || strings.Join(s.OperatesOn, " ") != "brunnen https://geo.example.org/csw?request=GetRecordById&id=brunnen" {
		t.Errorf("service: %+v", s)
	}
}

// TestLicences are the ways in which licences are written.
func TestLicences(t *testing.T) {
	t.Parallel()
	const doc = `<MD_Metadata xmlns:xlink="http://www.w3.org/1999/xlink"><fileIdentifier><CharacterString>x</CharacterString></fileIdentifier><identificationInfo><MD_DataIdentification><resourceConstraints>%</resourceConstraints></MD_DataIdentification></identificationInfo></MD_Metadata>`
	use := `<MD_LegalConstraints><useConstraints><MD_RestrictionCode codeListValue="license"/></useConstraints><otherConstraints>%</otherConstraints></MD_LegalConstraints>`
	for text, want := range map[string]string{
		strings.ReplaceAll(use, "%", `<CharacterString>Nutzungsbedingungen: Datenlizenz Deutschland Namensnennung 2.0</CharacterString>`):                              "dl-de-by-2.0",
		strings.ReplaceAll(use, "%", `<CharacterString>https://www.govdata.de/dl-de/zero-2-0</CharacterString>`):                                                       "dl-de-zero-2.0",
		strings.ReplaceAll(use, "%", `<Anchor xlink:href="https://creativecommons.org/licenses/by/4.0/">beliebig</Anchor>`):                                            "cc-by-4.0",
		strings.ReplaceAll(use, "%", `<CharacterString>Die Daten stehen unter der Lizenz CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).</CharacterString>`): "cc-by-4.0",
		strings.ReplaceAll(use, "%", `<CharacterString>{"id":"cc-zero","quelle":"x"}</CharacterString>`):                                                               "cc-zero",
		strings.ReplaceAll(use, "%", `<CharacterString>Nur nach Absprache</CharacterString>`):                                                                          "!unknown:licence:Nur nach Absprache",
		strings.ReplaceAll(use, "%", `<CharacterString>{"id":"eigene","name":"Eigene Lizenz"}</CharacterString>`):                                                      "!unknown:licence:eigene",
		`<MD_Constraints><useLimitation><CharacterString>CC BY 4.0</CharacterString></useLimitation></MD_Constraints>`:                                                 "cc-by-4.0",
		`<MD_Constraints><useLimitation><CharacterString>keine</CharacterString></useLimitation></MD_Constraints>`:                                                     "",
	} {
		nodes, err := iso.Records([]byte(strings.ReplaceAll(doc, "%", text)))
		if err != nil {
			t.Fatal(err)
		}
		r := iso.Map(nodes[0])
		got := r.Fields.String("license_id")
		for _, f := range r.Findings {
			got += "!" + f.Code
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestScan_refuses what must not reach the mapping.
func TestScan_refuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "leer",
		" ":                            "leer",
		"<!DOCTYPE html><html></html>": "Webseite",
		`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><MD_Metadata/>`: "DTD",
		`<?xml version="1.0"?><a>&a9;</a>`:                                  "kein gültiges XML",
		"<a><MD_Metadata>":                                                  "kein gültiges XML",
		"<a/><b>":                                                           "kein gültiges XML",
		strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200):            "geschachtelt",
		"<a>\x00</a>":                                                       "kein gültiges XML",
		"\xff\xfe<\x00a\x00/\x00>\x00":                                      "kein gültiges XML",
		`<?xml version="1.0" encoding="UTF-8"?><a>` + "Stra\xdfe" + `</a>`: "kein gültiges XML",
		`<?xml version="1.0" encoding="erfunden"?><a/>`:                    "kein gültiges XML",
	} {
		if _, err := iso.Records([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
	nodes, err := iso.Records([]byte(`<?xml version="1.0" encoding="ISO-8859-1"?><Record><title>Stra` + "\xdf" + `e</title></Record>`))
	if err != nil || len(nodes) != 1 || iso.Map(nodes[0]).Fields.String("title") != "Straße" {
		t.Errorf("Latin-1: %v %v", nodes, err)
	}
}

// TestScan_skipsLargeRecords and reads the others.
func TestScan_skipsLargeRecords(t *testing.T) {
	t.Parallel()
	const good = "<MD_Metadata><fileIdentifier><t>gut</t></fileIdentifier></MD_Metadata>"
	for name, large := range map[string]string{
		"elements": "<MD_Metadata>" + strings.Repeat("<a/>", 300_000) + "</MD_Metadata>", "text": "<MD_Metadata><a>" + strings.Repeat("x", 17<<20) + "</a></MD_Metadata>",
	} {
		nodes, err := iso.Records([]byte("<x>" + large + good + "</x>"))
		if err != nil || len(nodes) != 2 || iso.Map(nodes[1]).ID != "gut" {
			t.Errorf("%s: %d records, %v", name, len(nodes), err)
			continue
		}
		if r := iso.Map(nodes[0]); len(r.Findings) != 1 || r.Findings[0].Code != "too_large" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestXML_keepsNamespaces: a record that is written again is the same.
func TestXML_keepsNamespaces(t *testing.T) {
	t.Parallel()
	nodes, err := iso.Records([]byte(`<a xmlns:r="urn:r" xmlns:d="urn:d"><r:RDF><d:b r:about="x &amp; y" xml:lang="de">T &lt; U</d:b></r:RDF></a>`))
	if err != nil {
		t.Fatal(err)
	}
	again, err := iso.Records(nodes[0].XML())
	if err != nil || len(again) != 1 {
		t.Fatalf("%s: %v", nodes[0].XML(), err)
	}
	b := again[0].Kids[0]
	if again[0].Space != "urn:r" || b.Space != "urn:d" || b.Text != "T < U" || b.Attr[len(b.Attr)-2].Value != "x & y" {
		t.Errorf("%s", nodes[0].XML())
	}
}

func FuzzRecords(f *testing.F) {
	for _, name := range []string{"dataset.xml", "service.xml", "iso3.xml", "dc.xml"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		nodes, err := iso.Records(b)
		if err != nil {
			return
		}
		for _, n := range nodes {
			if r := iso.Map(n); r.Fields == nil {
				t.Error("no fields")
			}
			if n.Name == "RDF" {
				if _, err := iso.Records(n.XML()); err != nil {
					t.Errorf("written again it is no XML: %v", err)
				}
			}
		}
	})
}
