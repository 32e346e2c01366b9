package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/quality"
	"trio.example/catalog/rdfio"
	"trio.example/web/feed"
)

// DumpCmd writes the whole public catalogue into files.
type DumpCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (DumpCmd) Help() string {
	return "The running portal does this every night (--nightly) and offers the files under /dumps. The newest seven are kept.\n\nExample:\n  trio dump --data /srv/trio"
}

// Run writes today's dump.
func (d *DumpCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		info, err := writeDump(e.ctx, k, e.cfg, time.Now())
		if err != nil {
			return err
		}
		if d.JSON {
			return e.json(info)
		}
		e.printf("%s nach %s geschrieben.\n", plural(info.Datasets, "Datensatz", "Datensätze"), filepath.Join(dumpPath(e.cfg.Data), info.Day))
		for _, f := range info.Files {
			e.printf("  %s  %s  %d Bytes\n", f.SHA256, f.Name, f.Size)
		}
		return nil
	})
}

const keptDumps = 7

func dumpPath(data string) string { return filepath.Join(data, "dumps") }

type dumpFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type dumpInfo struct {
	Day      string     `json:"day"`
	Datasets int        `json:"datasets"`
	Files    []dumpFile `json:"files"`
}

// counted is a compressed file that knows its sum.
type counted struct {
	name string
	file *os.File
	sum  hash.Hash
	zip  *gzip.Writer
	buf  *bufio.Writer
}

func newCounted(dir, name string) (*counted, error) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	c := &counted{name: name, file: f, sum: sha256.New()}
	if c.zip, err = gzip.NewWriterLevel(io.MultiWriter(f, c.sum), gzip.BestSpeed); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	c.buf = bufio.NewWriterSize(c.zip, 1<<16)
	return c, nil
}

func (c *counted) close() (dumpFile, error) {
	err := errors.Join(c.buf.Flush(), c.zip.Close(), c.file.Sync())
	info, statErr := c.file.Stat()
	if err = errors.Join(err, statErr, c.file.Close()); err != nil {
		return dumpFile{}, err
	}
	return dumpFile{c.name, info.Size(), hex.EncodeToString(c.sum.Sum(nil))}, nil
}

// writeDump writes one folder for the day; it appears when it is complete and
// takes the place of an earlier one of the same day.
func writeDump(ctx context.Context, k *core, cfg *Config, now time.Time) (*dumpInfo, error) {
	root, day := dumpPath(cfg.Data), now.Format(time.DateOnly)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	tmp, err := os.MkdirTemp(root, ".new-")
	if err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	defer os.RemoveAll(tmp) // gone after the rename
	info, err := fillDump(ctx, k, cfg, tmp)
	if err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	info.Day = day
	old := filepath.Join(root, ".old-"+day)
	err = errors.Join(os.RemoveAll(old), ignoreMissing(os.Rename(filepath.Join(root, day), old)), os.Rename(tmp, filepath.Join(root, day)), os.RemoveAll(old))
	if err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	var withdrawn int64
	if err := k.store.View(ctx, func(tx catalog.Tx) (err error) { withdrawn, err = tx.Withdrawn(); return err }); err != nil {
		return nil, err
	}
	return info, dropDumps(root, withdrawn)
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// dropDumps removes all but the newest ones, and those from before a change that
// withdrew what they hold.
func dropDumps(root string, withdrawn int64) error {
	days, err := feed.DumpDays(root)
	for i, day := range days {
		if dir := filepath.Join(root, day); i >= keptDumps || feed.DumpState(dir) < withdrawn {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	return err
}

// fillDump writes all forms in one walk over the catalogue.
func fillDump(ctx context.Context, k *core, cfg *Config, dir string) (*dumpInfo, error) {
	info := &dumpInfo{}
	last, err := lastChange(ctx, k) // before the pieces follow: they tell at least of this
	if err != nil {
		return nil, err
	}
	if err := k.book(cfg.SiteURL).CatchUp(ctx); err != nil {
		return nil, err
	}
	var files []*counted
	var rdf []rdfio.Writer
	for _, ending := range []string{"ttl", "rdf", "jsonld", "nt"} {
		c, err := newCounted(dir, "katalog."+ending+".gz")
		if err != nil {
			return nil, err
		}
		format, _ := rdfio.FormatOf(ending)
		w, err := rdfio.NewWriter(c.buf, format)
		if err != nil {
			return nil, err
		}
		files, rdf = append(files, c), append(rdf, w)
	}
	lines, err := newCounted(dir, "datensaetze.jsonl.gz")
	if err != nil {
		return nil, err
	}
	files = append(files, lines)
	enc := json.NewEncoder(lines.buf)
	err = k.store.View(ctx, func(tx catalog.Tx) error {
		for entry, err := range tx.Entries(publicDatasets) {
			if err != nil {
				return err
			}
			if err := enc.Encode(publicView(k, entry)); err != nil {
				return err
			}
		}
		info.Datasets, err = quality.WritePieces(ctx, tx, rdf...)
		return err
	})
	for _, w := range rdf {
		err = errors.Join(err, w.Close())
	}
	sums, sumErr := os.Create(filepath.Join(dir, feed.SumsFile))
	if err = errors.Join(err, sumErr); err != nil {
		return nil, err
	}
	defer sums.Close()
	for _, c := range files {
		f, err := c.close()
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(sums, "%s  %s\n", f.SHA256, f.Name)
		info.Files = append(info.Files, f)
	}
	state := strconv.FormatInt(last.Seq, 10) + "\n"
	return info, errors.Join(sums.Sync(), os.WriteFile(filepath.Join(dir, feed.StateFile), []byte(state), 0o600))
}
