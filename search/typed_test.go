package search_test

import (
	"reflect"
	"strings"
	"testing"

	"trio.example/search"
)

// TestLoosen: words that hang together count one by one, but what somebody
// demands, excludes or quotes stays whole.
func TestLoosen(t *testing.T) {
	t.Parallel()
	words := func(list ...search.Word) search.Words { return search.Words{Words: list, Loose: true} }
	for _, c := range []struct{ typed, want search.Words }{
		{search.Words{Words: []search.Word{{Text: "Geh-/Radwege"}, {Text: "Köln"}}}, words(search.Word{Text: "Geh"}, search.Word{Text: "Radwege"}, search.Word{Text: "Köln"})},
		{search.Words{Words: []search.Word{{Text: "Kfz-Bestand", Must: true}, {Text: "a-b", MustNot: true}, {Text: "c d", Phrase: true}}}, words(search.Word{Text: "Kfz-Bestand", Must: true}, search.Word{Text: "a-b", MustNot: true}, search.Word{Text: "c d", Phrase: true})},
	} {
		if got := search.Loosen(c.typed); !reflect.DeepEqual(got, search.Node(c.want)) {
			t.Errorf("%+v became %+v", c.typed, got)
		}
	}
	long := search.Loosen(search.Words{Words: []search.Word{{Text: strings.Repeat("a-", 5000) + "b"}}}).(search.Words)
	if len(long.Words) != 1 {
		t.Errorf("one word became %d", len(long.Words))
	}
}
