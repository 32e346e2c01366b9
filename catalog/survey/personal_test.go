package survey_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog/survey"
)

func TestTraces_ofPersonsInPublicAnswers(t *testing.T) {
	t.Parallel()
	mail, phone, name := survey.TraceMail, survey.TracePhone, survey.TraceName
	for in, want := range map[string][]survey.Trace{
		"Fragen an max.muster@stadt.example":                {mail},
		"Fragen an <max.muster@stadt.example>, 089 1234567": {mail, phone},
		"Auskunft unter 0821 324-1234":                      {phone},
		"Auskunft unter (0821) 324 12 34":                   {phone},
		"Auskunft unter 089/233-1234":                       {phone},
		"Auskunft: +49 821 3241234":                         {phone},
		"Auskunft: 0049-821-3241234":                        {phone},
		"Tel. 08213241234":                                  {phone},
		"Telefon: 324 1234":                                 {phone},
		"Durchwahl 1234":                                    {phone},
		"Mobil 0170 1234567":                                {phone},
		"0803 555-2821001":                                  {phone},
		"Gepflegt von Frau Müller":                          {name},
		"Gepflegt von Herrn Dr. Müller-Lüdenscheidt":        {name},
		"Prof. Dr. Eva Beispiel hat die Daten erhoben":      {name},
		"Dr. rer. nat. Beispiel":                            {name},
		"Ansprechpartnerin: Petra Birkenmaier":              {name},
		"gez. Max Muster":                                   {name},
		"Erhoben von Özlem Eßlinger, siehe dort":            {name}, // the contact of the record
		"Alle Bäume im Stadtgebiet, Stand 15.03.2023":       nil,
		"Gemeindeschlüssel 09162000, EPSG:25832":            nil,
		"Von 01.01.2020 bis 31.12.2023, 0,5 m genau":        nil,
		"Zeitraum 2019-2021, 10.000 Einträge, 0-100 Punkte": nil,
		"Maßstab 1:5000, Kacheln 01-99":                     nil,
		"DIN 4020, § 35 SGB I, BGBl. I 2023 S. 1234":        nil,
		"Dr.-Hans-Beispiel-Straße und Frauenstraße":         nil,
		"Bäume in der Dr. Martin Lutherstraße":              nil,
		"Die Frauenkirche, Herrenhaus und Herrnhut":         nil,
		"Ansprechpartner: Amt für Statistik":                nil,
		"Version 01.02-3, Blatt 0815":                       nil,
		"Uhrzeit 08:15-09:30 und 07.30 Uhr":                 nil,
		"PLZ 01067 Dresden, 09117 Chemnitz":                 nil,
		"ISBN 978-3-16-148410-0":                            nil,
		"Özlem allein ist kein Name, Eßlinger Straße auch":  nil,
	} {
		if got := survey.Default().Traces(survey.Default().Question("B_desc"), in, "Özlem Eßlinger"); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
	for _, id := range []string{"I_note", "A_name", "A_phone", "B_localid", "A_funcmail"} {
		if got := survey.Default().Traces(survey.Default().Question(id), "Frau Müller, 089 1234567", ""); got != nil {
			t.Errorf("%s: %v, want nothing: it is not published as a text", id, got)
		}
	}
	list := []any{"Bäume", "Frau Müller"}
	if got := survey.Default().Traces(survey.Default().Question("B_keywords"), list, ""); !slices.Equal(got, []survey.Trace{name}) {
		t.Errorf("list: %v", got)
	}
}

// A trace is told as a finding; outcome, reasons and warnings of a row stay.
func TestEvaluate_findsTraces(t *testing.T) {
	t.Parallel()
	in := survey.Input{Submitted: true, City: "muc", Raw: map[string]any{"A_org2": "Amt", "B_localid": "X-1", "B_title": "Bäume", "B_desc": "Auskunft gibt Frau Müller, 089 1234567."}}
	r := survey.Default().Evaluate(in)
	var codes []string
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Code, "public_") {
			codes = append(codes, f.Code)
			if strings.Contains(f.Message.In("de")+f.Remedy.In("de"), "Müller") {
				t.Error("the finding repeats the answer")
			}
		}
	}
	if d := cmp.Diff([]string{"public_phone:B_desc", "public_name:B_desc"}, codes); d != "" || len(r.Warnings) > 0 {
		t.Error(d, r.Warnings)
	}
}
