package survey

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// Bounds of a sheet.
const (
	maxSheets   = 50
	headerRows  = 15 // the header is among the first rows
	leastCells  = 3  // a row with fewer known cells is a heading or a sum
	maxSheetRow = 1_048_576
)

// parseWorkbook reads a workbook filled by hand.
func (f *File) parseWorkbook(ctx context.Context, data []byte, t *survey.Template) (rows []row, err error) {
	defer func() {
		if r := recover(); r != nil {
			rows, err = nil, damaged()
		}
	}()
	done, err := turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	known, err := inspect(data)
	if err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: onDisk,
	})
	if err != nil {
		return nil, damaged()
	}
	defer book.Close()
	sheets := book.GetSheetList()
	if len(sheets) > maxSheets {
		return nil, tooLarge()
	}
	f.Layout = LayoutXLSX
	h := newHeadings(t, f.fixed)
	for _, name := range sheets {
		if visible, err := book.GetSheetVisible(name); err != nil || !visible {
			f.SheetsIgnored = append(f.SheetsIgnored, name)
			f.info("sheet_hidden", fmt.Sprintf("Das ausgeblendete Blatt „%s“ wurde nicht gelesen.", name), fmt.Sprintf("The hidden sheet “%s” was not read.", name))
			continue
		}
		s := &sheet{file: f, name: name, headings: h, starts: map[[2]int]int{}, open: map[int]span{}}
		if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
			s.from1904 = *props.Date1904
		}
		for _, m := range known.merges[known.sheetPart(name)] {
			s.starts[[2]int{m.row, m.column}] = m.lastRow
		}
		found, err := s.read(ctx, book, len(rows))
		if err != nil {
			return nil, err
		}
		if s.columns == nil {
			f.SheetsIgnored = append(f.SheetsIgnored, name)
			f.info("sheet_ignored", fmt.Sprintf("Das Blatt „%s“ enthält keine Tabelle der Abfrage.", name), fmt.Sprintf("The sheet “%s” holds no table of the survey.", name))
			continue
		}
		f.Sheets = append(f.Sheets, name)
		for n := s.header - s.groups; n <= s.header; n++ {
			f.HeaderRows = append(f.HeaderRows, n)
		}
		rows = append(rows, found...)
	}
	slices.Sort(f.HeaderRows)
	f.HeaderRows = slices.Compact(f.HeaderRows)
	if len(f.Sheets) == 0 {
		return nil, notRecognised("Die Arbeitsmappe enthält kein Blatt mit Antworten der Abfrage.", "The workbook holds no sheet with answers of the survey.")
	}
	return rows, nil
}

// opened are the workbooks that are open: each may take a processor for seconds, and
// memory.
var opened = make(chan struct{}, 2)

// turn waits until another workbook may be opened.
func turn(ctx context.Context) (done func(), err error) {
	select {
	case opened <- struct{}{}:
		return func() { <-opened }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func damaged() error {
	return refuse(catalog.KindInvalid, "damaged", "Die Arbeitsmappe ist beschädigt oder kein Excel-Format.", "The workbook is damaged or not in Excel's format.",
		"Bitte in Excel öffnen, als .xlsx neu speichern und noch einmal senden.", "Open it in Excel, save it as .xlsx and send it again.")
}

// refusedOr passes a refusal on; every other error means that the workbook is
// damaged.
func refusedOr(err error) error {
	var refusal *catalog.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return damaged()
}

func (f *File) info(code, de, en string) {
	f.Findings = append(f.Findings, catalog.Finding{Severity: catalog.SeverityInfo, Code: code, File: f.Name, Message: catalog.DE(de, en)})
}

// sheet is one sheet while it is read.
type sheet struct {
	file     *File
	name     string
	headings *headings
	columns  []column       // nil until the header is found
	header   int            // row of the header, from 1
	groups   int            // rows right above it that name groups of columns
	from1904 bool           // days count from 1904, as old Macintosh workbooks do
	starts   map[[2]int]int // last row of the merged cells that begin at row and column
	open     map[int]span   // by column: the merged cell that reaches down to here
	ignored  int
}

// span is a vertically merged cell: its value counts for each of its rows.
type span struct {
	last int
	cell string
}

// read walks the rows. The first rows are kept until the best header among them
// is known.
func (s *sheet) read(ctx context.Context, book *excelize.File, before int) ([]row, error) {
	it, err := book.Rows(s.name)
	if err != nil {
		return nil, damaged()
	}
	defer it.Close()
	var head [][]string
	var out []row
	n := 0
	take := func(n int, cells []string) error {
		r, ok := s.row(n, cells)
		if !ok {
			return nil
		}
		if out = append(out, r); before+len(out) > maxRecords {
			return tooLarge()
		}
		return nil
	}
	for it.Next() {
		if n++; n > maxSheetRow {
			return nil, tooLarge()
		}
		if n%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		cells, err := it.Columns()
		if err != nil {
			return nil, damaged()
		}
		if len(cells) > maxColumns {
			cells = cells[:maxColumns]
		}
		if n <= headerRows {
			head = append(head, cells)
			if n < headerRows {
				continue
			}
		}
		if n == headerRows {
			if err := s.takeHead(head, take); err != nil {
				return nil, err
			}
			continue
		}
		if s.columns == nil {
			return nil, nil // no header in the first rows: not a table of ours
		}
		if err := take(n, cells); err != nil {
			return nil, err
		}
	}
	if err := it.Error(); err != nil {
		return nil, damaged()
	}
	if n < headerRows {
		if err := s.takeHead(head, take); err != nil {
			return nil, err
		}
	}
	if s.ignored > 0 {
		s.file.info("rows_ignored", fmt.Sprintf("Blatt „%s“: %d Zeilen ohne Datenbestand (Überschriften, Summen) wurden übergangen.", s.name, s.ignored),
			fmt.Sprintf("Sheet “%s”: %d rows without a holding (headings, sums) were passed over.", s.name, s.ignored))
	}
	return out, nil
}

// takeHead finds the header among the first rows and reads those behind it.
func (s *sheet) takeHead(head [][]string, take func(int, []string) error) error {
	best := minKnown - 1
	for i, cells := range head {
		if columns, known, _ := s.headings.all(cells); known > best {
			best, s.columns, s.header = known, columns, i+1
		}
	}
	if s.columns == nil {
		return nil
	}
	s.file.noteUnknown(s.columns)
	for i := s.header - 2; i >= 0 && severalFilled(head[i]); i-- {
		s.groups++
	}
	for i := s.header; i < len(head); i++ {
		if err := take(i+1, head[i]); err != nil {
			return err
		}
	}
	return nil
}

// severalFilled tells a row of group titles from the one cell of the sheet's title.
func severalFilled(cells []string) bool {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n > 1
}

// row turns the cells of a row into a record; ok is false for a row that is
// none: blank, a heading, a sum, the header once more.
func (s *sheet) row(n int, cells []string) (row, bool) {
	out := row{ref: fmt.Sprintf("%s!%d", s.name, n), input: survey.Input{Raw: map[string]any{}, Submitted: true}, cell: func(question string) string { return s.cell(n, question) }}
	own, inherited, filled, headings := 0, 0, 0, 0
	for i, c := range s.columns {
		cell := ""
		if i < len(cells) {
			cell = cells[i]
		}
		if strings.TrimSpace(cell) != "" {
			filled++
			if c.question != nil {
				own++
				if f := s.headings.find(cell); f.question == c.question {
					headings++
				}
			}
		} else if above := s.open[i+1]; n <= above.last {
			cell = above.cell
			if c.question != nil {
				inherited++
			}
		}
		if last := s.starts[[2]int{n, i + 1}]; last > 0 {
			s.open[i+1] = span{last, cell}
		}
		switch {
		case c.skip || c.question == nil || strings.TrimSpace(cell) == "":
		case c.option != "":
			chosen, _ := out.input.Raw[c.question.ID].([]string)
			if chosen = c.mark(chosen, cell); chosen != nil {
				out.input.Raw[c.question.ID] = chosen
			}
		case s.from1904 && c.question.Type == "date":
			out.input.Raw[c.question.ID] = since1904(cell)
		default:
			out.input.Raw[c.question.ID] = cell
		}
	}
	// Merged cells count, but alone they make no record of a blank row or of a heading.
	if own+inherited < leastCells || own < leastCells-1 || headings >= minKnown {
		if filled > 0 {
			s.ignored++
		}
		return out, false
	}
	return out, true
}

// cell names the cell in which the answer to a question stands.
func (s *sheet) cell(row int, question string) string {
	if question == "" {
		return ""
	}
	for i, c := range s.columns {
		if c.question != nil && c.question.ID == question && !c.skip {
			name, err := excelize.CoordinatesToCellName(i+1, row)
			if err != nil {
				return ""
			}
			return s.name + "!" + name
		}
	}
	return ""
}

// since1904 turns a day number of a workbook that counts from 1904 into the
// usual one; any other text stays as it is.
func since1904(cell string) string {
	days, err := strconv.ParseFloat(cell, 64)
	if err != nil || days != math.Trunc(days) || days < 9_132 || days > 60_000 { // as 1929 to 2068
		return cell
	}
	return strconv.Itoa(int(days) + 1462)
}
