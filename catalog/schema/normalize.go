package schema

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"trio.example/catalog"
)

var _ catalog.Rules = (*Set)(nil)

// Normalize brings every field of the entry and its parts into its normal form
// and reports what does not fit. An error means the entry must not be stored;
// a warning asks somebody to look.
func (s *Set) Normalize(e *catalog.Entry) []catalog.Finding {
	d := s.byType[e.Type]
	if d == nil {
		return []catalog.Finding{fault("type_unknown", "type", "Diese Art von Eintrag gibt es nicht.", "Unknown type of entry")}
	}
	out := normalize(e.Fields, d.fields, "")
	for i := range e.Parts {
		if e.Parts[i].Fields == nil {
			e.Parts[i].Fields = catalog.Fields{}
		}
		out = append(out, normalize(e.Parts[i].Fields, d.parts, fmt.Sprintf("resources.%d.", i))...)
	}
	return out
}

func normalize(values catalog.Fields, fields map[string]*Field, prefix string) []catalog.Finding {
	var out []catalog.Finding
	for _, name := range values.Names() {
		f := fields[name]
		if f == nil {
			// A city took the field's type away: the value waits for it to come back
			// and, without a definition, is shown and indexed nowhere.
			w := fault("unknown_field", prefix+name, "Dieses Feld ist nicht beschrieben; sein Wert bleibt verborgen.", "The field has no definition; its value stays hidden")
			w.Severity = catalog.SeverityWarning
			out = append(out, w)
			continue
		}
		v, findings := f.normalize(values[name])
		for _, x := range findings {
			x.Field = prefix + name + x.Field // a group says where in the field
			out = append(out, x)
		}
		values.Set(name, v)
	}
	return out
}

func fault(code, field, de, en string) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityError, Code: code, Field: field, Message: catalog.DE(de, en)}
}

// normalize returns the normal form of one value.
func (f *Field) normalize(v any) (any, []catalog.Finding) {
	switch f.Kind {
	case KindJSON:
		if f.Subfields != nil {
			return f.normalizeGroups(v)
		}
		return v, nil
	case KindBoolean:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, []catalog.Finding{fault("not_boolean", "", "Hier wird Ja oder Nein erwartet.", "Expected true or false")}
	case KindInteger:
		if n, ok := (catalog.Fields{"v": v}).Int("v"); ok {
			return n, nil
		}
		return nil, []catalog.Finding{fault("not_integer", "", "Hier wird eine ganze Zahl erwartet.", "Invalid integer")}
	}
	if f.Kind.List() {
		return f.normalizeList(v)
	}
	s, ok := v.(string)
	if !ok {
		if _, isList := v.([]any); isList || (catalog.Fields{"v": v}).String("v") == "" {
			return nil, []catalog.Finding{fault("not_text", "", "Hier wird ein Text erwartet.", "Expected a text")}
		}
		s = (catalog.Fields{"v": v}).String("v")
	}
	if f.Max > 0 && utf8.RuneCountInString(s) > f.Max {
		return nil, []catalog.Finding{fault("too_long", "", fmt.Sprintf("Der Text ist länger als %d Zeichen.", f.Max), fmt.Sprintf("Must be a maximum of %d characters long", f.Max))}
	}
	return f.normalizeText(s)
}

func (f *Field) normalizeList(v any) (any, []catalog.Finding) {
	var items []string
	switch v := v.(type) {
	case string:
		items = []string{v}
	case []any:
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, []catalog.Finding{fault("not_text_list", "", "Hier wird eine Liste von Texten erwartet.", "Expected a list of texts")}
			}
			items = append(items, s)
		}
	default:
		return nil, []catalog.Finding{fault("not_list", "", "Hier wird eine Liste erwartet.", "Expected a list")}
	}
	if f.Max > 0 && len(items) > f.Max {
		return nil, []catalog.Finding{fault("too_many", "", fmt.Sprintf("Es sind höchstens %d Angaben erlaubt.", f.Max), fmt.Sprintf("At most %d values are allowed", f.Max))}
	}
	var out []any
	var findings []catalog.Finding
	for _, s := range items {
		n, more := f.normalizeText(s)
		findings = append(findings, more...)
		if n != "" && n != nil && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out, findings
}

var email = regexp.MustCompile(`^[^\s@<>]+@[^\s@<>]+$`)

// normalizeText checks what a text of this kind may hold. Doubtful addresses
// and e-mails are kept with a warning: CKAN accepts any text there, and the
// writers of RDF leave out what is no valid address.
func (f *Field) normalizeText(s string) (any, []catalog.Finding) {
	if !utf8.ValidString(s) {
		return nil, []catalog.Finding{fault("not_utf8", "", "Der Text ist nicht in UTF-8 kodiert.", "The text is not valid UTF-8")}
	}
	if strings.ContainsRune(s, 0) {
		return nil, []catalog.Finding{fault("control_chars", "", "Der Text enthält das Zeichen NUL.", "The text contains a NUL character")}
	}
	var warn []catalog.Finding
	warning := func(code, de, en string) {
		w := fault(code, "", de, en)
		w.Severity = catalog.SeverityWarning
		warn = append(warn, w)
	}
	if strings.ContainsFunc(s, control) {
		s = strings.Map(func(r rune) rune {
			if control(r) {
				return -1
			}
			return r
		}, s)
		warning("control_chars_removed", "Steuerzeichen wurden entfernt.", "Control characters were removed")
	}
	switch f.Kind {
	case KindEmail:
		s = strings.TrimPrefix(strings.TrimSpace(s), "mailto:")
		if _, err := mail.ParseAddress(s); s != "" && (err != nil || !email.MatchString(s)) {
			warning("email_doubtful", "Das sieht nicht wie eine E-Mail-Adresse aus.", "This does not look like an e-mail address")
		}
	case KindPhone:
		s = strings.TrimPrefix(strings.TrimSpace(s), "tel:")
	case KindURI, KindURIs, KindConcept, KindConcepts, KindDate:
		s = strings.TrimSpace(s)
	case KindDecimal:
		s = strings.TrimSpace(s)
	}
	return s, warn
}

// control reports characters that no text needs and that XML forbids.
func control(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r == '\uFFFE' || r == '\uFFFF'
}
