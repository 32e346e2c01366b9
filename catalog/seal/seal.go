// Package seal encrypts the secrets that the database holds, with a key that lies
// in a file beside it or elsewhere. A copy of the database alone tells none.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"trio.example/catalog"
)

// Prefix begins every sealed text.
const Prefix = "sealed:v1:"

const keySize = 32

// Key seals and opens texts. The file is read when it is needed first, and made
// when the first text is sealed.
type Key struct {
	path string
	mu   sync.Mutex
	aead cipher.AEAD
}

// File is the key in a file.
func File(path string) *Key { return &Key{path: path} }

// Sealed reports a text that Seal made.
func Sealed(s string) bool { return strings.HasPrefix(s, Prefix) }

// Seal encrypts a text. of says whose it is: it opens for nobody else.
func (k *Key) Seal(text, of string) (string, error) {
	if text == "" || Sealed(text) {
		return text, nil
	}
	a, err := k.load(true)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(text)+a.Overhead())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	return Prefix + base64.RawStdEncoding.EncodeToString(a.Seal(nonce, nonce, []byte(text), []byte(of))), nil
}

// Open decrypts a text; one that is not sealed comes back as it is.
func (k *Key) Open(text, of string) (string, error) {
	if !Sealed(text) {
		return text, nil
	}
	a, err := k.load(false)
	if err != nil {
		return "", err
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(text, Prefix))
	if err != nil || len(b) < a.NonceSize() {
		return "", wrongKey(k.path)
	}
	plain, err := a.Open(nil, b[:a.NonceSize()], b[a.NonceSize():], []byte(of))
	if err != nil {
		return "", wrongKey(k.path)
	}
	return string(plain), nil
}

// Block is a cipher for something else than secrets, named by its purpose, that has
// the same key after every start.
func (k *Key) Block(purpose string) (cipher.Block, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, err := k.bytes(true)
	if err != nil {
		return nil, err
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(purpose))
	return aes.NewCipher(sum.Sum(nil))
}

func wrongKey(path string) error {
	return catalog.Errorf(catalog.KindUnavailable, "Ein gespeichertes Geheimnis lässt sich mit dem Schlüssel in %s nicht lesen. Den richtigen Schlüssel zurücklegen oder das Geheimnis neu setzen.", path)
}

func (k *Key) load(create bool) (cipher.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.aead != nil {
		return k.aead, nil
	}
	key, err := k.bytes(create)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err == nil {
		k.aead, err = cipher.NewGCM(block)
	}
	return k.aead, err
}

// bytes reads the file, and makes it where it is wanted and missing.
func (k *Key) bytes(create bool) ([]byte, error) {
	key, err := read(k.path)
	if errors.Is(err, fs.ErrNotExist) && create {
		if err = generate(k.path); err == nil {
			key, err = read(k.path)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wrongKey(k.path)
	}
	return key, err
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, catalog.Errorf(catalog.KindUnavailable, "Die Schlüsseldatei %s darf nur ihr Besitzer lesen: chmod 600 %s", path, path)
	}
	const most = 1 << 10
	if info.Size() > most {
		return nil, badKey(path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != keySize {
		return nil, badKey(path)
	}
	return key, nil
}

func badKey(path string) error {
	return catalog.Errorf(catalog.KindUnavailable, "Die Schlüsseldatei %s enthält keinen Schlüssel aus %d Byte in Base64.", path, keySize)
}

// generate makes a key. Another process may be faster: then its key counts.
func generate(path string) error {
	key := make([]byte, keySize)
	_, _ = rand.Read(key)                                   // never fails: crypto/rand ends the program instead
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // readable by its owner only
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("key: %w", err)
	}
	return nil
}
