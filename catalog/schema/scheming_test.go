package schema_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

const geodaten = `
scheming_version: 2
dataset_type: geodaten
about: Geodaten der Stadt
dataset_fields:
- field_name: title
  label: {de: Titel, en: Title}
  required: true
- field_name: massstab
  label: Maßstab
  validators: ignore_missing int_validator
- field_name: lagebezug
  label: {de: Lagebezug, en: Reference system}
  required: true
  choices:
  - {value: utm32, label: UTM 32}
  - {value: gk4, label: Gauß-Krüger 4}
- field_name: ebenen
  label: Ebenen
  preset: multiple_text
resource_fields:
- field_name: layer
  label: Layer
  required: true
`

func extended(t *testing.T, files map[string]string) (*schema.Set, error) {
	t.Helper()
	s, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return s, s.Extend(fsys)
}

func TestExtend_addsACitysFields(t *testing.T) {
	t.Parallel()
	plain, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	s, err := extended(t, map[string]string{"geodaten.yaml": geodaten, "verein.yaml": "group_type: verein\nfields:\n- {field_name: gruendung, label: Gründung, preset: date}\n"})
	if err != nil {
		t.Fatal(err)
	}
	d := s.Of(catalog.TypeDataset)
	for name, kind := range map[string]schema.Kind{"massstab": schema.KindInteger, "lagebezug": schema.KindText, "ebenen": schema.KindTexts} {
		if f := d.Field(name); f == nil || f.Kind != kind || !f.City || f.CKAN.Key != name {
			t.Errorf("field %s: %+v", name, f)
		}
	}
	if d.Part("layer") == nil || s.Of(catalog.TypeGroup).Field("gruendung") == nil {
		t.Error("fields of resource or group are missing")
	}
	if f := d.Field("title"); f.City || f.Label.In("de") != plain.Of(catalog.TypeDataset).Field("title").Label.In("de") {
		t.Errorf("the portal's own field was replaced: %+v", f)
	}
	if plain.Of(catalog.TypeDataset).Field("massstab") != nil || plain.Fingerprint() == s.Fingerprint() {
		t.Error("the definitions built in changed with it")
	}
	if got := s.CityType(catalog.TypeDataset, "geodaten"); got == nil || len(got.Fields) != 4 || !got.Fields[2].Required || len(got.Fields[2].Choices) != 2 {
		t.Errorf("type: %+v", got)
	}
}

// TestExtend_takesWhatSchemingsOwnTypesSay has the keys and validators of the types
// that come with ckanext-scheming: cities begin with a copy of these.
func TestExtend_takesWhatSchemingsOwnTypesSay(t *testing.T) {
	t.Parallel()
	s, err := extended(t, map[string]string{"foto.yaml": `
scheming_version: 2
dataset_type: foto
dataset_fields:
- {field_name: version, label: Version, validators: ignore_missing unicode_safe package_version_validator}
- {field_name: author_email, label: E-mail, display_property: "dc:creator", display_email_name_field: author}
- {field_name: aufgenommen, label: Date, label_time: Time, preset: datetime}
- {field_name: gesendet, validators: scheming_isodatetime_tz convert_to_json_if_datetime}
- {field_name: roh, validators: scheming_valid_json_object}
resource_fields:
- {field_name: url, label: Photo, preset: resource_url_upload, upload_label: Photo, form_placeholder: "http://"}
- {field_name: format, validators: if_empty_guess_format ignore_missing clean_format unicode_safe}
`})
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]schema.Kind{"aufgenommen": schema.KindDate, "gesendet": schema.KindDate, "roh": schema.KindJSON} {
		if f := s.Of(catalog.TypeDataset).Field(name); f == nil || f.Kind != kind {
			t.Errorf("field %s: %+v", name, f)
		}
	}
}

func TestExtend_namesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"dataset_type: [":       "[1:",
		"about: ohne Namen":     "must name the type",
		"dataset_type: Groß":    "must name the type",
		"dataset_type: a\nx: y": `unknown key "x"`,
		"dataset_type: a\ndataset_fields:\n- {field_name: b, requird: true}":                                                                  "unknown key \"requird\"",
		"dataset_type: a\ndataset_fields:\n- {field_name: b}\n- {field_name: b}":                                                              "declared twice",
		"dataset_type: a\ndataset_fields:\n- {field_name: b, validators: mein_validator}":                                                     "unknown validator \"mein_validator\"",
		"dataset_type: a\ndataset_fields:\n- {field_name: b, preset: zauber}":                                                                 "unknown preset \"zauber\"",
		"dataset_type: a\ndataset_fields:\n- {field_name: 'Ü'}":                                                                               "field 1",
		"dataset_type: a\ndataset_fields: {}":                                                                                                 "must be a list",
		"dataset_type: a\ndataset_fields:\n- {field_name: b, choices: [{label: ohne Wert}]}":                                                  "needs a value",
		"dataset_type: a\ndataset_fields:\n- {field_name: b, choices_helper: f}":                                                              "not possible here",
		"dataset_type: a\ndataset_fields:\n- {field_name: b, repeating_subfields: []}":                                                        "at least one",
		"dataset_type: a\ndataset_fields:\n- {field_name: b, repeating_subfields: [{field_name: c, repeating_subfields: [{field_name: d}]}]}": "subfield \"c\": repeating_subfields is not possible here",
		"dataset_type: a\ndataset_fields:\n- {field_name: b, repeating_subfields: [{field_name: c, preset: zauber}]}":                         "field \"c\": unknown preset",
		"group_type: a\nresource_fields: []\nfields: []\norganization_type: b":                                                                "more than one",
	} {
		s, err := extended(t, map[string]string{"gut.yaml": geodaten, "typ.yaml": text})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "typ.yaml") {
			t.Errorf("%q: %v", text, err)
		}
		if s.Of(catalog.TypeDataset).Field("massstab") != nil {
			t.Errorf("%q: half of the folder was taken", text)
		}
	}
	if _, err := extended(t, map[string]string{"a.yaml": geodaten, "b.yaml": strings.ReplaceAll(geodaten, "dataset_type: geodaten", "dataset_type: b\nlabel: B") + "- {field_name: x}\n", "c.yaml": "dataset_type: c\ndataset_fields:\n- {field_name: massstab}\n"}); err == nil || !strings.Contains(err.Error(), "massstab") {
		t.Errorf("one field of two kinds: %v", err)
	}
	if _, err := extended(t, nil); err == nil {
		t.Error("an empty folder was taken")
	}
}

// A value whose type was taken away stays, with a warning.
func TestNormalize_keepsValuesOfATypeThatIsAway(t *testing.T) {
	t.Parallel()
	s, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	e := &catalog.Entry{Type: catalog.TypeDataset, Fields: catalog.Fields{"title": "Karte", "massstab": int64(5000)}}
	findings := s.Normalize(e)
	if catalog.HasErrors(findings) || len(findings) != 1 || findings[0].Field != "massstab" || e.Fields["massstab"] != int64(5000) {
		t.Errorf("%+v %v", findings, e.Fields)
	}
}

// TestExtend_joinsRepeatingFields: two types may have a repeating field of one
// name; each says what its groups consist of.
func TestExtend_joinsRepeatingFields(t *testing.T) {
	t.Parallel()
	typ := func(name, subfields string) string {
		return "dataset_type: " + name + "\ndataset_fields:\n- {field_name: kontakt, repeating_subfields: [" + subfields + "]}\n"
	}
	s, err := extended(t, map[string]string{"a.yaml": typ("a", "{field_name: amt}"), "b.yaml": typ("b", "{field_name: amt}, {field_name: seit, preset: date}")})
	if err != nil {
		t.Fatal(err)
	}
	if f := s.Of(catalog.TypeDataset).Field("kontakt"); f.Kind != schema.KindJSON || len(f.Subfields) != 2 || f.Subfields[1].Kind != schema.KindDate {
		t.Errorf("%+v", f)
	}
	if len(s.CityType(catalog.TypeDataset, "a").Fields[0].Subfields) != 1 {
		t.Error("a type got what the other declares")
	}
	for _, other := range []string{typ("b", "{field_name: amt, preset: date}"), "dataset_type: b\ndataset_fields:\n- {field_name: kontakt, preset: json_object}\n", strings.ReplaceAll(typ("b", "{field_name: amt}"), "kontakt", "theme")} {
		if _, err := extended(t, map[string]string{"a.yaml": typ("a", "{field_name: amt}"), "b.yaml": other}); err == nil || !strings.Contains(err.Error(), "repeating_subfields") && !strings.Contains(err.Error(), "kontakt") {
			t.Errorf("%s: %v", other, err)
		}
	}
	e := &catalog.Entry{Type: catalog.TypeDataset, Fields: catalog.Fields{"title": "Karte", "kontakt": []any{map[string]any{"amt": "A\x01"}, map[string]any{"amt": ""}}}}
	if findings := s.Normalize(e); catalog.HasErrors(findings) || len(findings) != 1 || findings[0].Field != "kontakt.0.amt" || len(e.Fields.Maps("kontakt")) != 1 || e.Fields.Maps("kontakt")[0]["amt"] != "A" {
		t.Errorf("%+v %v", findings, e.Fields)
	}
	for _, bad := range []any{"Text", []any{"Text"}, map[string]any{"amt": "A"}} {
		e.Fields["kontakt"] = bad
		if !catalog.HasErrors(s.Normalize(e)) {
			t.Errorf("%v was taken", bad)
		}
	}
}
