package survey

import (
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// How a heading was understood.
const (
	ColumnUnknown = "unknown" // it belongs to no question
	ColumnLike    = "like"    // only by likeness: to be confirmed
	ColumnGiven   = "given"   // somebody said what it means
)

// NotRead is the meaning of a column that is not to be read.
const NotRead = "-"

// ColumnUse says what became of a column.
type ColumnUse struct {
	Heading string `json:"heading"`
	// Meaning is a question, “question[option]”, “-” for not to be read, or
	// empty while unknown.
	Meaning string `json:"meaning,omitempty"`
	How     string `json:"how"`
}

// maxMeanings bounds what is remembered of a city.
const maxMeanings = 1_000

// maxNamed is how long a heading may be that is told as it is, in bytes.
const maxNamed = 1_000

// Meaning checks what somebody says a column holds and writes it in one form.
func Meaning(t *survey.Template, text string) (string, error) {
	c, err := meaning(t, strings.TrimSpace(text))
	if err != nil {
		return "", err
	}
	return c.meaning(), nil
}

func meaning(t *survey.Template, text string) (column, error) {
	if text == NotRead {
		return column{skip: true, fixed: true}, nil
	}
	name, option, bracket := strings.Cut(strings.TrimSuffix(text, "]"), "[")
	q := t.Question(name)
	if q == nil {
		q = t.QuestionByCode(name)
	}
	if q == nil || q.System || bracket != strings.HasSuffix(text, "]") {
		return column{}, refuse(catalog.KindInvalid, "column_unknown", fmt.Sprintf("„%s“ ist keine Frage dieses Fragebogens.", clip(text)), fmt.Sprintf("“%s” is no question of this questionnaire.", clip(text)),
			"Bitte die Kennung einer Frage angeben, etwa B_title oder C_format[csv], oder „-“.", "Give the id of a question, such as B_title or C_format[csv], or “-”.")
	}
	if !bracket {
		return column{question: q, fixed: true}, nil
	}
	code, ok := t.OptionOf(q, option)
	if q.Type != "multi" || !ok {
		return column{}, refuse(catalog.KindInvalid, "column_unknown", fmt.Sprintf("„%s“ ist keine Auswahl dieser Frage.", clip(text)), fmt.Sprintf("“%s” is no option of this question.", clip(text)),
			"Bitte eine Auswahl der Frage angeben, etwa C_format[csv].", "Give an option of the question, such as C_format[csv].")
	}
	return column{question: q, option: code, fixed: true}, nil
}

// meanings prepares what was said about headings.
func meanings(t *survey.Template, said map[string]string) (map[string]column, error) {
	if len(said) > maxMeanings {
		return nil, tooLarge()
	}
	out := map[string]column{}
	for heading, text := range said {
		c, err := meaning(t, text)
		if err != nil {
			return nil, err
		}
		if folded := survey.Fold(heading); folded != "" {
			out[folded] = c
		}
	}
	return out, nil
}

func (c column) meaning() string {
	switch {
	case c.question == nil && c.skip:
		return NotRead
	case c.question == nil:
		return ""
	case c.option != "":
		return c.question.ID + "[" + c.option + "]"
	default:
		return c.question.ID
	}
}

// noteColumn remembers a column that was not simply known.
func (f *File) noteColumn(c column) {
	use := ColumnUse{Heading: c.heading, Meaning: c.meaning()}
	if len(use.Heading) > maxNamed {
		use.Heading = clip(use.Heading)
	}
	switch {
	case c.fixed:
		use.How = ColumnGiven
	case c.near != "":
		use.How = ColumnLike
	case c.unknown != "":
		use.How = ColumnUnknown
	default:
		return
	}
	if !slices.Contains(f.Columns, use) && len(f.Columns) < maxColumns {
		f.Columns = append(f.Columns, use)
	}
}
