package overlay

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"trio.example/search"
	"trio.example/search/german"
)

// Checkpoint says up to which change the index has seen the log. Entry and time
// of that change tell whether it is still the same log.
type Checkpoint struct {
	Seq    int64  `json:"seq"`
	Entry  string `json:"entry"`
	Micros int64  `json:"micros"`
}

// Index is the overlay of one generation.
type Index struct {
	dir, version string
	text         Text

	mu             sync.RWMutex // read: queries; write: Apply and the change to new files
	public, inside shard
	upto           Checkpoint

	writing sync.Mutex // one Apply at a time; guards build
	build   *builder

	saving  sync.Mutex // one Save at a time
	saved   Checkpoint
	number  int
	last    time.Duration // what the last Save took
	savedAt time.Time
}

// shard is a list of tiers; the last one grows.
type shard struct {
	open  bool // everybody's
	tiers []tier
	file  string // of the first tier, if it is a segment
	// killed are the ids that went while tiers are being written to a file.
	killed []string
}

func (s *shard) active() *memory { return s.tiers[len(s.tiers)-1].(*memory) }

func (s *shard) kill(id string) {
	for _, t := range s.tiers {
		if ord, ok := t.lookup(id); ok {
			t.gone().kill(ord)
		}
	}
	s.killed = append(s.killed, id)
}

// bury takes out of a new file what went while it was written.
func (s *shard) bury(seg *segment) {
	for _, id := range s.killed {
		if ord, ok := seg.lookup(id); ok {
			seg.dead.kill(ord)
		}
	}
	s.killed = nil
}

// state is the file that names the parts in use.
type state struct {
	Version    string     `json:"version"`
	Checkpoint Checkpoint `json:"checkpoint"`
	Public     string     `json:"public"`
	Inside     string     `json:"inside"`
	Number     int        `json:"number"`
}

const stateName = "CURRENT.json"

// Version names the form of the files.
func Version(documents string) string { return "overlay-4/" + german.Version() + "/" + documents }

// Create makes an empty overlay in a new folder.
func Create(dir, version string, text Text) (*Index, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create index: %w", err)
	}
	x := fresh(dir, version, text)
	x.public.tiers, x.inside.tiers = []tier{newMemory()}, []tier{newMemory()}
	return x, nil
}

func fresh(dir, version string, text Text) *Index {
	return &Index{dir: dir, version: version, text: text, build: newBuilder(), public: shard{open: true}, savedAt: time.Now()}
}

// ErrVersion says that the files were written by another version of the program.
var ErrVersion = errors.New("another version")

// Open reads what the last Save wrote.
func Open(dir, version string, text Text) (*Index, error) {
	b, err := os.ReadFile(filepath.Join(dir, stateName))
	if err != nil {
		return nil, err
	}
	var st state
	if err := json.Unmarshal(b, &st); err != nil {
		return nil, fmt.Errorf("read %s: %w", stateName, err)
	}
	if st.Version != version {
		return nil, fmt.Errorf("index has version %q, this program %q: %w", st.Version, version, ErrVersion)
	}
	x := fresh(dir, version, text)
	x.upto, x.saved, x.number = st.Checkpoint, st.Checkpoint, st.Number
	for s, name := range map[*shard]string{&x.public: st.Public, &x.inside: st.Inside} {
		seg, err := openSegment(filepath.Join(dir, filepath.Base(name)))
		if err != nil {
			return nil, errors.Join(err, x.Close())
		}
		s.tiers, s.file = []tier{seg, newMemory()}, name
	}
	x.sweep()
	x.warm()
	return x, nil
}

// warm makes the order that start pages ask for, beside what else goes on.
func (x *Index) warm() {
	if s, ok := x.public.tiers[0].(*segment); ok && s.meta.Docs > 0 {
		s.sorted("metadata_modified", true)
	}
}

// Close gives the files back; nothing may be searched any more.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var err error
	for _, s := range []*shard{&x.public, &x.inside} {
		for _, t := range s.tiers {
			if seg, ok := t.(*segment); ok {
				err = errors.Join(err, seg.close())
			}
		}
		s.tiers = nil
	}
	return err
}

// Checkpoint says up to which change searches see the log.
func (x *Index) Checkpoint() Checkpoint {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.upto
}

// Apply brings documents in and takes ids out, all at once. A zero checkpoint
// leaves the old one; stamp is a change number at or before the state that the
// documents show.
func (x *Index) Apply(docs []*search.Document, gone []string, upto Checkpoint, stamp int64) {
	x.writing.Lock()
	defer x.writing.Unlock()
	rows := make([]*row, len(docs))
	for i, d := range docs {
		rows[i] = x.build.row(d)
		rows[i].stamp = stamp
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range gone {
		x.public.kill(id)
		x.inside.kill(id)
	}
	for _, r := range rows {
		x.public.kill(r.id)
		x.inside.kill(r.id)
		if r.public {
			x.public.active().add(r)
		} else {
			x.inside.active().add(r)
		}
	}
	if upto != (Checkpoint{}) {
		x.upto = upto
	}
}

// Save writes what came since the last one into new files, while searches and
// writers go on, and names them in one step. A crash leaves the old ones in use.
func (x *Index) Save() error {
	x.saving.Lock()
	defer x.saving.Unlock()
	begun := time.Now()
	x.mu.Lock()
	upto := x.upto
	frozen := map[*shard][]tier{}
	dead := map[*shard][]set{}
	for _, s := range []*shard{&x.public, &x.inside} {
		s.killed = nil
		changed := s.file == ""
		for i, t := range s.tiers {
			_, isFile := t.(*segment)
			changed = changed || t.gone().n > 0 || (i > 0 || !isFile) && t.size() > 0
		}
		if !changed {
			continue
		}
		frozen[s] = slices.Clone(s.tiers)
		for _, t := range s.tiers {
			dead[s] = append(dead[s], slices.Clone(t.gone().set))
		}
		s.tiers = append(s.tiers, newMemory())
	}
	x.mu.Unlock()
	if len(frozen) == 0 && upto == x.saved {
		return nil
	}
	x.number++
	st := state{Version: x.version, Checkpoint: upto, Public: x.public.file, Inside: x.inside.file, Number: x.number}
	segs := map[*shard]*segment{}
	for _, s := range []*shard{&x.public, &x.inside} {
		if frozen[s] == nil {
			continue
		}
		name := fmt.Sprintf("inside-%d.seg", x.number)
		if s.open {
			name = fmt.Sprintf("public-%d.seg", x.number)
		}
		seg, err := newSegment(filepath.Join(x.dir, name), frozen[s], dead[s])
		if err != nil { // the tiers stay as they are, the next Save takes them all
			return err
		}
		segs[s] = seg
		if s.open {
			st.Public = name
		} else {
			st.Inside = name
		}
	}
	if err := writeState(x.dir, st); err != nil {
		return err
	}
	x.swap(segs, frozen, st)
	x.saved, x.savedAt = upto, time.Now()
	x.last = x.savedAt.Sub(begun)
	x.sweep()
	return nil
}

// Spill moves what lies in memory into files of its own, beside those that are
// there: whoever fills an index writes every document twice, and not again with
// each Save. They have no name in the state; after a crash they are gone.
func (x *Index) Spill() error {
	x.saving.Lock()
	defer x.saving.Unlock()
	for _, s := range []*shard{&x.public, &x.inside} {
		x.mu.Lock()
		full := s.active()
		if full.size() == 0 {
			x.mu.Unlock()
			continue
		}
		place, gone := len(s.tiers)-1, slices.Clone(full.gone().set)
		s.killed, s.tiers = nil, append(s.tiers, newMemory())
		x.mu.Unlock()
		x.number++
		seg, err := newSegment(filepath.Join(x.dir, fmt.Sprintf("spill-%d.seg", x.number)), []tier{full}, []set{gone})
		if err != nil {
			return err
		}
		x.mu.Lock()
		s.tiers[place] = seg
		s.bury(seg)
		x.mu.Unlock()
	}
	return nil
}

// swap puts new files in the place of the tiers they were made of.
func (x *Index) swap(segs map[*shard]*segment, frozen map[*shard][]tier, st state) {
	if seg := segs[&x.public]; seg != nil && seg.meta.Docs > 0 {
		seg.sorted("metadata_modified", true) // before searches wait for it
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for s, seg := range segs {
		for _, t := range frozen[s] {
			if old, ok := t.(*segment); ok {
				_ = old.close() // no search runs: the lock is held
			}
		}
		s.tiers = append([]tier{seg}, s.tiers[len(frozen[s]):]...)
		s.bury(seg)
	}
	x.public.file, x.inside.file = st.Public, st.Inside
}

// Pending is how many documents came since the last Save.
func (x *Index) Pending() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n := 0
	for _, s := range []*shard{&x.public, &x.inside} {
		for _, t := range s.tiers {
			if m, ok := t.(*memory); ok {
				n += m.size()
			}
		}
	}
	return n
}

// When a Save is due: after so many documents, but not so often that more than
// a fifth of the time goes into it, or in quiet moments after fewer.
const (
	pendingMany = 1500
	pendingFew  = 100
	quiet       = 2 * time.Second
	timeShare   = 4
)

// Due reports whether it is time to Save; idle says how long nothing came.
func (x *Index) Due(idle time.Duration) bool {
	n := x.Pending()
	x.saving.Lock()
	defer x.saving.Unlock()
	since := time.Since(x.savedAt)
	return n >= pendingMany && since > timeShare*x.last || n >= pendingFew && idle > quiet && since > timeShare*x.last
}

func writeState(dir string, st state) error {
	b, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return ReplaceFile(filepath.Join(dir, stateName), b)
}

// ReplaceFile gives a file of an index its new content in one step: after a
// crash it has the old or the new one, and what was acknowledged is on disk.
func ReplaceFile(path string, content []byte) error {
	tmp := path + ".new"
	f, err := os.Create(tmp)
	if err == nil {
		_, err = f.Write(content)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err == nil {
		var d *os.File
		if d, err = os.Open(filepath.Dir(path)); err == nil {
			err = errors.Join(d.Sync(), d.Close())
		}
	}
	if err != nil {
		return fmt.Errorf("name the new index: %w", err)
	}
	return nil
}

// sweep removes files that are not in use.
func (x *Index) sweep() {
	files, _ := filepath.Glob(filepath.Join(x.dir, "*.seg"))
	for _, f := range files {
		if b := filepath.Base(f); b != x.public.file && b != x.inside.file {
			_ = os.Remove(f) // one that stays is removed next time
		}
	}
}

// Holds says whether exactly this document is there, in its shard and nowhere else.
func (x *Index) Holds(d *search.Document) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n := 0
	for _, s := range []*shard{&x.public, &x.inside} {
		for _, t := range s.tiers {
			ord, ok := t.lookup(d.ID)
			if !ok || t.gone().set.has(ord) {
				continue
			}
			if n++; s.open != d.Public() || t.rev(ord) != d.Rev {
				return false
			}
			labels := 0
			for _, ords := range t.valuesFrom(fieldLabel, "") {
				if ords.has(ord) {
					labels++
				}
			}
			for _, l := range d.Labels {
				if !t.value(fieldLabel, l).has(ord) {
					return false
				}
			}
			if labels != len(d.Labels) {
				return false
			}
		}
	}
	return n == 1
}

// Count returns the number of documents.
func (x *Index) Count() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n := 0
	for _, s := range []*shard{&x.public, &x.inside} {
		for _, t := range s.tiers {
			n += t.size() - t.gone().n
		}
	}
	return n
}
