package survey

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"trio.example/catalog/survey"
)

// The sheets of a form.
const (
	formSheet    = "Datenbestände"
	formHelp     = "Ausfüllhilfe"
	formLists    = "Listen"
	formHead     = 3   // row of the headings
	formRows     = 300 // rows with lists to choose from
	maxFormWidth = 60
)

// WriteForm writes a template as a workbook that is filled offline: one line for
// each holding, lists to choose from, and help. Rows are what is known already,
// by question; the answers are texts or lists of codes.
func WriteForm(w io.Writer, t *survey.Template, rows []map[string]any) error {
	f := &formWriter{t: t, book: excelize.NewFile(), headings: newHeadings(t, nil)}
	defer f.book.Close()
	if err := f.write(rows); err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	if err := f.book.Write(w); err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	return nil
}

type formWriter struct {
	t        *survey.Template
	book     *excelize.File
	headings *headings
	lists    int
}

// heading names a column so that it is recognized again: by the question's
// label, with its code where another question is called the same.
func (f *formWriter) heading(q *survey.Question) string {
	label := q.Label.In("de")
	if c := f.headings.find(label); c.question == q && c.option == "" && c.meta == "" {
		return label
	}
	return q.Code + ". " + label
}

func (f *formWriter) write(rows []map[string]any) error {
	if err := f.book.SetSheetName("Sheet1", formSheet); err != nil {
		return err
	}
	for _, name := range []string{formHelp, formLists} {
		if _, err := f.book.NewSheet(name); err != nil {
			return err
		}
	}
	if err := f.book.SetSheetVisible(formLists, false); err != nil {
		return err
	}
	head, err := f.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DCE6F1"}}})
	if err != nil {
		return err
	}
	text, err := f.book.NewStyle(&excelize.Style{NumFmt: 49, Protection: &excelize.Protection{Locked: false}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	if err := f.book.SetCellStr(formSheet, "A1", f.t.Title.In("de")+" – je Datenbestand eine Zeile; Hilfe auf dem Blatt „"+formHelp+"“"); err != nil {
		return err
	}
	if err := f.help(head); err != nil {
		return err
	}
	column := 0
	for i := range f.t.Sections {
		sec := &f.t.Sections[i]
		first := column + 1
		for j := range sec.Questions {
			q := &sec.Questions[j]
			if !asked(q) {
				continue
			}
			column++
			if err := f.column(q, column, head, text, rows); err != nil {
				return err
			}
		}
		if column < first {
			continue
		}
		if err := f.sectionTitle(sec.Title.In("de"), first, column, head); err != nil {
			return err
		}
	}
	// By the headings a filled form is read again: they are not written over by
	// accident. There is no password, and everything below them is free.
	if err := f.book.ProtectSheet(formSheet, &excelize.SheetProtectionOptions{
		SelectLockedCells: true, SelectUnlockedCells: true, FormatCells: true, FormatColumns: true, FormatRows: true, InsertRows: true, DeleteRows: true, Sort: true, AutoFilter: true,
	}); err != nil {
		return err
	}
	return f.book.SetPanes(formSheet, &excelize.Panes{Freeze: true, YSplit: formHead, TopLeftCell: fmt.Sprintf("A%d", formHead+1), ActivePane: "bottomLeft"})
}

func (f *formWriter) sectionTitle(title string, first, last, style int) error {
	from, err := excelize.CoordinatesToCellName(first, formHead-1)
	if err != nil {
		return err
	}
	to, err := excelize.CoordinatesToCellName(last, formHead-1)
	if err != nil {
		return err
	}
	if err := f.book.SetCellStr(formSheet, from, title); err != nil {
		return err
	}
	if last > first {
		if err := f.book.MergeCell(formSheet, from, to); err != nil {
			return err
		}
	}
	return f.book.SetCellStyle(formSheet, from, to, style)
}

// column writes a question: heading, list to choose from, what is known.
func (f *formWriter) column(q *survey.Question, column, head, text int, rows []map[string]any) error {
	cell := func(row int) string {
		name, err := excelize.CoordinatesToCellName(column, row)
		if err != nil {
			return ""
		}
		return name
	}
	letter := strings.TrimRight(cell(1), "1")
	heading := f.heading(q)
	if err := f.book.SetColStyle(formSheet, letter, text); err != nil {
		return err
	}
	if err := f.book.SetCellStr(formSheet, cell(formHead), heading); err != nil {
		return err
	}
	if err := f.book.SetCellStyle(formSheet, cell(formHead), cell(formHead), head); err != nil {
		return err
	}
	width := float64(min(max(utf8.RuneCountInString(heading)+2, 14), maxFormWidth/2))
	if err := f.book.SetColWidth(formSheet, letter, letter, width); err != nil {
		return err
	}
	last := formHead + max(formRows, len(rows)+100)
	if err := f.book.SetCellStyle(formSheet, cell(formHead+1), cell(last), text); err != nil {
		return err
	}
	if err := f.choices(q, cell(formHead+1)+":"+cell(last)); err != nil {
		return err
	}
	for i, row := range rows {
		if s := f.say(q, row[q.ID]); s != "" {
			if err := f.book.SetCellStr(formSheet, cell(formHead+1+i), s); err != nil {
				return err
			}
		}
	}
	return nil
}

// choices lays a list to choose from, or a hint, over the cells of a question.
func (f *formWriter) choices(q *survey.Question, cells string) error {
	v := excelize.NewDataValidation(true)
	v.Sqref = cells
	hint := q.Help.In("de")
	labels := f.labels(q)
	switch q.Type {
	case "single", "boolean":
		f.lists++
		column, err := excelize.ColumnNumberToName(f.lists)
		if err != nil {
			return err
		}
		for i, l := range labels {
			if err := f.book.SetCellStr(formLists, fmt.Sprintf("%s%d", column, i+1), l); err != nil {
				return err
			}
		}
		v.SetSqrefDropList(fmt.Sprintf("%s!$%s$1:$%s$%d", formLists, column, column, len(labels)))
		// Another spelling is understood as well; the import tells what is not.
		v.SetError(excelize.DataValidationErrorStyleWarning, "Bitte auswählen", "Diese Angabe steht nicht in der Liste.")
	case "multi":
		hint = strings.TrimSpace("Mehrere mit Semikolon trennen: " + strings.Join(labels, "; "))
	case "list":
		hint = strings.TrimSpace(hint + " Mehrere mit Semikolon trennen.")
	case "date":
		hint = strings.TrimSpace(hint + " Zum Beispiel 2026, 05/2026 oder 31.05.2026.")
	}
	if hint == "" && q.Type != "single" && q.Type != "boolean" {
		return nil
	}
	if hint != "" {
		v.SetInput(cutRunes(q.Label.In("de"), 32), cutRunes(hint, 250))
	}
	return f.book.AddDataValidation(formSheet, v)
}

func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (f *formWriter) labels(q *survey.Question) []string {
	if q.Type == "boolean" {
		return []string{"Ja", "Nein"}
	}
	var out []string
	for _, o := range f.t.OptionLists[q.Options] {
		if !o.Retired {
			out = append(out, o.Label.In("de"))
		}
	}
	return out
}

// say writes a known answer the way it is typed into the cell.
func (f *formWriter) say(q *survey.Question, v any) string {
	var items []string
	switch x := v.(type) {
	case string:
		items = []string{x}
	case []string:
		items = slices.Clone(x)
	case nil:
		return ""
	default:
		items = []string{fmt.Sprint(x)}
	}
	for i, s := range items {
		if o := f.t.Option(q.Options, s); o != nil && q.Type != "vocab" {
			items[i] = o.Label.In("de")
		} else if q.Type == "boolean" && (s == "ja" || s == "true") {
			items[i] = "Ja"
		} else if q.Type == "boolean" {
			items[i] = "Nein"
		}
	}
	return strings.Join(items, "; ")
}

// help explains every question on a sheet of its own.
func (f *formWriter) help(head int) error {
	for i, title := range []string{"Frage", "Pflicht", "Hilfe", "Auswahl", "Wer sieht die Angabe?"} {
		cell := string(rune('A'+i)) + "1"
		if err := f.book.SetCellStr(formHelp, cell, title); err != nil {
			return err
		}
		if err := f.book.SetCellStyle(formHelp, cell, cell, head); err != nil {
			return err
		}
	}
	circles := map[string]string{"public": "wird veröffentlicht, wenn der Bestand freigegeben ist", "partner": "nur die Städte der Kooperation", "internal": "nur die eigene Stadt", "restricted": "nur die Datenbeauftragten der eigenen Stadt"}
	row := 1
	for _, q := range f.t.Questions() {
		if !asked(q) {
			continue
		}
		row++
		needed := "nein"
		switch {
		case q.Required.Hard, q.Required.Soft:
			needed = "ja"
		case q.Required.If != nil:
			needed = "je nach Antworten"
		}
		for i, s := range []string{q.Label.In("de"), needed, q.Help.In("de"), strings.Join(f.labels(q), "; "), circles[string(q.Visibility)]} {
			if err := f.book.SetCellStr(formHelp, fmt.Sprintf("%c%d", 'A'+i, row), s); err != nil {
				return err
			}
		}
	}
	return f.book.SetColWidth(formHelp, "A", "E", maxFormWidth/2)
}
