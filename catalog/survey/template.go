// Package survey holds the rules of the data-silo survey: the template with its
// questions, conditions and scores, what an answer means, whether a record is
// complete, and whether its holding may be published. Everything the template
// states is read from it; the code only evaluates. It knows no files; package
// harvest/survey reads those.
package survey

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the template is part of the program
	"encoding/hex"
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
	Schema       string              `json:"$schema,omitempty"`
	Format       string              `json:"format"`
	ID           string              `json:"id"`
	Version      string              `json:"version"`
	Status       string              `json:"status,omitempty"`
	Language     string              `json:"language"`
	Title        catalog.Text        `json:"title"`
	Description  catalog.Text        `json:"description,omitempty"`
	Unit         string              `json:"unit"`
	Publisher    Publisher           `json:"publisher,omitzero"`
	Licence      string              `json:"licence,omitempty"`
	Extends      *Base               `json:"extends,omitempty"`
	Overlay      *Overlay            `json:"overlay,omitempty"`
	Changelog    json.RawMessage     `json:"changelog,omitempty"`
	Vocabularies json.RawMessage     `json:"vocabularies,omitempty"`
	OptionLists  map[string][]Option `json:"option_lists,omitempty"`
	Sections     []Section           `json:"sections"`
	Gate         Gate                `json:"publishability,omitzero"`
	Scores       Scores              `json:"scores,omitzero"`
	Workflow     json.RawMessage     `json:"workflow,omitempty"`
	Import       Import              `json:"import,omitzero"`
	// Resolved marks a document into which the template it extends was worked.
	// The program writes such documents for its own use; nobody sends them.
	Resolved bool `json:"resolved,omitempty"`

	sum          string // SHA-256 of the document it was read from
	byID, byCode map[string]*Question
	order        []*Question
	labels       map[string]*labels // by option list
	blanks       map[string]bool    // folded words that mean “no answer”
	yes, no      map[string]bool
	unknown      map[string]bool
	gates        map[string]bool // questions that decide whether a holding may be published
	headings     *labels         // questions by their labels
}

// Publisher is who keeps a template; City is the code of a city.
type Publisher struct {
	City string `json:"city,omitempty"`
	Name string `json:"name"`
}

// Section groups questions.
type Section struct {
	ID        string       `json:"id"`
	Title     catalog.Text `json:"title"`
	Help      catalog.Text `json:"help,omitempty"`
	After     string       `json:"after,omitempty"`
	Questions []Question   `json:"questions"`
}

// Question is one question with its limits and where its answer may go.
type Question struct {
	ID         string        `json:"id"`
	Code       string        `json:"code"` // LimeSurvey's question code
	Type       string        `json:"type"`
	Level      string        `json:"level,omitempty"`
	Visibility catalog.Level `json:"visibility"`
	Label      catalog.Text  `json:"label"`
	Help       catalog.Text  `json:"help,omitempty"`
	Options    string        `json:"options,omitempty"` // name of the option list
	Required   Requirement   `json:"required"`
	VisibleIf  *Condition    `json:"visible_if,omitempty"`
	Map        []Mapping     `json:"map,omitempty"`
	Core       bool          `json:"core,omitempty"`
	System     bool          `json:"system,omitempty"`
	Personal   bool          `json:"personal_data,omitempty"`
	MinLength  int           `json:"min_length,omitempty"`
	MaxLength  int           `json:"max_length,omitempty"`
	MaxItems   int           `json:"max_items,omitempty"`
	Min        *float64      `json:"min,omitempty"`
	Max        *float64      `json:"max,omitempty"`
	Pattern    string        `json:"pattern,omitempty"`
	ItemPat    string        `json:"item_pattern,omitempty"`
	// Hidden and Default are what an overlay decided; they stand in resolved
	// documents only.
	Hidden  bool `json:"hidden,omitempty"`
	Default any  `json:"default,omitempty"`

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
	URI     string       `json:"uri,omitempty"`
	CKAN    string       `json:"ckan,omitempty"`
	Broader string       `json:"broader,omitempty"`
	Retired bool         `json:"retired,omitempty"`
}

// Import lists the spellings people use for yes, no, unknown and nothing.
type Import struct {
	Yes           []string `json:"yes,omitempty"`
	No            []string `json:"no,omitempty"`
	Unknown       []string `json:"unknown,omitempty"`
	Blank         []string `json:"blank,omitempty"`
	DateFormats   []string `json:"date_formats,omitempty"`
	IgnoreColumns []string `json:"ignore_columns,omitempty"`
}

// UnmarshalJSON reads what is known here and passes over the rest: the format
// leaves this part open.
func (i *Import) UnmarshalJSON(data []byte) error {
	type plain Import
	return json.Unmarshal(data, (*plain)(i))
}

// Requirement says when a question must be answered.
type Requirement struct {
	// Hard: without it the record is rejected; Soft: needed to submit.
	Hard, Soft bool
	// If makes it needed while the condition holds.
	If *Condition

	given bool
}

// MarshalJSON writes what UnmarshalJSON reads.
func (r Requirement) MarshalJSON() ([]byte, error) {
	switch {
	case r.Hard:
		return []byte(`"hard"`), nil
	case r.Soft:
		return []byte(`"soft"`), nil
	case r.If != nil:
		return json.Marshal(r.If)
	}
	return []byte("false"), nil
}

// UnmarshalJSON reads false, "hard", "soft" or a condition.
func (r *Requirement) UnmarshalJSON(data []byte) error {
	r.given = true
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
		return errRequirement
	}
}

var errRequirement = errors.New("required is false, hard, soft or a condition")

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

// Parse reads a template as the program keeps it: a complete one, or one into
// which its base was worked. What comes from outside goes through Read. The
// error is a *catalog.Error with a sentence for people.
func Parse(data []byte) (*Template, error) {
	t, err := decode(data)
	if err != nil {
		return nil, err
	}
	if t.Extends != nil && !t.Resolved {
		return nil, refuse("template_overlay", fmt.Sprintf("Die Vorlage baut auf %s auf und kann nur zusammen mit ihr gelesen werden.", t.Extends.Ref()),
			fmt.Sprintf("The template extends %s and can be read together with it only.", t.Extends.Ref()))
	}
	return t, t.prepare()
}

// decode reads the document without looking at what it says.
func decode(data []byte) (*Template, error) {
	var t Template
	if err := decodeStrict(data, &t); err != nil {
		return nil, syntaxFault(err)
	}
	if t.Format != Format {
		return nil, refuse("template_format", fmt.Sprintf("Die Datei ist keine Vorlage im Format %s.", Format), fmt.Sprintf("The file is not a template of format %s.", Format))
	}
	sum := sha256.Sum256(data)
	t.sum = hex.EncodeToString(sum[:])
	return &t, nil
}

// prepare checks that the template holds together and makes it ready for use.
func (t *Template) prepare() error {
	if err := t.index(); err != nil {
		return refuse("template_invalid", fmt.Sprintf("Die Vorlage ist in sich nicht stimmig: %v.", err), fmt.Sprintf("The template is not consistent: %v.", err))
	}
	return nil
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

// OfOccasion reports an answer that belongs to the occasion on which somebody was
// asked and not to the holding: contacts of persons, and that the answers were checked.
// It is not filled in next time, never published, and a new one changes nothing.
func (q *Question) OfOccasion() bool { return q.Personal || q.ID == "I_confirm" }

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

// Sum is the SHA-256 of the document the template was read from.
func (t *Template) Sum() string { return t.sum }

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
	t.countBroader()
	for list, options := range t.OptionLists {
		t.labels[list] = newLabels(options)
	}
	t.headings = newLabels(t.asOptions())
	t.gates = map[string]bool{}
	for _, q := range t.order {
		t.gates[q.ID] = t.decides(q.ID)
	}
	t.yes, t.no, t.unknown, t.blanks = words(t.Import.Yes), words(t.Import.No), words(t.Import.Unknown), words(t.Import.Blank)
	// What a spreadsheet shows where a formula failed is no answer either.
	for _, w := range []string{"#n/a", "#nv", "#bezug!", "#ref!", "#wert!", "#value!", "#name?", "#div/0!", "#zahl!", "#num!", "#null!", "#n/v", "#spill!", "#überlauf!", "#calc!", "#kalk!", "#field!", "#feld!", "#busy!", "#blocked!", "#unknown!"} {
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

// asOptions lists the questions as options, to be found by what people write for
// them.
func (t *Template) asOptions() []Option {
	out := make([]Option, len(t.order))
	for i, q := range t.order {
		out[i] = Option{Code: q.ID, Label: q.Label}
	}
	return out
}

// QuestionLike finds the question a heading means, by the same rule as an option
// by its label: also without the part in brackets, by one side of a slash, or by
// likeness. It is nil where that is not exactly one.
func (t *Template) QuestionLike(heading string) *Question {
	id, _, ok := t.headings.find(heading)
	if !ok {
		return nil
	}
	return t.byID[id]
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

// OptionLike is OptionOf that is content with likeness.
func (t *Template) OptionLike(q *Question, text string) (code string, ok bool) {
	l := t.labels[q.Options]
	if l == nil {
		return "", false
	}
	code, _, ok = l.find(text)
	return code, ok
}
