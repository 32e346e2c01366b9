package vocab

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
)

// squeeze leaves letters and digits with single blanks between them, so that
// "cc-by_4.0", "CC BY 4.0" and "CC–BY 4.0" are one.
func squeeze(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "ß", "ss")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// loosen builds the table of spellings without marks. One that would mean two
// concepts means none.
func (l *list) loosen() {
	l.loose = map[string]int{}
	for key, i := range l.index {
		k := squeeze(key)
		if strings.HasPrefix(key, "//") || k == "" {
			continue
		}
		if old, known := l.loose[k]; known && old != i {
			i = -1
		}
		l.loose[k] = i
	}
}

var (
	bracketed = regexp.MustCompile(`^([^()]*)\(([^()]*)\)\s*$`)
	version   = regexp.MustCompile(`(?i)[\s-]+(v(ersion)?\s*)?\d+(\.\d+)*$`)
	// protocol is how catalogues of geodata name the way to a file or service.
	protocol = regexp.MustCompile(`(?i)^(?:OGC:([a-z]+)(?:[-_ ]?\d[\d.]*)?(?:-https?-.*)?|WWW:DOWNLOAD-\d[\d.]*-(?:https?|ftp)--(.+))$`)
	endings  = []string{"datei", "dokument", "tabelle", "format", "dienst", "seite", "archiv", "service", "file"}
)

// loosely finds words that are written otherwise than in the list: with other
// marks, and where a wrong guess would be no false statement about rights or
// places, with an addition (CSV (UTF-8), GML 3.2, text/csv; header=present, en-GB).
func (l *list) loosely(name, s string) (int, bool) {
	const longest = 200
	s = strings.TrimSpace(s)
	if len(s) > longest || strings.Contains(s, "://") {
		return 0, false
	}
	try := func(s string) (int, bool) {
		if i, ok := l.index[fold(s)]; ok {
			return i, true
		}
		i, ok := l.loose[squeeze(s)]
		return i, ok && i >= 0
	}
	if i, ok := try(s); ok {
		return i, true
	}
	switch name {
	case "file_type":
		base, _, _ := strings.Cut(s, ";") // parameters of a media type
		if i, ok := try(base); ok {
			return i, true
		}
		if i, ok := try(version.ReplaceAllString(s, "")); ok {
			return i, true
		}
		if m := protocol.FindStringSubmatch(s); m != nil {
			if i, ok := try(cmp.Or(m[1], m[2])); ok {
				return i, true
			}
		}
		for _, e := range endings {
			if rest, cut := strings.CutSuffix(strings.ToLower(s), e); cut {
				if i, ok := try(strings.TrimRight(rest, " -")); ok {
					return i, true
				}
			}
		}
	case "frequency", "availability":
	case "language":
		if first, _, region := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-"); region && len(s) <= len("de-Latn-DE") {
			if i, ok := try(first); ok {
				return i, true
			}
		}
	default:
		return 0, false
	}
	if m := bracketed.FindStringSubmatch(s); m != nil {
		before, known := try(m[1])
		within, too := try(m[2])
		switch {
		case known && too && before != within && name != "file_type": // they contradict each other
			return 0, false
		case known:
			return before, true
		case too:
			return within, true
		}
	}
	return 0, false
}
