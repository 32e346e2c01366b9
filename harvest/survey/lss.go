package survey

import (
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// lssVersion is the database version the structure is written for: LimeSurvey 3,
// which every later one reads.
const lssVersion = "366"

// lssSurvey is the number of the survey in the file; LimeSurvey gives it a free one.
const lssSurvey = "100000"

// WriteLSS writes a template as the structure of a LimeSurvey survey (.lss):
// groups, questions, options and conditions. Questions that the system keeps or
// that an overlay hides are left out. Its exported responses can be imported.
func WriteLSS(w io.Writer, t *survey.Template) error {
	l := &lss{t: t, langs: []string{"de", "en"}, qid: map[string]int{}}
	l.collect()
	x := &lssWriter{w: w}
	x.raw(xml.Header + "<document>")
	x.element("LimeSurveyDocType", "Survey")
	x.element("DBVersion", lssVersion)
	x.raw("<languages>")
	for _, lang := range l.langs {
		x.element("language", lang)
	}
	x.raw("</languages>")
	x.table("answers", []string{"qid", "code", "answer", "sortorder", "assessment_value", "language", "scale_id"}, l.answers)
	x.table("groups", []string{"gid", "sid", "group_name", "group_order", "description", "language", "randomization_group", "grelevance"}, l.groups)
	columns := []string{"qid", "parent_qid", "sid", "gid", "type", "title", "question", "preg", "help", "other", "mandatory", "question_order", "language", "scale_id", "same_default", "relevance", "modulename"}
	x.table("questions", columns, l.questions)
	x.table("subquestions", columns, l.subs)
	x.table("question_attributes", []string{"qid", "attribute", "value", "language"}, l.attributes)
	x.table("surveys", []string{"sid", "admin", "active", "anonymized", "format", "savetimings", "template", "language", "additional_languages", "datestamp", "usecookie", "allowregister", "allowsave", "autonumber_start", "ipaddr", "refurl", "showwelcome", "showprogress", "questionindex", "tokenlength"},
		[][]string{{lssSurvey, "", "N", "N", "G", "N", "fruity", "de", "en", "Y", "N", "N", "Y", "0", "N", "N", "Y", "Y", "1", "15"}})
	var texts [][]string
	for _, lang := range l.langs {
		texts = append(texts, []string{lssSurvey, lang, shortened(t.Title, lang, " ("+t.Ref()+")", maxLSSTitle), shown(t.Description, lang), "", ""})
	}
	x.table("surveys_languagesettings", []string{"surveyls_survey_id", "surveyls_language", "surveyls_title", "surveyls_description", "surveyls_welcometext", "surveyls_endtext"}, texts)
	x.raw("</document>\n")
	return x.err
}

// shown is a text as LimeSurvey shows it: as HTML.
func shown(t catalog.Text, lang string) string { return html.EscapeString(t.In(lang)) }

// LimeSurvey refuses a survey whose title or groups are longer than its columns.
const (
	maxLSSTitle = 200
	maxLSSGroup = 100
)

// shortened is shown that fits into a column, with what is put behind it.
func shortened(t catalog.Text, lang, behind string, most int) string {
	whole := html.EscapeString(t.In(lang)) + behind
	for r := []rune(t.In(lang)); len([]rune(whole)) > most && len(r) > 0; r = r[:len(r)-1] {
		whole = html.EscapeString(string(r[:len(r)-1])) + "…" + behind
	}
	return whole
}

// lss collects the rows of a structure.
type lss struct {
	t     *survey.Template
	langs []string
	qid   map[string]int

	answers, groups, questions, subs, attributes [][]string
}

// asked reports whether a question goes into the structure.
func asked(q *survey.Question) bool { return !q.System && !q.Hidden }

func (l *lss) collect() {
	next := 1
	for _, q := range l.t.Questions() {
		if asked(q) {
			l.qid[q.ID] = next
			next++
		}
	}
	gid := 0
	for i := range l.t.Sections {
		sec := &l.t.Sections[i]
		order := 0
		for j := range sec.Questions {
			q := &sec.Questions[j]
			if !asked(q) {
				continue
			}
			if order == 0 {
				gid++
				for _, lang := range l.langs {
					l.groups = append(l.groups, []string{strconv.Itoa(gid), lssSurvey, shortened(sec.Title, lang, "", maxLSSGroup), strconv.Itoa(gid), shown(sec.Help, lang), lang, "", ""})
				}
			}
			order++
			next = l.question(q, gid, order, next)
		}
	}
}

// question adds a question with its options; next is the first free number for
// subquestions.
func (l *lss) question(q *survey.Question, gid, order, next int) int {
	id := strconv.Itoa(l.qid[q.ID])
	mandatory := "N"
	if q.Required.Hard || q.Required.Soft || q.Required.If != nil && equation(l.t, q.Required.If) == equation(l.t, q.VisibleIf) {
		mandatory = "Y"
	}
	relevance := "1"
	if q.VisibleIf != nil {
		relevance = equation(l.t, q.VisibleIf)
	}
	for _, lang := range l.langs {
		l.questions = append(l.questions, []string{id, "0", lssSurvey, strconv.Itoa(gid), lssType(l.t, q), q.Code, shown(q.Label, lang), "", shown(q.Help, lang), "N", mandatory, strconv.Itoa(order), lang, "0", "0", relevance, ""})
	}
	if q.MaxLength > 0 && (q.Type == "text" || q.Type == "multiline") {
		l.attributes = append(l.attributes, []string{id, "maximum_chars", strconv.Itoa(q.MaxLength), ""})
	}
	if q.Type == "integer" {
		l.attributes = append(l.attributes, []string{id, "num_value_int_only", "1", ""})
	}
	n := 0
	for _, o := range l.t.OptionLists[q.Options] {
		if o.Retired {
			continue
		}
		n++
		if q.Type == "multi" {
			for _, lang := range l.langs {
				l.subs = append(l.subs, []string{strconv.Itoa(next), id, lssSurvey, strconv.Itoa(gid), "T", o.Code, shown(o.Label, lang), "", "", "N", "", strconv.Itoa(n), lang, "0", "0", "1", ""})
			}
			next++
			continue
		}
		for _, lang := range l.langs {
			l.answers = append(l.answers, []string{id, o.Code, shown(o.Label, lang), strconv.Itoa(n), "0", lang, "0"})
		}
	}
	return next
}

// lssType is LimeSurvey's letter for a kind of question.
func lssType(t *survey.Template, q *survey.Question) string {
	switch q.Type {
	case "single":
		if len(t.OptionLists[q.Options]) > 8 {
			return "!" // a list to unfold
		}
		return "L"
	case "multi":
		return "M"
	case "boolean":
		return "Y"
	case "integer":
		return "N"
	case "multiline", "list":
		return "T"
	default:
		return "S" // dates keep their precision and are short texts
	}
}

// equation writes a condition in LimeSurvey's expressions.
func equation(t *survey.Template, c *survey.Condition) string {
	switch {
	case c == nil:
		return "1"
	case c.All != nil:
		return joinEquations(t, c.All, " and ")
	case c.Any != nil:
		return joinEquations(t, c.Any, " or ")
	case c.Not != nil:
		return "!(" + equation(t, c.Not) + ")"
	}
	q := t.Question(c.Q)
	if q == nil || !asked(q) {
		if c.Op == "empty" {
			return "1"
		}
		return "0"
	}
	var parts []string
	switch {
	case c.Op == "in" && q.Type == "multi":
		for _, v := range c.Value {
			parts = append(parts, fmt.Sprintf("%s_%s.NAOK == \"Y\"", q.Code, v))
		}
	case c.Op == "in":
		for _, v := range c.Value {
			parts = append(parts, fmt.Sprintf("%s.NAOK == %q", q.Code, v))
		}
	case q.Type == "multi":
		for _, o := range t.OptionLists[q.Options] {
			if !o.Retired {
				parts = append(parts, fmt.Sprintf("%s_%s.NAOK == \"Y\"", q.Code, o.Code))
			}
		}
	default:
		parts = append(parts, "!is_empty("+q.Code+".NAOK)")
	}
	out := "(" + strings.Join(parts, " or ") + ")"
	if c.Op == "empty" {
		return "!" + out
	}
	return out
}

func joinEquations(t *survey.Template, list []*survey.Condition, by string) string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = equation(t, c)
	}
	return "(" + strings.Join(parts, by) + ")"
}

// lssWriter writes the document and keeps the first error.
type lssWriter struct {
	w   io.Writer
	err error
}

func (x *lssWriter) raw(s string) {
	if x.err == nil {
		_, x.err = io.WriteString(x.w, s)
	}
}

func (x *lssWriter) element(name, text string) {
	x.raw("<" + name + ">")
	if x.err == nil {
		x.err = xml.EscapeText(x.w, []byte(text))
	}
	x.raw("</" + name + ">")
}

func (x *lssWriter) table(name string, columns []string, rows [][]string) {
	x.raw("\n<" + name + "><fields>")
	for _, c := range columns {
		x.element("fieldname", c)
	}
	x.raw("</fields><rows>")
	for _, row := range rows {
		x.raw("\n<row>")
		for i, c := range columns {
			x.element(c, row[i])
		}
		x.raw("</row>")
	}
	x.raw("</rows></" + name + ">")
}
