package dcat_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
)

func mapper(t *testing.T) *dcat.Mapper {
	t.Helper()
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	return dcat.NewMapper(defs, base)
}

// city and office below it.
func orgs(id string) *catalog.Entry {
	return map[string]*catalog.Entry{
		"city":   {ID: "city", Name: "nuernberg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Nürnberg", "contributor_id": "http://dcat-ap.de/def/contributors/stadtNuernberg", "homepage": "javascript:alert(1)"}},
		"office": {ID: "office", Name: "amt", Owner: "city", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Amt"}},
	}[id]
}

func dataset(fields, part catalog.Fields) *catalog.Entry {
	at := time.Date(2026, 1, 31, 10, 0, 0, 123456000, time.UTC)
	f := catalog.Fields{"title": "Bäume", "notes": "Text"}
	for k, v := range fields {
		f[k] = v
	}
	e := &catalog.Entry{ID: "00000000-0000-4000-8000-000000000001", Name: "baeume", Type: catalog.TypeDataset, Owner: "office", State: catalog.StateActive, Access: catalog.AccessPublic, Fields: f, Created: at, Modified: at}
	if part != nil {
		e.Parts = []catalog.Part{{ID: "p1", Fields: part}}
	}
	return e
}

// values writes objects down shortly.
func values(objects []rdfio.Object) string {
	var out []string
	for _, o := range objects {
		switch {
		case o.Node != nil:
			out = append(out, "["+o.Node.IRI+"]")
		case o.IRI != "":
			out = append(out, "<"+o.IRI+">")
		default:
			_, typ, _ := strings.Cut(o.Datatype, "#")
			out = append(out, o.Text+"@"+o.Lang+"^"+typ)
		}
	}
	return strings.Join(out, " ")
}

func TestDataset_values(t *testing.T) {
	t.Parallel()
	m := mapper(t)
	const auth = "http://publications.europa.eu/resource/authority/"
	for name, c := range map[string]struct {
		fields catalog.Fields
		path   string
		want   string
	}{
		"title":                    {nil, "dct:title", "Bäume@de^"},
		"name where no title":      {catalog.Fields{"title": ""}, "dct:title", "baeume@de^"},
		"publisher is the city":    {nil, "dct:publisher", "[" + base + "/organization/city]"},
		"identifier":               {nil, "dct:identifier", base + "/dataset/00000000-0000-4000-8000-000000000001@^"},
		"own identifier":           {catalog.Fields{"identifier": "A-1"}, "dct:identifier", "A-1@^"},
		"contributor of the city":  {nil, "dcatde:contributorID", "<http://dcat-ap.de/def/contributors/stadtNuernberg>"},
		"landing page is ours":     {nil, "dcat:landingPage", "<" + base + "/dataset/baeume>"},
		"landing page is theirs":   {catalog.Fields{"url": "http://example.org/a b"}, "dcat:landingPage", "<http://example.org/a%20b>"},
		"landing page is a script": {catalog.Fields{"url": "javascript:alert(1)"}, "dcat:landingPage", "<" + base + "/dataset/baeume>"},
		"issued without fractions": {nil, "dct:issued", "2026-01-31T10:00:00Z@^dateTime"},
		"year":                     {catalog.Fields{"issued": "2019"}, "dct:issued", "2019@^gYear"},
		"month":                    {catalog.Fields{"issued": "2019-02"}, "dct:issued", "2019-02@^gYearMonth"},
		"day":                      {catalog.Fields{"issued": "2019-02-03"}, "dct:issued", "2019-02-03@^date"},
		"no day":                   {catalog.Fields{"issued": "2019-02-30"}, "dct:issued", "2026-01-31T10:00:00Z@^dateTime"},
		"CKAN's time":              {catalog.Fields{"modified": "2019-02-03T04:05:06.789"}, "dct:modified", "2019-02-03T04:05:06Z@^dateTime"},
		"theme":                    {catalog.Fields{"theme": []any{auth + "data-theme/ENVI"}}, "dcat:theme", "<" + auth + "data-theme/ENVI>"},
		"theme outside":            {catalog.Fields{"theme": []any{"http://example.org/x"}}, "dcat:theme", ""},
		"frequency":                {catalog.Fields{"frequency": auth + "frequency/ANNUAL"}, "dct:accrualPeriodicity", "<" + auth + "frequency/ANNUAL>"},
		"contact out of reach":     {catalog.Fields{"contact_name": "Amt"}, "dcat:contactPoint", ""},
		"creator without name":     {catalog.Fields{"author_email": "a@example.org"}, "dct:creator", ""},
		"inner field":              {catalog.Fields{"converted": "x"}, "dct:type", ""},
		"old property":             {catalog.Fields{"geocoding_text": []any{"Bezirk"}}, "dcatde:geocodingDescription", ""},
		"place":                    {catalog.Fields{"spatial_uri": auth + "place/DEU_NUE"}, "dct:spatial", "[" + auth + "place/DEU_NUE]"},
		"standards":                {catalog.Fields{"conforms_to": []any{"kein Link", "http://example.org/s"}}, "dct:conformsTo", "[] <http://example.org/s>"},
	} {
		n := m.Dataset(dataset(c.fields, nil), orgs, dcat.Profile3)
		if got := values(n.Get(c.path)); got != c.want {
			t.Errorf("%s: %s is %s, want %s", name, c.path, got, c.want)
		}
		if f := dcat.CheckNode(n); catalog.HasErrors(f) {
			t.Errorf("%s breaks the profile: %+v", name, f)
		}
	}
}

func TestDataset_profile2AddsWhat3CallsDeprecated(t *testing.T) {
	t.Parallel()
	e := dataset(catalog.Fields{"geocoding_text": []any{"Bezirk"}, "legal_basis": []any{"§ 1"}}, nil)
	n := mapper(t).Dataset(e, orgs, dcat.Profile2)
	if values(n.Get("dcatde:geocodingDescription")) != "Bezirk@de^" || values(n.Get("dcatde:legalBasis")) != "§ 1@de^" {
		t.Errorf("got %+v", n)
	}
}

func TestDataset_withoutVisibleOrganization(t *testing.T) {
	t.Parallel()
	n := mapper(t).Dataset(dataset(nil, nil), func(string) *catalog.Entry { return nil }, dcat.Profile3)
	if len(n.Get("dct:publisher")) != 0 || !slices.Contains(faults(n), "error missing:dct:publisher") {
		t.Errorf("publisher %v, faults %v", n.Get("dct:publisher"), faults(n))
	}
}

func TestDataset_circleOfOrganizationsEnds(t *testing.T) {
	t.Parallel()
	circle := func(id string) *catalog.Entry {
		return &catalog.Entry{ID: id, Name: id, Owner: map[string]string{"office": "b", "b": "office"}[id], Fields: catalog.Fields{}}
	}
	if n := mapper(t).Dataset(dataset(nil, nil), circle, dcat.Profile3); len(n.Get("dct:publisher")) != 1 {
		t.Error("no publisher")
	}
}

func TestDistribution_values(t *testing.T) {
	t.Parallel()
	m := mapper(t)
	const lic = "http://dcat-ap.de/def/licenses/"
	md5 := strings.Repeat("a", 32)
	for name, c := range map[string]struct {
		dataset, part catalog.Fields
		path, want    string
	}{
		"address":                     {nil, catalog.Fields{"url": " http://example.org/a b.csv"}, "dcat:accessURL", "<http://example.org/a%20b.csv>"},
		"script":                      {nil, catalog.Fields{"url": "javascript:alert(1)"}, "dcat:accessURL", ""},
		"blank in the host":           {nil, catalog.Fields{"url": "http://exa mple.org/"}, "dcat:accessURL", ""},
		"title of the dataset":        {nil, catalog.Fields{}, "dct:title", "Bäume@de^"},
		"licence of the dataset":      {catalog.Fields{"license_id": "dl-de-zero-2.0"}, catalog.Fields{}, "dct:license", "<" + lic + "dl-zero-de/2.0>"},
		"its own licence":             {catalog.Fields{"license_id": "dl-de-zero-2.0"}, catalog.Fields{"license": lic + "dl-by-de/2.0"}, "dct:license", "<" + lic + "dl-by-de/2.0>"},
		"source named for lack of it": {catalog.Fields{"license_id": "dl-de-by-2.0"}, catalog.Fields{}, "dcatde:licenseAttributionByText", "Stadt Nürnberg@de^"},
		"source as stated":            {catalog.Fields{"license_id": "dl-de-by-2.0"}, catalog.Fields{"attribution": "Wir"}, "dcatde:licenseAttributionByText", "Wir@de^"},
		"no source asked for":         {catalog.Fields{"license_id": "dl-de-zero-2.0"}, catalog.Fields{}, "dcatde:licenseAttributionByText", ""},
		"format":                      {nil, catalog.Fields{"format": "CSV"}, "dct:format", "<http://publications.europa.eu/resource/authority/file-type/CSV>"},
		"format outside":              {nil, catalog.Fields{"format": "]]>"}, "dct:format", ""},
		"media type of the format":    {nil, catalog.Fields{"format": "CSV"}, "dcat:mediaType", "<https://www.iana.org/assignments/media-types/text/csv>"},
		"media type, parameters":      {nil, catalog.Fields{"mimetype": "Text/HTML; charset=utf-8"}, "dcat:mediaType", "<https://www.iana.org/assignments/media-types/text/html>"},
		"no media type":               {nil, catalog.Fields{"mimetype": "csv"}, "dcat:mediaType", ""},
		"size":                        {nil, catalog.Fields{"size": "123"}, "dcat:byteSize", "123@^nonNegativeInteger"},
		"negative size":               {nil, catalog.Fields{"size": "-1"}, "dcat:byteSize", ""},
		"hash":                        {nil, catalog.Fields{"hash": md5}, "spdx:checksum", "[]"},
		"hash of another length":      {nil, catalog.Fields{"hash": md5, "hash_algorithm": "SHA-256"}, "spdx:checksum", ""},
		"no hash":                     {nil, catalog.Fields{"hash": "zz" + md5[2:]}, "spdx:checksum", ""},
		"inner field":                 {nil, catalog.Fields{"upload": map[string]any{"sha256": "x"}}, "dcat:downloadURL", ""},
	} {
		n := m.Dataset(dataset(c.dataset, c.part), orgs, dcat.Profile3)
		d := n.Get("dcat:distribution")[0].Node
		if got := values(d.Get(c.path)); got != c.want {
			t.Errorf("%s: %s is %s, want %s", name, c.path, got, c.want)
		}
	}
}

func TestCatalog_isValidAndWritable(t *testing.T) {
	t.Parallel()
	n := mapper(t).Catalog(dcat.Info{Title: "T", Description: "D", Publisher: "P", Modified: time.Now()}, dcat.Held{Datasets: []string{base + "/dataset/1"}})
	// The page describes the dataset; alone the link would point nowhere.
	if got := faults(n); len(got) != 1 || got[0] != "error class:dcat:dataset" {
		t.Errorf("faults %v", got)
	}
	if n.IRI != base+"/" || values(n.Get("dcat:dataset")) != "<"+base+"/dataset/1>" {
		t.Errorf("%s holds %s", n.IRI, values(n.Get("dcat:dataset")))
	}
	for _, f := range []rdfio.Format{rdfio.Turtle, rdfio.RDFXML, rdfio.JSONLD, rdfio.NTriples} {
		w, err := rdfio.NewWriter(&bytes.Buffer{}, f)
		if err == nil {
			err = w.Write(n)
		}
		if err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestMend_leavesNoLiteralWithoutTheFormOfItsDatatype(t *testing.T) {
	t.Parallel()
	for in, want := range map[[2]string]string{
		{"2024-03-01", "xsd:date"}:              "2024-03-01 xsd:date",
		{"2024-03-01", "xsd:dateTime"}:          "2024-03-01 xsd:date",
		{"2024", "xsd:date"}:                    "2024 xsd:gYear",
		{"2024-03-01 12:00:00", "xsd:dateTime"}: "2024-03-01T12:00:00Z xsd:dateTime",
		{"2024-02-30", "xsd:date"}:              "",
		{"gestern", "xsd:date"}:                 "",
		{"2024-03-01", ""}:                      "2024-03-01 ", // a text may say what it likes
	} {
		n := &rdfio.Node{IRI: "http://x.example/d", Types: []string{rdfio.Expand("dcat:Dataset")}}
		n.Add("dct:issued", rdfio.Object{Text: in[0], Datatype: rdfio.Expand(in[1])})
		findings := dcat.Mend(n, dcat.Profile3)
		got := ""
		for _, o := range n.Get("dct:issued") {
			got = o.Text + " " + rdfio.Compact(o.Datatype)
		}
		if got != want || want == "" && len(findings) == 0 {
			t.Errorf("%v became %q, want %q (%v)", in, got, want, findings)
		}
	}
}

// TestRead_whatAPropertyLeadsTo: a distribution that its document forgot to call one
// is one, and what the profile does not know is put aside as with the others.
func TestRead_whatAPropertyLeadsTo(t *testing.T) {
	t.Parallel()
	m := mapper(t)
	doc := m.Read(graph(t, `
<https://x.example/d> a dcat:Dataset ; dct:title "T"@de ; dct:description "D"@de ; dct:publisher [ foaf:name "Amt" ] ;
  dcat:distribution [ dcat:accessURL <https://x.example/a.csv> ; dct:license <http://dcat-ap.de/def/licenses/cc-zero> ; <http://x.example/ns#fremd> "x" ] .
`))
	res := doc.Resources[0]
	e := &catalog.Entry{ID: "d", Type: catalog.TypeDataset, Fields: res.Fields, Parts: res.Parts}
	n, findings := m.Publish(e, func(string) *catalog.Entry { return nil }, dcat.Profile3)
	if n == nil || len(n.Get("dcat:distribution")) != 1 || len(n.Get("dct:publisher")) != 1 {
		t.Fatalf("%v", findings)
	}
	if file := n.Get("dcat:distribution")[0].Node; len(file.Get("http://x.example/ns#fremd")) > 0 {
		t.Errorf("what the profile does not know goes to harvesters: %+v", file)
	}
	if len(res.Aside) != 1 {
		t.Errorf("put aside: %q", res.Aside)
	}
}
