package dcat

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog/rdfio"
)

// shape is what a geometry in GeoJSON or WKT says about where it lies.
type shape struct {
	west, south, east, north float64
	// exact: the geometry is nothing but this point or rectangle.
	exact bool
	json  bool
	crs   string // of WKT: the reference system in front, as it stands there
}

// maxShape bounds what is parsed, maxNesting how deep.
const (
	maxShape   = 1_000_000
	maxNesting = 12
)

// shapeOf reads a geometry; ok is false for what is none.
func shapeOf(text string) (s shape, ok bool) {
	if len(text) > maxShape {
		return s, false
	}
	s = shape{west: math.Inf(1), south: math.Inf(1), east: math.Inf(-1), north: math.Inf(-1)}
	var rings [][]position
	if s.json = strings.HasPrefix(text, "{"); s.json {
		var g any
		if json.Unmarshal([]byte(text), &g) != nil {
			return s, false
		}
		rings, ok = geoRings(g, 0)
	} else {
		text = s.cutSystem(text)
		rings, ok = wktRings(text)
	}
	if !ok || len(rings) == 0 {
		return s, false
	}
	for _, ring := range rings {
		for _, p := range ring {
			s.west, s.east = min(s.west, p.x), max(s.east, p.x)
			s.south, s.north = min(s.south, p.y), max(s.north, p.y)
		}
	}
	s.exact = len(rings) == 1 && (len(rings[0]) == 1 || s.rectangle(text, rings[0]))
	return s, true
}

type position struct{ x, y float64 }

// point reports a geometry without extent.
func (s *shape) point() bool { return s.west == s.east && s.south == s.north }

// global reports coordinates that are degrees. Only those may stand for a place
// without the name of their system.
func (s *shape) global() bool {
	return s.crs != "" || s.west >= -180 && s.east <= 180 && s.south >= -90 && s.north <= 90
}

// rectangle reports a ring around the whole extent that is nothing else.
func (s *shape) rectangle(text string, ring []position) bool {
	if len(ring) != 5 || ring[0] != ring[4] || s.west == s.east || s.south == s.north {
		return false
	}
	if s.json && !strings.Contains(text, `"Polygon"`) || !s.json && !strings.HasPrefix(strings.ToUpper(text), "POLYGON") {
		return false // the line around it
	}
	for i, p := range ring[:4] {
		corner := (p.x == s.west || p.x == s.east) && (p.y == s.south || p.y == s.north)
		next := ring[i+1]
		if !corner || (p.x == next.x) == (p.y == next.y) {
			return false
		}
	}
	return true
}

// around is the point or rectangle of the extent, in the notation of the geometry.
func (s *shape) around() string {
	n := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	pair, list, shut := " ", "(", ")"
	if s.json {
		pair, list, shut = ",", "[", "]"
	}
	at := func(x, y float64) string {
		if s.json {
			return "[" + n(x) + pair + n(y) + "]"
		}
		return n(x) + pair + n(y)
	}
	ring := list + list + strings.Join([]string{at(s.west, s.south), at(s.east, s.south), at(s.east, s.north), at(s.west, s.north), at(s.west, s.south)}, ",") + shut + shut
	switch {
	case s.json && s.point():
		return `{"type":"Point","coordinates":` + at(s.west, s.south) + `}`
	case s.json:
		return `{"type":"Polygon","coordinates":` + ring + `}`
	case s.point():
		return s.crs + "POINT(" + at(s.west, s.south) + ")"
	}
	return s.crs + "POLYGON" + ring
}

// cutSystem takes the reference system that GeoSPARQL puts in front of a WKT.
func (s *shape) cutSystem(text string) string {
	if iri, rest, ok := strings.Cut(text, ">"); ok && strings.HasPrefix(iri, "<") {
		s.crs = iri + "> "
		return strings.TrimLeft(rest, " ")
	}
	return text
}

// geoRings gathers the lists of positions of a GeoJSON object.
func geoRings(v any, depth int) (out [][]position, ok bool) {
	m, _ := v.(map[string]any)
	if m == nil || depth > maxNesting {
		return nil, false
	}
	kind, _ := m["type"].(string)
	members := func(key string) ([][]position, bool) {
		list, _ := m[key].([]any)
		for _, x := range list {
			rings, ok := geoRings(x, depth+1)
			if !ok {
				return nil, false
			}
			out = append(out, rings...)
		}
		return out, len(out) > 0
	}
	switch kind {
	case "Feature":
		return geoRings(m["geometry"], depth+1)
	case "FeatureCollection":
		return members("features")
	case "GeometryCollection":
		return members("geometries")
	}
	levels := map[string]int{"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
	level, known := levels[kind]
	if !known {
		return nil, false
	}
	return positions(m["coordinates"], level)
}

// positions reads coordinates that are nested so many lists deep.
func positions(v any, level int) (out [][]position, ok bool) {
	list, _ := v.([]any)
	if len(list) == 0 {
		return nil, false
	}
	if level == 0 {
		if len(list) < 2 {
			return nil, false
		}
		x, okX := list[0].(float64)
		y, okY := list[1].(float64)
		return [][]position{{{x, y}}}, okX && okY
	}
	for _, x := range list {
		rings, ok := positions(x, level-1)
		if !ok {
			return nil, false
		}
		if level == 1 {
			if out == nil {
				out = [][]position{nil}
			}
			out[0] = append(out[0], rings[0]...)
			continue
		}
		out = append(out, rings...)
	}
	return out, true
}

var wktNames = []string{"POINT", "MULTIPOINT", "LINESTRING", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON", "GEOMETRYCOLLECTION"}

// wktRings gathers the lists of positions of a well-known text. What other programs
// stumble over (a bracket too few, nothing after the name) is none.
func wktRings(text string) (out [][]position, ok bool) {
	var ring []position
	depth := 0
	shut := false
	for text = strings.TrimRight(text, " \t\r\n"); text != ""; {
		switch c := text[0]; {
		case shut: // something after the end
			return nil, false
		case c == '(':
			if depth++; depth > maxNesting {
				return nil, false
			}
			text = text[1:]
		case c == ')':
			if ring != nil {
				out, ring = append(out, ring), nil
			}
			depth--
			shut = depth == 0
			text = text[1:]
		case c == ',' && depth > 0:
			text = strings.TrimLeft(text[1:], " \t\r\n")
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			end := strings.IndexByte(text, '(')
			if end < 0 {
				return nil, false
			}
			words := strings.Fields(strings.ToUpper(text[:end]))
			if len(words) > 2 || !slices.Contains(wktNames, words[0]) || len(words) == 2 && !slices.Contains([]string{"Z", "M", "ZM"}, words[1]) || strings.ContainsAny(text[:end], "\r\n") {
				return nil, false
			}
			text = text[end:]
		case depth > 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			text = text[1:]
		case depth > 0:
			end := strings.IndexAny(text, ",()")
			if end < 0 {
				return nil, false
			}
			numbers := strings.Fields(text[:end])
			if len(numbers) < 2 || len(numbers) > 4 {
				return nil, false
			}
			var xy [4]float64
			for i, n := range numbers {
				f, err := strconv.ParseFloat(n, 64)
				if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
					return nil, false
				}
				xy[i] = f
			}
			ring = append(ring, position{xy[0], xy[1]})
			text = text[end:]
		default:
			return nil, false
		}
	}
	return out, shut && len(out) > 0
}

// geo writes a geometry as a literal with its datatype, GeoJSON by the one that
// CKAN's DCAT harvester knows; what is none is a plain text.
func geo(text string) rdfio.Object {
	s, ok := shapeOf(text)
	switch {
	case !ok:
		return rdfio.Object{Text: text}
	case s.json:
		return rdfio.Object{Text: text, Datatype: geoJSON}
	}
	return rdfio.Typed(text, "gsp:wktLiteral")
}
