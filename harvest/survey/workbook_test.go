package survey_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"trio.example/catalog"
	rules "trio.example/catalog/survey"
	"trio.example/harvest/survey"
)

var heads = []any{"Referat / Geschäftsbereich", "Amt / Dienststelle / Betrieb", "Kennung des Bestands", "Titel", "Daten ab", "Aktualisierung", "Ungefähre Zahl der Datensätze", "Verfügbare Formate", "Farbe"}

// book is a workbook under construction.
type book struct {
	*excelize.File
	t *testing.T
}

func newBook(t *testing.T) book {
	t.Helper()
	f := excelize.NewFile()
	t.Cleanup(func() { _ = f.Close() })
	return book{f, t}
}

func (b book) row(sheet string, n int, cells ...any) {
	b.t.Helper()
	at, err := excelize.CoordinatesToCellName(1, n)
	if err == nil {
		err = b.SetSheetRow(sheet, at, &cells)
	}
	b.must(err)
}

func (b book) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b book) read() *survey.File {
	b.t.Helper()
	data, err := b.WriteToBuffer()
	b.must(err)
	f, err := survey.ReadBytes(b.t.Context(), "mappe.xlsx", data.Bytes(), rules.Default(), survey.Options{City: "nue"})
	b.must(err)
	return f
}

func refs(f *survey.File) []string {
	var out []string
	for _, r := range f.Records {
		out = append(out, r.Ref.(string)+" "+r.LocalID+" "+string(r.Outcome))
	}
	return out
}

func found(f *survey.File) []string {
	var out []string
	for _, n := range f.Findings {
		out = append(out, n.Code)
	}
	slices.Sort(out)
	return out
}

func TestWorkbook_findsTheTableAmongTitlesSumsAndSections(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.row("Sheet1", 1, "Abfrage der Datenbestände 2026")
	b.must(b.MergeCell("Sheet1", "A1", "I4"))
	b.row("Sheet1", 11, "Absender", nil, "Bestand", nil, nil, "Pflege")
	b.row("Sheet1", 12, heads...)
	b.row("Sheet1", 13, "1. Umwelt")
	b.row("Sheet1", 14, "Umweltreferat", "Gartenamt", "N-1", "Bäume", "15.03.2023", "monatlich", "31.000", "CSV, GeoJSON", "grün")
	b.row("Sheet1", 15, nil, nil, "N-2", "Sträucher", 45000, "monatlch", 1200, "CSV", "")
	b.row("Sheet1", 16, nil, nil, "N-3", "Brunnen")
	b.row("Sheet1", 17, nil, nil, nil, "2. Verkehr")
	b.must(b.MergeCell("Sheet1", "A14", "A17"))
	b.must(b.MergeCell("Sheet1", "B14", "B17"))
	b.row("Sheet1", 18, heads...) // printed once more on the next page
	b.row("Sheet1", 20, "Verkehrsreferat", "Tiefbauamt", "N-4", "Brücken", "#NV", "jährlich", "#NV", "Papier")
	b.row("Sheet1", 22, "Summe", nil, nil, nil, nil, nil, 32200)
	f := b.read()
	want := []string{"Sheet1!14 N-1 incomplete", "Sheet1!15 N-2 incomplete", "Sheet1!16 N-3 incomplete", "Sheet1!20 N-4 incomplete"}
	if d := cmp.Diff(want, refs(f)); d != "" {
		t.Fatal(d)
	}
	if d := cmp.Diff([]int{11, 12}, f.HeaderRows); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"rows_ignored", "unknown_column"}, found(f)); d != "" {
		t.Error(d)
	}
	second := f.Records[1]
	for question, want := range map[string]string{"A_org1": "Umweltreferat", "A_org2": "Gartenamt", "B_from": "2023-03-15", "B_freq": "mon"} {
		if got := second.Answers.String(question); got != want {
			t.Errorf("%s is %q, want %q", question, got, want)
		}
	}
	if !slices.Contains(second.Warnings, "fuzzy:B_freq") {
		t.Errorf("warnings %v", second.Warnings)
	}
	if got := f.Records[3].Answers; got.String("B_from") != "" || got["B_records"] != nil {
		t.Errorf("#NV gave %v", got)
	}
}

func TestWorkbook_readsEveryVisibleSheetWithATable(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for _, name := range []string{"Amt A", "Hinweise", "Versteckt", "Sehr versteckt", "Amt B"} {
		_, err := b.NewSheet(name)
		b.must(err)
	}
	for i, name := range []string{"Amt A", "Versteckt", "Sehr versteckt", "Amt B"} {
		b.row(name, 1, heads...)
		b.row(name, 2, "Referat", "Amt", "N-"+string(rune('1'+i)), "Titel des Bestands", "2019", "täglich")
	}
	b.row("Hinweise", 1, "Titel", "Bitte ausfüllen", "Aktualisierung")
	b.must(b.SetSheetVisible("Versteckt", false))
	b.must(b.SetSheetVisible("Sehr versteckt", false, true))
	f := b.read()
	if d := cmp.Diff([]string{"Amt A!2 N-1 incomplete", "Amt B!2 N-4 incomplete"}, refs(f)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"Amt A", "Amt B"}, f.Sheets); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"sheet_hidden", "sheet_hidden", "sheet_ignored", "sheet_ignored", "unknown_column", "unknown_column"}, found(f)); d != "" {
		t.Error(d)
	}
}

func TestWorkbook_readsTypedCells(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.row("Sheet1", 1, heads...)
	b.row("Sheet1", 2, "Referat", "Amt", 4711, "Titel des Bestands", nil, "täglich", nil, nil)
	b.must(b.SetCellFormula("Sheet1", "G2", "SUM(1,2)"))
	b.must(b.SetCellRichText("Sheet1", "D2", []excelize.RichTextRun{{Text: "Titel "}, {Text: "des Bestands", Font: &excelize.Font{Bold: true}}}))
	f := b.read()
	if d := cmp.Diff([]string{"Sheet1!2 4711 incomplete"}, refs(f)); d != "" {
		t.Fatal(d)
	}
	if got := f.Records[0].Title; got != "Titel des Bestands" {
		t.Errorf("title %q", got)
	}
}

func TestWorkbook_countsDaysFrom1904WhereItSaysSo(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	yes := true
	b.must(b.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
	b.row("Sheet1", 1, heads...)
	b.row("Sheet1", 2, "Referat", "Amt", "N-1", "Titel des Bestands", 45000-1462, "täglich")
	if got := b.read().Records[0].Answers.String("B_from"); got != "2023-03-15" {
		t.Errorf("date %q", got)
	}
}

func TestWorkbook_wantsTheHeaderAmongTheFirstRows(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.row("Sheet1", 16, heads...)
	b.row("Sheet1", 17, "Referat", "Amt", "N-1", "Titel des Bestands", "2019", "täglich")
	data, err := b.WriteToBuffer()
	b.must(err)
	if _, err := survey.ReadBytes(t.Context(), "mappe.xlsx", data.Bytes(), rules.Default(), survey.Options{City: "nue"}); err == nil {
		t.Error("a table below row 15 was read")
	}
}

func TestWorkbook_namesOpenDocument(t *testing.T) {
	t.Parallel()
	data := zipped(t, map[string][]byte{"mimetype": []byte("application/vnd.oasis.opendocument.spreadsheet"), "content.xml": []byte("<x/>")}, nil)
	_, err := survey.ReadBytes(t.Context(), "form.ods", data, rules.Default(), survey.Options{City: "aug"})
	var refusal *catalog.Error
	if !errors.As(err, &refusal) || len(refusal.Findings) != 1 || refusal.Findings[0].Code != "not_recognised" || !strings.Contains(refusal.Message, "OpenDocument") || !strings.Contains(refusal.Message+refusal.Findings[0].Remedy.In("de"), ".xlsx") {
		t.Errorf("refused with %v", err)
	}
}
