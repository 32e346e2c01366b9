package ckan

import "strings"

// formatSpellings are CKAN's names of formats by what people and servers write.
var formatSpellings = map[string]string{
	"csv": "CSV", "text/csv": "CSV", "tsv": "TSV", "text/tab-separated-values": "TSV", "txt": "TXT", "text/plain": "TXT",
	"json": "JSON", "application/json": "JSON", "geojson": "GeoJSON", "application/geo+json": "GeoJSON", "xml": "XML", "application/xml": "XML", "text/xml": "XML",
	"xls": "XLS", "application/vnd.ms-excel": "XLS", "xlsx": "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
	"pdf": "PDF", "application/pdf": "PDF", "html": "HTML", "text/html": "HTML", "htm": "HTML", "zip": "ZIP", "application/zip": "ZIP",
	"shp": "SHP", "shapefile": "SHP", "kml": "KML", "application/vnd.google-earth.kml+xml": "KML", "kmz": "KMZ", "gml": "GML", "application/gml+xml": "GML",
	"rdf": "RDF", "application/rdf+xml": "RDF", "rdf/xml": "RDF", "ttl": "TTL", "text/turtle": "TTL", "n3": "N3", "text/n3": "N3", "jsonld": "JSON-LD", "application/ld+json": "JSON-LD",
	"ods": "ODS", "application/vnd.oasis.opendocument.spreadsheet": "ODS", "odt": "ODT", "doc": "DOC", "application/msword": "DOC", "docx": "DOCX", "png": "PNG", "image/png": "PNG",
	"jpg": "JPEG", "jpeg": "JPEG", "image/jpeg": "JPEG", "gif": "GIF", "image/gif": "GIF", "svg": "SVG", "image/svg+xml": "SVG", "tif": "TIFF", "tiff": "TIFF", "image/tiff": "TIFF",
	"wms": "WMS", "wfs": "WFS", "wmts": "WMTS", "wcs": "WCS", "api": "API", "sparql": "SPARQL", "gpkg": "GPKG", "geopackage": "GPKG", "rss": "RSS", "application/rss+xml": "RSS",
	"atom feed": "Atom Feed", "application/atom+xml": "Atom Feed", "parquet": "Parquet",
}

// spellFormat spells a known format as CKAN does; others stay as they are.
func spellFormat(f string) string {
	if s, ok := formatSpellings[strings.ToLower(f)]; ok {
		return s
	}
	return f
}
