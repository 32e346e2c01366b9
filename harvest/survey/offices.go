package survey

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"trio.example/catalog"
	"trio.example/catalog/round"
)

// maxOfficeList bounds a list of offices, in bytes.
const maxOfficeList = 8 << 20

// officeHeads are the headings of a list of offices, folded.
var officeHeads = map[string]string{
	"dienststelle": "name", "amt": "name", "amt / dienststelle / betrieb": "name", "name": "name", "office": "name", "betrieb": "name", "bezeichnung": "name", "organisationseinheit": "name", "a_org2": "name", "adienststelle": "name",
	"referat": "parent", "referat / geschäftsbereich": "parent", "geschäftsbereich": "parent", "übergeordnet": "parent", "übergeordnete stelle": "parent", "übergeordnete dienststelle": "parent", "gehört zu": "parent", "dezernat": "parent", "department": "parent", "parent": "parent", "a_org1": "parent", "areferat": "parent",
	"sprache": "lang", "briefsprache": "lang", "sprache der briefe": "lang", "language": "lang", "lang": "lang",
	"e-mail": "email", "email": "email", "mail": "email", "e-mail-adresse": "email", "emailadresse": "email", "postfach": "email", "funktionspostfach": "email", "e-mail der ansprechperson": "email", "a_mail": "email", "amail": "email",
}

// ReadOffices reads a list of offices, CSV or XLSX. Among the first rows the one
// with the most known headings is the header; a heading for the office is
// needed. The findings are about what was left out.
func ReadOffices(ctx context.Context, name string, in io.Reader) ([]round.Row, []catalog.Finding, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxOfficeList+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read list of offices: %w", err)
	}
	switch {
	case len(data) > maxOfficeList:
		return nil, nil, tooLarge()
	case len(bytes.TrimSpace(bytes.TrimPrefix(data, bom8))) == 0:
		return nil, nil, refuse(catalog.KindInvalid, "empty_file", "Die Datei ist leer.", "The file is empty.", "Bitte eine Liste mit den Spalten Referat, Dienststelle und E-Mail hochladen.", "Upload a list with the columns department, office and e-mail.")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return officesOfWorkbook(ctx, data)
	}
	text, _, err := decode(data)
	if err != nil {
		return nil, nil, err
	}
	head, _, _ := bytes.Cut(text, []byte("\n"))
	r := csvReader{text: text, delim: delimiter(head)}
	l := &officeList{}
	for n := 1; ; n++ {
		rec, ok := r.next()
		if !ok {
			break
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if rec.broken != "" {
			l.broken(n)
			continue
		}
		if err := l.take(n, rec.cells, false); err != nil {
			return nil, nil, err
		}
	}
	return l.finish(name)
}

func officesOfWorkbook(ctx context.Context, data []byte) (rows []round.Row, findings []catalog.Finding, err error) {
	defer func() {
		if r := recover(); r != nil {
			rows, findings, err = nil, nil, damaged()
		}
	}()
	done, err := turn(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	if _, err := inspect(data); err != nil {
		return nil, nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: onDisk})
	if err != nil {
		return nil, nil, damaged()
	}
	defer book.Close()
	var first error
	for i, sheet := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(sheet); i >= maxSheets || err != nil || !visible {
			continue
		}
		rows, findings, err := officesOfSheet(ctx, book, sheet)
		if err == nil {
			return rows, findings, nil
		}
		var refusal *catalog.Error
		if !errors.As(err, &refusal) || refusal.Kind == catalog.KindTooLarge {
			return nil, nil, err
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = noOffices()
	}
	return nil, nil, first
}

func officesOfSheet(ctx context.Context, book *excelize.File, sheet string) ([]round.Row, []catalog.Finding, error) {
	it, err := book.Rows(sheet)
	if err != nil {
		return nil, nil, damaged()
	}
	defer it.Close()
	l := &officeList{}
	for n := 1; it.Next(); n++ {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		cells, err := it.Columns()
		if err != nil {
			return nil, nil, refusedOr(err)
		}
		if err := l.take(n, cells, true); err != nil {
			return nil, nil, err
		}
	}
	return l.finish(sheet)
}

// officeList collects the rows of a list.
type officeList struct {
	columns  map[string]int // nil until the header is found
	rows     []round.Row
	findings []catalog.Finding
	last     string // the department above, where only its first row names it
}

func (l *officeList) broken(n int) {
	l.findings = append(l.findings, catalog.Finding{Severity: catalog.SeverityError, Code: "row_broken", Row: fmt.Sprint(n),
		Message: catalog.DE("Die Zeile ist nicht lesbar und wurde ausgelassen.", "The row cannot be read and was left out."),
		Remedy:  catalog.DE("Bitte die Anführungszeichen in der Zeile prüfen.", "Check the quotation marks in the row.")})
}

// take reads one row. In a workbook a merged or repeated department stands in
// its first row only.
func (l *officeList) take(n int, cells []string, merged bool) error {
	if len(cells) > maxColumns {
		return tooLarge()
	}
	if l.columns == nil {
		if columns := officeColumns(cells); columns != nil {
			l.columns = columns
		} else if n > headerRows {
			return noOffices()
		}
		return nil
	}
	get := func(field string) string {
		i, ok := l.columns[field]
		if !ok || i >= len(cells) {
			return ""
		}
		return strings.Join(strings.Fields(unmask(cells[i])), " ")
	}
	row := round.Row{Ref: fmt.Sprint(n), Name: get("name"), Parent: get("parent"), Email: strings.TrimPrefix(get("email"), "mailto:"), Lang: get("lang")}
	if row.Name == "" && row.Email == "" {
		if row.Parent != "" {
			l.last = row.Parent // a heading above its offices
		}
		return nil
	}
	switch {
	case row.Parent != "":
		l.last = row.Parent
	case merged:
		row.Parent = l.last
	}
	if len(l.rows) >= round.MaxOffices {
		return tooLarge()
	}
	l.rows = append(l.rows, row)
	return nil
}

func officeColumns(cells []string) map[string]int {
	out := map[string]int{}
	for i, c := range cells {
		key := strings.ToLower(strings.Join(strings.Fields(strings.TrimPrefix(c, "\ufeff")), " "))
		if field := officeHeads[strings.TrimRight(key, " :*")]; field != "" {
			if _, taken := out[field]; !taken {
				out[field] = i
			}
		}
	}
	if _, ok := out["name"]; !ok {
		return nil
	}
	return out
}

func (l *officeList) finish(string) ([]round.Row, []catalog.Finding, error) {
	if l.columns == nil {
		return nil, nil, noOffices()
	}
	if len(l.rows) == 0 {
		return nil, nil, refuse(catalog.KindInvalid, "no_rows", "Die Liste enthält unter ihrer Kopfzeile keine Dienststelle.", "The list has no office below its header.", "Bitte die Liste prüfen.", "Check the list.")
	}
	return l.rows, l.findings, nil
}

func noOffices() error {
	return refuse(catalog.KindInvalid, "not_recognised", "In der Datei ist keine Liste von Dienststellen zu erkennen.", "No list of offices can be recognised in the file.",
		"Erwartet wird CSV oder XLSX mit einer Kopfzeile: Referat, Dienststelle, E-Mail.", "Expected is CSV or XLSX with a header: Referat, Dienststelle, E-Mail.")
}
