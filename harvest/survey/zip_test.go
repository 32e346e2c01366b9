package survey_test

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"slices"
	"testing"
)

const (
	sheetPart = "xl/worksheets/sheet1.xml"
	textsPart = "xl/sharedStrings.xml"
	bookPart  = "xl/workbook.xml"
)

func unzipped(tb testing.TB, data []byte) map[string][]byte {
	tb.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		tb.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, p := range z.File {
		in, err := p.Open()
		if err != nil {
			tb.Fatal(err)
		}
		if parts[p.Name], err = io.ReadAll(in); err != nil {
			tb.Fatal(err)
		}
	}
	return parts
}

// zipped packs parts without compression, some of them replaced.
func zipped(tb testing.TB, parts, replaced map[string][]byte) []byte {
	tb.Helper()
	all := maps.Clone(parts)
	maps.Copy(all, replaced)
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write(all[name]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}
