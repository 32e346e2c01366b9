package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// EncodeEntry writes an entry as the store keeps it: the JSON that encoding/json
// makes of it, to the byte, without its reflection.
func EncodeEntry(e *Entry) ([]byte, error) {
	w := writer{out: make([]byte, 0, 4096)}
	w.key("id", e.ID)
	w.key("name", e.Name)
	w.key("type", string(e.Type))
	if e.Owner != "" {
		w.key("owner", e.Owner)
	}
	w.key("state", string(e.State))
	w.key("access", string(e.Access))
	w.name("rev")
	w.out = strconv.AppendInt(w.out, e.Rev, 10)
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
	if w.err != nil {
		return nil, fmt.Errorf("encode entry: %w", w.err)
	}
	return append(w.out, '}'), nil
}

// EncodeFields writes values as JSON with sorted names, so that equal values are
// equal bytes.
func EncodeFields(f Fields) ([]byte, error) {
	w := writer{out: make([]byte, 0, 4096)}
	w.value(map[string]any(f))
	return w.out, w.err
}

type writer struct {
	out []byte
	err error
}

// name begins a member: after a bracket the first one.
func (w *writer) name(name string) {
	switch n := len(w.out); {
	case n == 0:
		w.out = append(w.out, '{')
	case w.out[n-1] != '{' && w.out[n-1] != '[':
		w.out = append(w.out, ',')
	}
	w.text(name)
	w.out = append(w.out, ':')
}

func (w *writer) key(name, value string) {
	w.name(name)
	w.text(value)
}

func (w *writer) time(name string, t time.Time) {
	w.name(name)
	text, err := t.MarshalJSON()
	w.err = errors.Join(w.err, err)
	w.out = append(w.out, text...)
}

func (w *writer) fields(name string, f Fields) {
	w.name(name)
	if f == nil {
		w.out = append(w.out, "null"...)
		return
	}
	w.object(f)
}

func (w *writer) parts(parts []Part) {
	if len(parts) == 0 {
		return
	}
	w.name("parts")
	w.out = append(w.out, '[')
	for i := range parts {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, '{')
		w.key("id", parts[i].ID)
		w.fields("fields", parts[i].Fields)
		w.time("created", parts[i].Created)
		w.time("modified", parts[i].Modified)
		w.out = append(w.out, '}')
	}
	w.out = append(w.out, ']')
}

func (w *writer) origin(o *Origin) {
	w.name("origin")
	w.out = append(w.out, '{')
	w.key("source", o.Source)
	w.key("key", o.Key)
	if o.Hash != "" {
		w.key("hash", o.Hash)
	}
	if !o.Updated.IsZero() {
		w.time("updated", o.Updated)
	}
	w.out = append(w.out, '}')
}

func (w *writer) value(v any) {
	switch v := v.(type) {
	case nil:
		w.out = append(w.out, "null"...)
	case string:
		w.text(v)
	case bool:
		w.out = strconv.AppendBool(w.out, v)
	case int64:
		w.out = strconv.AppendInt(w.out, v, 10)
	case map[string]any:
		w.object(v)
	case []any:
		w.out = append(w.out, '[')
		for i, x := range v {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.value(x)
		}
		w.out = append(w.out, ']')
	default: // floats, and what callers set that is not in canonical form yet
		text, err := json.Marshal(v)
		w.err = errors.Join(w.err, err)
		w.out = append(w.out, text...)
	}
}

func (w *writer) object(m map[string]any) {
	w.out = append(w.out, '{')
	names := slices.AppendSeq(make([]string, 0, len(m)), maps.Keys(m))
	slices.Sort(names)
	for _, name := range names {
		w.name(name)
		w.value(m[name])
	}
	w.out = append(w.out, '}')
}

// text writes a string; one with anything to escape is left to encoding/json.
func (w *writer) text(s string) {
	var all, high byte
	for i := range len(s) {
		c := s[i]
		all |= special[c]
		high |= c
	}
	if all != 0 || high >= utf8.RuneSelf && (!utf8.ValidString(s) || strings.Contains(s, "\u2028") || strings.Contains(s, "\u2029")) {
		w.escaped(s)
		return
	}
	w.out = append(w.out, '"')
	w.out = append(w.out, s...)
	w.out = append(w.out, '"')
}

// special marks the bytes that encoding/json escapes.
var special = func() (t [256]byte) {
	for c := range byte(' ') {
		t[c] = 1
	}
	for _, c := range []byte(`"\<>&`) {
		t[c] = 1
	}
	return t
}()

func (w *writer) escaped(s string) {
	text, err := json.Marshal(s)
	w.err = errors.Join(w.err, err)
	w.out = append(w.out, text...)
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
	p := parser{text: text, open: make([]member, 0, 48)}
	p.space()
	v, ok := p.value().(map[string]any)
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
