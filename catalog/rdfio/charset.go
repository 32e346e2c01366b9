package rdfio

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"trio.example/catalog"
)

// declared finds the encoding that an XML document says it has.
var declared = regexp.MustCompile(`^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// toUTF8 brings a document into the one encoding that parsers read: from UTF-16
// with its mark, and XML from what it declares. All RDF but XML is UTF-8 by its
// definition. A text that is not what it says is an error with its line, and never
// read with letters replaced.
func toUTF8(data []byte, f Format, lim Limits) ([]byte, error) {
	var from encoding.Encoding
	name := ""
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		from, name = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16"
	case f == RDFXML && bytes.HasPrefix(data, []byte("<\x00?\x00")):
		from, name = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16"
	case f == RDFXML && bytes.HasPrefix(data, []byte("\x00<\x00?")):
		from, name = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16"
	case f == RDFXML:
		m := declared.FindSubmatch(bytes.TrimLeft(data[:min(len(data), 300)], " \t\r\n"))
		if m == nil || strings.EqualFold(string(m[1]), "utf-8") {
			break
		}
		if from, name = charset.Lookup(string(m[1])); from == nil {
			return nil, invalid(fmt.Sprintf("Die Zeichenkodierung %q des RDF-Dokuments ist unbekannt.", m[1]))
		}
		if strings.HasPrefix(name, "utf-16") {
			from = nil // could its declaration be read, then it is none
		}
	}
	if from != nil && name != "utf-8" {
		// Letters grow to three bytes at most.
		text, err := io.ReadAll(io.LimitReader(from.NewDecoder().Reader(bytes.NewReader(data)), 3*lim.Bytes+1))
		if err != nil {
			return nil, invalid(fmt.Sprintf("Das RDF-Dokument ist nicht in der Zeichenkodierung %s geschrieben, die es angibt.", name))
		}
		if int64(len(text)) > 3*lim.Bytes {
			return nil, catalog.Errorf(catalog.KindTooLarge, "Das RDF-Dokument ist größer als %d MB.", lim.Bytes>>20)
		}
		data = bytes.TrimPrefix(text, []byte("\uFEFF"))
	}
	if f == RDFXML {
		text := bytes.TrimLeft(data, " \t\r\n")
		if m := declared.FindSubmatchIndex(text[:min(len(text), 300)]); m != nil && !strings.EqualFold(string(text[m[2]:m[3]]), "utf-8") {
			data = bytes.Join([][]byte{text[:m[2]], []byte("UTF-8"), text[m[3]:]}, nil)
		}
	}
	if (f == Turtle || f == NTriples) && bytes.IndexByte(data, '\r') >= 0 && bytes.IndexByte(data, '\n') < 0 {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n")) // lines of an old Mac; parsers know comments to end at \n
	}
	if i := invalidAt(data); i >= 0 {
		return nil, invalid(fmt.Sprintf("Das RDF-Dokument ist kein UTF-8 (Zeile %d, Byte 0x%02X); ist es in Latin-1 gespeichert?", at(data, i), data[i]))
	}
	return data, nil
}

// invalidAt finds the first byte that is no UTF-8, -1 for none.
func invalidAt(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
