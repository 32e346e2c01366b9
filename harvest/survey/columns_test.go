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
