package catalog_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"trio.example/catalog"
)

func entries() []*catalog.Entry {
	at := time.Date(2026, 3, 29, 1, 2, 3, 456000, time.UTC)
	return []*catalog.Entry{
		{},
		{ID: "1", Name: "a", Type: "dataset", State: "active", Access: "public", Rev: 1, Fields: catalog.Fields{}, Created: at, Modified: at},
		{
			ID: "2", Name: "bäume", Type: "holding", Owner: "o", State: "draft", Access: "partner", Rev: 1 << 60, Creator: "c",
			Fields: catalog.Fields{
				"z": "a<b>&\u2028\"\\\n\x01\xff€", "a": int64(-5), "m": map[string]any{"y": []any{}, "x": nil, "": true}, "f": 1.5e300, "l": []any{"x", int64(1), []any{false}},
			},
			Parts:  []catalog.Part{{ID: "p", Fields: catalog.Fields{"url": "https://a.example/?a=1&b=2"}, Created: at, Modified: at.Add(time.Hour)}, {ID: "q"}},
			Origin: &catalog.Origin{Source: "survey:x", Key: "k", Hash: "h", Updated: at}, Created: at, Modified: at,
		},
		{ID: "3", Origin: &catalog.Origin{}, Fields: catalog.Fields{"strings": []string{"not", "canonical"}}},
	}
}

func TestEncodeEntry_isWhatEncodingJSONWrites(t *testing.T) {
	t.Parallel()
	for _, e := range entries() {
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := catalog.EncodeEntry(e)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("entry %q:\n%s", e.ID, d)
		}
		var plain catalog.Entry
		if err := json.Unmarshal(want, &plain); err != nil {
			t.Fatal(err)
		}
		read, err := catalog.DecodeEntry(got)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(&plain, read, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("entry %q read again:\n%s", e.ID, d)
		}
	}
}

func TestDecodeEntry_refusesWhatIsNoEntry(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "null", "[]", `{"id":"a"`, `{"id":"a","created":"gestern"}`, `{"id":"a","parts":[{"modified":"x"}]}`, `{"id":"a","origin":{"updated":"x"}}`} {
		if e, err := catalog.DecodeEntry([]byte(text)); err == nil {
			t.Errorf("%q was read as %+v", text, e)
		}
	}
	if _, err := catalog.EncodeEntry(&catalog.Entry{Fields: catalog.Fields{"f": func() {}}}); err == nil || !strings.Contains(err.Error(), "func") {
		t.Errorf("a function was encoded: %v", err)
	}
}

// usual is an entry of the size and make of a holding.
func usual() *catalog.Entry {
	e := entries()[2]
	e.Fields = catalog.Fields{}
	for i := range 60 {
		e.Fields.Set("field_"+strconv.Itoa(i), strings.Repeat("Straßenbäume – „Kataster“ ", 1+i%4))
	}
	return e
}

func BenchmarkDecodeEntry(b *testing.B) {
	text, err := json.Marshal(usual())
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if _, err := catalog.DecodeEntry(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		for b.Loop() {
			var e catalog.Entry
			if err := json.Unmarshal(text, &e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncodeEntry(b *testing.B) {
	e := usual()
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if _, err := catalog.EncodeEntry(e); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(e); err != nil {
				b.Fatal(err)
			}
		}
	})
}
