package schema

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"trio.example/catalog"
)

// What can be wrong with a value by the rules of a city's field.
const (
	RuleMissing = "missing"
	RuleChoice  = "choice"
	RuleEmail   = "email"
	RuleURL     = "url"
)

// RuleFault is what a rule says about a value.
type RuleFault struct{ Code, Value string }

// EmailPattern is the one of the HTML standard, which CKAN uses.
var EmailPattern = regexp.MustCompile(`^[a-zA-Z0-9.!#$%&'*+/=?^_` + "`" + `{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$`)

// Faults applies the rules of a field to its values.
func (f *CityField) Faults(have []string) (out []RuleFault) {
	if len(have) == 0 {
		if f.Required {
			return []RuleFault{{RuleMissing, ""}}
		}
		return nil
	}
	for _, v := range have {
		switch {
		case len(f.Choices) > 0 && !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == v }):
			out = append(out, RuleFault{RuleChoice, v})
		case f.Pattern == "email" && !EmailPattern.MatchString(v):
			out = append(out, RuleFault{RuleEmail, v})
		case f.Pattern == "url" && !isURL(v):
			out = append(out, RuleFault{RuleURL, v})
		}
	}
	return out
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(s, " \t\n")
}

// Of finds the field that a rule is about, which may be one of ours by CKAN's name.
func (f *CityField) Of(defs []Field) *Field {
	name := f.Name
	if name == "tag_string" {
		name = "tags"
	}
	i := slices.IndexFunc(defs, func(d Field) bool { return d.CKAN.Key == name || d.CKAN.Extra == name || d.Name == name })
	if i < 0 {
		return nil
	}
	return &defs[i]
}

// Values are what an entry has for a city's field; e is nil for values of a
// resource or of a group.
func (f *CityField) Values(e *catalog.Entry, defs []Field, have catalog.Fields) []string {
	some := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	if e != nil {
		switch f.Name {
		case "name":
			return some(e.Name)
		case "owner_org":
			return some(e.Owner)
		}
	}
	d := f.Of(defs)
	if d == nil {
		return nil
	}
	if list := have.Strings(d.Name); len(list) > 0 {
		return list
	}
	if have[d.Name] != nil && have.String(d.Name) == "" {
		return []string{"{}"} // a nested value counts as given
	}
	return some(have.String(d.Name))
}

// TypeOf is the type a city declared for an entry, nil for none.
func (s *Set) TypeOf(e *catalog.Entry) *CityType {
	name := e.Fields.String("dataset_type")
	if name == "" {
		name = string(e.Type)
	}
	return s.CityType(e.Type, name)
}

// Check applies the rules of a dataset's type, resources and groups included.
func (s *Set) Check(e *catalog.Entry) (out []catalog.Finding) {
	t := s.TypeOf(e)
	if t == nil {
		return nil
	}
	def := s.Of(e.Type)
	out = checkRules(t.Fields, def.Fields, e, e.Fields, "")
	for i := range e.Parts {
		out = append(out, checkRules(t.Parts, def.Parts, nil, e.Parts[i].Fields, fmt.Sprintf("resources.%d.", i))...)
	}
	return out
}

func checkRules(rules []CityField, defs []Field, e *catalog.Entry, have catalog.Fields, place string) (out []catalog.Finding) {
	for i := range rules {
		f := &rules[i]
		d, name := f.Of(defs), f.Name
		if d != nil {
			name = d.Name
		}
		groups := have.Maps(name)
		if f.Subfields == nil || d == nil || len(groups) == 0 {
			for _, wrong := range f.Faults(f.Values(e, defs, have)) {
				out = append(out, f.finding(wrong, place+name))
			}
			continue
		}
		for n, group := range groups {
			out = append(out, checkRules(f.Subfields, d.Subfields, nil, group, fmt.Sprintf("%s%s.%d.", place, name, n))...)
		}
	}
	return out
}

// finding says in words for people what a rule found.
func (f *CityField) finding(wrong RuleFault, field string) catalog.Finding {
	label := func(lang string) string {
		if s := f.Label.In(lang); s != "" {
			return s
		}
		return f.Name
	}
	v, de, en := wrong.Value, "", ""
	switch wrong.Code {
	case RuleMissing:
		de, en = fmt.Sprintf("Die Angabe „%s“ fehlt.", label("de")), fmt.Sprintf("The value %q is missing.", label("en"))
	case RuleChoice:
		de, en = fmt.Sprintf("„%.100s“ steht nicht zur Auswahl.", v), fmt.Sprintf("%.100q is no choice.", v)
	case RuleEmail:
		de, en = fmt.Sprintf("„%.100s“ ist keine E-Mail-Adresse.", v), fmt.Sprintf("%.100q is no e-mail address.", v)
	case RuleURL:
		de, en = fmt.Sprintf("„%.100s“ ist keine Adresse mit http oder https.", v), fmt.Sprintf("%.100q is no address with http or https.", v)
	}
	return catalog.Finding{Severity: catalog.SeverityError, Code: "type:" + wrong.Code, Field: field, Message: catalog.DE(de, en)}
}
