package cache_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"trio.example/web/cache"
)

// TestFile_beginsAnewBehindNobodysBack fills a small file over and over: a writer
// that was slow must not write over what others put after it began anew.
func TestFile_beginsAnewBehindNobodysBack(t *testing.T) {
	t.Parallel()
	c, err := cache.NewFile(t.TempDir(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var wg sync.WaitGroup
	found := 0
	var mu sync.Mutex
	for i := range 16 {
		wg.Go(func() {
			for j := range 3000 {
				key := fmt.Sprintf("%d-%d", i, j)
				want := bytes.Repeat([]byte(key+" "), 30)
				c.Put(key, 1, want)
				got, ok := c.Append(nil, key, 1)
				if ok && !bytes.Equal(got, want) {
					t.Errorf("%s: got %q", key, got)
					return
				}
				if ok {
					mu.Lock()
					found++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if found == 0 {
		t.Error("nothing was found again")
	}
}
