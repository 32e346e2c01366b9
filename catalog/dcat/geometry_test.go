package dcat_test

import (
	"bytes"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

const (
	placePoint = `{"type":"Point","coordinates":[11.5,48.1]}`
	placeBox   = `{"type":"Polygon","coordinates":[[[11,48],[12,48],[12,49],[11,49],[11,48]]]}`
	placeShape = `{"type":"MultiPolygon","coordinates":[[[[11,48],[12,48],[12,49],[11,48]]],[[[10,47.5],[10.5,47.5],[10.5,48],[10,47.5]]]]}`
	geoJSONIMT = "https://www.iana.org/assignments/media-types/application/vnd.geo+json"
)

// place describes the place of a dataset as it goes to harvesters.
func place(t *testing.T, profile dcat.Profile, fields catalog.Fields) *rdfio.Node {
	t.Helper()
	n, findings := mapper(t).Publish(dataset(fields, nil), orgs, profile)
	if n == nil {
		t.Fatal(findings)
	}
	list := n.Get("dct:spatial")
	if len(list) == 0 {
		return &rdfio.Node{}
	}
	return list[0].Node
}

// TestPublish_geometries: 3.0 wants a node where 2.0 wants a literal, and CKAN's DCAT
// harvester ends its run at the node. A point and a rectangle are said by other
// properties; of the rest these say the extent.
func TestPublish_geometries(t *testing.T) {
	t.Parallel()
	const extent = `{"type":"Polygon","coordinates":[[[10,47.5],[12,47.5],[12,49],[10,49],[10,47.5]]]}`
	for _, c := range []struct{ spatial, centroid, bbox, exact string }{
		{placePoint, placePoint, "", ""},
		{placeBox, "", placeBox, ""},
		{placeShape, "", extent, placeShape},
		{"POINT (11.5 48.1)", "POINT (11.5 48.1)", "", ""},
		{"MULTIPOINT ((1 2),(3 4))", "", "POLYGON((1 2,3 2,3 4,1 4,1 2))", "MULTIPOINT ((1 2),(3 4))"},
		{"<http://www.opengis.net/def/crs/EPSG/0/25832> LINESTRING(690000 5330000,691000 5331000)", "",
			"<http://www.opengis.net/def/crs/EPSG/0/25832> POLYGON((690000 5330000,691000 5330000,691000 5331000,690000 5331000,690000 5330000))", "<http://www.opengis.net/def/crs/EPSG/0/25832> LINESTRING(690000 5330000,691000 5331000)"},
		{"LINESTRING(690000 5330000,691000 5331000)", "", "", "LINESTRING(690000 5330000,691000 5331000)"}, // of no known system
		{"Stadtgebiet", "", "", "Stadtgebiet"},
		{"POLYGON((0 0,", "", "", "POLYGON((0 0,"},
	} {
		at := place(t, dcat.Profile3, catalog.Fields{"spatial": c.spatial})
		text := func(p string) string {
			if v := at.Get(p); len(v) > 0 {
				return v[0].Text
			}
			return ""
		}
		exact := ""
		for _, g := range at.Get("gsp:hasGeometry") {
			for _, p := range g.Node.Props {
				exact += p.Objects[0].Text
			}
		}
		if len(at.Get("locn:geometry")) > 0 || text("dcat:centroid") != c.centroid || text("dcat:bbox") != c.bbox || exact != c.exact {
			t.Errorf("%s: %+v, exactly %q", c.spatial, at, exact)
		}
	}
	at := place(t, dcat.Profile2, catalog.Fields{"spatial": placePoint, "spatial_bbox": "POLYGON ((0 0,1 0,1 1,0 0))", "spatial_centroid": placePoint})
	for predicate, want := range map[string][2]string{"locn:geometry": {placePoint, geoJSONIMT}, "dcat:centroid": {placePoint, geoJSONIMT}, "dcat:bbox": {"POLYGON ((0 0,1 0,1 1,0 0))", "wktLiteral"}} {
		g := at.Get(predicate)
		if len(g) != 1 || g[0].Node != nil || g[0].Text != want[0] || !strings.HasSuffix(g[0].Datatype, want[1]) {
			t.Errorf("2.0, %s: %+v", predicate, g)
		}
	}
}

// TestGeometries_comeBack: what was written is read again as it was, and is the same
// when it is written once more.
func TestGeometries_comeBack(t *testing.T) {
	t.Parallel()
	for _, fields := range []catalog.Fields{
		{"spatial": placePoint}, {"spatial": placeBox}, {"spatial": placeShape}, {"spatial": placeShape, "spatial_bbox": placeBox, "spatial_centroid": placePoint}, {"spatial": placePoint, "spatial_centroid": `{"type":"Point","coordinates":[1,2]}`},
		{"spatial": "POLYGON((0 0,1 0,1 1,0 0))"}, {"spatial": "hier"},
	} {
		n, _ := mapper(t).Publish(dataset(fields, nil), orgs, dcat.Profile3)
		first := turtle(t, n)
		doc := readTurtle(t, first)
		got := doc.Resources[0].Fields
		if got.String("spatial") != fields.String("spatial") {
			t.Errorf("%v came back as %q", fields, got.String("spatial"))
		}
		if got.Map("rdf")["dct:spatial"] != nil {
			t.Errorf("%v: kept beside the fields: %v", fields, got.Map("rdf")["dct:spatial"])
		}
		again := place(t, dcat.Profile3, got)
		if a, b := turtle(t, again), turtle(t, n.Get("dct:spatial")[0].Node); a != b {
			t.Errorf("%v: first\n%s\nthen\n%s", fields, b, a)
		}
	}
}

// TestWritePage_geometries: where a source has the node of 3.0, only the pages that
// CKAN's harvester reads have it elsewhere.
func TestWritePage_geometries(t *testing.T) {
	t.Parallel()
	doc := readTurtle(t, `@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix locn: <http://www.w3.org/ns/locn#> . @prefix gsp: <http://www.opengis.net/ont/geosparql#> .
<https://q.example.org/1> a dcat:Dataset ; dct:title "T"@de ; dct:description "D"@de ; dct:spatial [ a dct:Location ; locn:geometry [ a locn:Geometry ; gsp:asWKT "LINESTRING(1 2,3 4)"^^gsp:wktLiteral ] ], <https://q.example.org/ort> .
<https://q.example.org/ort> a dct:Location ; locn:geometry <https://q.example.org/geometrie> .`)
	e := dataset(doc.Resources[0].Fields, nil)
	if got := e.Fields.String("spatial"); got != "LINESTRING(1 2,3 4)" {
		t.Errorf("read %q", got)
	}
	n, findings := mapper(t).Publish(e, orgs, dcat.Profile3)
	if n == nil {
		t.Fatal(findings)
	}
	fragment, err := rdfio.Fragment(n)
	if err != nil {
		t.Fatal(err)
	}
	none := func(string) bool { return false }
	for page, want := range map[bool]map[string]int{false: {"locn:geometry": 2, "gsp:hasGeometry": 0, "dcat:bbox": 0}, true: {"locn:geometry": 0, "gsp:hasGeometry": 2, "dcat:bbox": 1}} {
		var out bytes.Buffer
		w, err := rdfio.NewWriter(&out, rdfio.Turtle)
		if err != nil {
			t.Fatal(err)
		}
		write := func(p catalog.Fragment) error { return dcat.Once{}.Write(p, none, w) }
		if page {
			write = func(p catalog.Fragment) error { return dcat.Once{}.WritePage(p, none, w) }
		}
		if err := write(catalog.Fragment{Turtle: fragment, Marks: dcat.Marks(n)}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for name, count := range want {
			if got := strings.Count(out.String(), name); got != count {
				t.Errorf("page %v: %s stands there %d times, want %d\n%s", page, name, got, count, out.String())
			}
		}
	}
}

func turtle(t *testing.T, n *rdfio.Node) string {
	t.Helper()
	var out bytes.Buffer
	w, err := rdfio.NewWriter(&out, rdfio.Turtle)
	if err == nil {
		err = w.Write(n)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func readTurtle(t *testing.T, text string) *dcat.Document {
	t.Helper()
	g, err := rdfio.Read(t.Context(), strings.NewReader(text), rdfio.Turtle, rdfio.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	return mapper(t).Read(g)
}
