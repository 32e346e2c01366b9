package survey

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"trio.example/catalog"
)

// The patterns of the format. A question's id is bare in a core template and
// carries the city's prefix in an overlay.
var (
	templateID   = regexp.MustCompile(`^[a-z][a-z0-9-]{1,63}$`)
	versionForm  = regexp.MustCompile(`^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2}$`)
	questionID   = regexp.MustCompile(`^([A-Z]_[a-z0-9]{2,24}|[a-z]{3}:[A-Z]_[a-z0-9]{2,24})$`)
	sectionID    = regexp.MustCompile(`^([A-Z]|[a-z]{3}:[A-Z])$`)
	codeForm     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,19}$`)
	optionCode   = regexp.MustCompile(`^[A-Za-z0-9]{1,5}$`)
	listName     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	reasonForm   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	sha256Form   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	unknownField = regexp.MustCompile(`unknown field "([^"]{1,80})"`)
)

// Bounds of a template; the reference one has a hundred questions.
const (
	maxQuestions = 1_000
	maxOptions   = 2_000 // of one list
	maxLists     = 500
)

// types are the kinds of answers.
var types = []string{"text", "multiline", "list", "integer", "date", "boolean", "single", "multi", "vocab", "email", "url"}

// syntaxFault says where a document leaves the format.
func syntaxFault(err error) error {
	code, de, en := "template_syntax", "es ist kein lesbares JSON", "it is not readable JSON"
	var (
		typ    *json.UnmarshalTypeError
		syntax *json.SyntaxError
	)
	switch m := unknownField.FindStringSubmatch(err.Error()); {
	case errors.Is(err, errRequirement):
		code, de, en = "schema:required", "„required“ ist false, hard, soft oder eine Bedingung", err.Error()
	case m != nil:
		code, de, en = "schema:"+m[1], "die Angabe „"+m[1]+"“ gibt es dort nicht", "there is no “"+m[1]+"” in that place"
	case errors.As(err, &typ) && typ.Field != "":
		code = "schema:" + typ.Field[strings.LastIndexByte(typ.Field, '.')+1:]
		de, en = "die Angabe „"+typ.Field+"“ hat nicht die vorgesehene Form", "“"+typ.Field+"” does not have the form it should have"
	case errors.As(err, &syntax):
		de, en = fmt.Sprintf("hinter Zeichen %d ist es kein lesbares JSON", syntax.Offset), fmt.Sprintf("it is not readable JSON behind character %d", syntax.Offset)
	}
	return refuse(code, fmt.Sprintf("Die Vorlage ist kein gültiges Dokument im Format %s: %s.", Format, de),
		fmt.Sprintf("The template is not a valid document of format %s: %s.", Format, en))
}

// shape checks a document from outside against the format, property by property.
func (t *Template) shape() faults {
	var f faults
	bad := func(ok bool, property, where string) {
		if !ok {
			at, in := "", ""
			if where != "" {
				at, in = " bei „"+clipped(where)+"“", " at “"+clipped(where)+"”"
			}
			f.add("schema:"+property, "die Angabe „"+property+"“"+at+" fehlt oder hat nicht die vorgesehene Form", "“"+property+"”"+in+" is missing or not in the form the format asks for")
		}
	}
	text := func(s catalog.Text, property, where string, needed bool) {
		bad(!needed || s != nil, property, where)
		if s != nil {
			bad(s["de"] != "", "de", where+" "+property)
		}
	}
	bad(!t.Resolved, "resolved", "")
	bad(templateID.MatchString(t.ID), "id", t.ID)
	bad(versionForm.MatchString(t.Version), "version", t.Version)
	bad(t.Status == "" || slices.Contains([]string{"draft", "published", "retired"}, t.Status), "status", t.Status)
	bad(languageForm.MatchString(t.Language), "language", t.Language)
	bad(t.Unit == "holding", "unit", t.Unit)
	bad(t.Sections != nil, "sections", "")
	text(t.Title, "title", t.ID, true)
	text(t.Description, "description", t.ID, false)
	if e := t.Extends; e != nil {
		bad(templateID.MatchString(e.ID), "id", "extends")
		bad(versionForm.MatchString(e.Version), "version", "extends")
		bad(e.SHA256 == "" || sha256Form.MatchString(e.SHA256), "sha256", "extends")
	}
	bad(len(t.OptionLists) <= maxLists, "option_lists", "")
	for name, options := range t.OptionLists {
		bad(listName.MatchString(name) && len(options) > 0, "option_lists", name)
		t.shapeOptions(name, options, false, bad, text)
	}
	n := 0
	for _, s := range t.Sections {
		bad(sectionID.MatchString(s.ID), "id", s.ID)
		text(s.Title, "title", s.ID, true)
		text(s.Help, "help", s.ID, false)
		bad(s.Questions != nil, "questions", s.ID)
		if n += len(s.Questions); n > maxQuestions {
			bad(false, "questions", s.ID)
			break
		}
		for i := range s.Questions {
			s.Questions[i].shape(bad, text)
		}
	}
	t.shapeRest(bad, text)
	slices.SortStableFunc(f, func(a, b fault) int { return strings.Compare(a.code, b.code) })
	return f
}

type (
	badFunc  func(ok bool, property, where string)
	textFunc func(s catalog.Text, property, where string, needed bool)
)

func (t *Template) shapeOptions(list string, options []Option, broader bool, bad badFunc, text textFunc) {
	if bad(len(options) <= maxOptions, "option_lists", list); len(options) > maxOptions {
		return
	}
	seen := map[string]bool{}
	for _, o := range options {
		where := list + ":" + o.Code
		bad(optionCode.MatchString(o.Code) && !seen[o.Code], "code", where)
		seen[o.Code] = true
		text(o.Label, "label", where, true)
		bad(!broader || o.Broader != "", "broader", where)
	}
}

func (q *Question) shape(bad badFunc, text textFunc) {
	bad(questionID.MatchString(q.ID), "id", q.ID)
	bad(codeForm.MatchString(q.Code), "code", q.ID)
	bad(slices.Contains(types, q.Type), "type", q.ID)
	bad(q.Level == "" || q.Level == "core" || q.Level == "detail", "level", q.ID)
	bad(q.Visibility.Valid() && (!q.Personal || q.Visibility == catalog.LevelRestricted), "visibility", q.ID)
	text(q.Label, "label", q.ID, true)
	text(q.Help, "help", q.ID, false)
	bad(q.Required.given, "required", q.ID)
	bad(q.Options != "" || q.Type != "single" && q.Type != "multi" && q.Type != "vocab", "options", q.ID)
	bad(!q.Hidden, "hidden", q.ID)
	bad(q.Default == nil, "default", q.ID)
	for _, m := range q.Map {
		bad(m.DCAT != "", "dcat", q.ID)
		bad(m.CKAN != "", "ckan", q.ID)
	}
	q.VisibleIf.shape(bad, 0)
	q.Required.If.shape(bad, 0)
}

func (c *Condition) shape(bad badFunc, depth int) {
	if c == nil || depth > maxConditionDepth {
		return
	}
	if c.Q != "" || c.Op != "" {
		bad(questionID.MatchString(c.Q), "q", c.Q)
		bad(slices.Contains([]string{"in", "empty", "answered"}, c.Op), "op", c.Q)
		bad(c.Op != "in" || len(c.Value) > 0, "value", c.Q)
	}
	c.Not.shape(bad, depth+1)
	for _, sub := range slices.Concat(c.All, c.Any) {
		sub.shape(bad, depth+1)
	}
}

func (t *Template) shapeRest(bad badFunc, text textFunc) {
	if o := t.Overlay; o != nil {
		for id, r := range o.Relabel {
			text(r.Label, "label", id, false)
			text(r.Help, "help", id, false)
		}
		for id, level := range o.Visibility {
			bad(level.Valid(), "raise_visibility", id)
		}
		for list, options := range o.AddOptions {
			t.shapeOptions(list, options, true, bad, text)
		}
		for _, id := range slices.Concat(o.Hide, o.Require) {
			bad(questionID.MatchString(id), "id", id)
		}
	}
	for _, r := range slices.Concat(t.Gate.NotPublishable, t.Gate.Conditional) {
		bad(reasonForm.MatchString(r.Reason), "reason", r.Reason)
		bad(r.If != nil, "if", r.Reason)
		r.If.shape(bad, 0)
	}
	for _, s := range []*Score{&t.Scores.Suitability, &t.Scores.Effort} {
		for _, it := range s.Items {
			bad(questionID.MatchString(it.Q), "q", it.Q)
			bad(it.Multi == "" || it.Multi == "max" || it.Multi == "min", "multi", it.Q)
			it.OnlyIf.shape(bad, 0)
		}
	}
	if len(t.Changelog) > 0 && string(t.Changelog) != "null" {
		var list []Release
		bad(json.Unmarshal(t.Changelog, &list) == nil, "changelog", "")
		for _, r := range list {
			bad(versionForm.MatchString(r.Version), "version", "changelog")
			for _, c := range r.Changes {
				bad(slices.Contains(changeKinds, c.Kind), "kind", c.ID)
				bad(c.ID != "", "id", "changelog")
				bad(c.Kind != "renamed" || c.From != "", "from", c.ID)
			}
		}
	}
}
