package catalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"
)

// JSON writes entries and answers without reflection: both are made of maps,
// lists and texts, and there is nothing to find out. It appends to Out, which callers may append brackets, commas and finished
// JSON to as well. Names of objects are written in order, so that equal values
// are equal bytes.
type JSON struct {
	Out []byte
	// ASCII escapes everything else, so that no client can get the charset wrong.
	// Without it the text is what encoding/json writes, to the byte.
	ASCII bool

	err error
	// open are the members of the objects being written.
	open []pair
}

type pair struct {
	name  string
	value any
}

// spare are writers whose memory is used again: entries are written by the
// thousand.
var spare = sync.Pool{New: func() any { return &JSON{Out: make([]byte, 0, 4096)} }}

func borrow() *JSON { return spare.Get().(*JSON) } //nolint:forcetypeassert // nothing else is put in

// giveBack leaves a writer to others; what was written must have been copied.
func (w *JSON) giveBack() {
	const most = 1 << 20
	if cap(w.Out) > most {
		return
	}
	w.Out, w.open, w.err = w.Out[:0], w.open[:0], nil
	spare.Put(w)
}

// Err is the first value that has no JSON: a number that is not one, a function.
func (w *JSON) Err() error { return w.err }

// Name begins a member: after a bracket the first one.
func (w *JSON) Name(name string) {
	if n := len(w.Out); n > 0 && w.Out[n-1] != '{' && w.Out[n-1] != '[' {
		w.Out = append(w.Out, ',')
	}
	w.Text(name)
	w.Out = append(w.Out, ':')
}

// Value writes any value.
func (w *JSON) Value(v any) {
	switch v := v.(type) {
	case nil:
		w.Out = append(w.Out, "null"...)
	case string:
		w.Text(v)
	case bool:
		w.Out = strconv.AppendBool(w.Out, v)
	case int:
		w.Int(int64(v))
	case int64:
		w.Int(v)
	case map[string]any:
		w.object(v)
	case []any:
		w.list(v)
	default: // floats, and what callers made that is not in canonical form yet
		w.other(v)
	}
}

// Int writes a whole number.
func (w *JSON) Int(n int64) { w.Out = strconv.AppendInt(w.Out, n, 10) }

func (w *JSON) object(m map[string]any) {
	if m == nil {
		w.Out = append(w.Out, "null"...)
		return
	}
	from := len(w.open)
	for name, v := range m {
		w.open = append(w.open, pair{name, v})
	}
	to := len(w.open)
	slices.SortFunc(w.open[from:to], func(a, b pair) int { return cmp.Compare(a.name, b.name) })
	w.Out = append(w.Out, '{')
	for i := from; i < to; i++ { // by index: what is inside makes the list grow
		w.Name(w.open[i].name)
		w.Value(w.open[i].value)
	}
	w.Out = append(w.Out, '}')
	clear(w.open[from:to])
	w.open = w.open[:from]
}

func (w *JSON) list(v []any) {
	if v == nil {
		w.Out = append(w.Out, "null"...)
		return
	}
	w.Out = append(w.Out, '[')
	for i, x := range v {
		if i > 0 {
			w.Out = append(w.Out, ',')
		}
		w.Value(x)
	}
	w.Out = append(w.Out, ']')
}

// other leaves a value to encoding/json and escapes what it wrote.
func (w *JSON) other(v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(!w.ASCII)
	if err := enc.Encode(v); err != nil {
		w.err = cmp.Or(w.err, err)
		return
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if !w.ASCII {
		w.Out = append(w.Out, text...)
		return
	}
	for len(text) > 0 { // outside of strings all is ASCII, inside all else may be escaped
		r, n := utf8.DecodeRune(text)
		if r < utf8.RuneSelf {
			w.Out = append(w.Out, text[0])
		} else {
			w.Out = appendRune(w.Out, r)
		}
		text = text[n:]
	}
}
