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

func TestOpen_removesWhatADeadProcessLeft(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d, err := blob.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(root, "tmp", "put-1")
	if err := os.WriteFile(dead, []byte("halb"), 0o600); err != nil {
		t.Fatal(err)
	}
	received, err := d.Stage(strings.NewReader("Baum"), 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Open(root); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("the file of a dead process stayed")
	}
	if err := received.Keep(); err != nil {
		t.Errorf("a file that is being received went: %v", err)
	}
}

func TestRemove_asksWhetherSomethingNamesTheFile(t *testing.T) {
	t.Parallel()
	d, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sum, _, err := d.Put(strings.NewReader("Baum"), 10)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := d.Stored(0); err != nil || len(list) != 1 || list[0] != sum {
		t.Fatalf("stored %v, %v", list, err)
	}
	for _, named := range []bool{true, false} {
		if err := d.Remove(sum, func() (bool, error) { return named, nil }); err != nil {
			t.Fatal(err)
		}
		if _, there := d.Has(sum); there != named {
			t.Errorf("named %v, there %v", named, there)
		}
	}
}
