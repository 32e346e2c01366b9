package rdfio

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
)

// FuzzGuardXML: what the decoder of the parser finds of depth and tags before the
// first fault, the guard finds too.
func FuzzGuardXML(f *testing.F) {
	for _, s := range []string{
		`<a><b c="1>" d='"'/><!-- <x> --><![CDATA[<y>]]><?p <z>?></a>`, `<!DOCTYPE a>`, `<a><a><a><a></a></a></a></a>`, `<a b="<"><c>`, `<a/><a/><a/>`, `<a `, `<a b='`, `</a></a><a><b><c><d>`, `<!-- -- --><a>`, "<a\n/\n>", `<a b=c><d>`, `<?xml version="1.0"?><a>&lt;&#60;</a>`,
		`<a/ ><b><c><d>`, `<a></ a><b><c><d>`, `<a b="1"c="2"/>`,
	} {
		f.Add(s)
	}
	lim := Limits{Depth: 3, Triples: 3}
	f.Fuzz(func(t *testing.T, text string) {
		want := ""
		d := xml.NewDecoder(strings.NewReader(text))
		for depth, marks := 0, 0; want == ""; {
			tok, err := d.RawToken()
			if err != nil {
				break // the parser comes no further either
			}
			switch tok := tok.(type) {
			case xml.Directive:
				want = "DTD"
			case xml.StartElement:
				depth++
				if marks += 1 + len(tok.Attr); marks > 2*perTriple*lim.Triples {
					want = "mehr als"
				}
				if depth > lim.Depth {
					want = "tief"
				}
			case xml.EndElement:
				depth--
			}
		}
		got := guardXML([]byte(text), lim)
		if want != "" && got == nil {
			t.Errorf("%q passes, want %s", text, want)
		}
		if faultXML([]byte(text)) == nil && want == "" && got != nil && !bytes.ContainsAny([]byte(text), "\x00") {
			t.Errorf("%q is refused: %v", text, got)
		}
	})
}
