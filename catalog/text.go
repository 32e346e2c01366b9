package catalog

import (
	"regexp"
	"strings"
)

// Text is a text in several languages, keyed by two-letter language code.
type Text map[string]string

// DE builds a Text from a German and an English sentence.
func DE(de, en string) Text { return Text{"de": de, "en": en} }

// In returns the text in the wanted language, else German, else English, else
// whatever there is.
func (t Text) In(lang string) string {
	for _, l := range []string{lang, "de", "en"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	for _, s := range t {
		return s
	}
	return ""
}

// String returns the German text, so that findings print well in logs.
func (t Text) String() string { return t.In("de") }

// SheetCell keeps a text from being taken for a formula by spreadsheet programs: it
// gets an apostrophe in front. What they strip before they look is looked at too.
func SheetCell(s string) string {
	head := strings.TrimLeft(s, " \u00a0\ufeff\u200b\"'")
	if head != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(head)[0]) || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		return "'" + s
	}
	return s
}

// behindMark is a formula behind what another program takes for the end of a cell.
// A sign before a number behind a comma and a blank is none.
var behindMark = regexp.MustCompile("([,\\t\\r\\n][\"']*)([=+\\-@|%＝＋－＠])|([,\\t\\r\\n][ \u00a0\"']*)([=@＝＠])")

// CSVCell is SheetCell for files with semicolons between the cells: programs set to
// another country end cells at commas and lines, and take what follows for a new one.
func CSVCell(s string) string {
	return behindMark.ReplaceAllString(SheetCell(s), "$1$3'$2$4")
}
