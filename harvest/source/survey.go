package source

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
	"trio.example/harvest/survey"
)

const (
	maxDropped = 1000             // files in a drop folder
	settled    = 10 * time.Second // a file that changed since may still be written
)

// surveyFiles brings a file from elsewhere, a file on this machine, or what lies
// in a drop folder, oldest first. Files stay where they are: one that was taken
// before changes nothing.
func surveyFiles(ctx context.Context, r *Reader, take func(name string, data []byte) error) error {
	u, err := url.Parse(r.URL)
	if err != nil {
		return catalog.Errorf(catalog.KindInvalid, "%.200q ist keine Adresse.", r.URL)
	}
	if u.Scheme == "file" {
		return dropped(ctx, r, u.Path, take)
	}
	var data []byte
	doc, err := r.Client.Get(ctx, r.URL, "text/csv, application/json, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, */*;q=0.1", func(doc *fetch.Doc) error {
		if data = doc.Body; len(data) == 0 {
			return catalog.Errorf(catalog.KindInvalid, "%s ist leer.", r.URL)
		}
		return nil
	})
	if err != nil {
		return err
	}
	name := "antworten"
	if at, err := url.Parse(doc.URL); err == nil && filepath.Base(at.Path) != "/" && filepath.Base(at.Path) != "." {
		name = filepath.Base(at.Path)
	}
	return take(name, data)
}

func dropped(ctx context.Context, r *Reader, path string, take func(string, []byte) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return catalog.Errorf(catalog.KindUnavailable, "%s gibt es nicht oder darf nicht gelesen werden.", path)
	}
	if !info.IsDir() {
		return takeFile(path, take)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return catalog.Errorf(catalog.KindUnavailable, "Der Ordner %s kann nicht gelesen werden.", path)
	}
	type file struct {
		path string
		at   time.Time
	}
	var files []file
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "~") {
			continue // links lead out of the folder, the others are half done
		}
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".csv", ".json", ".xlsx":
		default:
			r.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "other_file", File: e.Name(),
				Message: catalog.DE("Die Datei "+e.Name()+" ist weder CSV noch XLSX noch JSON und bleibt liegen.", "The file "+e.Name()+" is none of CSV, XLSX and JSON and stays where it is.")})
			continue
		}
		if time.Since(info.ModTime()) < settled {
			r.Warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "new_file", File: e.Name(),
				Message: catalog.DE("Die Datei "+e.Name()+" wird vielleicht noch geschrieben; der nächste Lauf nimmt sie.", "The file "+e.Name()+" may still be written; the next run takes it.")})
			continue
		}
		files = append(files, file{filepath.Join(path, e.Name()), info.ModTime()})
	}
	slices.SortFunc(files, func(a, b file) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return strings.Compare(a.path, b.path)
	})
	if len(files) > maxDropped {
		r.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "too_many_files",
			Message: catalog.DE(fmt.Sprintf("Im Ordner liegen mehr als %d Dateien; nur die neuesten wurden genommen.", maxDropped), fmt.Sprintf("There are more than %d files in the folder; only the newest were taken.", maxDropped)),
			Remedy:  catalog.DE("Alte Dateien wegräumen.", "Put old files away.")})
		files = files[len(files)-maxDropped:]
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := takeFile(f.path, take); err != nil {
			return err
		}
	}
	return nil
}

func takeFile(path string, take func(string, []byte) error) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return catalog.Errorf(catalog.KindUnavailable, "%s ist keine Datei.", path)
	}
	if info.Size() > survey.MaxFile {
		return catalog.Errorf(catalog.KindTooLarge, "%s ist größer als %d MB.", path, survey.MaxFile>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return catalog.Errorf(catalog.KindUnavailable, "%s kann nicht gelesen werden.", path)
	}
	return take(filepath.Base(path), data)
}
