package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"trio.example/catalog"
)

// asciiJSON is what answers are written by.
func asciiJSON(v any) ([]byte, error) {
	w := catalog.JSON{ASCII: true}
	w.Value(v)
	return w.Out, w.Err()
}

// slowly writes a value with encoding/json and escapes the result afterwards.
func slowly(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, r := range strings.TrimSuffix(b.String(), "\n") {
		switch {
		case r < utf8.RuneSelf:
			out.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

// TestJSON_isWhatEncodingJSONWrites holds the writer against the library, on
// values at random made of what tends to go wrong.
func TestJSON_isWhatEncodingJSONWrites(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"", "a", "Straße", "\"", "\\", "<&>", "\x00", "\x1f", "\x7f", "\b\f\n\r\t", "\u2028\u2029", "\ufffd", "😀", "\xff", "\xc3", "\xed\xa0\x80", "€", "/"}
	text := func() string {
		var b strings.Builder
		for range rnd.IntN(4) {
			b.WriteString(pieces[rnd.IntN(len(pieces))])
		}
		return b.String()
	}
	var value func(depth int) any
	value = func(depth int) any {
		switch n := rnd.IntN(12); {
		case n < 3 && depth > 0:
			m := map[string]any{}
			for range rnd.IntN(5) {
				m[text()] = value(depth - 1)
			}
			return m
		case n < 5 && depth > 0:
			list := []any{}
			for range rnd.IntN(5) {
				list = append(list, value(depth-1))
			}
			return list
		case n < 8:
			return text()
		default:
			return []any{nil, true, 7, int64(-1 << 62), 1.5, 1e21, json.Number("3.10"), []string{text()}, map[string]string{text(): text()}, json.RawMessage(`{"ä": "\u00e4\\"}`), []any(nil), map[string]any(nil)}[rnd.IntN(12)]
		}
	}
	for range 3000 {
		v := value(4)
		got, err := asciiJSON(v)
		if err != nil {
			t.Fatal(err)
		}
		if want := slowly(t, v); string(got) != want {
			t.Fatalf("%#v\n got %s\nwant %s", v, got, want)
		}
		var plain catalog.JSON
		plain.Value(v)
		want, err := json.Marshal(v)
		if err != nil || plain.Err() != nil || !bytes.Equal(plain.Out, want) {
			t.Fatalf("%#v\n got %s, %v\nwant %s, %v", v, plain.Out, plain.Err(), want, err)
		}
	}
	if _, err := asciiJSON(map[string]any{"f": func() {}}); err == nil {
		t.Error("a function was written")
	}
}

func BenchmarkJSON(b *testing.B) {
	v := map[string]any{}
	for i := range 40 {
		v[fmt.Sprint("schluessel_", i)] = []any{"Verzeichnis der Straßenbäume", nil, true, map[string]any{"key": "issued", "value": "2024-05-01"}}[i%4]
	}
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if _, err := asciiJSON(v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
