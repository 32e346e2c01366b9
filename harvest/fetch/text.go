package fetch

import (
	"mime"
	"unicode/utf8"

	"trio.example/catalog/charset"
)

// Text is the document in UTF-8, as far as it says in what it is written: by its
// first bytes, in the declaration of XML, or in its content type. What says
// nothing, or is UTF-8 in spite of it, stays as it is: its reader will say what is
// wrong.
func (d *Doc) Text() []byte {
	const most = 3 // bytes of a letter
	text, said, err := charset.ToUTF8(d.Body, most*int64(len(d.Body))+1)
	if err != nil || said || utf8.Valid(text) {
		return text
	}
	if _, params, err := mime.ParseMediaType(d.Type); err == nil && params["charset"] != "" {
		return charset.Named(text, params["charset"])
	}
	return text
}
