// Package blob keeps uploaded and imported files: a folder in which each file
// lies under the SHA-256 of its content. Nothing in it is ever executed or
// served by its own name.
package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"trio.example/catalog"
)

// Dir is a content-addressed folder.
type Dir struct {
	root string
	// mu keeps a file from being removed between the look whether anything names
	// it and the removal.
	mu sync.Mutex
}

// Open opens the folder and makes it when it is missing.
func Open(root string) (*Dir, error) {
	if err := os.MkdirAll(filepath.Join(root, "tmp"), 0o700); err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	// What a killed process left half written belongs to nobody.
	left, err := filepath.Glob(filepath.Join(root, "tmp", "put-*"))
	if err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	for _, f := range left {
		if abandoned(f) {
			os.Remove(f) // a failure is tried again at the next start
		}
	}
	return &Dir{root: root}, nil
}

// abandoned reports whether nobody holds a temporary file any more: whoever
// receives one keeps it locked, and the system lets go when the process ends.
func abandoned(tmp string) bool {
	f, err := os.Open(tmp)
	if err != nil {
		return false
	}
	defer f.Close()
	return lock(f) == nil
}

func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

func (d *Dir) path(sum string) string { return filepath.Join(d.root, sum[:2], sum) }

// Staged is a file that was received and belongs to nothing yet.
type Staged struct {
	Sum  string // SHA-256 of the content
	Size int64  // bytes
	dir  *Dir
	tmp  string // empty once it is kept or dropped
	file *os.File
}

// Stage receives what r yields, at most limit bytes. The file is on disk and
// synced when Stage returns; an aborted Stage leaves nothing. The caller keeps or
// drops it.
func (d *Dir) Stage(r io.Reader, limit int64) (s *Staged, err error) {
	tmp, err := os.CreateTemp(filepath.Join(d.root, "tmp"), "put-*")
	if err != nil {
		return nil, fmt.Errorf("store file: %w", err)
	}
	defer func() {
		if err != nil {
			tmp.Close()           // closing twice is harmless, the first fault counts
			os.Remove(tmp.Name()) // a leftover is removed at the next start
			err = fmt.Errorf("store file: %w", err)
		}
	}()
	if err = lock(tmp); err != nil {
		return nil, err
	}
	h := sha256.New()
	size, err := io.Copy(io.MultiWriter(tmp, h), io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, catalog.Errorf(catalog.KindTooLarge, "Die Datei ist größer als %d Byte.", limit)
	}
	if err = tmp.Sync(); err != nil {
		return nil, err
	}
	return &Staged{Sum: hex.EncodeToString(h.Sum(nil)), Size: size, dir: d, tmp: tmp.Name(), file: tmp}, nil
}

// Keep puts the file in its place for good; doing it again changes nothing. It is
// called inside the transaction that first names the file: a file nobody names
// can be left over after a crash, but never a name without its file.
func (s *Staged) Keep() error {
	if s.tmp == "" {
		return nil
	}
	s.dir.mu.Lock()
	defer s.dir.mu.Unlock()
	path := s.dir.path(s.Sum)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	if err := os.Rename(s.tmp, path); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	s.tmp = ""
	return errors.Join(s.file.Close(), syncDir(filepath.Dir(path)))
}

// Kept reports whether the file is in its place.
func (s *Staged) Kept() bool { return s.tmp == "" }

// Drop removes a file that was not kept.
func (s *Staged) Drop() error {
	if s.tmp == "" {
		return nil
	}
	err := os.Remove(s.tmp)
	s.tmp = ""
	return errors.Join(err, s.file.Close())
}

// Put is Stage and Keep in one.
func (d *Dir) Put(r io.Reader, limit int64) (sum string, size int64, err error) {
	s, err := d.Stage(r, limit)
	if err != nil {
		return "", 0, err
	}
	return s.Sum, s.Size, s.Keep()
}

// syncDir makes a rename survive a power cut.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open opens a stored file.
func (d *Dir) Open(sum string) (*os.File, error) {
	if !valid(sum) {
		return nil, catalog.Errorf(catalog.KindNotFound, "file not found")
	}
	f, err := os.Open(d.path(sum))
	if errors.Is(err, os.ErrNotExist) {
		return nil, catalog.Errorf(catalog.KindNotFound, "file not found")
	}
	return f, err
}

// Has reports whether a file is stored, and its size.
func (d *Dir) Has(sum string) (size int64, ok bool) {
	if !valid(sum) {
		return 0, false
	}
	info, err := os.Stat(d.path(sum))
	if err != nil {
		return 0, false
	}
	return info.Size(), true
}

// Remove deletes a stored file that nothing names; named is asked while no file
// can be kept.
func (d *Dir) Remove(sum string, named func() (bool, error)) error {
	if !valid(sum) {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if yes, err := named(); yes || err != nil {
		return err
	}
	if err := os.Remove(d.path(sum)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove file: %w", err)
	}
	return nil
}

// Stored lists the contents that have been there for a while.
func (d *Dir) Stored(since time.Duration) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(d.root, "??", "*"))
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	var out []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err == nil && valid(filepath.Base(p)) && time.Since(info.ModTime()) >= since {
			out = append(out, filepath.Base(p))
		}
	}
	return out, nil
}

// Verify reads a stored file and compares its content with its hash.
func (d *Dir) Verify(sum string) error {
	f, err := d.Open(sum)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read file %s: %w", sum, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != sum {
		return fmt.Errorf("file %s has the content of %s", sum, got)
	}
	return nil
}

func valid(sum string) bool {
	b, err := hex.DecodeString(sum)
	return err == nil && len(b) == sha256.Size
}
