package round

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gosimple/slug"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// What people wrote about a contact elsewhere: in answers that are no contacts,
// in remarks and in the log.

// marked reports whether a text points to one person wherever it stands: an
// address, a telephone number, a name of two words. A single word does not.
func marked(s string) bool {
	digits := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return len(s) >= 6 && (strings.ContainsAny(s, "@ ") || digits >= 5)
}

// struck is what stands where a person stood.
const struck = "[entfernt]"

// texts takes what was said of a person out of other answers, remarks and
// transitions. Where an office is forgotten, only what it wrote is looked through.
func (f *forgetting) texts(by catalog.Actor) error {
	var parts, quoted []string
	for s := range f.said {
		if !marked(s) || f.mailboxes[strings.ToLower(s)] {
			continue
		}
		parts = append(parts, regexp.QuoteMeta(s))
		text, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("texts of a person: %w", err)
		}
		quoted = append(quoted, regexp.QuoteMeta(string(text[1:len(text)-1])))
		if name := slug.MakeLang(s, "de"); strings.Contains(s, " ") && len(name) >= 6 {
			f.slugs = append(f.slugs, name)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	find, err := anyOf(parts)
	if err != nil {
		return err
	}
	// Quoted as in JSON, what somebody entered cannot look like JSON's own marks.
	within, err := anyOf(quoted)
	if err != nil {
		return err
	}
	strike := func(text []byte) []byte { return within.ReplaceAll(text, []byte(struck)) }
	if err := f.rounds(func(r *catalog.Round, _ *survey.Template, o *catalog.RoundOffice) error {
		if f.whom.Office != "" && fold(o.Name) != fold(f.whom.Office) {
			return nil
		}
		n, err := f.tx.EraseRoundTexts(r.ID, o.ID, strike)
		f.out.Answers += n
		return err
	}); err != nil {
		return err
	}
	if err := f.holdings(func(e *catalog.Entry, _ *survey.Template) bool {
		if f.whom.Office != "" && fold(e.Fields.String("office")) != fold(f.whom.Office) {
			return false
		}
		changed := false
		for name, v := range e.Fields {
			e.Fields[name] = strikeIn(v, find, &changed)
		}
		return changed
	}); err != nil {
		return err
	}
	return f.datasets(by, find)
}

// anyOf finds any of the patterns, the longest first, whatever their letters' case.
func anyOf(patterns []string) (*regexp.Regexp, error) {
	slices.SortFunc(patterns, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	find, err := regexp.Compile("(?i)" + strings.Join(patterns, "|"))
	if err != nil {
		return nil, fmt.Errorf("texts of a person: %w", err)
	}
	return find, nil
}

// strikeIn replaces what is found in all texts of a value.
func strikeIn(v any, find *regexp.Regexp, changed *bool) any {
	switch v := v.(type) {
	case string:
		if !find.MatchString(v) {
			return v
		}
		*changed = true
		return find.ReplaceAllString(v, struck)
	case []any:
		for i := range v {
			v[i] = strikeIn(v[i], find, changed)
		}
	case []string:
		for i := range v {
			if find.MatchString(v[i]) {
				v[i], *changed = find.ReplaceAllString(v[i], struck), true
			}
		}
	case map[string]any:
		for k := range v {
			v[k] = strikeIn(v[k], find, changed)
		}
	}
	return v
}
