package survey_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog/survey"
)

// TestParseCondition_readsWhatIsWritten: every condition of the reference template
// comes back as it was.
func TestParseCondition_readsWhatIsWritten(t *testing.T) {
	t.Parallel()
	n := 0
	check := func(c *survey.Condition) {
		if c == nil {
			return
		}
		n++
		again, err := survey.ParseCondition(c.String())
		if err != nil {
			t.Errorf("%s: %v", c, err)
			return
		}
		if d := cmp.Diff(c, again); d != "" {
			t.Errorf("%s:\n%s", c, d)
		}
	}
	for _, q := range survey.Default().Questions() {
		check(q.VisibleIf)
		check(q.Required.If)
	}
	for _, r := range append(survey.Default().Gate.Conditional, survey.Default().Gate.NotPublishable...) {
		check(r.If)
	}
	if n < 40 {
		t.Errorf("only %d conditions were looked at", n)
	}
}

func TestParseCondition_readsPeoplesWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                    "",
		"G_will∈{ja,bed}":     "G_will = ja, bed",
		"G_will in ja":        "G_will = ja",
		"nicht (A_name leer)": "not A_name empty",
		"A_name beantwortet und (B_title empty ODER aug:N_xx = 1)": "A_name answered and (B_title empty or aug:N_xx = 1)",
	} {
		c, err := survey.ParseCondition(text)
		if err != nil || c.String() != want {
			t.Errorf("%q is read as %q: %v", text, c, err)
		}
	}
	for _, text := range []string{"G_will", "G_will =", "= ja", "G_will = ja ja", "(G_will = ja", "G_will = ja)", "not", "G_will = ja and", "G_will ~ ja", "x = ja", strings.Repeat("(", 1000), strings.Repeat("not ", 900) + "A_name empty", strings.Repeat("A_name empty or ", 1000)} {
		if c, err := survey.ParseCondition(text); len(codesOf(t, err)) != 1 {
			t.Errorf("%.40q is read as %q", text, c)
		}
	}
}

func FuzzParseCondition(f *testing.F) {
	for _, text := range []string{"G_will∈{ja,bed} und nicht (A_name leer)", "A_x = a, b or B_y answered", "((", "not not A_xx empty"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := survey.ParseCondition(text)
		if err != nil || c == nil {
			return
		}
		again, err := survey.ParseCondition(c.String())
		if err != nil {
			t.Fatalf("%q was read, %q is not: %v", text, c, err)
		}
		a, _ := json.Marshal(c)
		b, _ := json.Marshal(again)
		if string(a) != string(b) {
			t.Errorf("%q: %s is not %s", text, a, b)
		}
	})
}
