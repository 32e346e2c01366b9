package catalog

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
)

// Fields holds an entry's values by field name. Values are what JSON knows, in
// one canonical form: string, bool, int64, float64, []any and map[string]any.
// An empty value (nil, "", empty list or map) is never stored: absent and empty
// are the same.
type Fields map[string]any

// UnmarshalJSON keeps whole numbers as int64, which plain decoding would turn
// into floats and so damage above 2^53.
func (f *Fields) UnmarshalJSON(data []byte) error {
	// A decoder checks the text before it calls this method; the check matters
	// for other callers only and is cheap beside building the values.
	if !json.Valid(data) {
		return errors.New("decode fields: no valid JSON")
	}
	switch v := parse(data).(type) {
	case nil:
		*f = nil
	case map[string]any:
		*f = v
	default:
		return errors.New("decode fields: no JSON object")
	}
	return nil
}

// Clone returns a deep copy.
func (f Fields) Clone() Fields {
	if f == nil {
		return nil
	}
	c := make(Fields, len(f))
	for k, v := range f {
		c[k] = cloneValue(v)
	}
	return c
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case []any:
		c := make([]any, len(v))
		for i := range v {
			c[i] = cloneValue(v[i])
		}
		return c
	case map[string]any:
		c := make(map[string]any, len(v))
		for k := range v {
			c[k] = cloneValue(v[k])
		}
		return c
	default:
		return v
	}
}

// Set stores a value in canonical form; an empty one removes the field.
func (f Fields) Set(name string, v any) {
	switch x := v.(type) {
	case nil:
		v = nil
	case string:
		if x == "" {
			v = nil
		}
	case int:
		v = int64(x)
	case []string:
		l := make([]any, len(x))
		for i := range x {
			l[i] = x[i]
		}
		v = l
		if len(x) == 0 {
			v = nil
		}
	case []any:
		if len(x) == 0 {
			v = nil
		}
	case map[string]any:
		if len(x) == 0 {
			v = nil
		}
	}
	if v == nil {
		delete(f, name)
		return
	}
	f[name] = v
}

// String returns a text value, "" when absent. Numbers and booleans come as text.
func (f Fields) String(name string) string {
	switch v := f[name].(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return ""
	}
}

// Strings returns a list of texts; a single text comes as a list of one.
func (f Fields) Strings(name string) []string {
	switch v := f[name].(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	default:
		return nil
	}
}

// Int returns a whole number and whether there is one.
func (f Fields) Int(name string) (int64, bool) {
	switch v := f[name].(type) {
	case int64:
		return v, true
	case float64:
		return int64(v), v == float64(int64(v))
	default:
		return 0, false
	}
}

// Bool returns a truth value, false when absent.
func (f Fields) Bool(name string) bool {
	b, _ := f[name].(bool)
	return b
}

// Map returns a nested value, nil when absent.
func (f Fields) Map(name string) map[string]any {
	m, _ := f[name].(map[string]any)
	return m
}

// Maps returns a list of nested values.
func (f Fields) Maps(name string) []map[string]any {
	l, _ := f[name].([]any)
	out := make([]map[string]any, 0, len(l))
	for _, x := range l {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// Names returns the names of the fields present, sorted.
func (f Fields) Names() []string { return slices.Sorted(maps.Keys(f)) }
