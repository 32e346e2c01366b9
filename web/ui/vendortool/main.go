// Command vendortool renews web/ui/assets/vendor from npm packages. It is run
// by hand when a version changes, never by the build:
//
//	cd web/ui/vendortool && npm ci && go run . -from node_modules -ui ..
//
// It copies the listed files, cuts the KERN style sheet down to the classes the
// templates use (reduce.go), and writes VENDOR.json with all checksums.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

// item is one file of VENDOR.json. Source is its place in the npm package,
// SourceSHA256 the sum there when the file was reduced.
type item struct {
	Name         string `json:"name"`
	Version      string `json:"version"`
	Licence      string `json:"licence"`
	Source       string `json:"source"`
	File         string `json:"file"`
	SHA256       string `json:"sha256"`
	SourceSHA256 string `json:"sourceSha256,omitempty"`
}

var wanted = []struct{ pkg, dir, licence, source, file string }{
	{"@kern-ux/native", "kern", "EUPL-1.2", "dist/kern.min.css", "kern.css"},
	{"@kern-ux/native", "kern", "EUPL-1.2", "LICENSE.md", "LICENSE.md"},
	{"@fontsource/fira-sans", "fira-sans", "OFL-1.1", "files/fira-sans-latin-400-normal.woff2", "fira-sans-latin-400-normal.woff2"},
	{"@fontsource/fira-sans", "fira-sans", "OFL-1.1", "files/fira-sans-latin-600-normal.woff2", "fira-sans-latin-600-normal.woff2"},
	{"@fontsource/fira-sans", "fira-sans", "OFL-1.1", "LICENSE", "LICENSE"},
}

func main() {
	from := flag.String("from", "node_modules", "folder of the installed npm packages")
	to := flag.String("ui", "..", "folder web/ui")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	vendor := filepath.Join(to, "assets", "vendor")
	if err := os.RemoveAll(vendor); err != nil {
		return fmt.Errorf("clear vendor folder: %w", err)
	}
	var list []item
	for _, w := range wanted {
		version, err := versionOf(filepath.Join(from, w.pkg))
		if err != nil {
			return err
		}
		data, err := os.ReadFile(filepath.Join(from, w.pkg, w.source))
		if err != nil {
			return fmt.Errorf("read package file: %w", err)
		}
		it := item{Name: w.pkg, Version: version, Licence: w.licence, Source: w.source, File: filepath.ToSlash(filepath.Join(w.dir, version, w.file))}
		if filepath.Ext(w.file) == ".css" {
			it.SourceSHA256 = sum(data)
			if data, err = reduceFor(to, w.pkg, version, data); err != nil {
				return err
			}
		}
		it.SHA256 = sum(data)
		path := filepath.Join(vendor, filepath.FromSlash(it.File))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make vendor folder: %w", err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return fmt.Errorf("write vendor file: %w", err)
		}
		list = append(list, it)
	}
	out, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return fmt.Errorf("encode VENDOR.json: %w", err)
	}
	return os.WriteFile(filepath.Join(vendor, "VENDOR.json"), append(out, '\n'), 0o644)
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func versionOf(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", fmt.Errorf("read package.json: %w", err)
	}
	var p struct{ Version string }
	if err := json.Unmarshal(data, &p); err != nil {
		return "", fmt.Errorf("decode package.json: %w", err)
	}
	return p.Version, nil
}
