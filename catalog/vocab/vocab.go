// Package vocab holds the controlled vocabularies of DCAT-AP.de and the cities
// of the cooperation: small tables built into the program, each with its source
// and licence in the first line. Everybody who turns words into URIs or URIs
// into words asks here.
package vocab

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"trio.example/catalog"
)

//go:embed data/*.csv
var data embed.FS

// Concept is one entry of a vocabulary.
type Concept struct {
	URI   string
	Code  string // the last part of the URI
	Label catalog.Text
	// Attr are further columns of the list, e.g. "media_type" of file_type or
	// "ckan", "open", "attribution" and "url" of licence.
	Attr map[string]string
}

// Is reports whether an attribute is set to yes.
func (c Concept) Is(attr string) bool { return c.Attr[attr] == "yes" }

type list struct {
	concepts []Concept
	index    map[string]int // by folded URI, code, label and spelling
}

// lists loads every table once; the tables are part of the program, so a fault
// in one is a fault of the build that the package's test finds.
var lists = sync.OnceValue(func() map[string]*list {
	names := []string{
		"theme", "frequency", "language", "file_type", "licence", "access_right", "availability", "distribution_status",
		"contributor", "geocoding_level", "hvd_category", "dataset_type",
	}
	out := map[string]*list{}
	for _, name := range names {
		l, err := load(name)
		if err != nil {
			panic(err)
		}
		out[name] = l
	}
	return out
})

func table(name string) ([][]string, error) {
	text, err := data.ReadFile("data/" + name + ".csv")
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("vocabulary %s: %w", name, err)
	}
	return rows, nil
}

func load(name string) (*list, error) {
	rows, err := table(name)
	if err != nil {
		return nil, err
	}
	l := &list{index: map[string]int{}}
	for _, row := range rows[1:] {
		c := Concept{URI: row[0], Code: row[1], Label: catalog.DE(row[2], row[3]), Attr: map[string]string{}}
		for i := 4; i < len(row); i++ {
			c.Attr[rows[0][i]] = row[i]
		}
		l.concepts = append(l.concepts, c)
	}
	// What names a concept for certain goes before labels, which may repeat.
	for _, key := range []func(Concept) string{
		func(c Concept) string { return foldURI(c.URI) },
		func(c Concept) string { return fold(c.Code) },
		func(c Concept) string { return fold(c.Attr["ckan"]) },
		func(c Concept) string { return fold(c.Attr["iso1"]) },
		func(c Concept) string { return fold(c.Label["de"]) },
		func(c Concept) string { return fold(c.Label["en"]) },
		func(c Concept) string { return fold(c.Attr["media_type"]) },
	} {
		for i, c := range l.concepts {
			if k := key(c); k != "" {
				if _, taken := l.index[k]; !taken {
					l.index[k] = i
				}
			}
		}
	}
	for spelling, code := range spellings[name] {
		if i, ok := l.index[fold(code)]; ok {
			l.index[fold(spelling)] = i
		}
	}
	return l, nil
}

// spellings are words met in catalogues for concepts of a list.
var spellings = map[string]map[string]string{
	"file_type": {
		"excel": "XLSX", "excel-datei": "XLSX", "xls": "XLS", "geojson": "GEOJSON", "json-ld": "JSON_LD", "jsonld": "JSON_LD",
		"shape": "SHP", "shapefile": "SHP", "esri shapefile": "SHP", "geotiff": "TIFF", "tif": "TIFF", "jpg": "JPEG", "text": "TXT", "plain": "TXT",
		"wfs": "WFS_SRVC", "wms": "WMS_SRVC", "ogc wfs": "WFS_SRVC", "ogc wms": "WMS_SRVC", "rdf/xml": "RDF_XML", "rdf": "RDF_XML", "ttl": "RDF_TURTLE",
		"turtle": "RDF_TURTLE", "nt": "RDF_N_TRIPLES", "n-triples": "RDF_N_TRIPLES", "geopackage": "GPKG", "htm": "HTML", "html": "HTML", "webseite": "HTML",
		"gz": "GZIP", "zip-archiv": "ZIP", "word": "DOCX", "pdf/a": "PDF",
	},
	"licence": {
		"dl-de-by-2.0": "dl-by-de/2.0", "dl-de/by-2-0": "dl-by-de/2.0", "dl-de/by-2.0": "dl-by-de/2.0", "dl-de-zero-2.0": "dl-zero-de/2.0", "dl-de/zero-2-0": "dl-zero-de/2.0",
		"datenlizenz deutschland – namensnennung – version 2.0": "dl-by-de/2.0", "datenlizenz deutschland – namensnennung – 2.0": "dl-by-de/2.0",
		"datenlizenz deutschland – zero – 2.0": "dl-zero-de/2.0", "cc by 4.0": "cc-by/4.0", "cc-by 4.0": "cc-by/4.0", "cc-by-4.0": "cc-by/4.0", "cc0": "cc-zero", "cc0-1.0": "cc-zero", "cc zero": "cc-zero",
		"https://creativecommons.org/licenses/by/4.0": "cc-by/4.0", "https://creativecommons.org/publicdomain/zero/1.0": "cc-zero",
		"https://www.govdata.de/dl-de/by-2-0": "dl-by-de/2.0", "https://www.govdata.de/dl-de/zero-2-0": "dl-zero-de/2.0",
	},
	"language": {"de": "DEU", "deutsch": "DEU", "german": "DEU", "en": "ENG", "englisch": "ENG"},
}

// fold makes spellings comparable: lower case, single blanks, addresses
// without scheme, www and final slash.
func fold(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		return foldURI(s)
	}
	return strings.TrimPrefix(s, ".")
}

func foldURI(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	_, s, _ = strings.Cut(s, "://")
	return "//" + strings.TrimRight(strings.TrimPrefix(s, "www."), "/")
}

// Lookup finds a concept by URI (in any of the spellings http, https, www,
// final slash), code, CKAN id, label or a known other spelling.
func Lookup(name, s string) (Concept, bool) {
	l := lists()[name]
	if l == nil || strings.TrimSpace(s) == "" {
		return Concept{}, false
	}
	i, ok := l.index[fold(s)]
	if !ok {
		return Concept{}, false
	}
	return l.concepts[i], true
}

// List returns all concepts of a vocabulary in the order of its table, nil for
// an unknown one. The slice must not be changed.
func List(name string) []Concept {
	if l := lists()[name]; l != nil {
		return l.concepts
	}
	return nil
}
