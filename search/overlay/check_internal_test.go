package overlay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"trio.example/search"
)

// TestOpenSegment_hostile changes files here and there, with a sum that fits: what
// opens can be read to the end, the rest is refused.
func TestOpenSegment_hostile(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 9))
	m, b := newMemory(), newBuilder()
	for i := range 700 {
		d := &search.Document{ID: fmt.Sprint("id", i), Type: "dataset", Labels: []string{"public"}, Text: map[string][]string{"title": {fmt.Sprint("Baum ", i%7, " ", i/2)}},
			Exact: map[string][]string{"tags": {fmt.Sprint("t", i/90), fmt.Sprint("u", r.IntN(40))}}, Dates: map[string]time.Time{"metadata_modified": time.Unix(int64(i), 0)}}
		m.add(b.row(d))
	}
	path := filepath.Join(t.TempDir(), "x.seg")
	if err := writeSegment(path, []tier{m}, []set{m.dead.set}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for range 500 {
		data := slices.Clone(whole)
		for range 1 + r.IntN(3) {
			switch at := r.IntN(len(data) - segmentFooter); r.IntN(3) {
			case 0:
				data[at] = byte(r.Uint32()) //nolint:gosec // any
			case 1:
				data[at] ^= 1 << r.IntN(8)
			default:
				binary.LittleEndian.PutUint16(data[at&^1:], []uint16{0, 1, 0x7fff, 0xffff}[r.IntN(4)])
			}
		}
		end := len(data) - segmentFooter
		binary.LittleEndian.PutUint64(data[end+16:], uint64(crc32.Checksum(data[:end], castagnoli)))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := openSegment(path)
		if err != nil {
			if !errors.Is(err, errSegment) {
				t.Fatal(err)
			}
			refused++
			continue
		}
		readAll(s)
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
	}
	if refused < 50 {
		t.Errorf("%d files were refused", refused)
	}
}

// readAll uses everything that is in a file.
func readAll(s *segment) {
	q := &query{}
	for _, p := range s.wordsFrom("") {
		x := match{set: newSet(s.size()), score: make([]float32, s.size())}
		q.best(&x, p, 1)
		countIn(x.set, p.ords)
	}
	for _, f := range s.fields() {
		s.facet(f)
		s.firsts(f)
		for v, l := range s.valuesFrom(f, "") {
			s.value(f, v).has(uint32(l.n)) //nolint:gosec // small
			s.cached(f, v)
		}
	}
	for ord := range uint32(s.size()) { //nolint:gosec // small
		s.lookup(s.id(ord))
		for _, c := range s.columns() {
			s.column(c).at(ord)
		}
	}
	s.lookup("nobody")
	s.sorted("metadata_modified", true)
}
