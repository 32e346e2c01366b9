package catalog

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Text writes a string; what is no UTF-8 becomes U+FFFD.
func (w *JSON) Text(s string) {
	class := &inUTF8
	if w.ASCII {
		class = &inASCII
	}
	out := w.Out
	out = append(out, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if !class[c] {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			out = appendSpecial(append(out, s[from:i]...), c)
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if w.ASCII || r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
			out = appendRune(append(out, s[from:i]...), r)
			from = i + n
		}
		i += n
	}
	out = append(out, s[from:]...)
	out = append(out, '"')
	w.Out = out
}

// inASCII and inUTF8 mark the bytes that have to be looked at: everything that
// JSON escapes and that is not ASCII, and in UTF-8 what encoding/json escapes for
// the sake of HTML as well.
var (
	inASCII = special(`"\`)
	inUTF8  = special(`"\<>&`)
)

func special(chars string) (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' || c >= utf8.RuneSelf
	}
	for _, c := range []byte(chars) {
		t[c] = true
	}
	return t
}

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

// appendRune escapes one that is not ASCII.
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
