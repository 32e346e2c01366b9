package survey

import (
	"regexp"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Trace is something in a public answer by which a person can be reached or known.
type Trace string

// The traces that are looked for.
const (
	TraceMail  Trace = "mail"
	TracePhone Trace = "phone"
	TraceName  Trace = "name"
)

var (
	// A German number: with its country, or from the zero on with a mark between
	// area and number; digits in one run are a number only behind a word for it.
	phoneCountry = regexp.MustCompile(`(?:^|[^\p{L}\p{N}+])(?:\+|00)49[\s(/.-]*[0-9(][0-9\s()/.-]{5,}[0-9]`)
	phoneArea    = regexp.MustCompile(`(?:^|[^\p{L}\p{N}.,/:-])\(?0[1-9][0-9]{1,4}\)?(?: ?[/–-] ?|[ )])[1-9][0-9]{0,5}(?:[ /-]?[0-9]{1,5}){0,4}`)
	phoneWord    = regexp.MustCompile(`(?i)\b(?:tel|telefon|telefonnummer|fon|phone|mobil|handy|durchwahl|fax)\b\.?(?:nr\.?|nummer)?[\s:.-]*\(?[0-9][0-9\s()/–-]{2,}[0-9]`)
	digits       = regexp.MustCompile(`[0-9]`)

	// A name behind a form of address, a title or a word for a contact.
	nameWord = `\p{Lu}[\p{Ll}ßé'’]+(?:-\p{Lu}[\p{Ll}ß]+)*`
	nameLead = regexp.MustCompile(`(?:^|[^\p{L}\p{N}-])(?:(?:Herrn?|Frau|Mr\.?|Mrs\.?|Ms\.?)(?:\s+(?:Dr\.|Prof\.))*|(?:Prof\.\s*)?Dr\.(?:\s*(?:med|jur|phil|rer|nat|pol|Ing)\.)*|Prof\.)\s+(?:\p{Lu}\.\s*)?(` + nameWord + `(?:\s+` + nameWord + `){0,2})`)
	nameRole = regexp.MustCompile(`(?i:\b(?:ansprechpartner(?:in)?|ansprechperson|kontaktperson|sachbearbeiter(?:in)?|bearbeiter(?:in)?|zuständig ist|gez\.|contact person))\s*(?:ist\s+)?[:,]?\s+(` + nameWord + `\s+` + nameWord + `)`)
	place    = regexp.MustCompile(`(?i)(?:stra(?:ß|ss)e|str\.|weg|platz|allee|ring|gasse|ufer|brücke|park|schule|gymnasium|stiftung|haus|preis|halle)$`)
)

// Traces tells by what a person could be reached or known in an answer that may
// be published. person is who was named as the contact: that name is found too.
func (t *Template) Traces(q *Question, answer any, person string) []Trace {
	if q.Visibility != catalog.LevelPublic || !slices.Contains([]string{"text", "multiline", "list", "vocab"}, q.Type) {
		return nil
	}
	var text string
	switch v := answer.(type) {
	case string:
		text = v
	case []string:
		text = strings.Join(v, "\n")
	case []any:
		text = strings.Join(catalog.Fields{"v": v}.Strings("v"), "\n")
	}
	if text == "" || q.ID == qLocalID {
		return nil
	}
	var out []Trace
	if strings.Contains(text, "@") && mailInText.MatchString(text) {
		out = append(out, TraceMail)
	}
	if phoneIn(text) {
		out = append(out, TracePhone)
	}
	if nameIn(text, person) {
		out = append(out, TraceName)
	}
	return out
}

const leastDigits = 6

// leadWords are what names stand behind; most texts hold none of them.
var leadWords = []string{"Herr", "Frau", "Dr.", "Prof.", "Mr", "Ms", "nsprech", "NSPRECH", "ontakt", "earbeiter", "uständig", "gez.", "Gez.", "ontact"}

// phoneWords are what telephone numbers stand behind.
var phoneWords = []string{"Tel", " tel", "(tel", "TEL", "Fon", " fon", "FON", "hone", "HONE", "obil", "OBIL", "andy", "ANDY", "urchwahl", "URCHWAHL", "Fax", " fax", "FAX"}

func phoneIn(text string) bool {
	n, area := 0, false
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			n++
			area = area || text[i] == '0' && i+1 < len(text) && text[i+1] >= '1' && text[i+1] <= '9' && (i == 0 || text[i-1] < '0' || text[i-1] > '9')
		}
	}
	// Most texts have neither the digits nor the words; the expressions are slow.
	switch {
	case n == 0:
		return false
	case contains(text, phoneWords) && phoneWord.MatchString(text):
		return true
	case n < leastDigits:
		return false
	}
	return strings.Contains(text, "49") && enough(phoneCountry, text) || area && enough(phoneArea, text)
}

// enough reports a match with the digits of a telephone number.
func enough(form *regexp.Regexp, text string) bool {
	return slices.ContainsFunc(form.FindAllString(text, -1), func(m string) bool { return len(digits.FindAllString(m, -1)) >= leastDigits })
}

func contains(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

func nameIn(text, person string) bool {
	// A contact's name counts with two words at least: one alone is any word.
	if words := strings.Fields(person); len(words) > 1 && strings.Contains(strings.ToLower(text), strings.ToLower(words[len(words)-1])) &&
		strings.Contains(" "+fold(text)+" ", " "+fold(person)+" ") {
		return true
	}
	if !contains(text, leadWords) {
		return false
	}
	for _, form := range []*regexp.Regexp{nameLead, nameRole} {
		for _, m := range form.FindAllStringSubmatch(text, -1) {
			if !place.MatchString(m[1]) {
				return true
			}
		}
	}
	return false
}

// Traces tells the traces in a public answer of the record.
func (f *Form) Traces(t *Template, q *Question) []Trace {
	if !f.Applies(q) {
		return nil
	}
	person, _ := f.Value(t.byID[qPerson]).(string)
	return t.Traces(q, f.Value(q), person)
}

// traceFindings names them for the report of an import. They are no warnings of
// the record: what its rows say stays comparable between programs.
func (t *Template) traceFindings(answers catalog.Fields) []catalog.Finding {
	var out []catalog.Finding
	person := answers.String(qPerson)
	for _, q := range t.order {
		answer, given := answers[q.ID]
		if !given {
			continue
		}
		for _, trace := range t.Traces(q, answer, person) {
			out = append(out, note(catalog.SeverityWarning, "public_"+string(trace), q, ""))
		}
	}
	return out
}
