package search

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// maxGeometry bounds the text of a geometry that is read, in bytes.
const maxGeometry = 1 << 20

// place adds the rectangle around a dataset's geometry: GeoJSON (RFC 7946) or
// WKT in degrees. What cannot be read is no place.
func (d *Document) place(texts ...string) {
	for _, text := range texts {
		if box, ok := Bounds(text); ok {
			d.Numbers[FieldWest], d.Numbers[FieldSouth], d.Numbers[FieldEast], d.Numbers[FieldNorth] = box.West, box.South, box.East, box.North
			return
		}
	}
}

// Bounds returns the rectangle around a geometry.
func Bounds(text string) (Box, bool) {
	if text = strings.TrimSpace(text); text == "" || len(text) > maxGeometry {
		return Box{}, false
	}
	b := Box{West: math.Inf(1), South: math.Inf(1), East: math.Inf(-1), North: math.Inf(-1)}
	if strings.HasPrefix(text, "{") {
		var g any
		if json.Unmarshal([]byte(text), &g) != nil {
			return Box{}, false
		}
		b.geometry(g)
	} else if !b.wkt(text) {
		return Box{}, false
	}
	return b, b.valid()
}

// valid reports whether a rectangle lies on the globe.
func (b Box) valid() bool {
	return b.West <= b.East && b.South <= b.North && b.West >= -180 && b.East <= 180 && b.South >= -90 && b.North <= 90
}

func (b *Box) add(x, y float64) {
	b.West, b.East = min(b.West, x), max(b.East, x)
	b.South, b.North = min(b.South, y), max(b.North, y)
}

// geometry walks the coordinates of GeoJSON, whatever holds them; the decoder
// has bounded the depth.
func (b *Box) geometry(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range []string{"coordinates", "geometries", "geometry", "features"} {
			b.geometry(v[key])
		}
	case []any:
		if len(v) >= 2 {
			x, okX := v[0].(float64)
			y, okY := v[1].(float64)
			if okX && okY {
				b.add(x, y)
				return
			}
		}
		for _, x := range v {
			b.geometry(x)
		}
	}
}

// wkt reads the pairs of numbers of a well-known text, after an address of the
// reference system that GeoSPARQL puts in front. Systems in other units are refused
// by their numbers.
func (b *Box) wkt(text string) bool {
	if strings.HasPrefix(text, "<") {
		_, rest, ok := strings.Cut(text, ">")
		if !ok {
			return false
		}
		text = strings.TrimSpace(rest)
	}
	open := strings.IndexByte(text, '(')
	if open < 0 || strings.ContainsFunc(text[:open], func(r rune) bool { return r != ' ' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }) {
		return false
	}
	kind := strings.ToUpper(text[:open])
	clean := strings.NewReplacer("(", " ", ")", " ").Replace(text[open:])
	if strings.Contains(kind, "ENVELOPE") { // ENVELOPE(west, east, north, south)
		n := numbersOf(strings.ReplaceAll(clean, ",", " "))
		if len(n) != 4 {
			return false
		}
		b.add(n[0], n[3])
		b.add(n[1], n[2])
		return true
	}
	for pair := range strings.SplitSeq(clean, ",") {
		n := numbersOf(pair)
		if len(n) < 2 {
			return false
		}
		b.add(n[0], n[1])
	}
	return true
}

func numbersOf(text string) (out []float64) {
	for _, f := range strings.Fields(text) {
		n, err := strconv.ParseFloat(f, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// ParseBox reads west,south,east,north in degrees, as CKAN's ext_bbox.
func ParseBox(text string) (Box, bool) {
	n := numbersOf(strings.ReplaceAll(text, ",", " "))
	if strings.Count(text, ",") != 3 || len(n) != 4 {
		return Box{}, false
	}
	b := Box{West: n[0], South: n[1], East: n[2], North: n[3]}
	return b, b.valid()
}
