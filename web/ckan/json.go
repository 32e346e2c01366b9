package ckan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// encode writes JSON the way CKAN does: ASCII only, everything else escaped, so
// that no client can get the charset wrong. What answers are made of is written
// without reflection; names are in order.
func encode(v any) ([]byte, error) {
	w := writer{out: make([]byte, 0, 4096)}
	w.value(v)
	return w.out, w.err
}

type writer struct {
	out []byte
	err error
	// open are the members of the objects being written.
	open []pair
}

type pair struct {
	name  string
	value any
}

func (w *writer) value(v any) {
	switch v := v.(type) {
	case nil:
		w.out = append(w.out, "null"...)
	case string:
		w.text(v)
	case bool:
		w.out = strconv.AppendBool(w.out, v)
	case int:
		w.out = strconv.AppendInt(w.out, int64(v), 10)
	case int64:
		w.out = strconv.AppendInt(w.out, v, 10)
	case map[string]any:
		w.object(v)
	case []any:
		w.list(v)
	default:
		w.other(v)
	}
}

func (w *writer) object(m map[string]any) {
	if m == nil {
		w.out = append(w.out, "null"...)
		return
	}
	from := len(w.open)
	for name, v := range m {
		w.open = append(w.open, pair{name, v})
	}
	to := len(w.open)
	slices.SortFunc(w.open[from:to], func(a, b pair) int { return cmp.Compare(a.name, b.name) })
	w.out = append(w.out, '{')
	for i := from; i < to; i++ { // by index: what is inside makes the list grow
		if i > from {
			w.out = append(w.out, ',')
		}
		w.text(w.open[i].name)
		w.out = append(w.out, ':')
		w.value(w.open[i].value)
	}
	w.out = append(w.out, '}')
	w.open = w.open[:from]
}

func (w *writer) list(v []any) {
	if v == nil {
		w.out = append(w.out, "null"...)
		return
	}
	w.out = append(w.out, '[')
	for i, x := range v {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.value(x)
	}
	w.out = append(w.out, ']')
}

// other leaves a value to encoding/json and escapes what it wrote.
func (w *writer) other(v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		w.err = cmp.Or(w.err, err)
		return
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	for len(text) > 0 { // outside of strings all is ASCII, inside all else may be escaped
		r, n := utf8.DecodeRune(text)
		if r < utf8.RuneSelf {
			w.out = append(w.out, text[0])
		} else {
			w.out = appendRune(w.out, r)
		}
		text = text[n:]
	}
}

func (w *writer) text(s string) { w.out = appendText(w.out, s) }

// appendText writes a string.
func appendText(out []byte, s string) []byte {
	out = append(out, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && !special[c] {
			i++
			continue
		}
		out = append(out, s[from:i]...)
		if c < utf8.RuneSelf {
			out = appendSpecial(out, c)
			i++
		} else {
			r, n := utf8.DecodeRuneInString(s[i:])
			out = appendRune(out, r)
			i += n
		}
		from = i
	}
	out = append(out, s[from:]...)
	return append(out, '"')
}

// special marks what JSON escapes below 128.
var special = func() (t [utf8.RuneSelf]bool) {
	for c := range ' ' {
		t[c] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

func appendSpecial(out []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(out, '\\', c)
	case '\b':
		return append(out, '\\', 'b')
	case '\f':
		return append(out, '\\', 'f')
	case '\n':
		return append(out, '\\', 'n')
	case '\r':
		return append(out, '\\', 'r')
	case '\t':
		return append(out, '\\', 't')
	default:
		return appendEscape(out, rune(c))
	}
}

// appendRune escapes one that is not ASCII; what is none is U+FFFD.
func appendRune(out []byte, r rune) []byte {
	if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
		return appendEscape(appendEscape(out, r1), r2)
	}
	return appendEscape(out, r)
}

const hexDigits = "0123456789abcdef"

func appendEscape(out []byte, r rune) []byte {
	return append(out, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
