package round

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// WriteCSV writes the holdings by priority. lang is the language of headings and
// texts; reason puts a reason into words.
func (in *Insight) WriteCSV(w *csv.Writer, lang string, reason func(string) string) error {
	w.Comma = ';'
	w.UseCRLF = true
	head := []string{"Kennung", "Titel", "Dienststelle", "Status", "Veröffentlichbar", "Gründe", "Eignung", "Aufwand", "Priorität", "Quadrant", "Verlässlichkeit", "HVD", "Register"}
	if lang == "en" {
		head = []string{"Identifier", "Title", "Office", "Status", "Publishability", "Reasons", "Suitability", "Effort", "Priority", "Quadrant", "Confidence", "HVD", "Register"}
	}
	if err := w.Write(head); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	for _, p := range in.Points {
		var reasons []string
		for _, r := range p.Reasons {
			reasons = append(reasons, reason(r))
		}
		row := []string{
			p.LocalID, p.Title, p.Office, string(p.Status), p.Publishability, strings.Join(reasons, ", "), strconv.Itoa(p.Suitability), strconv.Itoa(p.Effort),
			strconv.Itoa(p.Priority), p.Quadrant, strconv.FormatFloat(p.Confidence, 'f', 2, 64), yesNo(p.HVD, lang), yesNo(p.Register, lang),
		}
		for i := range row {
			row[i] = catalog.SheetCell(row[i])
		}
		if err := w.Write(row); err != nil {
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
