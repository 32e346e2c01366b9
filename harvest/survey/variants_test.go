package survey_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	rules "trio.example/catalog/survey"
	"trio.example/harvest/survey"
)

// table is a LimeSurvey export as cells; its first row are the question codes.
type table [][]string

func export(t *testing.T) table {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samples, "muenchen-1-limesurvey-codes.csv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))))
	r.Comma, r.FieldsPerRecord = ';', -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// each rewrites every cell below the header.
func (tb table) each(fn func(head, cell string) string) table {
	out := table{tb[0]}
	for _, row := range tb[1:] {
		row = slices.Clone(row)
		for i := range row {
			row[i] = fn(tb[0][i], row[i])
		}
		out = append(out, row)
	}
	return out
}

func (tb table) heads(fn func(head string) string) table {
	out := slices.Clone(tb)
	out[0] = slices.Clone(tb[0])
	for i, h := range out[0] {
		out[0][i] = fn(h)
	}
	return out
}

func (tb table) text(delim, end string, quoteAll bool) []byte {
	var b bytes.Buffer
	for _, row := range tb {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(delim)
			}
			if quoteAll || strings.ContainsAny(cell, delim+"\"\r\n") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(end)
	}
	return b.Bytes()
}

// part splits the code of a column into question and option.
func part(code string) (q *rules.Question, option *rules.Option) {
	name, opt, _ := strings.Cut(strings.TrimSuffix(code, "]"), "[")
	if q = rules.Default().QuestionByCode(name); q != nil && opt != "" {
		option = rules.Default().Option(q.Options, opt)
	}
	return q, option
}

func fullText(code string) string {
	q, o := part(code)
	switch {
	case q == nil:
		return code
	case o != nil:
		return q.Label.In("de") + " [" + o.Label.In("de") + "]"
	default:
		return q.Label.In("de")
	}
}

// shortText is LimeSurvey's abbreviated heading.
func shortText(code string) string {
	q, o := part(code)
	if q == nil {
		return code
	}
	text := q.Label.In("de")
	if r := []rune(text); len(r) > 15 {
		text = strings.TrimSpace(string(r[:15])) + ".. "
	}
	if o != nil {
		text += " [" + o.Label.In("de") + "]"
	}
	return text
}

func marks(yes, no string) func(head, cell string) string {
	return func(head, cell string) string {
		if _, o := part(head); o == nil {
			return cell
		}
		if cell == "Y" {
			return yes
		}
		return no
	}
}

// labelled replaces answer codes by the texts of their options.
func labelled(head, cell string) string {
	q, option := part(head)
	if q == nil || q.Type != "single" || option != nil {
		return cell
	}
	if o := rules.Default().Option(q.Options, cell); o != nil {
		return o.Label.In("de")
	}
	return cell
}

func encoded(t *testing.T, name string, text []byte) []byte {
	t.Helper()
	var out []byte
	var err error
	switch name {
	case "utf-8":
		return text
	case "utf-8-bom":
		return append([]byte("\xEF\xBB\xBF"), text...)
	case "utf-16le":
		out, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(text)
	case "utf-16be":
		out, err = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes(text)
	case "windows-1252":
		out, err = charmap.Windows1252.NewEncoder().Bytes(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rowsOf reads a text and returns the rows of its report without the warnings
// the reference leaves open.
func rowsOf(t *testing.T, data []byte) (*survey.Report, []any) {
	t.Helper()
	f, err := survey.ReadBytes(t.Context(), "variante.csv", data, rules.Default(), survey.Options{City: "muc"})
	if err != nil {
		t.Fatal(err)
	}
	r := f.Report()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	rows := plain(t, text)["rows"].([]any)
	for i := range rows {
		rows[i] = withoutFuzzy(rows[i])
	}
	return r, rows
}

// TestRead_meansTheSameInEveryForm writes one export in all the forms that
// LimeSurvey and spreadsheet programs give it; no outcome may change.
func TestRead_meansTheSameInEveryForm(t *testing.T) {
	t.Parallel()
	base := export(t)
	_, want := rowsOf(t, base.text(";", "\r\n", true))
	both := func(code string) string {
		if q, _ := part(code); q == nil {
			return code
		}
		return code + ". " + fullText(code)
	}
	repeated := slices.Clone(base)
	for i := range repeated {
		second := "Zweitschrift"
		if i == 0 {
			second = "bTitel"
		}
		repeated[i] = append(slices.Clone(repeated[i]), second)
	}
	var spaced table
	for _, row := range base {
		spaced = append(spaced, row, []string{""})
	}
	forms := map[string]table{
		"codes":               base,
		"full texts":          base.heads(fullText),
		"full texts, labels":  base.heads(fullText).each(func(h, c string) string { return c }),
		"code and text":       base.heads(both),
		"abbreviated":         base.heads(shortText),
		"labels":              base.each(labelled),
		"Ja and Nein":         base.each(marks("Ja", "Nein")),
		"x":                   base.each(marks("X", "")),
		"tick":                base.each(marks("✓", "-")),
		"N":                   base.each(marks("Y", "N")),
		"1 and 0":             base.each(marks("1", "0")),
		"N/A where not shown": base.each(func(_, c string) string { return orNA(c) }),
		"repeated column":     repeated,
		"blank lines":         spaced,
		"titles above":        append(table{{"Abfrage der Datenbestände", "", ""}, {"", ""}, {"A Absender", "", "B Datenbestand"}}, base...),
		"a title of one cell": append(table{{"Abfrage, Stand: heute"}}, base...),
		"blanks around":       base.each(func(_, c string) string { return padded(c) }),
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := rowsOf(t, form.text(";", "\r\n", true))
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("rows differ:\n%.3000s", d)
			}
		})
	}
	t.Run("separator named above", func(t *testing.T) {
		t.Parallel()
		r, got := rowsOf(t, append([]byte("sep=,\r\n"), base.text(",", "\r\n", false)...))
		if d := cmp.Diff(want, got); d != "" || r.Delimiter != "," || len(r.Findings) > 0 && r.Findings[0].Code == "rows_ignored" {
			t.Errorf("delimiter %q; rows differ:\n%.2000s", r.Delimiter, d)
		}
	})
	// Windows-1252 lacks some signs of the sample; they are left out for all.
	narrow := base.each(func(_, c string) string {
		return strings.Map(func(r rune) rune {
			if _, ok := charmap.Windows1252.EncodeRune(r); !ok {
				return -1
			}
			return r
		}, c)
	})
	_, wantNarrow := rowsOf(t, narrow.text(";", "\r\n", true))
	for _, delim := range []string{";", ",", "\t"} {
		for _, end := range []string{"\r\n", "\n", "\r"} {
			for _, charset := range []string{"utf-8", "utf-8-bom", "utf-16le", "utf-16be", "windows-1252"} {
				for _, quoteAll := range []bool{true, false} {
					name := strings.NewReplacer("\t", "tab", "\r", "CR", "\n", "LF").Replace(delim+" "+end+" "+charset) + map[bool]string{true: " quoted"}[quoteAll]
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						r, got := rowsOf(t, encoded(t, charset, narrow.text(delim, end, quoteAll)))
						if d := cmp.Diff(wantNarrow, got); d != "" {
							t.Errorf("rows differ:\n%.2000s", d)
						}
						if r.Encoding == nil || *r.Encoding != charset || r.Delimiter != delim {
							t.Errorf("encoding %v, delimiter %q", r.Encoding, r.Delimiter)
						}
					})
				}
			}
		}
	}
}

// TestRead_takesJSONExports reads LimeSurvey's exports as JSON, as a list and
// wrapped by number as older versions do; they mean what the CSV means.
func TestRead_takesJSONExports(t *testing.T) {
	t.Parallel()
	base := table{}
	for _, row := range export(t) {
		if len(row) == len(export(t)[0]) { // JSON has no rows of another width
			base = append(base, row)
		}
	}
	for name, form := range map[string]table{"codes": base, "full texts": base.heads(fullText).each(marks("Ja", "Nein"))} {
		_, want := rowsOf(t, form.text(";", "\r\n", true))
		var list, wrapped []any
		for i, row := range form[1:] {
			o := map[string]any{}
			for j, cell := range row {
				if o[form[0][j]] = cell; cell == "" {
					o[form[0][j]] = nil
				}
			}
			list, wrapped = append(list, o), append(wrapped, map[string]any{strconv.Itoa(i + 1): o})
		}
		for kind, doc := range map[string]any{"list": map[string]any{"responses": list}, "wrapped": map[string]any{"responses": wrapped}, "bare": list} {
			text, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if _, got := rowsOf(t, text); cmp.Diff(want, got) != "" {
				t.Errorf("%s, %s: rows differ:\n%.2000s", name, kind, cmp.Diff(want, got))
			}
		}
	}
	r, rows := rowsOf(t, []byte(`{"responses":[{"id":"1","submitdate":"2026-01-01 00:00:00","aCity":"muc","aReferat":"Baureferat","bTitel":["x"],"bArt":"a","aRolle":true,"aName":2},7,null]}`))
	if r.Records != 3 || len(rows) != 3 || r.Rejected["response_invalid"] != 3 {
		t.Errorf("broken responses: %d records, %v", r.Records, r.Rejected)
	}
}

func orNA(cell string) string {
	if cell == "" {
		return "N/A"
	}
	return cell
}

func padded(cell string) string {
	if cell == "" {
		return " "
	}
	return " " + cell + "  "
}
