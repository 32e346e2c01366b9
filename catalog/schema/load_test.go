package schema_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

func TestDefault_loadsEveryType(t *testing.T) {
	t.Parallel()
	s, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []catalog.Type{catalog.TypeDataset, catalog.TypeHolding, catalog.TypeOrganization, catalog.TypeGroup} {
		if s.Of(typ) == nil {
			t.Errorf("no definition of %q", typ)
		}
	}
	if f := s.Of(catalog.TypeDataset).Field("notes"); f == nil || f.CKAN.Key != "notes" {
		t.Errorf("dataset field notes = %+v", f)
	}
	for _, f := range s.Of(catalog.TypeHolding).Fields {
		if f.Visibility == catalog.LevelPublic {
			t.Errorf("holding field %q is public", f.Name)
		}
	}
}

func TestLoad_reportsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := schema.Load(fstest.MapFS{"a.yaml": {Data: []byte(`type: dataset
fields:
- {name: "Bad Name", kind: text, label: {de: a, en: b}, visibility: public}
- {name: x, kind: nope, label: {de: a}, visibility: secret, required: perhaps}
- {name: y, kind: concept, label: {de: a, en: b}, visibility: internal, ckan: {key: y}}
- {name: y, kind: text, label: {de: a, en: b}, visibility: public}
`)}, "b.yaml": {Data: []byte("type: group\nunknown: 1\n")}})
	if err == nil {
		t.Fatal("faults were not reported")
	}
	for _, want := range []string{
		"Bad Name", `unknown kind "nope"`, "label in de and en", `visibility "secret"`,
		"mandatory, recommended", "needs a vocab", "only public fields", "defined twice", "b.yaml", "unknown",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not mention %q:\n%v", want, err)
		}
	}
}
