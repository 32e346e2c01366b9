package search

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// TestTerms_rememberedOrNot asks for more words than are remembered, frequent
// ones in between, from several sides.
func TestTerms_rememberedOrNot(t *testing.T) {
	t.Parallel()
	frequent := []string{"Haushalt", "Straßenbäume", "Trinkwasserbrunnen"}
	var wg sync.WaitGroup
	for side := range 2 {
		wg.Go(func() {
			for i := range maxMemo + maxMemo/4 {
				for _, w := range []string{frequent[i%len(frequent)], fmt.Sprintf("Wort%d-%d", side, i)} {
					if i%7 > 0 && i%len(frequent) > 0 {
						TermsOf(w)
						continue
					}
					if got, want := TermsOf(w), terms(w); !slices.Equal(got, want) {
						t.Errorf("%s: %q, not %q", w, got, want)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	memo.RLock()
	defer memo.RUnlock()
	if n := len(memo.young) + len(memo.old); n > 2*maxMemo {
		t.Errorf("%d words are remembered", n)
	}
}
