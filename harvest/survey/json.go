package survey

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// ResponsesFormat is the format of response files and API bodies.
const ResponsesFormat = "trio.survey.responses/1"

// response is one element of such a file; what else it holds is ignored, a
// claimed status included.
type response struct {
	SubmittedAt any `json:"submitted_at"`
	UpdatedAt   any `json:"updated_at"`
	Answers     any `json:"answers"`
}

type document struct {
	Format   string `json:"format"`
	Template struct {
		ID      string `json:"id"`
		Version string `json:"version"`
	} `json:"template"`
	City      string            `json:"city"`
	Responses []json.RawMessage `json:"responses"`
}

// parseJSON reads a response file.
func (f *File) parseJSON(ctx context.Context, data []byte, t *survey.Template) ([]row, error) {
	pos, fault := scan(data)
	switch fault {
	case tooMuch:
		return nil, tooLarge()
	case tooDeep:
		return nil, refuse(catalog.KindInvalid, "too_deep", fmt.Sprintf("Die JSON-Datei ist zu tief verschachtelt (Zeile %d; erlaubt sind %d Ebenen).", lineOf(data, pos), maxDepth),
			"The JSON file is nested too deep.", "Bitte die Datei aus der Abfrage neu exportieren.", "Export the file once more.")
	case unbroken:
	}
	var d document
	var err error
	if data[0] == '[' {
		err = json.Unmarshal(data, &d.Responses)
	} else {
		err = json.Unmarshal(data, &d)
	}
	if err != nil {
		return nil, syntax(data, err)
	}
	if d.Format == "" && d.Template.ID == "" && len(d.Responses) > 0 {
		if rows, ok, err := f.parseExport(ctx, d.Responses, t); ok || err != nil {
			return rows, err
		}
	}
	if d.Format != ResponsesFormat {
		return nil, notRecognised(fmt.Sprintf("Die JSON-Datei hat nicht das Format %s.", ResponsesFormat), fmt.Sprintf("The JSON file is not of format %s.", ResponsesFormat))
	}
	base := t.Extends != nil && d.Template.ID == t.Extends.ID
	if d.Template.ID == "" {
		return nil, refuse(catalog.KindInvalid, "template_unknown", "Die JSON-Datei nennt keine Vorlage (template.id).", "The JSON file names no template (template.id).",
			fmt.Sprintf("Bitte die Vorlage eintragen, zu der die Antworten gehören, zum Beispiel „%s“.", t.ID), fmt.Sprintf("Add the template the answers belong to, such as “%s”.", t.ID))
	}
	if d.Template.ID != t.ID && !base {
		return nil, refuse(catalog.KindInvalid, "template_unknown", fmt.Sprintf("Die Antworten gehören zur Vorlage „%s“; erwartet wird „%s“.", clip(d.Template.ID), t.ID),
			fmt.Sprintf("The answers belong to template “%s”; expected is “%s”.", clip(d.Template.ID), t.ID), "Bitte mit --template die passende Vorlage angeben.", "Name the right template with --template.")
	}
	reads := t.Version
	if base {
		reads = t.Extends.Version
	}
	if major(d.Template.Version) != major(reads) {
		return nil, refuse(catalog.KindInvalid, "template_version_unsupported", fmt.Sprintf("Die Antworten wurden mit Fassung %s der Vorlage gegeben; gelesen werden Fassungen %s.x.", clip(d.Template.Version), major(reads)),
			fmt.Sprintf("The answers were given with version %s of the template; versions %s.x are read.", clip(d.Template.Version), major(reads)), "Bitte mit --template die passende Vorlage angeben.", "Name the right template with --template.")
	}
	if f.City != "" && d.City != "" && d.City != f.City {
		return nil, refuse(catalog.KindInvalid, "city_mismatch", fmt.Sprintf("Die Datei gehört zur Stadt „%s“, angegeben ist „%s“.", clip(d.City), f.City),
			fmt.Sprintf("The file belongs to city “%s”, given is “%s”.", clip(d.City), f.City), "Bitte die richtige Stadt angeben.", "Name the right city.")
	}
	if len(d.Responses) > maxRecords {
		return nil, tooLarge()
	}
	f.Layout, f.Encoding = LayoutJSON, "utf-8"
	rows := make([]row, 0, len(d.Responses))
	renames := t.Renames("")
	for i, raw := range d.Responses {
		if i%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		rows = append(rows, row{later: func() row { return jsonRow(i+1, raw, t, renames) }})
	}
	return rows, nil
}

func major(version string) string {
	m, _, _ := strings.Cut(version, ".")
	return m
}

// jsonRow reads one response. One that is no object is rejected, not the file.
func jsonRow(n int, raw json.RawMessage, t *survey.Template, renames map[string]string) row {
	out := row{ref: n, input: survey.Input{Raw: map[string]any{}}}
	var r response
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // numbers stay as they were written
	err := d.Decode(&r)
	answers, isObject := r.Answers.(map[string]any)
	if err != nil || !isObject {
		out.input.Broken = "response_invalid"
		return out
	}
	out.input.Submitted = plainText(r.SubmittedAt) != ""
	out.updated = stamp(plainText(r.UpdatedAt))
	out.input.Raw = make(map[string]any, len(answers))
	for id, v := range answers {
		if now := renames[id]; now != "" {
			if _, given := answers[now]; !given {
				id = now // given in an older version of the template
			}
		}
		if t.Question(id) == nil {
			out.input.Unknown = append(out.input.Unknown, clip(id))
			continue
		}
		out.input.Raw[id] = answer(v)
	}
	return out
}

// plainText reads a text; every other value is none, which makes a response a
// draft and leaves its age unknown, but loses no answer.
func plainText(v any) string {
	s, _ := v.(string)
	return strings.TrimSpace(s)
}

// answer turns a JSON value into what Evaluate takes: text, also of numbers as
// they were written, or a list of texts. An object or a nested list counts as
// invalid there.
func answer(v any) any {
	items, isList := v.([]any)
	if !isList {
		return scalar(v)
	}
	out := make([]string, 0, len(items))
	for _, x := range items {
		switch v := scalar(x).(type) {
		case string:
			out = append(out, v)
		case nil:
		default:
			return struct{}{}
		}
	}
	return out
}

func scalar(v any) any {
	switch v := v.(type) {
	case nil, string, bool:
		return v
	case json.Number:
		return v.String()
	default:
		return struct{}{}
	}
}

// fault is what keeps a JSON text from being given to a decoder.
type fault int

const (
	unbroken fault = iota
	tooDeep
	tooMuch
)

// maxPerRecord bounds the values of one response; the template has a hundred
// questions.
const maxPerRecord = 10_000

// scan looks at the nesting and at the number of records and values before a
// decoder sees the text: unpacked, ten bytes of JSON can take a hundred.
func scan(data []byte) (pos int, what fault) {
	depth, records, values := 0, 0, 0
	quoted, escaped := false, false
	for i, c := range data {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped = c == '\\'
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return i, tooDeep
			}
		case c == '}' || c == ']':
			depth--
		case c == ',' && depth <= 2: // between responses, or above them
			values = 0
			if records++; records >= maxRecords+maxPerRecord { // the list itself is counted when it is read
				return i, tooMuch
			}
		case c == ',':
			if values++; values >= maxPerRecord {
				return i, tooMuch
			}
		}
	}
	return 0, unbroken
}

func lineOf(data []byte, pos int) int {
	return 1 + bytes.Count(data[:min(max(pos, 0), len(data))], []byte("\n"))
}

func syntax(data []byte, err error) error {
	var s *json.SyntaxError
	var u *json.UnmarshalTypeError
	line := 1 + bytes.Count(data, []byte("\n"))
	switch {
	case errors.As(err, &s):
		line = lineOf(data, int(s.Offset))
	case errors.As(err, &u):
		return notRecognised(fmt.Sprintf("Die JSON-Datei hat nicht das Format %s (Zeile %d).", ResponsesFormat, lineOf(data, int(u.Offset))), fmt.Sprintf("The JSON file is not of format %s.", ResponsesFormat))
	}
	return refuse(catalog.KindInvalid, "json_syntax", fmt.Sprintf("Die JSON-Datei ist in Zeile %d fehlerhaft oder bricht ab.", line), fmt.Sprintf("The JSON file is broken or cut off at line %d.", line),
		"Bitte die Datei aus der Abfrage neu exportieren.", "Export the file once more.")
}
