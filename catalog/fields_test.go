package catalog_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
)

func TestFields_readsCanonicalValues(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]catalog.Fields{
		`null`:                       nil,
		` { } `:                      {},
		`{"a":9007199254740993}`:     {"a": int64(9007199254740993)},
		`{"a":-1.5e3,"b":1e400}`:     {"a": -1500.0, "b": "1e400"},
		`{"a":"ä\"\\ü\n😀\\"}`:        {"a": "ä\"\\ü\n😀\\"},
		`{"\u0061":"\ud83d\ude00"}`:  {"a": "😀"},
		"{\"a\":\"\xff\"}":           {"a": "\uFFFD"},
		`{"a" : [ ] , "b" : { } }`:   {"a": []any{}, "b": map[string]any{}},
		`{"a":[1,[true,null],"x"]}`:  {"a": []any{int64(1), []any{true, nil}, "x"}},
		`{"a":{"b":{"c":false}}}`:    {"a": map[string]any{"b": map[string]any{"c": false}}},
		"\n{\t\"a\"\r:\n0 ,\"a\":1}": {"a": int64(1)},
	} {
		var got catalog.Fields
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", text, d)
		}
	}
	for _, text := range []string{"", "[]", "1", `"a"`, "{", `{"a"}`, `{"a":1}x`, `{"a":01}`} {
		var got catalog.Fields
		if err := got.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

// FuzzFields compares with what encoding/json makes of the same text.
func FuzzFields(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\u00e4",null,true,{"b":{}}]}`, `null`, `{"":""}`, `{"a":-0}`, `{"a":1E2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var got catalog.Fields
		err := json.Unmarshal(text, &got)
		var plain map[string]any
		if plainErr := json.Unmarshal(text, &plain); plainErr != nil {
			return // numbers beyond float64 are texts here
		}
		if err != nil {
			t.Fatal(err)
		}
		a, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		var again map[string]any
		if err := json.Unmarshal(a, &again); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(plain, again); d != "" {
			t.Fatal(d)
		}
	})
}
