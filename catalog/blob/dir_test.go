package blob_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/blob"
)

func TestPut_storesByContentAndLeavesNothingOnFailure(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d, err := blob.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	sum, size, err := d.Put(strings.NewReader("Baum"), 4)
	if err != nil || size != 4 {
		t.Fatalf("size %d, %v", size, err)
	}
	f, err := d.Open(sum)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, _ := io.ReadAll(f); string(text) != "Baum" {
		t.Errorf("stored %q", text)
	}
	if err := d.Verify(sum); err != nil {
		t.Error(err)
	}
	if _, _, err := d.Put(strings.NewReader("Bäume"), 4); catalog.KindOf(err) != catalog.KindTooLarge {
		t.Errorf("too large: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(root, "tmp", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := d.Open("../../etc/passwd"); catalog.KindOf(err) != catalog.KindNotFound {
		t.Errorf("path as hash: %v", err)
	}
}

func TestVerify_findsDamage(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d, err := blob.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	sum, _, err := d.Put(strings.NewReader("Baum"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, sum[:2], sum), []byte("Raum"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Verify(sum); err == nil {
		t.Error("damage was not found")
	}
}
