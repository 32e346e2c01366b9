package iso

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// box is a rectangle in degrees.
type box struct{ west, south, east, north float64 }

// tidy brings corners that were swapped into order; false for what lies on no
// globe.
func (b box) tidy() (box, bool) {
	if b.south > b.north {
		b.south, b.north = b.north, b.south
	}
	if b.west > b.east && b.west-b.east < 180 { // else it crosses the date line
		b.west, b.east = b.east, b.west
	}
	ok := b.west >= -180 && b.east <= 180 && b.south >= -90 && b.north <= 90
	return b, ok && !math.IsNaN(b.west+b.south+b.east+b.north)
}

func (b box) ring() [][2]float64 {
	return [][2]float64{{b.west, b.south}, {b.east, b.south}, {b.east, b.north}, {b.west, b.north}, {b.west, b.south}}
}

// geoJSON writes rectangles; one without extent is a point.
func geoJSON(boxes []box) string {
	var v any
	switch {
	case len(boxes) == 0:
		return ""
	case len(boxes) == 1 && boxes[0].west == boxes[0].east && boxes[0].south == boxes[0].north:
		v = map[string]any{"type": "Point", "coordinates": [2]float64{boxes[0].west, boxes[0].south}}
	case len(boxes) == 1:
		v = map[string]any{"type": "Polygon", "coordinates": [][][2]float64{boxes[0].ring()}}
	default:
		var all [][][][2]float64
		for _, b := range boxes {
			all = append(all, [][][2]float64{b.ring()})
		}
		v = map[string]any{"type": "MultiPolygon", "coordinates": all}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "" // not a number, which tidy kept out
	}
	return string(b)
}

const maxBoxes = 100

func (m *mapping) extent() {
	var boxes []box
	var words []string
	for _, e := range append(m.ident.all("extent/EX_Extent"), m.ident.all("spatialExtent/EX_Extent")...) {
		for _, g := range e.all("geographicElement/EX_GeographicBoundingBox") {
			b, ok := boxOf(g.at("westBoundLongitude"), g.at("southBoundLatitude"), g.at("eastBoundLongitude"), g.at("northBoundLatitude"))
			if !ok {
				m.warn("bad_bbox", "spatial", "Das umgebende Rechteck hat ungültige Koordinaten.", "The bounding box has invalid coordinates.")
				continue
			}
			if len(boxes) < maxBoxes {
				boxes = append(boxes, b)
			}
		}
		for _, g := range e.all("geographicElement/EX_GeographicDescription/geographicIdentifier/MD_Identifier|RS_Identifier/code") {
			m.place(g, &words)
		}
		words = add(words, e.at("description"))
		m.temporal(e)
	}
	m.Fields.Set("spatial", geoJSON(boxes))
	const most = 500
	m.Fields.Set("spatial_text", clip(strings.Join(words, ", "), most))
}

func boxOf(west, south, east, north string) (box, bool) {
	var b box
	for text, at := range map[*string]*float64{&west: &b.west, &south: &b.south, &east: &b.east, &north: &b.north} {
		v, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(*text), ",", ".", 1), 64)
		if err != nil {
			return b, false
		}
		*at = v
	}
	return b.tidy()
}

var (
	regionalKey  = regexp.MustCompile(`^\d{12}$`)
	municipality = regexp.MustCompile(`^\d{8}$`)
)

// place reads a named area: an address, a German key, or words.
func (m *mapping) place(code *Node, words *[]string) {
	const keys = "http://dcat-ap.de/def/politicalGeocoding/"
	value := code.value()
	for _, s := range []string{code.href(), value} {
		switch {
		case strings.HasPrefix(s, keys):
			if strings.HasPrefix(s, keys+"Level/") {
				m.Fields.Set("geocoding_level", s)
			} else {
				m.Fields.Set("geocoding", add(m.Fields.Strings("geocoding"), s))
			}
			return
		case isAddress(s):
			if m.Fields.String("spatial_uri") == "" {
				m.Fields.Set("spatial_uri", s)
			}
			if s == value {
				return
			}
		case regionalKey.MatchString(s):
			m.Fields.Set("geocoding", add(m.Fields.Strings("geocoding"), keys+"regionalKey/"+s))
			return
		case municipality.MatchString(s):
			m.Fields.Set("geocoding", add(m.Fields.Strings("geocoding"), keys+"municipalityKey/"+s))
			return
		}
	}
	*words = add(*words, value)
}

func (m *mapping) temporal(e *Node) {
	for _, t := range e.all("temporalElement/*/extent/*") {
		begin, end := moment(t, "beginPosition", "begin"), moment(t, "endPosition", "end")
		if t.Name == "TimeInstant" {
			begin = day(t.at("timePosition"))
			end = begin
		}
		if have := m.Fields.String("temporal_start"); begin != "" && (have == "" || begin < have) {
			m.Fields.Set("temporal_start", begin)
		}
		if end > m.Fields.String("temporal_end") {
			m.Fields.Set("temporal_end", end)
		}
	}
}

func moment(t *Node, position, instant string) string {
	s := t.at(position)
	if s == "" {
		s = t.at(instant + "/TimeInstant/timePosition")
	}
	return day(s)
}

var epsg = regexp.MustCompile(`(?i)epsg(?:[:/.\s]|(?:\d[\d.]*))*?[:/\s]*(\d{4,6})\b`)

// reference reads coordinate systems and the specifications that a record claims
// to keep.
func (m *mapping) reference() {
	var out []string
	for _, id := range m.root.all("referenceSystemInfo/MD_ReferenceSystem/referenceSystemIdentifier/*") {
		out = add(out, crs(id.first("code").href(), id.at("code"), id.at("codeSpace")))
	}
	for _, r := range m.root.deep("DQ_ConformanceResult") {
		title := r.first("specification/CI_Citation/title")
		if pass := r.at("pass"); pass == "true" || pass == "1" {
			if h := title.href(); isAddress(h) {
				out = add(out, h)
			}
		}
	}
	const most = 50
	m.Fields.Set("conforms_to", out[:min(len(out), most)])
}

// crs writes the known spellings of an EPSG code as one address.
func crs(href, code, space string) string {
	const base = "http://www.opengis.net/def/crs/EPSG/0/"
	for _, s := range []string{href, code, space + ":" + code} {
		if g := epsg.FindStringSubmatch(s); g != nil {
			return base + g[1]
		}
	}
	if isAddress(href) {
		return href
	}
	return code
}

// inMeters turns a distance into meters.
func inMeters(value, unit string) (string, bool) {
	v, err := strconv.ParseFloat(strings.Replace(value, ",", ".", 1), 64)
	if err != nil || v <= 0 {
		return "", false
	}
	unit = strings.ToLower(unit[strings.LastIndexAny(unit, "#:/")+1:])
	unit = strings.Replace(unit, "tre", "ter", 1) // as the British write it
	factor := map[string]float64{"": 1, "m": 1, "meter": 1, "meters": 1, "9001": 1, "km": 1000, "kilometer": 1000, "cm": 0.01, "mm": 0.001}[unit]
	if factor == 0 {
		return "", false // degrees have no length
	}
	return fmt.Sprintf("%g", v*factor), true
}
