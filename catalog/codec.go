package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// EncodeEntry writes an entry as the store keeps it: the JSON that encoding/json
// makes of it, to the byte, without its reflection.
func EncodeEntry(e *Entry) ([]byte, error) {
	w := writer{borrow()}
	defer w.giveBack()
	w.Out = append(w.Out, '{')
	w.key("id", e.ID)
	w.key("name", e.Name)
	w.key("type", string(e.Type))
	if e.Owner != "" {
		w.key("owner", e.Owner)
	}
	w.key("state", string(e.State))
	w.key("access", string(e.Access))
	w.Name("rev")
	w.Int(e.Rev)
	if e.Creator != "" {
		w.key("creator", e.Creator)
	}
	w.fields("fields", e.Fields)
	w.parts(e.Parts)
	if e.Origin != nil {
		w.origin(e.Origin)
	}
	w.time("created", e.Created)
	w.time("modified", e.Modified)
	if err := w.Err(); err != nil {
		return nil, fmt.Errorf("encode entry: %w", err)
	}
	w.Out = append(w.Out, '}')
	return bytes.Clone(w.Out), nil
}

// EncodeFields writes values as JSON with sorted names, so that equal values are
// equal bytes.
func EncodeFields(f Fields) ([]byte, error) {
	if f == nil {
		f = Fields{}
	}
	w := borrow()
	defer w.giveBack()
	w.Value(map[string]any(f))
	return bytes.Clone(w.Out), w.Err()
}

// writer writes the parts of an entry.
type writer struct{ *JSON }

func (w *writer) key(name, value string) {
	w.Name(name)
	w.Text(value)
}

func (w *writer) time(name string, t time.Time) {
	w.Name(name)
	w.Value(t)
}

func (w *writer) fields(name string, f Fields) {
	w.Name(name)
	w.Value(map[string]any(f))
}

func (w *writer) parts(parts []Part) {
	if len(parts) == 0 {
		return
	}
	w.Name("parts")
	w.Out = append(w.Out, '[')
	for i := range parts {
		if i > 0 {
			w.Out = append(w.Out, ',')
		}
		w.Out = append(w.Out, '{')
		w.key("id", parts[i].ID)
		w.fields("fields", parts[i].Fields)
		w.time("created", parts[i].Created)
		w.time("modified", parts[i].Modified)
		w.Out = append(w.Out, '}')
	}
	w.Out = append(w.Out, ']')
}

func (w *writer) origin(o *Origin) {
	w.Name("origin")
	w.Out = append(w.Out, '{')
	w.key("source", o.Source)
	w.key("key", o.Key)
	if o.Hash != "" {
		w.key("hash", o.Hash)
	}
	if !o.Updated.IsZero() {
		w.time("updated", o.Updated)
	}
	w.Out = append(w.Out, '}')
}

// DecodeEntry reads what EncodeEntry wrote; members it does not know, of a later
// program for instance, are passed over. It is for stored text only: that was
// valid when it was written, and what a damaged disk made of it is an error here
// where it cannot be read on, and found by the store's check where it can.
func DecodeEntry(text []byte) (e *Entry, err error) {
	defer func() {
		if recover() != nil { // the parser ran over the end
			e, err = nil, errors.New("decode entry: no valid JSON")
		}
	}()
	v, ok := parse(text).(map[string]any)
	if !ok {
		return nil, errors.New("decode entry: no JSON object")
	}
	return Fields(v).entry()
}

func (f Fields) entry() (*Entry, error) {
	e := &Entry{
		ID: f.String("id"), Name: f.String("name"), Type: Type(f.String("type")), Owner: f.String("owner"),
		State: State(f.String("state")), Access: Access(f.String("access")), Creator: f.String("creator"), Fields: f.Map("fields"),
	}
	var faults []error
	at := func(f Fields, name string) time.Time {
		text := f.String(name)
		if text == "" {
			return time.Time{}
		}
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			faults = append(faults, err)
		}
		return t
	}
	e.Rev, _ = f.Int("rev")
	e.Created, e.Modified = at(f, "created"), at(f, "modified")
	for _, m := range f.Maps("parts") {
		x := Fields(m)
		e.Parts = append(e.Parts, Part{ID: x.String("id"), Fields: x.Map("fields"), Created: at(x, "created"), Modified: at(x, "modified")})
	}
	if m := Fields(f.Map("origin")); m != nil {
		e.Origin = &Origin{Source: m.String("source"), Key: m.String("key"), Hash: m.String("hash"), Updated: at(m, "updated")}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("decode entry %s: %w", e.ID, err)
	}
	return e, nil
}
