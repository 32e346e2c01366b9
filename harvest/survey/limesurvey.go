package survey

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// parseCSV reads an export of LimeSurvey, or that export saved again by a
// spreadsheet program.
func (f *File) parseCSV(ctx context.Context, data []byte, t *survey.Template) ([]row, error) {
	text, encoding, err := decode(data)
	if err != nil {
		return nil, err
	}
	f.Encoding, f.LineEnd = encoding, lineEnd(text)
	r := &csvReader{text: text}
	columns, known, coded := f.csvHeader(r, newHeadings(t, f.fixed))
	if known < minKnown {
		return nil, notRecognised("Die Datei enthält keine Tabelle mit Antworten der Abfrage.", "The file holds no table with answers of the survey.")
	}
	f.Delimiter = string(r.delim)
	f.Layout = LayoutTexts
	if coded*2 > known {
		f.Layout = LayoutCodes
	}
	f.noteUnknown(columns)
	var rows []row
	values := 0
	for n := 0; ; {
		rec, ok := r.next()
		if r.hopeless {
			return nil, notRecognised("Die Datei ist voller Anführungszeichen ohne Ende.", "The file is full of quotes that never close.")
		}
		if !ok {
			break
		}
		if rec.blank() {
			continue
		}
		if n++; n > maxRecords {
			return nil, tooLarge()
		}
		if n%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r := csvRow(n, rec, columns, t)
		if values += len(r.input.Raw); values > maxValues {
			return nil, tooLarge()
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// csvHeader finds the header among the first records, as in a workbook: a
// spreadsheet program saves titles above a table, and a line “sep=;”, with it.
// The reader stands behind the header then.
func (f *File) csvHeader(r *csvReader, h *headings) (columns []column, known, coded int) {
	behind, delim := 0, byte(';')
	above, skipped := 0, 0
	for range headerRows {
		r.delim = delimiter(firstLine(r.text[r.pos:]))
		rec, ok := r.next()
		if !ok || r.hopeless {
			break
		}
		if rec.broken != "" || rec.blank() {
			continue
		}
		if c, n, m := h.all(rec.cells); n > max(known, minKnown-1) {
			columns, known, coded, behind, delim, skipped = c, n, m, r.pos, r.delim, above
		}
		if len(rec.cells) > 2 || !strings.HasPrefix(strings.ToLower(rec.cells[0]), "sep=") {
			above++
		}
	}
	r.pos, r.delim = behind, delim
	r.hopeless, r.reread = false, 0
	if skipped > 0 {
		f.info("rows_ignored", fmt.Sprintf("%d Zeilen über den Spaltennamen wurden übergangen.", skipped), fmt.Sprintf("%d rows above the names of the columns were passed over.", skipped))
	}
	return columns, known, coded
}

// firstLine is the text up to the first line break.
func firstLine(text []byte) []byte {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return text[:i]
	}
	if i := bytes.IndexByte(text, '\r'); i >= 0 {
		return text[:i]
	}
	return text
}

func lineEnd(text []byte) string {
	switch {
	case bytes.Contains(text, []byte("\r\n")):
		return "CRLF"
	case bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0:
		return "CR"
	default:
		return "LF"
	}
}

// csvRow assigns the cells of a record to questions.
func csvRow(n int, rec csvRecord, columns []column, t *survey.Template) row {
	out := row{ref: n, input: survey.Input{Raw: map[string]any{}, Submitted: true, Broken: rec.broken}}
	if rec.broken == "" && !sameWidth(rec.cells, columns) {
		out.input.Broken = "column_mismatch"
	}
	if out.input.Broken != "" {
		return out // the cells of a shifted row belong to other questions
	}
	for i, c := range columns {
		if i >= len(rec.cells) || c.skip {
			continue
		}
		cell := unmask(rec.cells[i])
		switch {
		case c.meta == "submitdate":
			out.input.Submitted = !t.Blank(cell) // “N/A” as well
		case c.meta == "datestamp":
			out.updated = stamp(cell)
		case c.option != "":
			chosen, _ := out.input.Raw[c.question.ID].([]string)
			if chosen = c.mark(chosen, cell); chosen != nil {
				out.input.Raw[c.question.ID] = chosen
			}
		case c.question != nil && cell != "":
			out.input.Raw[c.question.ID] = cell
		}
	}
	return out
}

// sameWidth accepts further cells only if they are empty.
func sameWidth(cells []string, columns []column) bool {
	if len(cells) < len(columns) {
		return false
	}
	for _, c := range cells[len(columns):] {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// unmask takes off the apostrophe that LimeSurvey puts before a formula.
func unmask(cell string) string {
	if strings.HasPrefix(cell, "'=") {
		return cell[1:]
	}
	return cell
}

// stamp reads LimeSurvey's time stamps; it writes them without zone.
func stamp(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.DateTime, time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04", "02.01.2006 15:04:05", "02.01.2006 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// noteUnknown reports columns that belong to no question, or only by likeness.
func (f *File) noteUnknown(columns []column) {
	for _, c := range columns {
		f.noteColumn(c)
		if c.near != "" {
			f.info("column_like", fmt.Sprintf("Die Spalte „%s“ wurde als „%s“ gelesen; bitte prüfen.", clip(c.near), c.question.Label["de"]),
				fmt.Sprintf("The column “%s” was read as “%s”; please check.", clip(c.near), c.question.Label["en"]))
		}
		if c.unknown == "" {
			continue
		}
		f.Findings = append(f.Findings, catalog.Finding{
			Severity: catalog.SeverityInfo, Code: "unknown_column", File: f.Name,
			Message: catalog.DE("Eine Spalte gehört zu keiner Frage der Vorlage und wurde nicht gelesen: "+clip(c.unknown), "A column belongs to no question and was not read: "+clip(c.unknown)),
		})
		if len(f.Findings) >= 100 {
			return
		}
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
