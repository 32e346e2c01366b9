package catalog_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"trio.example/catalog"
)

// TestCSVCell_isNoFormulaAnywhere: neither where it is read as it was written, nor
// where commas end cells and quotes inside of one mean nothing.
func TestCSVCell_isNoFormulaAnywhere(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"=1+1", " =1+1", "a,=1+1", "a, =1+1", "a\n=1+1", "a\r\n=1+1", "a\t=cmd|x", "a,\"=1+1\"", "a,+1", "a,-1+1", "a,@SUM(A1)", "a,'=1", "=a,=b\n=c", "a,＝1", ",=1", "a,|x", "a,\u00a0=1",
	} {
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Comma = ';'
		if err := w.Write([]string{"vorn", catalog.CSVCell(s), "hinten"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		for _, line := range strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' || r == '\r' }) {
			for _, cell := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' || r == '\t' }) {
				if head := strings.TrimLeft(cell, " \u00a0\""); head != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(head)[0]) {
					t.Errorf("%q is written as %q, with the cell %q", s, b.String(), cell)
				}
			}
		}
	}
	for _, s := range []string{"", "Bäume, Sträucher", "von 10, -5 bis 20", "a-b, c-d", "https://x.example/?a=1&b=2", "Zahl: 5%", "zwei\nZeilen", "x = y"} {
		if got := catalog.CSVCell(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}
