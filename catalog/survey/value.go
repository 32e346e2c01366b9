package survey

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// value is one answer on its way to its normal form.
type value struct {
	v        any  // normal form; nil when there is no (valid) answer
	given    bool // something was entered
	invalid  bool
	fuzzy    bool // found by similarity only
	html     bool // tags were taken out
	controls bool // control characters were taken out
}

// maxCell bounds one raw answer, in bytes; a spreadsheet cell holds 32,767
// characters at most.
const maxCell = 128 << 10

// tag is a tag or a comment of HTML; an address in angle brackets is none.
var tag = regexp.MustCompile(`</?[a-zA-Z][a-zA-Z0-9:-]*(?:\s[^<>]*)?/?>|<!--[\s\S]*?-->`)

// clean takes control characters and HTML tags out of a text. The text between
// tags stays; every page escapes it again.
func clean(s string, out *value) string {
	if strings.ContainsFunc(s, dropped) || !utf8.ValidString(s) {
		out.controls = true
		s = strings.Map(func(r rune) rune {
			if dropped(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
	}
	if strings.Contains(s, "<") {
		// Taking out a tag can join the halves of another one.
		for range 5 {
			t := tag.ReplaceAllString(s, "")
			if t == s {
				break
			}
			s, out.html = t, true
		}
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if strings.ContainsFunc(s, unseen) {
		s = strings.Map(func(r rune) rune {
			if unseen(r) {
				return -1
			}
			return r
		}, s)
	}
	return norm.NFC.String(strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }))
}

// unseen reports characters that nobody sees and that say nothing: soft hyphen,
// zero-width space, word joiner, byte-order mark. Copied texts are full of them.
func unseen(r rune) bool { return r == 0x00AD || r == 0x200B || r == 0x2060 || r == 0xFEFF }

// dropped reports control characters, text-direction overrides included: they
// make a text look different from what it is.
func dropped(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return false
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFFFE, r == 0xFFFF:
		return true
	}
	return unicode.IsControl(r)
}

// normalise brings a raw answer into the normal form of its question.
func (t *Template) normalise(q *Question, raw any) value {
	var out value
	var items []string
	list := false
	switch v := raw.(type) {
	case nil:
		return out
	case bool:
		items = []string{"nein"}
		if v {
			items = []string{"ja"}
		}
	case int64:
		items = []string{strconv.FormatInt(v, 10)}
	case float64:
		items = []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case string:
		items = []string{v}
	case []string:
		items, list = v, true
	default:
		return value{given: true, invalid: true}
	}
	kept := items[:0:0]
	for _, s := range items {
		if len(s) > maxCell {
			return value{given: true, invalid: true}
		}
		if s = clean(s, &out); s != "" && !t.blanks[strings.ToLower(s)] {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		return out
	}
	out.given = true
	if list && len(kept) > 1 && q.Type != "multi" && q.Type != "list" {
		out.invalid = true // several answers where one is asked for
		return out
	}
	t.typed(q, kept, list, &out)
	return out
}

func (t *Template) typed(q *Question, items []string, list bool, out *value) {
	s := items[0]
	switch q.Type {
	case "single":
		code, fuzzy, ok := t.choose(q.Options, s)
		out.set(code, ok)
		out.fuzzy = fuzzy
	case "multi":
		t.several(q, items, list, out)
	case "boolean":
		out.boolean(t, s)
	case "integer":
		n, ok := integer(s)
		out.set(n, ok && (q.Min == nil || float64(n) >= *q.Min) && (q.Max == nil || float64(n) <= *q.Max))
	case "date":
		d, ok := parseDate(s)
		out.set(d, ok)
	case "list":
		out.list(q, items)
	case "email":
		out.set(s, validEmail(s) && fits(q, s))
	case "url":
		out.set(s, validURL(s) && fits(q, s))
	default: // text, multiline, vocab
		if q.Type != "multiline" {
			s = strings.Join(strings.Fields(s), " ")
		}
		out.set(s, fits(q, s))
	}
}

func (out *value) set(v any, ok bool) {
	if ok {
		out.v = v
	} else {
		out.invalid = true
	}
}

func (out *value) boolean(t *Template, s string) {
	switch w := strings.ToLower(s); {
	case t.yes[w]:
		out.v = true
	case t.no[w]:
		out.v = false
	default:
		out.invalid = true
	}
}

func fits(q *Question, s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= q.MinLength && (q.MaxLength == 0 || n <= q.MaxLength) && (q.pattern == nil || q.pattern.MatchString(s))
}

// choose finds the option a text means: synonyms of yes, no and unknown first,
// then the labels.
func (t *Template) choose(list, s string) (code string, fuzzy, ok bool) {
	l := t.labels[list]
	if l == nil {
		return "", false, false
	}
	if code, ok = l.exact[s]; ok && code != ambiguous && l.codes[s] {
		return code, false, true // the code itself, as LimeSurvey exports it
	}
	w := strings.ToLower(strings.TrimSpace(s))
	for _, syn := range []struct {
		words map[string]bool
		code  string
	}{{t.yes, "ja"}, {t.no, "nein"}, {t.unknown, "unb"}} {
		if syn.words[w] && l.codes[syn.code] {
			return syn.code, false, true
		}
	}
	return l.find(s)
}

// several reads a multiple choice: a list, or one cell with several labels. What
// cannot be read of it is left out, but not where publishing hangs on it: the
// unread part could be what forbids it.
func (t *Template) several(q *Question, items []string, list bool, out *value) {
	var codes []string
	for _, item := range items {
		parts := []string{item}
		if !list {
			parts = strings.FieldsFunc(item, func(r rune) bool { return r == ';' || r == '\n' || r == '|' })
		}
		for _, p := range parts {
			if p = strings.TrimSpace(p); p == "" {
				continue
			}
			found, fuzzy, ok := t.labelsIn(q.Options, p)
			out.fuzzy = out.fuzzy || fuzzy
			if !ok {
				out.invalid = true
			}
			codes = append(codes, found...)
		}
	}
	var chosen []any
	for _, o := range t.OptionLists[q.Options] {
		if slices.Contains(codes, o.Code) {
			chosen = append(chosen, o.Code)
		}
	}
	if len(chosen) > 0 && (!out.invalid || !t.gates[q.ID]) {
		out.v = chosen
	}
}

// labelsIn reads one label, or several separated by commas. Labels contain
// commas themselves, so the longest run of pieces that is a label is taken.
func (t *Template) labelsIn(list, text string) (codes []string, fuzzy, ok bool) {
	code, fuzzy, ok := t.choose(list, text)
	if ok && !fuzzy || !strings.Contains(text, ",") {
		if ok {
			codes = []string{code}
		}
		return codes, fuzzy, ok
	}
	if ok {
		return []string{code}, fuzzy, true
	}
	pieces := strings.Split(text, ",")
	const most = 64
	if len(pieces) > most {
		return nil, false, false
	}
	ok = true
	for i := 0; i < len(pieces); {
		n := len(pieces)
		for ; n > i; n-- {
			part := strings.TrimSpace(strings.Join(pieces[i:n], ","))
			code, f, found := t.choose(list, part)
			if found && (!f || n == i+1) {
				codes, fuzzy = append(codes, code), fuzzy || f
				break
			}
		}
		if n == i { // no run beginning here is a label
			if strings.TrimSpace(pieces[i]) != "" {
				ok = false
			}
			n = i + 1
		}
		i = n
	}
	return codes, fuzzy, ok
}

// list splits a free list at semicolons, commas and line breaks.
func (out *value) list(q *Question, items []string) {
	var all []any
	seen := map[string]bool{}
	for _, item := range items {
		for _, p := range strings.FieldsFunc(item, func(r rune) bool { return r == ';' || r == ',' || r == '\n' }) {
			p = strings.Join(strings.Fields(p), " ")
			if p == "" || seen[p] {
				continue
			}
			seen[p] = true
			if q.itemPattern != nil && !q.itemPattern.MatchString(p) {
				out.invalid = true
				continue
			}
			all = append(all, p)
		}
	}
	if q.MaxItems > 0 && len(all) > q.MaxItems {
		out.invalid = true
		return
	}
	if len(all) > 0 {
		out.v = all
	}
}

var grouped = regexp.MustCompile(`^[+-]?\d{1,3}(?:[. \x{00A0}\x{202F}']\d{3})+$`)

// integer reads a whole number, with the German point between thousands.
func integer(s string) (int64, bool) {
	if grouped.MatchString(s) {
		s = strings.Map(func(r rune) rune {
			if r == '+' || r == '-' || unicode.IsDigit(r) {
				return r
			}
			return -1
		}, s)
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, ".0"), ",0")
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

var emailShape = regexp.MustCompile(`^[^\s@<>(),;:"\[\]]+@[^\s@<>(),;:"\[\]]+\.[^\s@<>(),;:"\[\].]{2,}$`)

func validEmail(s string) bool {
	if !emailShape.MatchString(s) {
		return false
	}
	_, err := mail.ParseAddress(s)
	return err == nil
}

func validURL(s string) bool {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ftp" || u.Scheme == "sftp" || u.Scheme == "ftps")
}

// mailInText finds an e-mail address inside a text.
var mailInText = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.[\p{L}]{2,}`)
