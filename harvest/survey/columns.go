package survey

import (
	"slices"
	"strings"

	"trio.example/catalog/survey"
)

// column says what a column of a table holds.
type column struct {
	question *survey.Question
	// option is set for a column of a multiple choice: its one option.
	option string
	// meta is set for a column of the survey tool itself.
	meta string
	// unknown is the heading of a column that is none of these.
	unknown string
	skip    bool // technical or repeated: never read
	coded   bool // the heading was a code
	// heading is what stands above it.
	heading string
	fixed   bool   // somebody said what the heading means
	near    string // the heading, where it is only like the label of the question
}

// headings finds columns by their heading.
type headings struct {
	t      *survey.Template
	texts  map[string]*survey.Question // by folded label
	place  map[*survey.Question]int    // in the questionnaire
	ignore map[string]bool
	// fixed are the headings whose meaning somebody gave, folded.
	fixed map[string]column
}

// metaHeadings are LimeSurvey's own columns, by code and by German or English heading.
var metaHeadings = map[string]string{
	"id": "id", "antwort id": "id", "response id": "id",
	"submitdate": "submitdate", "datum abgeschickt": "submitdate", "date submitted": "submitdate",
	"datestamp": "datestamp", "datum letzte aktivitaet": "datestamp", "date last action": "datestamp",
	"startdate": "startdate", "datum gestartet": "startdate", "date started": "startdate",
	"letzte seite": "lastpage", "last page": "lastpage", "start sprache": "startlanguage", "start language": "startlanguage", "zufallsstartwert": "seed",
	"ip adresse": "ipaddr", "ip address": "ipaddr", "weiterleitungs url": "refurl", "referrer url": "refurl", "zugangscode": "token", "access code": "token",
	"gesamtzeit": "interviewtime", "total time": "interviewtime", "lfd nr": "number", "nr": "number",
}

// readMeta are the tool's columns that are used; all others are dropped while reading.
var readMeta = map[string]bool{"submitdate": true, "datestamp": true}

func newHeadings(t *survey.Template, fixed map[string]column) *headings {
	h := &headings{t: t, texts: map[string]*survey.Question{}, place: map[*survey.Question]int{}, ignore: map[string]bool{}, fixed: fixed}
	for i, q := range t.Questions() {
		h.place[q] = i
		for _, label := range q.Label {
			if f := survey.Fold(label); h.texts[f] == nil {
				h.texts[f] = q
			}
		}
	}
	for _, c := range t.Import.IgnoreColumns {
		h.ignore[strings.ToLower(c)] = true
	}
	return h
}

// find says what a column with this heading holds.
func (h *headings) find(heading string) column {
	if len(heading) > maxHeading {
		return column{unknown: clip(heading[:maxHeading])}
	}
	heading = strings.TrimSpace(heading)
	if strings.HasPrefix(heading, "'=") {
		heading = heading[1:]
	}
	folded := survey.Fold(heading)
	if c, ok := h.fixed[folded]; ok {
		return c
	}
	lower := strings.ToLower(heading)
	if h.ignore[lower] {
		return column{skip: true}
	}
	if meta := metaHeadings[folded]; meta != "" && h.t.QuestionByCode(heading) == nil && h.texts[folded] == nil {
		return column{meta: meta, skip: !readMeta[meta]}
	}
	if c, ok := h.question(heading); ok {
		return c
	}
	// “code. text”, LimeSurvey's heading with both.
	if code, _, both := strings.Cut(heading, ". "); both {
		if c, ok := h.question(code); ok {
			return c
		}
	}
	return column{unknown: heading}
}

// question finds a question by code or label, with the option in brackets that
// a column of a multiple choice has.
func (h *headings) question(heading string) (column, bool) {
	if q := h.byCode(heading); q != nil {
		return column{question: q, coded: true}, true
	}
	if q := h.byText(heading); q != nil {
		return column{question: q}, true
	}
	// The bracket of the option is the last one; labels have brackets too.
	for i := len(heading) - 1; i > 0 && strings.HasSuffix(heading, "]"); i-- {
		if heading[i] != '[' {
			continue
		}
		name, option := strings.TrimSpace(heading[:i]), strings.TrimSpace(heading[i+1:len(heading)-1])
		q, coded := h.byCode(name), true
		if q == nil {
			q, coded = h.byText(name), false
		}
		if q == nil || q.Type != "multi" {
			continue
		}
		if code, ok := h.t.OptionOf(q, option); ok {
			return column{question: q, option: code, coded: coded}, true
		}
	}
	return column{}, false
}

func (h *headings) byCode(s string) *survey.Question {
	if q := h.t.QuestionByCode(s); q != nil {
		return q
	}
	return h.t.Question(s)
}

func (h *headings) byText(s string) *survey.Question {
	folded := survey.Fold(s)
	if q := h.texts[folded]; q != nil {
		return q
	}
	if fitting := h.abbreviated(s); len(fitting) == 1 {
		return fitting[0]
	}
	return nil
}

// abbreviated lists the questions that a heading ending in dots can mean.
func (h *headings) abbreviated(s string) []*survey.Question {
	s = strings.TrimSpace(s)
	short := strings.TrimRight(s, ".…")
	if short == s || len(short) < 4 {
		return nil
	}
	short = survey.Fold(short)
	var fitting []*survey.Question
	for label, q := range h.texts {
		if strings.HasPrefix(label, short) && !slices.Contains(fitting, q) {
			fitting = append(fitting, q)
		}
	}
	return fitting
}

// between decides an abbreviation that fits several questions: LimeSurvey keeps
// the questionnaire's order, so it is the one that stands between the known
// neighbours. Where that is not exactly one, the column is left unread.
func (h *headings) between(columns []column, i int) *survey.Question {
	before, after := -1, len(h.place)
	for j := i - 1; j >= 0; j-- {
		if q := columns[j].question; q != nil {
			before = h.place[q]
			break
		}
	}
	for j := i + 1; j < len(columns); j++ {
		if q := columns[j].question; q != nil {
			after = h.place[q]
			break
		}
	}
	var found *survey.Question
	for _, q := range h.abbreviated(columns[i].unknown) {
		if at := h.place[q]; before < at && at < after && q.Type != "multi" {
			if found != nil {
				return nil
			}
			found = q
		}
	}
	return found
}

// all reads a header row. A repeated column is read once, the first.
func (h *headings) all(cells []string) (columns []column, known, coded int) {
	type key struct{ question, option string }
	seen := map[key]bool{}
	columns = make([]column, len(cells))
	given := map[key]bool{}
	for _, cell := range cells {
		if c := h.fixed[survey.Fold(cell)]; c.question != nil {
			given[key{c.question.ID, c.option}] = true
		}
	}
	for i, cell := range cells {
		c := h.find(cell)
		if q := c.question; q != nil {
			k := key{q.ID, c.option}
			if seen[k] || given[k] && !c.fixed {
				c = column{skip: true}
			} else {
				known++
				if c.coded {
					coded++
				}
			}
			seen[k] = true
		}
		columns[i] = c
	}
	for i, c := range columns {
		if c.unknown == "" {
			continue
		}
		found, ok := column{question: h.between(columns, i)}, true
		if found.question == nil {
			found, ok = h.like(c.unknown)
		}
		if !ok || seen[key{found.question.ID, found.option}] {
			continue // a heading that names the question itself comes first
		}
		columns[i], seen[key{found.question.ID, found.option}] = found, true
		known++
	}
	for i := range columns {
		columns[i].heading = strings.TrimSpace(cells[i])
	}
	return columns, known, coded
}

// like finds the question whose label a heading is like, by the matching rule.
func (h *headings) like(heading string) (column, bool) {
	if len(heading) > maxHeading {
		return column{}, false
	}
	if i := strings.LastIndexByte(heading, '['); i > 0 && strings.HasSuffix(heading, "]") {
		q := h.byText(heading[:i])
		if q == nil {
			q = h.t.QuestionLike(heading[:i])
		}
		if q == nil || q.Type != "multi" {
			return column{}, false
		}
		code, ok := h.t.OptionLike(q, heading[i+1:len(heading)-1])
		return column{question: q, option: code, near: heading}, ok
	}
	q := h.t.QuestionLike(heading)
	return column{question: q, near: heading}, q != nil
}

// mark adds what the cell of an option says to what is chosen: that option, or
// nothing. Any other text stays an answer, and is judged like one: what is left
// out here could be the secrecy that forbids publishing.
func (c column) mark(chosen []string, cell string) []string {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "y", "yes", "ja", "j", "1", "x", "✓", "true", "wahr":
		return append(chosen, c.option)
	case "", "n", "no", "nein", "0", "2", "-", "false", "falsch":
		return chosen
	default:
		return append(chosen, cell)
	}
}

// maxHeading bounds a heading, in bytes; the longest question has some hundred.
const maxHeading = 4 << 10

// minKnown is how many known columns make a table a survey table.
const minKnown = 5
