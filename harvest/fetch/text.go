package fetch

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// declared finds the encoding that an XML document names.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// Text is the document in UTF-8, as far as it says in what it is written: by its
// first bytes, in the declaration of XML, or in its content type. What says
// nothing, or is UTF-8 in spite of it, stays as it is: guessing would store
// garbled words.
func (d *Doc) Text() []byte {
	switch {
	case bytes.HasPrefix(d.Body, []byte{0xFF, 0xFE}):
		return redeclared(convert(d.Body, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)))
	case bytes.HasPrefix(d.Body, []byte{0xFE, 0xFF}):
		return redeclared(convert(d.Body, unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)))
	}
	body := bytes.TrimPrefix(d.Body, []byte("\xEF\xBB\xBF"))
	if m := declared.FindSubmatch(body[:min(len(body), 512)]); m != nil {
		if enc, name := charset.Lookup(string(m[1])); enc != nil && name != "utf-8" && !strings.HasPrefix(name, "utf-16") {
			return redeclared(convert(body, enc))
		}
		return redeclared(body) // utf-16 without its mark is none
	}
	if utf8.Valid(body) {
		return body
	}
	if _, params, err := mime.ParseMediaType(d.Type); err == nil && params["charset"] != "" {
		if enc, name := charset.Lookup(params["charset"]); enc != nil && name != "utf-8" {
			return convert(body, enc)
		}
	}
	return body
}

func convert(body []byte, enc encoding.Encoding) []byte {
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return body // its reader will say what is wrong
	}
	return out
}

// redeclared lets an XML document say that it is UTF-8, as it is now.
func redeclared(body []byte) []byte {
	m := declared.FindSubmatchIndex(body[:min(len(body), 512)])
	if m == nil || strings.EqualFold(string(body[m[2]:m[3]]), "utf-8") {
		return body
	}
	return bytes.Join([][]byte{body[:m[2]], []byte("UTF-8"), body[m[3]:]}, nil)
}
