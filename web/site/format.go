package site

import (
	"regexp"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// format is a file format as a badge. Kind groups formats of like use, for
// the badge's look: table, geo, service, document, other.
type format struct{ Label, Kind string }

// spelling fixes how common formats are written, whatever a source writes.
var spelling = map[string]string{
	"csv": "CSV", "tsv": "TSV", "json": "JSON", "geojson": "GeoJSON", "xml": "XML", "xlsx": "XLSX", "xls": "XLS", "ods": "ODS",
	"pdf": "PDF", "wms": "WMS", "wfs": "WFS", "wmts": "WMTS", "wcs": "WCS", "shp": "SHP", "gml": "GML", "kml": "KML", "kmz": "KMZ",
	"gpkg": "GeoPackage", "geopackage": "GeoPackage", "zip": "ZIP", "html": "HTML", "txt": "TXT", "rdf": "RDF", "ttl": "Turtle", "api": "API",
	"jsonld": "JSON-LD", "json-ld": "JSON-LD", "parquet": "Parquet", "gtfs": "GTFS", "tiff": "TIFF", "geotiff": "GeoTIFF", "png": "PNG", "jpeg": "JPEG",
	"docx": "DOCX", "netcdf": "NetCDF", "sparql": "SPARQL", "rss": "RSS", "atom": "Atom", "dxf": "DXF", "citygml": "CityGML", "wfssrvc": "WFS", "wmssrvc": "WMS", "rdfturtle": "Turtle", "rdfxml": "RDF", "laz": "LAZ", "las": "LAS",
}

var formatKinds = map[string][]string{
	"table":    {"CSV", "TSV", "XLSX", "XLS", "ODS", "JSON", "XML", "Parquet"},
	"geo":      {"GeoJSON", "SHP", "GML", "KML", "KMZ", "GeoPackage", "GeoTIFF", "CityGML", "DXF", "LAZ", "LAS"},
	"service":  {"WMS", "WFS", "WMTS", "WCS", "API", "SPARQL", "RSS", "Atom", "GTFS"},
	"document": {"PDF", "HTML", "TXT", "DOCX"},
}

var simpleFormat = regexp.MustCompile(`[^a-z0-9+-]+`)

// maxFormat bounds a badge, in letters.
const maxFormat = 24

// formatLabel writes a format's name the same way everywhere.
func formatLabel(s string) string {
	s = strings.TrimSpace(s)
	if l := spelling[formatKey(s)]; l != "" {
		return l
	}
	if c, ok := vocab.Lookup("file_type", s); ok {
		if s = c.Label.In("de"); spelling[formatKey(c.Code)] != "" {
			return spelling[formatKey(c.Code)]
		}
	}
	if len([]rune(s)) > maxFormat {
		return cut(s, maxFormat) + "…"
	}
	return s
}

func formatKey(s string) string {
	return simpleFormat.ReplaceAllString(strings.ToLower(strings.TrimPrefix(s, ".")), "")
}

func formatOf(s string) format {
	f := format{Label: formatLabel(s), Kind: "other"}
	for kind, list := range formatKinds {
		if slices.Contains(list, f.Label) {
			f.Kind = kind
		}
	}
	return f
}

// maxBadges bounds the badges of one hit.
const maxBadges = 8

func formats(e *catalog.Entry) []format {
	var out []format
	for _, p := range e.Parts {
		s := p.Fields.String("format")
		if s == "" {
			continue
		}
		if f := formatOf(s); !slices.Contains(out, f) && len(out) < maxBadges {
			out = append(out, f)
		}
	}
	return out
}
