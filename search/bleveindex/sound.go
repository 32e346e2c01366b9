package bleveindex

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
)

// sound looks whether the files of a partition are as they were written. The
// library finds damage only on the way, in a goroutine of its own, where it ends
// the program: the table of segments is mapped into memory, and of a segment no
// sum is checked. Reading all of a large index would make every start slow:
// segments never change, and the table is written after those it names, so only
// what was touched since then is read.
func sound(path string) error {
	store := filepath.Join(path, "store")
	table, err := os.Stat(filepath.Join(store, "root.bolt"))
	if err != nil {
		return err
	}
	segments, err := listed(filepath.Join(store, "root.bolt"), table.Size())
	if err != nil {
		return err
	}
	for name := range segments {
		info, err := os.Stat(filepath.Join(store, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it belongs to a state the library passes over
		}
		if err == nil && !info.ModTime().Before(table.ModTime()) { // the clock of files is coarse
			err = intact(filepath.Join(store, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxItems bounds the walk through the table of segments; a hundred are usual.
const maxItems = 1_000_000

// listed reads the whole table of segments and returns the files it names. A
// segment that crashed while it was written is not in it.
func listed(path string, size int64) (segments map[string]bool, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // pages that are not there
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("table of segments is damaged: %v", r)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true, Timeout: 2 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("table of segments: %w", err)
	}
	defer db.Close()
	segments = map[string]bool{}
	items := 0
	var walk func(b *bbolt.Bucket) error
	walk = func(b *bbolt.Bucket) error {
		return b.ForEach(func(k, v []byte) error {
			if items++; items > maxItems {
				return errors.New("table of segments is damaged: it has no end")
			}
			if bytes.HasSuffix(v, []byte(".zap")) {
				segments[filepath.Base(string(v))] = true
			}
			if v == nil {
				return walk(b.Bucket(k))
			}
			return nil
		})
	}
	return segments, db.View(func(tx *bbolt.Tx) error {
		if tx.Size() > size {
			return errors.New("table of segments is cut short")
		}
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return walk(b) })
	})
}

// intact checks a segment's sum: its last four bytes, over all before.
func intact(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyBuffer(struct{ io.Writer }{sum}, io.LimitReader(f, info.Size()-crc32.Size), make([]byte, 1<<20)); err != nil {
		return fmt.Errorf("segment: %w", err)
	}
	var have [crc32.Size]byte
	if _, err := io.ReadFull(f, have[:]); err != nil || binary.BigEndian.Uint32(have[:]) != sum.Sum32() {
		return fmt.Errorf("segment %s is damaged", filepath.Base(path))
	}
	return nil
}
