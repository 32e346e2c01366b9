// Package survey reads files with answers of the data-silo survey: LimeSurvey
// exports with codes or texts, workbooks filled by hand, and the API's JSON. It
// recognizes a layout by content, bounds everything before parsing it, and lets
// package catalog/survey judge each record.
package survey

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// Layout names how a file is built.
type Layout string

// The layouts of SURVEY §9.
const (
	LayoutCodes Layout = "limesurvey-codes"
	LayoutTexts Layout = "limesurvey-full"
	LayoutXLSX  Layout = "xlsx"
	LayoutJSON  Layout = "api-json"
)

// Bounds of a file. A city's survey has some hundred records; these leave room
// for a hundred times that.
const (
	MaxFile    = 32 << 20 // bytes
	maxRecords = 50_000
	maxValues  = 1_000_000 // answers in all records together
	maxColumns = 1_000
	maxDepth   = 32     // nesting of JSON
	maxNotes   = 10_000 // findings about single records; the rest is counted
)

// Options of reading.
type Options struct {
	// City is the template's code of the city that sends the file.
	City string
	// Reuse reports whether another city publishes a model dataset; nil means no.
	Reuse func(model string) bool
	// Columns says what headings mean that are not understood by themselves: by
	// heading the question, “question[option]”, or “-” for not to be read.
	Columns map[string]string
	// Progress is told how many records are evaluated.
	Progress func(done, total int)
}

// File is a file that was read.
type File struct {
	Name, SHA256  string
	Size          int64
	City          string
	Template      string
	Layout        Layout
	Encoding      string
	Delimiter     string
	LineEnd       string
	Sheets        []string
	SheetsIgnored []string
	// HeaderRows are the rows that name columns or groups of them, on any sheet.
	HeaderRows []int
	Records    []Record
	// Columns are the headings that were not simply known.
	Columns []ColumnUse
	fixed   map[string]column
	// Findings are about the file as a whole, e.g. rows that were left out.
	Findings []catalog.Finding
}

// Record is one evaluated record of a file.
type Record struct {
	// Ref is the record's place: its number from 1, or "sheet!row".
	Ref any
	// Updated is the record's own time of change, zero when it has none.
	Updated time.Time
	survey.Result
}

// row is a record before it is judged.
type row struct {
	ref     any
	updated time.Time
	input   survey.Input
	// cell names the cell of a question's answer, where rows have cells.
	cell func(question string) string
	// later, where it is set, makes the row when it is judged: all raw answers
	// of a file at once take five times its size.
	later func() row
}

// Read reads and evaluates a file. An error is a *catalog.Error that says in
// one sentence why the file as a whole is refused.
func Read(ctx context.Context, path string, t *survey.Template, opt Options) (*File, error) {
	data, err := slurp(path)
	if err != nil {
		return nil, err
	}
	f, err := ReadBytes(ctx, filepath.Base(path), data, t, opt)
	return f, err
}

// Load reads a file whose size is bounded before anything of it is understood.
func Load(path string) ([]byte, error) { return slurp(path) }

// slurp reads at most MaxFile bytes; a larger, growing or endless file is
// refused without reading on.
func slurp(path string) ([]byte, error) {
	in, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, catalog.Errorf(catalog.KindNotFound, "Die Datei %s gibt es nicht.", path)
	}
	if err != nil {
		return nil, catalog.Errorf(catalog.KindInvalid, "Die Datei %s kann nicht gelesen werden: %v.", path, err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, fmt.Errorf("stat %s: %w", path, err)
	}
	switch {
	case info.IsDir():
		return nil, catalog.Errorf(catalog.KindInvalid, "%s ist ein Ordner; bitte eine Datei angeben.", path)
	case info.Size() > MaxFile:
		return nil, tooLarge()
	}
	var buf bytes.Buffer
	buf.Grow(int(info.Size()) + bytes.MinRead)
	if _, err := buf.ReadFrom(io.LimitReader(in, MaxFile+1)); err != nil {
		return nil, catalog.Errorf(catalog.KindInvalid, "Die Datei %s kann nicht gelesen werden: %v.", path, err)
	}
	if buf.Len() > MaxFile {
		return nil, tooLarge()
	}
	return buf.Bytes(), nil
}

// ReadBytes is Read on a content already in memory.
func ReadBytes(ctx context.Context, name string, data []byte, t *survey.Template, opt Options) (*File, error) {
	if len(data) > MaxFile {
		return nil, tooLarge()
	}
	sum := sha256.Sum256(data)
	f := &File{Name: name, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), City: opt.City, Template: t.Ref()}
	var err error
	if f.fixed, err = meanings(t, opt.Columns); err != nil {
		return nil, err
	}
	rows, err := f.parse(ctx, data, t)
	if err != nil {
		return nil, err
	}
	f.Records = make([]Record, len(rows))
	const portion = 500
	notes, left, values := 0, 0, 0
	for start := 0; start < len(rows); start += portion {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		end := min(start+portion, len(rows))
		if values += evaluate(rows[start:end], f.Records[start:end], t, opt); values > maxValues {
			return nil, tooLarge()
		}
		for i := start; i < end; i++ {
			// Reasons and warnings stay complete; their explanations are bounded.
			if notes += len(f.Records[i].Findings); notes > maxNotes {
				left += len(f.Records[i].Findings)
				f.Records[i].Findings = nil
			}
		}
		if opt.Progress != nil {
			opt.Progress(end, len(rows))
		}
	}
	supersede(f.Records)
	if left > 0 {
		f.info("findings_cut", fmt.Sprintf("Weitere %d Hinweise stehen nur als Kürzel bei den Datensätzen.", left), fmt.Sprintf("%d further findings are given as codes of the records only.", left))
	}
	return f, nil
}

// evaluate judges records side by side, on every processor; each lets go of its
// raw answers. It returns how many answers there were.
func evaluate(rows []row, out []Record, t *survey.Template, opt Options) int {
	var next, values atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rows)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(rows); i = int(next.Add(1)) - 1 {
				r := rows[i]
				rows[i] = row{}
				if r.later != nil {
					r = r.later()
				}
				values.Add(int64(len(r.input.Raw) + len(r.input.Unknown)))
				r.input.City = opt.City
				if model, ok := r.input.Raw["B_muster"].(string); ok && opt.Reuse != nil {
					r.input.Reuse = opt.Reuse(model)
				}
				out[i] = Record{Ref: r.ref, Updated: r.updated, Result: t.Evaluate(r.input)}
				if r.cell != nil {
					for j := range out[i].Findings {
						out[i].Findings[j].Cell = r.cell(out[i].Findings[j].Field)
					}
				}
			}
		})
	}
	all.Wait()
	return int(values.Load())
}

// parse recognizes the layout by content.
func (f *File) parse(ctx context.Context, data []byte, t *survey.Template) ([]row, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, bom8), " \t\r\n")
	switch {
	case len(bytes.Trim(text, " \t\r\n\x00\xff\xfe")) == 0:
		return nil, refuse(catalog.KindInvalid, "empty_file", "Die Datei ist leer.", "The file is empty.",
			"Bitte die Datei noch einmal aus dem Umfrageprogramm exportieren.", "Export the file once more.")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return f.parseWorkbook(ctx, data, t)
	case bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return nil, refuse(catalog.KindInvalid, "not_recognised", "Die Datei ist eine alte oder mit Kennwort geschützte Excel-Datei.", "The file is an old or password-protected Excel file.",
			"Bitte ohne Kennwort als .xlsx speichern.", "Save it as .xlsx without a password.")
	case text[0] == '{' || text[0] == '[':
		return f.parseJSON(ctx, text, t)
	default:
		return f.parseCSV(ctx, data, t)
	}
}

// supersede keeps the newest of several records with one id: by time of change
// where both have one, else the later in the file.
func supersede(records []Record) {
	newest := map[string]int{}
	for i := range records {
		r := &records[i]
		if r.LocalID == "" || (r.Outcome != survey.OutcomeValid && r.Outcome != survey.OutcomeIncomplete) {
			continue
		}
		j, seen := newest[r.LocalID]
		if !seen {
			newest[r.LocalID] = i
			continue
		}
		old := &records[j]
		if !r.Updated.IsZero() && !old.Updated.IsZero() && r.Updated.Before(old.Updated) {
			r.Supersede()
			continue
		}
		old.Supersede()
		newest[r.LocalID] = i
	}
}

func refuse(kind catalog.Kind, code, de, en, remedyDE, remedyEN string) error {
	return &catalog.Error{Kind: kind, Message: de, Findings: []catalog.Finding{{
		Severity: catalog.SeverityError, Code: code, Message: catalog.DE(de, en), Remedy: catalog.DE(remedyDE, remedyEN),
	}}}
}

func tooLarge() error {
	return refuse(catalog.KindTooLarge, "too_large", fmt.Sprintf("Die Datei ist zu groß oder enthält zu viele Angaben (erlaubt sind %d MB und %d Datensätze).", MaxFile>>20, maxRecords),
		"The file is too large or holds too many values.", "Bitte die Datei aufteilen.", "Split the file.")
}

func notRecognised(de, en string) error {
	return refuse(catalog.KindInvalid, "not_recognised", de, en,
		"Erwartet wird ein LimeSurvey-Export (CSV oder JSON), die ausgefüllte Excel-Vorlage (XLSX) oder JSON der Abfrage.", "Expected is a LimeSurvey export (CSV or JSON), the filled workbook (XLSX) or the survey's JSON.")
}
