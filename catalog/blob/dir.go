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

// Put stores what r yields, at most limit bytes, and returns its hash and size.
// The file is on disk, synced, when Put returns; an aborted Put leaves nothing.
func (d *Dir) Put(r io.Reader, limit int64) (sum string, size int64, err error) {
	tmp, err := os.CreateTemp(filepath.Join(d.root, "tmp"), "put-*")
	if err != nil {
		return "", 0, fmt.Errorf("store file: %w", err)
	}
	defer func() {
		if err != nil {
			tmp.Close()           // closing twice is harmless, the first fault counts
			os.Remove(tmp.Name()) // a leftover is removed at the next start
			err = fmt.Errorf("store file: %w", err)
		}
	}()
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(tmp, h), io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, err
	}
	if size > limit {
		return "", 0, catalog.Errorf(catalog.KindTooLarge, "Die Datei ist größer als %d Byte.", limit)
	}
	sum = hex.EncodeToString(h.Sum(nil))
	if err = tmp.Sync(); err != nil {
		return "", 0, err
	}
	if err = tmp.Close(); err != nil {
		return "", 0, err
	}
	if err = os.MkdirAll(filepath.Dir(d.path(sum)), 0o700); err != nil {
		return "", 0, err
	}
	if err = os.Rename(tmp.Name(), d.path(sum)); err != nil {
		return "", 0, err
	}
	return sum, size, syncDir(filepath.Dir(d.path(sum)))
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
