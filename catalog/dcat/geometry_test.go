package dcat_test

import (
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
)

// TestPublish_geometries: 3.0 wants a node where 2.0 wants a literal, and CKAN's
// DCAT harvester reads the latter alone, GeoJSON by its older datatype.
func TestPublish_geometries(t *testing.T) {
	t.Parallel()
	const point, box, json = `{"type":"Point","coordinates":[11.5,48.1]}`, "POLYGON ((0 0,1 0,1 1,0 0))", "https://www.iana.org/assignments/media-types/application/vnd.geo+json"
	e := dataset(catalog.Fields{"spatial": point, "spatial_bbox": box, "spatial_centroid": point}, nil)
	n, findings := mapper(t).Publish(e, orgs, dcat.Profile3)
	if n == nil {
		t.Fatal(findings)
	}
	place := n.Get("dct:spatial")[0].Node
	if g := place.Get("locn:geometry"); len(g) != 1 || g[0].Node == nil || g[0].Node.Get("gsp:asGeoJSON")[0].Text != point {
		t.Errorf("3.0: %+v", g)
	}
	n, findings = mapper(t).Publish(e, orgs, dcat.Profile2)
	if n == nil {
		t.Fatal(findings)
	}
	place = n.Get("dct:spatial")[0].Node
	for predicate, want := range map[string][2]string{"locn:geometry": {point, json}, "dcat:centroid": {point, json}, "dcat:bbox": {box, "wktLiteral"}} {
		g := place.Get(predicate)
		if len(g) != 1 || g[0].Node != nil || g[0].Text != want[0] || !strings.HasSuffix(g[0].Datatype, want[1]) {
			t.Errorf("2.0, %s: %+v", predicate, g)
		}
	}
}
