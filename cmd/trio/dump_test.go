package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/web/feed"
)

// TestDump_isWithdrawnWithWhatItHolds: a dataset that is taken out of the public is
// in no dump that can be had; one that is deleted in the usual way stays in those
// of its time.
func TestDump_isWithdrawnWithWhatItHolds(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 3)
	ctx := t.Context()
	now := time.Now()
	day := now.Format(time.DateOnly)
	write := func() {
		t.Helper()
		if _, err := writeDump(ctx, p.core, p.cfg, now); err != nil {
			t.Fatal(err)
		}
	}
	offered := func() bool {
		t.Helper()
		list, file := p.ask(http.MethodGet, "/dumps"), p.ask(http.MethodGet, "/dumps/"+day+"/katalog.ttl.gz")
		has := strings.Contains(list.Body.String(), day)
		if list.Code != http.StatusOK || has != (file.Code == http.StatusOK) || !has && file.Code != http.StatusNotFound {
			t.Fatalf("the list has it: %v, the file answers %d", has, file.Code)
		}
		return has
	}
	change := func(name string, fn func(*catalog.Entry)) {
		t.Helper()
		if _, _, err := p.core.reg.Change(ctx, operator, "package", name, 0, func(e *catalog.Entry) error { fn(e); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	write()
	change(p.names[0], func(e *catalog.Entry) { e.State = catalog.StateDeleted })
	change("privates-geheimnis", func(e *catalog.Entry) { e.Fields.Set("notes", "anders") })
	if !offered() {
		t.Error("nothing was withdrawn")
	}
	change(p.names[1], func(e *catalog.Entry) { e.Access = catalog.AccessPrivate })
	if offered() {
		t.Error("a dump with a dataset that is private now")
	}
	old := filepath.Join(dumpPath(p.cfg.Data), "2020-01-01")
	if err := os.MkdirAll(old, 0o700); err != nil {
		t.Fatal(err)
	}
	write()
	if !offered() {
		t.Error("the new one is not offered")
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("one from before it is still on the disk")
	}
	if text, err := os.ReadFile(filepath.Join(dumpPath(p.cfg.Data), day, feed.SumsFile)); err != nil || strings.Contains(string(text), feed.StateFile) {
		t.Errorf("the list of sums: %s %v", text, err)
	}
}
