// Package charset brings documents of strangers into UTF-8, by what they say
// themselves of how they are written. Nothing is guessed: that would store garbled
// words.
package charset

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// UnknownError is a name of an encoding that nobody knows.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string { return fmt.Sprintf("the encoding %q is unknown", e.Name) }

// WrongError is a text that is not in the encoding it names.
type WrongError struct{ Name string }

func (e *WrongError) Error() string { return "the text is not in the encoding " + e.Name }

// ErrTooLarge is a text that grows beyond its bound.
var ErrTooLarge = errors.New("the text is too large")

// declared finds the encoding that an XML document names.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// declaration is where an XML document names its encoding, nil where it does not.
func declaration(text []byte) []int {
	const head = 512
	if m := declared.FindSubmatchIndex(text[:min(len(text), head)]); m != nil {
		return m[2:4]
	}
	return nil
}

// ToUTF8 reads a text by its first bytes and by the declaration of XML, which says
// UTF-8 then; said tells whether there was either. Of a text that is none of what
// it says, or has more than most bytes then, there is an error; the text of one
// that says nothing stays as it is.
func ToUTF8(data []byte, most int64) (text []byte, said bool, err error) {
	from, name := byMark(data)
	if bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")) {
		data, said = data[3:], true
	} else if from == nil {
		if at := declaration(data); at != nil {
			said = true
			label := string(data[at[0]:at[1]])
			if from, name = charset.Lookup(label); from == nil {
				return data, true, &UnknownError{label}
			}
			if name == "utf-8" || strings.HasPrefix(name, "utf-16") {
				from = nil // could the declaration be read, then it is not UTF-16
			}
		}
	}
	if from != nil {
		said = true
		out, err := io.ReadAll(io.LimitReader(from.NewDecoder().Reader(bytes.NewReader(data)), most+1))
		switch {
		case err != nil:
			return data, true, &WrongError{name}
		case int64(len(out)) > most:
			return data, true, ErrTooLarge
		}
		data = bytes.TrimPrefix(out, []byte("\uFEFF"))
	}
	return redeclared(data), said, nil
}

// Named reads a text in an encoding that something beside it names. Of a name that
// nobody knows, and for UTF-8, the text stays as it is.
func Named(data []byte, label string) []byte {
	from, name := charset.Lookup(label)
	if from == nil || name == "utf-8" {
		return data
	}
	out, err := from.NewDecoder().Bytes(data)
	if err != nil {
		return data // its reader will say what is wrong
	}
	return out
}

// byMark knows UTF-16 by its first bytes.
func byMark(data []byte) (encoding.Encoding, string) {
	const name = "utf-16"
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), name
	case bytes.HasPrefix(data, []byte("<\x00?\x00")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), name
	case bytes.HasPrefix(data, []byte("\x00<\x00?")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), name
	}
	return nil, ""
}

// redeclared lets an XML document say that it is UTF-8, as it is now.
func redeclared(text []byte) []byte {
	at := declaration(text)
	if at == nil || strings.EqualFold(string(text[at[0]:at[1]]), "utf-8") {
		return text
	}
	return bytes.Join([][]byte{text[:at[0]], []byte("UTF-8"), text[at[1]:]}, nil)
}
