package cache_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"trio.example/web/cache"
)

func TestCache_keepsWhatIsAskedForWithinItsBound(t *testing.T) {
	t.Parallel()
	c := cache.New(1000)
	c.Put("often", bytes.Repeat([]byte("a"), 100))
	for i := range 100 {
		c.Put(fmt.Sprint(i), bytes.Repeat([]byte("x"), 100))
		if c.Get("often") == nil {
			t.Fatalf("what was asked for before every put is gone after %d", i)
		}
	}
	if c.Get("0") != nil || c.Get("99") == nil {
		t.Error("the oldest should be gone, the newest there")
	}
	if c.Put("big", make([]byte, 600)); c.Get("big") != nil {
		t.Error("what is larger than half the bound should not be kept")
	}
}

func TestFile_returnsWhatWasPut(t *testing.T) {
	t.Parallel()
	c, err := cache.NewFile(t.TempDir(), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				key := fmt.Sprintf("%d-%d", i, j)
				want := bytes.Repeat([]byte(key), 20)
				c.Put(key, 7, want)
				if got, ok := c.Append([]byte("before "), key, 7); ok && string(got) != "before "+string(want) {
					t.Errorf("%s: got %q", key, got)
				}
			}
		})
	}
	wg.Wait()
	c.Put("last", 1, []byte("w"))
	c.Put("last", 2, []byte("x"))
	if got, ok := c.Append(nil, "last", 1); ok {
		t.Errorf("a version that another took the place of: %q", got)
	}
	if got, ok := c.Append(nil, "last", 2); !ok || string(got) != "x" {
		t.Errorf("got %q, %t", got, ok)
	}
	if _, ok := c.Append(nil, "never", 1); ok {
		t.Error("found what was never put")
	}
}

func TestSeen_knowsWhatCameByLately(t *testing.T) {
	t.Parallel()
	s := cache.NewSeen()
	if s.Again("a") || !s.Again("a") || !s.Again("a") {
		t.Error("a key is new once only")
	}
	known := 0
	for round := range 2 {
		for i := range 1000 {
			if s.Again(fmt.Sprint("key", i)) {
				if round == 0 {
					t.Fatalf("key %d counts as known and never came by", i)
				}
				known++
			}
		}
	}
	if known < 700 { // some lost their place to others
		t.Errorf("%d of 1000 are known the second time", known)
	}
}
