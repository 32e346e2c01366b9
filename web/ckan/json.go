package ckan

import (
	"bytes"
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"
)

// encode writes JSON the way CKAN does: ASCII only, everything else escaped,
// so that no client can get the charset wrong.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return ascii(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

const hexDigits = "0123456789abcdef"

func ascii(in []byte) []byte {
	first := bytes.IndexFunc(in, func(r rune) bool { return r >= utf8.RuneSelf })
	if first < 0 {
		return in
	}
	out := make([]byte, first, len(in)+len(in)/8)
	copy(out, in)
	for i := first; i < len(in); {
		c := in[i]
		if c < utf8.RuneSelf {
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(in[i:])
		i += n
		if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
			out = escape(escape(out, r1), r2)
		} else {
			out = escape(out, r)
		}
	}
	return out
}

func escape(out []byte, r rune) []byte {
	return append(out, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
