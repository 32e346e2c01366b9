package survey_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"trio.example/catalog"
	rules "trio.example/catalog/survey"
	"trio.example/harvest/survey"
)

// harmless reads whatever it is given: it must come to a report or to a refusal
// for people, and twice to the same.
func harmless(t *testing.T, data []byte) {
	t.Helper()
	read := func() (*survey.File, string) {
		f, err := survey.ReadBytes(t.Context(), "datei", data, rules.Default(), survey.Options{City: "muc"})
		if err == nil {
			return f, ""
		}
		var refusal *catalog.Error
		if !errors.As(err, &refusal) || refusal.Kind == catalog.KindInternal || len(refusal.Findings) != 1 || refusal.Findings[0].Message.In("de") == "" {
			t.Fatalf("no refusal for people: %v", err)
		}
		return nil, refusal.Findings[0].Code
	}
	f, code := read()
	again, codeAgain := read()
	if code != codeAgain || (f == nil) != (again == nil) {
		t.Fatalf("first %q, then %q", code, codeAgain)
	}
	if f == nil {
		return
	}
	if len(f.Records) != len(again.Records) {
		t.Fatalf("%d records, then %d", len(f.Records), len(again.Records))
	}
	for i, r := range f.Records {
		if r.Outcome != again.Records[i].Outcome {
			t.Fatalf("record %v: %s, then %s", r.Ref, r.Outcome, again.Records[i].Outcome)
		}
		stored := r.Outcome == rules.OutcomeValid || r.Outcome == rules.OutcomeIncomplete
		if stored && (r.LocalID == "" || r.Title == "") {
			t.Fatalf("record %v is %s without id or title", r.Ref, r.Outcome)
		}
		if (r.Outcome == rules.OutcomeValid) != (r.Assessment != nil) {
			t.Fatalf("record %v: %s with assessment %v", r.Ref, r.Outcome, r.Assessment)
		}
		for id := range r.Answers {
			for _, s := range r.Answers.Strings(id) {
				if !utf8.ValidString(s) {
					t.Fatalf("record %v: %s is no text: %q", r.Ref, id, s)
				}
			}
		}
	}
}

func sample(f *testing.F, name string, most int) []byte {
	f.Helper()
	data, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		f.Fatal(err)
	}
	return data[:min(most, len(data))]
}

func FuzzCSV(f *testing.F) {
	f.Add(sample(f, "muenchen-1-limesurvey-codes.csv", 12_000))
	f.Add(sample(f, "muenchen-2-limesurvey-texte-cp1252.csv", 12_000))
	f.Add([]byte(codes + line("1", "", "A-1", "Bäume", "mon") + line("2", "", "A-1", "\"Bäume", "mon")))
	f.Add([]byte("\xFF\xFEa\x00;\x00b\x00\n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) { harmless(t, data) })
}

func FuzzJSON(f *testing.F) {
	f.Add(sample(f, "augsburg-nachtrag.json", 1<<20))
	f.Add(sample(f, "augsburg-api.json", 3_000))
	f.Add([]byte(`{"format":"trio.survey.responses/1","template":{"id":"man-datensilo","version":"1.0.0"},"city":"muc","responses":[{"submitted_at":5,"answers":{"B_title":[["x"]],"B_records":1e400}},null,7]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 0 && data[0] != '{' {
			data = append([]byte("{"), data...) // anything else is CSV's
		}
		harmless(t, data)
	})
}

// FuzzWorkbook changes the sheet and the shared texts inside a sound archive;
// changing the archive's bytes would hardly get past its check sums.
func FuzzWorkbook(f *testing.F) {
	book := excelize.NewFile()
	if err := book.SetSheetRow("Sheet1", "A3", &heads); err != nil {
		f.Fatal(err)
	}
	if err := book.MergeCell("Sheet1", "A4", "A6"); err != nil {
		f.Fatal(err)
	}
	data, err := book.WriteToBuffer()
	if err != nil {
		f.Fatal(err)
	}
	parts := unzipped(f, data.Bytes())
	f.Add(parts[sheetPart], parts[textsPart], parts[bookPart])
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="XFD1" t="inlineStr"><is><t>Titel</t></is></c></row></sheetData></worksheet>`), []byte(`<sst><si><r><t>a</t></r></si></sst>`), parts[bookPart])
	f.Fuzz(func(t *testing.T, sheet, texts, workbook []byte) {
		harmless(t, zipped(t, parts, map[string][]byte{sheetPart: sheet, textsPart: texts, bookPart: workbook}))
	})
}

func FuzzWorkbookBytes(f *testing.F) {
	f.Add(sample(f, "nuernberg-handausgefuellt.xlsx", 1<<20))
	f.Add([]byte("PK\x05\x06" + string(bytes.Repeat([]byte{0}, 18))))
	f.Fuzz(func(t *testing.T, data []byte) {
		harmless(t, append([]byte("PK\x03\x04"), bytes.TrimPrefix(data, []byte("PK\x03\x04"))...))
	})
}
