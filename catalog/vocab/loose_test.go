package vocab_test

import (
	"testing"

	"trio.example/catalog/vocab"
)

func TestLookup_spellingsMetInReality(t *testing.T) {
	t.Parallel()
	for list, words := range map[string]map[string]string{
		"file_type": {
			"CSV (UTF-8)": "CSV", "Csv (Semikolon)": "CSV", "Excel (xlsx)": "XLSX", "Excel (xls)": "XLS", "Excel 2016": "XLSX", "GML 3.2": "GML", "WMS 1.3.0": "WMS_SRVC", "WFS v2.0": "WFS_SRVC",
			"Darstellungsdienst (WMS)": "WMS_SRVC", "shapefile (zip)": "SHP", "ESRI-Shape": "SHP", "application/json; charset=utf-8": "JSON", "text/csv;header=present": "CSV", "GML-Datei": "GML", "html-Seite": "HTML",
			"image/tiff": "TIFF", "Portable Document Format": "PDF", ".ZIP": "ZIP", "geo+json": "GEOJSON",
			"OGC:WFS-2.0.0-http-get-feature": "WFS_SRVC", "OGC:WMS-1.3.0-http-get-map": "WMS_SRVC", "ogc:wms": "WMS_SRVC", "OGC:WMS 1.1.1": "WMS_SRVC", "WWW:DOWNLOAD-1.0-http--application/pdf": "PDF",
			"OGC:": "", "OGC:Karte": "", "WWW:DOWNLOAD-1.0-http--download": "", "WWW:LINK-1.0-http--link": "",
			"CSV und PDF": "", "kein CSV": "", "(": "", ")(": "", "()": "", "-": "", "2.0": "", "Datei": "", "auf Anfrage": "", "parquet": "",
		},
		"licence": {
			"CC–BY 4.0": "cc-by/4.0", "cc_by_4.0": "cc-by/4.0", "CC_BY_4_0": "cc-by/4.0", "Datenlizenz Deutschland - Namensnennung 2.0": "dl-by-de/2.0", "DL-DE->Zero-2.0": "dl-zero-de/2.0", "GeoNutzV": "geonutz/20130319",
			"Creative Commons Namensnennung (CC BY 4.0)": "cc-by/4.0",
			"CC BY 4.0 (gilt nicht für Fotos)":           "", "CC BY 9.9": "", "by": "", "4.0": "", "frei": "", "Namensnennung (nicht kommerziell)": "",
		},
		"frequency":    {"unregelmässig": "IRREG", "quartalsweise (vierteljährlich)": "QUARTERLY", "jährlich (monatlich)": "", "R/P1Y": "ANNUAL", "14-tägig": "BIWEEKLY", "stündlich": "HOURLY", "alle 5 Jahre": "QUINQUENNIAL", "nach Bedarf": "IRREG", "alle 7 Jahre": ""},
		"language":     {"en-GB": "ENG", "de_AT": "DEU", "deutsch (de)": "DEU", "-": "", "_": "", "xx-YY": "", "de-und-noch-viel-mehr": ""},
		"theme":        {"Umwelt & Klima": "ENVI", "Städte und Regionen": "REGI", "Verkehr (Straße)": "", "Allgemeines": ""},
		"access_right": {"frei zugänglich": "PUBLIC", "intern": "NON_PUBLIC", "public (intern)": ""},
	} {
		for word, want := range words {
			c, ok := vocab.Lookup(list, word)
			if ok != (want != "") || ok && c.Code != want {
				t.Errorf("%s: %q is %q, want %q", list, word, c.Code, want)
			}
		}
	}
}
