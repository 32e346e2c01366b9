package survey_test

import (
	"slices"
	"strings"
	"testing"

	rules "trio.example/catalog/survey"
	"trio.example/harvest/survey"
)

func read(t *testing.T, lines ...string) *survey.File {
	t.Helper()
	f, err := survey.ReadBytes(t.Context(), "a.csv", []byte(strings.Join(lines, "\r\n")+"\r\n"), rules.Default(), survey.Options{City: "muc"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A heading is found by the matching rule, as an option is.
func TestRead_findsHeadingsByTheMatchingRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ heading, question string }{
		{"Musterdatensatz", "B_muster"}, {"Musterdatensaz", "B_muster"}, {"MUSTERDATENSATZ *", "B_muster"}, {"Muster\u00addatensatz", "B_muster"},
		{"Fachverfahren", "C_system"}, {"Ablageort", "C_path"}, {"Geschäftsbereich", "A_org1"}, {"Quelenvermerck", "E_attrib"},
		{"Etwas anderes", ""}, {"Quelle", ""}, {"Quälenvermehrk", ""},
	} {
		f := read(t, "aCity;aDienststelle;bKennung;bTitel;bTurnus;submitdate;"+c.heading, "muc;Amt;A-1;Bäume;mon;2026-01-01;Bäume und mehr")
		var got string
		for id, v := range f.Records[0].Answers {
			if v == "Bäume und mehr" {
				got = id
			}
		}
		hidden := slices.Contains(f.Records[0].Warnings, "hidden_answer:"+c.question)
		if got != c.question && !hidden {
			t.Errorf("%q: read as %q, want %q", c.heading, got, c.question)
		}
	}
}

// A heading that names a question comes before one that is only like it.
func TestRead_exactHeadingFirst(t *testing.T) {
	t.Parallel()
	f := read(t, "aCity;aDienststelle;bKennung;Titell;bTitel;bTurnus;submitdate", "muc;Amt;A-1;Falsch;Richtig;mon;2026-01-01")
	if got := f.Records[0].Title; got != "Richtig" {
		t.Errorf("title %q, want that of the exact heading", got)
	}
}

// What stands in the column of an option is read or reported, never passed over.
func TestRead_optionColumns(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"Y": "soz", "ja": "soz", "x": "soz", "1": "soz", "Sozialgeheimnis (§ 35 SGB I)": "soz", "?": "unb", "unbekannt": "unb",
		"": "", "N": "", "Nein": "", "0": "", "2": "", "-": "", "#NV": "",
		"vielleicht": "invalid", "siehe Anlage": "invalid",
	} {
		f := read(t, "aCity;aDienststelle;bKennung;bTitel;bTurnus;submitdate;eGeheim[soz]", "muc;Amt;A-1;Bäume;mon;2026-01-01;"+cell)
		r := f.Records[0]
		got := strings.Join(r.Answers.Strings("E_secrecy"), ",")
		if slices.Contains(r.Reasons, "invalid:E_secrecy") {
			got = "invalid"
		}
		if got != want {
			t.Errorf("%q: %q, want %q (%v)", cell, got, want, r.Reasons)
		}
	}
}

// What somebody said about a heading comes before what it looks like.
func TestRead_takesTheMeaningGiven(t *testing.T) {
	t.Parallel()
	head := "aCity;aDienststelle;bKennung;Bezeichnung;bTitel;bTurnus;submitdate;Sozial?;Telefon"
	line := "muc;Amt;A-1;Gemeint;Nicht gemeint;mon;2026-01-01;ja;089 1"
	said := map[string]string{"BEZEICHNUNG": "B_title", "Sozial?": "E_secrecy[soz]", "telefon": "-"}
	f, err := survey.ReadBytes(t.Context(), "a.csv", []byte(head+"\n"+line+"\n"), rules.Default(), survey.Options{City: "muc", Columns: said})
	if err != nil {
		t.Fatal(err)
	}
	r := f.Records[0]
	if r.Title != "Gemeint" || !slices.Equal(r.Answers.Strings("E_secrecy"), []string{"soz"}) || r.Answers.String("A_phone") != "" {
		t.Errorf("%q %v", r.Title, r.Answers)
	}
	want := []survey.ColumnUse{{Heading: "Bezeichnung", Meaning: "B_title", How: "given"}, {Heading: "Sozial?", Meaning: "E_secrecy[soz]", How: "given"}, {Heading: "Telefon", Meaning: "-", How: "given"}}
	if !slices.Equal(f.Columns, want) {
		t.Errorf("%v", f.Columns)
	}
	for _, wrong := range []string{"B_titel_x", "C_format[nix]", "B_title[csv]", "C_format[csv", "I_status", ""} {
		if _, err := survey.ReadBytes(t.Context(), "a.csv", []byte(head+"\n"+line+"\n"), rules.Default(), survey.Options{City: "muc", Columns: map[string]string{"x": wrong}}); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}
