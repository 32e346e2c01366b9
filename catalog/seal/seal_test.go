package seal_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"trio.example/catalog/seal"
)

func TestKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	k := seal.File(path)
	if got, err := k.Open("offen", "a"); err != nil || got != "offen" {
		t.Errorf("a text that is not sealed: %q %v", got, err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a key was made without need")
	}
	s, err := k.Seal("geheim", "a")
	if err != nil || !seal.Sealed(s) || strings.Contains(s, "geheim") {
		t.Fatalf("%q %v", s, err)
	}
	if other, err := k.Seal("geheim", "a"); err != nil || other == s {
		t.Error("the same text looks the same twice")
	}
	if again, err := k.Seal(s, "a"); err != nil || again != s {
		t.Error("sealed twice")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	block := func(k *seal.Key, purpose string) (out [16]byte) {
		b, err := k.Block(purpose)
		if err != nil {
			t.Fatal(err)
		}
		b.Encrypt(out[:], make([]byte, len(out)))
		return out
	}
	if x := block(k, "x"); x != block(seal.File(path), "x") || x == block(k, "y") || x == block(seal.File(path+"2"), "x") {
		t.Error("a cipher is made of file and purpose")
	}
	if got, err := seal.File(path).Open(s, "a"); err != nil || got != "geheim" {
		t.Errorf("another process: %q %v", got, err)
	}
	for what, open := range map[string]func() (string, error){
		"for somebody else": func() (string, error) { return k.Open(s, "b") },
		"changed":           func() (string, error) { return k.Open(s[:len(s)-4]+"AAAA", "a") },
		"cut":               func() (string, error) { return k.Open(seal.Prefix+"AA", "a") },
		"another key": func() (string, error) {
			other := seal.File(filepath.Join(t.TempDir(), "k"))
			if _, err := other.Seal("x", "x"); err != nil {
				t.Fatal(err)
			}
			return other.Open(s, "a")
		},
		"no key": func() (string, error) { return seal.File(filepath.Join(t.TempDir(), "k")).Open(s, "a") },
	} {
		if got, err := open(); err == nil || got != "" || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %q %v", what, got, err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // that is what must be refused
		t.Fatal(err)
	}
	if _, err := seal.File(path).Open(s, "a"); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that all may read: %v", err)
	}
}

// TestKey_madeOnce: several programs that need the key first get the same one.
func TestKey_madeOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	sealed := make([]string, 8)
	var wait sync.WaitGroup
	for i := range sealed {
		wait.Go(func() {
			s, err := seal.File(path).Seal("geheim", "a")
			if err != nil {
				t.Error(err)
			}
			sealed[i] = s
		})
	}
	wait.Wait()
	for _, s := range sealed {
		if got, err := seal.File(path).Open(s, "a"); err != nil || got != "geheim" {
			t.Errorf("%q %v", got, err)
		}
	}
}
