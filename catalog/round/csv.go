package round

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// Table lists the holdings by priority. lang is the language of headings and
// texts; reason puts a reason into words.
func (in *Insight) Table(lang string, reason func(string) string) Table {
	t := Table{Columns: []string{"Kennung", "Titel", "Dienststelle", "Status", "Veröffentlichbar", "Gründe", "Eignung", "Aufwand", "Priorität", "Quadrant", "Verlässlichkeit", "HVD", "Register"}}
	if lang == "en" {
		t.Columns = []string{"Identifier", "Title", "Office", "Status", "Publishability", "Reasons", "Suitability", "Effort", "Priority", "Quadrant", "Confidence", "HVD", "Register"}
	}
	for _, p := range in.Points {
		var reasons []string
		for _, r := range p.Reasons {
			reasons = append(reasons, reason(r))
		}
		t.Rows = append(t.Rows, []string{
			p.LocalID, p.Title, p.Office, string(p.Status), p.Publishability, strings.Join(reasons, ", "), itoa(p.Suitability), itoa(p.Effort),
			itoa(p.Priority), p.Quadrant, strconv.FormatFloat(p.Confidence, 'f', 2, 64), yesNo(p.HVD, lang), yesNo(p.Register, lang),
		})
	}
	return t
}

func itoa(n int) string { return strconv.Itoa(n) }

// WriteCSV writes a table the way German spreadsheet programs read it. No cell
// is taken for a formula.
func (t Table) WriteCSV(w *csv.Writer) error {
	w.Comma = ';'
	w.UseCRLF = true
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		cells := make([]string, len(row))
		for i := range row {
			cells[i] = catalog.CSVCell(row[i])
		}
		if err := w.Write(cells); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}

func yesNo(b bool, lang string) string {
	switch {
	case b && lang == "en":
		return "yes"
	case b:
		return "ja"
	case lang == "en":
		return "no"
	}
	return "nein"
}
