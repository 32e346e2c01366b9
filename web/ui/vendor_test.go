package ui_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestVendor_isListedAndUnchanged keeps foreign files honest: each is named
// with version and licence, none is altered, none lies there unnamed.
func TestVendor_isListedAndUnchanged(t *testing.T) {
	t.Parallel()
	const root = "assets/vendor"
	data, err := os.ReadFile(root + "/VENDOR.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Name, Version, Licence, Source, File, SHA256 string }
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	listed := []string{"VENDOR.json"}
	licensed := map[string]bool{}
	for _, it := range list {
		if it.Name == "" || it.Version == "" || it.Licence == "" || it.Source == "" {
			t.Errorf("incomplete: %+v", it)
		}
		listed = append(listed, it.File)
		body, err := os.ReadFile(filepath.Join(root, it.File))
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != it.SHA256 {
			t.Errorf("%s is not what VENDOR.json says", it.File)
		}
		if strings.HasPrefix(filepath.Base(it.File), "LICENSE") {
			licensed[it.Name] = true
		}
	}
	for _, it := range list {
		if !licensed[it.Name] {
			t.Errorf("%s comes without its licence", it.Name)
		}
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if name, _ := filepath.Rel(root, path); !slices.Contains(listed, filepath.ToSlash(name)) {
			t.Errorf("%s is not in VENDOR.json", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
