package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"trio.example/catalog"
)

// TestUpdate_together lets many writers share syncs to disk: some fail, some
// panic, some give up. What was acknowledged is there, and nothing else is.
func TestUpdate_together(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "t.db"))
	refused := errors.New("refused")
	var all sync.WaitGroup
	var acknowledged sync.Map
	for i := range 300 {
		all.Go(func() {
			name := fmt.Sprintf("d-%d", i)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			by := admin
			by.Bulk = i%13 == 0
			defer func() {
				if r := recover(); (r != nil) != (i%7 == 1 && i%5 != 1) {
					t.Errorf("writer %d: panic %v", i, r)
				}
			}()
			seq, err := s.Update(ctx, by, func(tx catalog.WriteTx) error {
				if err := tx.PutEntry(dataset(name), catalog.OpCreate); err != nil {
					return err
				}
				switch {
				case i%5 == 1:
					return refused
				case i%7 == 1:
					panic("in the middle")
				case i%11 == 1:
					cancel()
				}
				return nil
			})
			switch {
			case i%5 == 1 && !errors.Is(err, refused), i%5 != 1 && i%11 == 1 && !errors.Is(err, context.Canceled), i%5 != 1 && i%11 != 1 && err != nil:
				t.Errorf("writer %d: %v", i, err)
			case err == nil:
				acknowledged.Store(name, seq)
			}
		})
	}
	all.Wait()
	n := 0
	err := s.View(t.Context(), func(tx catalog.Tx) error {
		names, err := tx.Names(catalog.EntryFilter{})
		for _, name := range names {
			seq, ok := acknowledged.Load(name)
			if !ok {
				t.Errorf("%s is there and was not acknowledged", name)
				continue
			}
			n++
			e, err := tx.EntryByName(catalog.TypeDataset.Namespace(), name)
			if err != nil {
				return err
			}
			changes, err := tx.Changes(seq.(int64)-1, 1)
			if err != nil || len(changes) != 1 || changes[0].ID != e.ID {
				t.Errorf("%s was acknowledged with change %d, which is %+v, %v", name, seq, changes, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	acknowledged.Range(func(any, any) bool { n--; return true })
	if n != 0 {
		t.Errorf("%d acknowledged datasets are not there", -n)
	}
	findings, err := s.Check(t.Context())
	if err != nil || len(findings) > 0 {
		t.Errorf("check: %v %v", findings, err)
	}
}

// BenchmarkUpdate compares one writer after the other with many at once.
func BenchmarkUpdate(b *testing.B) {
	for _, writers := range []int{1, 32} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "t.db"))
			var next atomic.Int64
			b.ResetTimer()
			var all sync.WaitGroup
			for range writers {
				all.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						if err := put(b, s, dataset(fmt.Sprintf("d-%d", i)), catalog.OpCreate); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}
