package survey

import (
	"fmt"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// Report is what an import tells about a file, in the keys of the survey's
// reference reports.
type Report struct {
	File          string         `json:"file"`
	SHA256        string         `json:"sha256"`
	City          string         `json:"city"`
	Template      string         `json:"template"`
	Layout        Layout         `json:"layout"`
	Encoding      *string        `json:"encoding"`
	Delimiter     string         `json:"delimiter,omitempty"`
	LineEnd       string         `json:"line_end,omitempty"`
	Sheets        []string       `json:"sheets,omitempty"`
	SheetsIgnored []string       `json:"sheets_ignored,omitempty"`
	HeaderRows    []int          `json:"header_rows,omitempty"`
	Records       int            `json:"records"`
	Counts        Counts         `json:"counts"`
	Publishable   Classes        `json:"publishability"`
	Rejected      map[string]int `json:"reject_reasons"`
	NotPublish    map[string]int `json:"not_publishable_reasons"`
	Conditional   map[string]int `json:"conditional_reasons"`
	Incomplete    map[string]int `json:"incomplete_reasons"`
	HVD           int            `json:"hvd"`
	Registers     int            `json:"registers"`
	Quadrants     map[string]int `json:"quadrants"`
	Rows          []Row          `json:"rows"`
	// Columns are the headings that were not simply known, or whose meaning
	// somebody gave.
	Columns []ColumnUse `json:"columns,omitempty"`
	// Findings are for the data officer: what to mend, where.
	Findings []catalog.Finding `json:"findings"`
}

// Counts says how many records ended how.
type Counts struct {
	Valid      int `json:"valid"`
	Incomplete int `json:"incomplete"`
	Rejected   int `json:"rejected"`
	Superseded int `json:"superseded"`
}

// Classes counts valid records by publishability.
type Classes struct {
	Publishable    int `json:"publishable"`
	Conditional    int `json:"conditional"`
	NotPublishable int `json:"not_publishable"`
}

// Row is the outcome of one record.
type Row struct {
	Record   any            `json:"record"`
	LocalID  *string        `json:"local_id"`
	Title    *string        `json:"title"`
	Outcome  survey.Outcome `json:"outcome"`
	Reasons  []string       `json:"reasons"`
	Warnings []string       `json:"warnings"`
	*Assessed
	PublicAddress *bool `json:"public_address,omitempty"`
}

// Assessed is there for valid records.
type Assessed struct {
	Publishability string   `json:"publishability"`
	PublishReasons []string `json:"publish_reasons"`
	Suitability    int      `json:"suitability"`
	Effort         int      `json:"effort"`
	Priority       int      `json:"priority"`
	Quadrant       string   `json:"quadrant"`
	Confidence     float64  `json:"confidence"`
	HVD            bool     `json:"hvd"`
	Register       bool     `json:"register"`
}

// Report sums a file up.
func (f *File) Report() *Report {
	r := &Report{
		File: f.Name, SHA256: f.SHA256, City: f.City, Template: f.Template, Layout: f.Layout, Delimiter: f.Delimiter, LineEnd: f.LineEnd,
		Sheets: f.Sheets, SheetsIgnored: f.SheetsIgnored, HeaderRows: f.HeaderRows, Records: len(f.Records),
		Rejected: map[string]int{}, NotPublish: map[string]int{}, Conditional: map[string]int{}, Incomplete: map[string]int{}, Quadrants: map[string]int{},
		Rows: make([]Row, 0, len(f.Records)), Findings: append([]catalog.Finding{}, f.Findings...), Columns: f.Columns,
	}
	if f.Encoding != "" && f.Layout != LayoutXLSX {
		r.Encoding = optional(f.Encoding) // a pointer into the file would keep its records
	}
	for i := range f.Records {
		r.add(f.Name, &f.Records[i])
	}
	return r
}

func (r *Report) add(file string, rec *Record) {
	row := Row{Record: rec.Ref, LocalID: optional(rec.LocalID), Title: optional(rec.Title), Outcome: rec.Outcome, Reasons: rec.Reasons, Warnings: rec.Warnings}
	reasons := map[string]int{}
	switch rec.Outcome {
	case survey.OutcomeValid:
		r.Counts.Valid++
	case survey.OutcomeIncomplete:
		r.Counts.Incomplete++
		reasons = r.Incomplete
	case survey.OutcomeRejected:
		r.Counts.Rejected++
		reasons = r.Rejected
	case survey.OutcomeSuperseded:
		r.Counts.Superseded++
	}
	for _, code := range rec.Reasons {
		reasons[code]++
	}
	if a := rec.Assessment; a != nil {
		row.Assessed = &Assessed{a.Publishability, a.Reasons, a.Suitability, a.Effort, a.Priority, a.Quadrant, a.Confidence, a.HVD, a.Register}
		r.assessed(a, &row)
	}
	for _, f := range rec.Findings {
		f.File, f.Row = file, fmt.Sprint(rec.Ref)
		r.Findings = append(r.Findings, f)
	}
	r.Rows = append(r.Rows, row)
}

func (r *Report) assessed(a *survey.Assessment, row *Row) {
	reasons := map[string]int{}
	switch a.Publishability {
	case survey.Publishable:
		r.Publishable.Publishable++
		row.PublicAddress = &a.PublicAddress
	case survey.Conditional:
		r.Publishable.Conditional++
		reasons = r.Conditional
	case survey.NotPublishable:
		r.Publishable.NotPublishable++
		reasons = r.NotPublish
	}
	for _, code := range a.Reasons {
		reasons[code]++
	}
	r.Quadrants[a.Quadrant]++
	if a.HVD {
		r.HVD++
	}
	if a.Register {
		r.Registers++
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
