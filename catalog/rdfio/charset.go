package rdfio

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"trio.example/catalog"
	"trio.example/catalog/charset"
)

// toUTF8 brings a document into the one encoding that parsers read: from UTF-16
// with its mark, and XML from what it declares. All RDF but XML is UTF-8 by its
// definition. A text that is not what it says is an error with its line, and never
// read with letters replaced.
func toUTF8(data []byte, f Format, lim Limits) ([]byte, error) {
	// Letters grow to three bytes at most.
	data, _, err := charset.ToUTF8(data, 3*lim.Bytes)
	var unknown *charset.UnknownError
	var wrong *charset.WrongError
	switch {
	case errors.As(err, &unknown):
		return nil, invalid(fmt.Sprintf("Die Zeichenkodierung %q des RDF-Dokuments ist unbekannt.", unknown.Name))
	case errors.As(err, &wrong):
		return nil, invalid(fmt.Sprintf("Das RDF-Dokument ist nicht in der Zeichenkodierung %s geschrieben, die es angibt.", wrong.Name))
	case err != nil:
		return nil, catalog.Errorf(catalog.KindTooLarge, "Das RDF-Dokument ist größer als %d MB.", lim.Bytes>>20)
	}
	if (f == Turtle || f == NTriples || f == N3) && bytes.IndexByte(data, '\r') >= 0 && bytes.IndexByte(data, '\n') < 0 {
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
