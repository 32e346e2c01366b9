package ckan

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Args are an action's arguments as they came in: JSON values, or texts when
// they came by address or form.
type Args map[string]any

// Has reports whether an argument was given, even if empty.
func (a Args) Has(name string) bool { _, ok := a[name]; return ok }

// Empty reports whether an argument is absent, null or an empty text or list.
func (a Args) Empty(name string) bool {
	switch v := a[name].(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// String returns a text; numbers and booleans are turned into text.
func (a Args) String(name string) string {
	switch v := a[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case []any:
		if len(v) > 0 {
			if s, ok := v[len(v)-1].(string); ok {
				return s
			}
		}
	}
	return ""
}

// Required returns a text that must be there.
func (a Args) Required(name string) (string, error) {
	if s := a.String(name); s != "" {
		return s, nil
	}
	return "", invalid(name, "Missing value")
}

// Given returns a text that must be named, even if it is empty or null: CKAN
// looks for what is called so, and finds nothing.
func (a Args) Given(name string) (string, error) {
	return a.String(name), absent(a, name)
}

// yes are the spellings CKAN's boolean_validator takes for true, truths those of
// its arguments.
var (
	yes    = []string{"true", "yes", "t", "y", "1"}
	truths = append(slices.Clone(yes), "on")
)

// falsehoods are the words for false where only words for either are taken.
var falsehoods = []string{"false", "no", "f", "n", "0", "off"}

// Bool reads a truth value as CKAN does: a few spellings are true, all else false.
func (a Args) Bool(name string, def bool) bool {
	switch v := a[name].(type) {
	case nil:
		return def
	case bool:
		return v
	case json.Number:
		return v.String() == "1"
	case string:
		if v == "" {
			return def
		}
		for _, t := range truths {
			if strings.EqualFold(v, t) {
				return true
			}
		}
	}
	return false
}

// Natural reads a whole number of at least 0, with CKAN's messages.
func (a Args) Natural(name string, def int) (int, error) {
	v, ok := a[name]
	if !ok || v == nil || v == "" {
		return def, nil
	}
	s := strings.TrimSpace(a.String(name))
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, invalid(name, "Invalid integer")
	}
	if n < 0 {
		return 0, invalid(name, "Must be a natural number")
	}
	return int(min(n, math.MaxInt32)), nil
}

// List reads a list of texts: a JSON list, a repeated parameter, JSON text, or
// one plain text. Texts with commas are not split.
func (a Args) List(name string) []string {
	switch v := a[name].(type) {
	case nil:
		return nil
	case []any:
		out := make([]string, 0, len(v))
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	s := a.String(name)
	if s == "" {
		return nil
	}
	var list []string
	if isJSON(s, &list) {
		return list
	}
	return []string{s}
}

// JSONList reads a parameter that CKAN wants as a JSON list of texts.
func (a Args) JSONList(name string) ([]string, error) {
	switch v := a[name].(type) {
	case nil:
		return nil, nil
	case []any:
		out := make([]string, len(v))
		for i, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, invalid(name, "Not a string: "+toText(x))
			}
			out[i] = s
		}
		return out, nil
	}
	s := a.String(name)
	if s == "" {
		return nil, nil
	}
	var any1 any
	if !isJSON(s, &any1) {
		return nil, invalid(name, "Could not parse as valid JSON", "Not a list")
	}
	list, ok := any1.([]any)
	if !ok {
		return nil, invalid(name, "Not a list")
	}
	return Args{name: list}.JSONList(name)
}

// Dicts reads a list of dictionaries. Empty ones are passed over, as nothing is
// left of them when CKAN takes a list apart; one of nothing else is not given.
func (a Args) Dicts(name string) (out []map[string]any, given bool, err error) {
	value, given := a[name]
	if !given {
		return nil, false, nil
	}
	list, ok := value.([]any)
	if !ok { // null is no list either
		return nil, false, integrity(name, value, a)
	}
	for i, x := range list {
		m, ok := x.(map[string]any)
		switch {
		case !ok && i == 0:
			return nil, false, integrity(name, value, a)
		case !ok:
			return nil, false, badNesting("Values in lists need to be dicts", a)
		case len(m) > 0:
			out = append(out, m)
		}
	}
	return out, len(out) > 0 || len(list) == 0, nil
}

// toText writes a JSON value as CKAN turns values of extras into text.
func toText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return spaced(string(b))
}

// spaced puts blanks after separators, as Python's JSON writer does.
func spaced(s string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, r := range s {
		b.WriteRune(r)
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		case !quoted && (r == ',' || r == ':'):
			b.WriteByte(' ')
		}
	}
	return b.String()
}
