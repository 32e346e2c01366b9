package survey

import (
	"bytes"
	"context"
	"encoding/json"

	"trio.example/catalog/survey"
)

// parseExport reads LimeSurvey's export as JSON: a list of responses, each with
// its answers by the headings a CSV would have. Older versions wrap each response
// in an object under its number. ok is false when the list is nothing of the kind.
func (f *File) parseExport(ctx context.Context, responses []json.RawMessage, t *survey.Template) (rows []row, ok bool, err error) {
	if len(responses) > maxRecords {
		return nil, false, tooLarge()
	}
	var heads []string
	at := map[string]int{}
	for _, raw := range responses {
		for _, name := range names(unwrap(raw)) {
			if _, known := at[name]; !known {
				at[name] = len(heads)
				heads = append(heads, name)
			}
		}
		if len(heads) > maxColumns {
			return nil, false, tooLarge()
		}
	}
	columns, known, coded := newHeadings(t, f.fixed).all(heads)
	if known < minKnown {
		return nil, false, nil
	}
	f.Layout, f.Encoding = LayoutTexts, "utf-8"
	if coded*2 > known {
		f.Layout = LayoutCodes
	}
	f.noteUnknown(columns)
	rows = make([]row, 0, len(responses))
	for i, raw := range responses {
		if i%1000 == 0 && ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		rows = append(rows, row{later: func() row { return csvRow(i+1, cells(unwrap(raw), at), columns, t) }})
	}
	return rows, true, nil
}

// unwrap takes a response out of an object that holds nothing else.
func unwrap(raw json.RawMessage) json.RawMessage {
	var outer map[string]json.RawMessage
	if json.Unmarshal(raw, &outer) != nil || len(outer) != 1 {
		return raw
	}
	for _, inner := range outer {
		if inner = bytes.TrimSpace(inner); len(inner) > 0 && inner[0] == '{' {
			return inner
		}
	}
	return raw
}

// names are the names of an object's members in their order, which is that of
// the questions; none of what is no object.
func names(raw json.RawMessage) (list []string) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return list
		}
		text, _ := name.(string)
		list = append(list, text)
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return list
		}
	}
	return list
}

// cells lays the answers of a response under the headings.
func cells(raw json.RawMessage, at map[string]int) csvRecord {
	rec := csvRecord{cells: make([]string, len(at))}
	var answers map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // numbers stay as they were written
	if d.Decode(&answers) != nil || answers == nil {
		rec.broken = "response_invalid"
		return rec
	}
	for name, v := range answers {
		switch v := scalar(v).(type) {
		case nil:
		case string:
			rec.cells[at[name]] = v
		case bool:
			rec.cells[at[name]] = map[bool]string{true: "Y", false: "N"}[v]
		default:
			rec.broken = "response_invalid"
		}
	}
	return rec
}
