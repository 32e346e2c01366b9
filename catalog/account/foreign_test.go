package account_test

import (
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/account"
)

// ckanHash is what CKAN's library makes of ckanPassword.
const (
	ckanPassword = "Übung macht den Meister 7"
	ckanHash     = "$pbkdf2-sha512$25000$5pwTIiSEcO69NybkHINwbg$cOZwDeGq3DkVd0fnPj2RJ2Avh.1.5ZMsML30aWb8SLPWF.stu0eq9PYZtzEi0htP/2uFTHhyWEDzhq9J/OGfSA"
)

func TestSignIn_takesHashesOfCKANOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	set := func(hash string) { b.change(func(u *catalog.User) { u.Password = hash }) }
	set(ckanHash)
	for _, wrong := range []string{"", "Übung macht den Meister 8", ckanHash} {
		if _, err := b.try("kim", wrong); err == nil {
			t.Errorf("%q lets in", wrong)
		}
	}
	if _, err := b.try("kim", ckanPassword); err != nil {
		t.Fatal(err)
	}
	b.update(func(tx catalog.WriteTx) error {
		u, err := tx.User("kim")
		if err == nil && !strings.HasPrefix(u.Password, "$argon2id$") {
			t.Errorf("the hash stays %s", u.Password)
		}
		return err
	})
	if _, err := b.try("kim", ckanPassword); err != nil {
		t.Error("not the second time:", err)
	}
}

func TestTakeable(t *testing.T) {
	t.Parallel()
	ours, err := account.Hash(ckanPassword)
	if err != nil {
		t.Fatal(err)
	}
	for hash, want := range map[string]bool{
		ckanHash: true, ours: true, "": false, "geheim": false, "$pbkdf2-sha512$": false, ckanHash[:90]: false, ckanHash + "$": false,
		strings.Replace(ckanHash, "$25000$", "$99999999$", 1): false, strings.Replace(ckanHash, "$25000$", "$0$", 1): false, strings.Replace(ckanHash, "sha512", "sha1", 1): false,
		"$argon2id$v=19$m=4294967295,t=4294967295,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": false,
	} {
		if got := account.Takeable(hash); got != want {
			t.Errorf("%.60q: %v", hash, got)
		}
	}
}

func FuzzTakeable(f *testing.F) {
	f.Add(ckanHash)
	f.Add("$pbkdf2-sha512$1$....$")
	f.Fuzz(func(t *testing.T, hash string) {
		if account.Takeable(hash) && len(hash) > 1000 {
			t.Errorf("a hash of %d letters is taken over", len(hash))
		}
	})
}
