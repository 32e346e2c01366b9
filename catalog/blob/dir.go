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
	"time"

	"trio.example/catalog"
)

// Dir is a content-addressed folder.
type Dir struct{ root string }

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
		if info, err := os.Stat(f); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(f) // a failure is tried again at the next start
		}
	}
	return &Dir{root: root}, nil
}

func (d *Dir) path(sum string) string { return filepath.Join(d.root, sum[:2], sum) }

// Staged is a file that was received and belongs to nothing yet.
type Staged struct {
	Sum  string // SHA-256 of the content
	Size int64  // bytes
	dir  *Dir
	tmp  string // empty once it is kept or dropped
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
	if err = tmp.Close(); err != nil {
		return nil, err
	}
	return &Staged{Sum: hex.EncodeToString(h.Sum(nil)), Size: size, dir: d, tmp: tmp.Name()}, nil
}

// Keep puts the file in its place for good; doing it again changes nothing. It is
// called inside the transaction that first names the file: a file nobody names
// can be left over after a crash, but never a name without its file.
func (s *Staged) Keep() error {
	if s.tmp == "" {
		return nil
	}
	path := s.dir.path(s.Sum)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	if err := os.Rename(s.tmp, path); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	s.tmp = ""
	return syncDir(filepath.Dir(path))
}

// Drop removes a file that was not kept.
func (s *Staged) Drop() error {
	if s.tmp == "" {
		return nil
	}
	err := os.Remove(s.tmp)
	s.tmp = ""
	return err
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

// Remove deletes a stored file; one that is not there is no fault.
func (d *Dir) Remove(sum string) error {
	if !valid(sum) {
		return nil
	}
	if err := os.Remove(d.path(sum)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove file %s: %w", sum, err)
	}
	return nil
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
