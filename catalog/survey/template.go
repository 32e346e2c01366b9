// Package survey holds the rules of the data-silo survey: the template with its
// questions, conditions and scores, what an answer means, whether a record is
// complete, and whether its holding may be published. Everything the template
// states is read from it; the code only evaluates. It knows no files; package
// harvest/survey reads those.
package survey

import (
	"bytes"
	_ "embed" // the template is part of the program
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"trio.example/catalog"
)

// Format is the template format this package reads.
const Format = "trio.survey.template/1"

//go:embed template-man-1.json
var builtin []byte

// Template is a questionnaire.
type Template struct {
	Schema       string              `json:"$schema"`
	Format       string              `json:"format"`
	ID           string              `json:"id"`
	Version      string              `json:"version"`
	Status       string              `json:"status"`
	Language     string              `json:"language"`
	Title        catalog.Text        `json:"title"`
	Description  catalog.Text        `json:"description"`
	Unit         string              `json:"unit"`
	Publisher    json.RawMessage     `json:"publisher"`
	Licence      string              `json:"licence"`
	Extends      json.RawMessage     `json:"extends"`
	Overlay      json.RawMessage     `json:"overlay"`
	Changelog    json.RawMessage     `json:"changelog"`
	Vocabularies json.RawMessage     `json:"vocabularies"`
	OptionLists  map[string][]Option `json:"option_lists"`
	Sections     []Section           `json:"sections"`
	Gate         Gate                `json:"publishability"`
	Scores       Scores              `json:"scores"`
	Workflow     json.RawMessage     `json:"workflow"`
	Import       Import              `json:"import"`

	byID, byCode map[string]*Question
	order        []*Question
	labels       map[string]*labels // by option list
	blanks       map[string]bool    // folded words that mean “no answer”
	yes, no      map[string]bool
	unknown      map[string]bool
}

// Section groups questions.
type Section struct {
	ID        string       `json:"id"`
	Title     catalog.Text `json:"title"`
	Help      catalog.Text `json:"help"`
	After     string       `json:"after"`
	Questions []Question   `json:"questions"`
}

// Question is one question with its limits and where its answer may go.
type Question struct {
	ID         string        `json:"id"`
	Code       string        `json:"code"` // LimeSurvey's question code
	Type       string        `json:"type"`
	Level      string        `json:"level"`
	Visibility catalog.Level `json:"visibility"`
	Label      catalog.Text  `json:"label"`
	Help       catalog.Text  `json:"help"`
	Options    string        `json:"options"` // name of the option list
	Required   Requirement   `json:"required"`
	VisibleIf  *Condition    `json:"visible_if"`
	Map        []Mapping     `json:"map"`
	Core       bool          `json:"core"`
	System     bool          `json:"system"`
	Personal   bool          `json:"personal_data"`
	MinLength  int           `json:"min_length"`
	MaxLength  int           `json:"max_length"`
	MaxItems   int           `json:"max_items"`
	Min        *float64      `json:"min"`
	Max        *float64      `json:"max"`
	Pattern    string        `json:"pattern"`
	ItemPat    string        `json:"item_pattern"`

	pattern, itemPattern *regexp.Regexp
}

// Mapping documents where a public answer goes.
type Mapping struct {
	DCAT string `json:"dcat"`
	CKAN string `json:"ckan"`
}

// Option is one answer that can be chosen.
type Option struct {
	Code    string       `json:"code"`
	Label   catalog.Text `json:"label"`
	URI     string       `json:"uri"`
	CKAN    string       `json:"ckan"`
	Broader string       `json:"broader"`
	Retired bool         `json:"retired"`
}

// Import lists the spellings people use for yes, no, unknown and nothing.
type Import struct {
	Yes           []string `json:"yes"`
	No            []string `json:"no"`
	Unknown       []string `json:"unknown"`
	Blank         []string `json:"blank"`
	DateFormats   []string `json:"date_formats"`
	IgnoreColumns []string `json:"ignore_columns"`
}

// Requirement says when a question must be answered.
type Requirement struct {
	// Hard: without it the record is rejected; Soft: needed to submit.
	Hard, Soft bool
	// If makes it needed while the condition holds.
	If *Condition
}

// UnmarshalJSON reads false, "hard", "soft" or a condition.
func (r *Requirement) UnmarshalJSON(data []byte) error {
	switch text := string(bytes.TrimSpace(data)); text {
	case "false", "null":
		return nil
	case `"hard"`:
		r.Hard = true
		return nil
	case `"soft"`:
		r.Soft = true
		return nil
	default:
		if strings.HasPrefix(text, "{") {
			r.If = &Condition{}
			return decodeStrict(data, r.If)
		}
		return fmt.Errorf("required is false, hard, soft or a condition, not %s", text)
	}
}

func decodeStrict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end of the document")
	}
	return nil
}

// Parse reads a template and checks that it holds together. The error is a
// *catalog.Error with a sentence for people.
func Parse(data []byte) (*Template, error) {
	var t Template
	if err := decodeStrict(data, &t); err != nil {
		return nil, refuse("template_syntax", fmt.Sprintf("Die Vorlage ist kein gültiges Dokument im Format %s: %v.", Format, err),
			fmt.Sprintf("The template is not a valid document of format %s: %v.", Format, err))
	}
	if t.Format != Format {
		return nil, refuse("template_format", fmt.Sprintf("Die Datei ist keine Vorlage im Format %s.", Format), fmt.Sprintf("The file is not a template of format %s.", Format))
	}
	if len(t.Extends) > 0 && string(t.Extends) != "null" {
		return nil, refuse("template_overlay", "Die Vorlage baut auf einer anderen auf; solche Überlagerungen werden noch nicht gelesen.",
			"The template extends another one; overlays are not read yet.")
	}
	if err := t.index(); err != nil {
		return nil, refuse("template_invalid", fmt.Sprintf("Die Vorlage ist in sich nicht stimmig: %v.", err), fmt.Sprintf("The template is not consistent: %v.", err))
	}
	return &t, nil
}

func refuse(code, de, en string) error {
	return catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: code, Message: catalog.DE(de, en),
		Remedy: catalog.DE("Die Vorlage prüfen und noch einmal versuchen.", "Check the template and try again.")})
}

var defaultTemplate = sync.OnceValues(func() (*Template, error) { return Parse(builtin) })

// Default returns the reference template built into the program.
func Default() *Template {
	t, err := defaultTemplate()
	if err != nil {
		panic(err) // a fault of the build, found by the package's tests
	}
	return t
}

// Question finds a question by id, nil when there is none.
func (t *Template) Question(id string) *Question { return t.byID[id] }

// QuestionByCode finds a question by its LimeSurvey code.
func (t *Template) QuestionByCode(code string) *Question { return t.byCode[code] }

// Questions returns all questions in order.
func (t *Template) Questions() []*Question { return t.order }

// Option finds an option of a list by code, nil when there is none.
func (t *Template) Option(list, code string) *Option {
	for i := range t.OptionLists[list] {
		if t.OptionLists[list][i].Code == code {
			return &t.OptionLists[list][i]
		}
	}
	return nil
}

// Ref names the template with its version, e.g. "man-datensilo@1.0.0".
func (t *Template) Ref() string { return t.ID + "@" + t.Version }

func (t *Template) index() error {
	t.byID, t.byCode, t.labels = map[string]*Question{}, map[string]*Question{}, map[string]*labels{}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for i := range t.Sections {
		for j := range t.Sections[i].Questions {
			q := &t.Sections[i].Questions[j]
			if t.byID[q.ID] != nil || t.byCode[q.Code] != nil || q.ID == "" || q.Code == "" {
				fault("question %q or its code %q is missing or doubled", q.ID, q.Code)
			}
			t.byID[q.ID], t.byCode[q.Code] = q, q
			t.order = append(t.order, q)
			if err := t.indexQuestion(q); err != nil {
				fault("question %q: %w", q.ID, err)
			}
		}
	}
	for _, q := range t.order {
		for _, c := range []*Condition{q.VisibleIf, q.Required.If} {
			if err := c.check(t, 0); err != nil {
				fault("question %q: %w", q.ID, err)
			}
		}
	}
	if err := t.checkScores(); err != nil {
		faults = append(faults, err)
	}
	for list, options := range t.OptionLists {
		t.labels[list] = newLabels(options)
	}
	t.yes, t.no, t.unknown, t.blanks = words(t.Import.Yes), words(t.Import.No), words(t.Import.Unknown), words(t.Import.Blank)
	// What a spreadsheet shows where a formula failed is no answer either.
	for _, w := range []string{"#n/a", "#nv", "#bezug!", "#ref!", "#wert!", "#value!", "#name?", "#div/0!", "#zahl!", "#num!", "#null!", "#n/v"} {
		t.blanks[w] = true
	}
	return errors.Join(faults...)
}

func words(list []string) map[string]bool {
	out := map[string]bool{}
	for _, w := range list {
		out[strings.ToLower(strings.TrimSpace(w))] = true
	}
	return out
}

func (t *Template) indexQuestion(q *Question) error {
	switch q.Type {
	case "text", "multiline", "list", "integer", "date", "boolean", "vocab", "email", "url":
	case "single", "multi":
		if len(t.OptionLists[q.Options]) == 0 {
			return fmt.Errorf("option list %q is missing or empty", q.Options)
		}
	default:
		return fmt.Errorf("unknown type %q", q.Type)
	}
	if !q.Visibility.Valid() {
		return fmt.Errorf("unknown visibility %q", q.Visibility)
	}
	if q.Personal && q.Visibility != catalog.LevelRestricted {
		return errors.New("personal data must be restricted")
	}
	var err error
	if q.Pattern != "" {
		if q.pattern, err = regexp.Compile(q.Pattern); err != nil {
			return err
		}
	}
	if q.ItemPat != "" {
		q.itemPattern, err = regexp.Compile(q.ItemPat)
	}
	return err
}

// OptionOf finds the option of a question by what a person or program writes
// for it. Spelling mistakes are not forgiven here: a heading is no answer.
func (t *Template) OptionOf(q *Question, text string) (code string, ok bool) {
	l := t.labels[q.Options]
	if l == nil {
		return "", false
	}
	code, fuzzy, ok := l.find(text)
	return code, ok && !fuzzy
}
