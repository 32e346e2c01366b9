package survey_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	rules "trio.example/catalog/survey"
	"trio.example/harvest/survey"
)

// TestWorkbook_boundsEveryPart: a workbook of some kilobytes became hundreds of
// megabytes where its styles were many, or its sheet lay in a part that nobody had
// looked at.
func TestWorkbook_boundsEveryPart(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.row("Sheet1", 1, heads...)
	b.row("Sheet1", 2, "Referat 1", "Gartenamt", "g-1", "Bäume", "2020-01-01", "monatlich", "10", "CSV", "grün")
	data, err := b.WriteToBuffer()
	b.must(err)
	parts := unzipped(t, data.Bytes())
	const relsPart, stylesPart, evil = "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/evil.bin"
	elsewhere := bytes.ReplaceAll(parts[relsPart], []byte("worksheets/sheet1.xml"), []byte("worksheets/evil.bin"))
	if bytes.Equal(elsewhere, parts[relsPart]) {
		t.Fatalf("the sheet lies elsewhere: %s", elsewhere)
	}
	sheet := func(inside string) []byte {
		return []byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + inside + `</worksheet>`)
	}
	cells := func(n int) string {
		return "<sheetData><row>" + strings.Repeat(`<c t="str"><v>a</v></c>`, n) + "</row></sheetData>"
	}
	wide := []byte(`<?xml version="1.0" encoding="utf-16le"?>`)
	for _, u := range utf16.Encode([]rune(string(sheet(cells(20_000))))) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	styles := bytes.Replace(parts[stylesPart], []byte("</cellXfs>"), []byte(strings.Repeat("<xf/>", 200_001)+"</cellXfs>"), 1)
	var twice bytes.Buffer
	z := zip.NewWriter(&twice)
	for name, text := range parts {
		for _, n := range []string{name, strings.ToUpper(name)} {
			if w, err := z.Create(n); err != nil || n != name && name != sheetPart {
				continue
			} else if _, err := w.Write(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.must(z.Close())
	read := func(ctx context.Context, data []byte) (*survey.File, error) {
		return survey.ReadBytes(ctx, "mappe.xlsx", data, rules.Default(), survey.Options{City: "nue"})
	}
	for name, c := range map[string]struct {
		data []byte
		kind catalog.Kind
	}{
		"a row without end":           {zipped(t, parts, map[string][]byte{sheetPart: sheet(cells(20_000))}), catalog.KindTooLarge},
		"in a part with another name": {zipped(t, parts, map[string][]byte{relsPart: elsewhere, evil: sheet(cells(20_000))}), catalog.KindTooLarge},
		"behind text":                 {zipped(t, parts, map[string][]byte{relsPart: elsewhere, evil: append(bytes.Repeat([]byte("a"), 2<<20), sheet(cells(20_000))...)}), catalog.KindTooLarge},
		"in another encoding":         {zipped(t, parts, map[string][]byte{relsPart: elsewhere, evil: wide}), catalog.KindInvalid},
		"styles without end":          {zipped(t, parts, map[string][]byte{stylesPart: styles}), catalog.KindTooLarge},
		"marks without end":           {zipped(t, parts, map[string][]byte{sheetPart: sheet("<cols>" + strings.Repeat("<col/>", 2_000_001) + "</cols>")}), catalog.KindTooLarge},
		"two parts of the same name":  {twice.Bytes(), catalog.KindInvalid},
		"what is no XML in the sheet": {zipped(t, parts, map[string][]byte{relsPart: elsewhere, evil: {0x89, 'P', 'N', 'G', 0}}), catalog.KindInvalid},
	} {
		if _, err := read(t.Context(), c.data); catalog.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What workbooks really hold beside their sheets does no harm.
	honest := zipped(t, parts, map[string][]byte{
		"xl/media/image1.png": {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, '<', 'a', '>'}, "xl/media/image2.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		"xl/media/image3.gif": []byte("GIF89a\x01\x00\x01\x00<<<<"), "xl/printerSettings/printerSettings1.bin": []byte("D\x00r\x00u\x00c\x00k\x00e\x00r\x00"), "docProps/thumbnail.jpeg": {0xFF, 0xD8, 0xFF, 0xE0, 0, 16},
		"xl/drawings/vmlDrawing1.vml": []byte(`<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textbox><div><br/></div></v:textbox></v:shape></xml>`), "leer": nil,
	})
	f, err := read(t.Context(), honest)
	b.must(err)
	plain, err := read(t.Context(), data.Bytes())
	b.must(err)
	if diff := cmp.Diff(refs(plain), refs(f)); diff != "" || len(f.Records) != 1 {
		t.Errorf("with pictures: %s", diff)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := read(stopped, honest); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("whom nobody waits for: %v", err)
	}
}
