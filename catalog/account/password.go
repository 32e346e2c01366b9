package account

import (
	"context"
	_ "embed"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"trio.example/catalog"
)

// hashing costs what OWASP recommends for argon2id: 19 MiB, two passes. The
// parameters stand in every hash, so that they can grow.
var hashing = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Bounds on a password, after NIST SP 800-63B: length counts, composition does not.
const (
	MinPassword = 12
	MaxPassword = 256
)

// Hash makes what the store keeps of a password.
func Hash(password string) (string, error) {
	return argon2id.CreateHash(norm.NFC.String(password), hashing)
}

// workers bounds how many passwords are hashed at once: each takes memory.
var workers = make(chan struct{}, max(2, runtime.NumCPU()))

// busyAfter is how long a sign-in waits for its turn.
const busyAfter = 10 * time.Second

func turn(ctx context.Context) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, busyAfter)
	defer cancel()
	select {
	case workers <- struct{}{}:
		return func() { <-workers }, nil
	case <-ctx.Done():
		return nil, catalog.Errorf(catalog.KindUnavailable, "Gerade melden sich zu viele an. Bitte in einer Minute noch einmal versuchen.")
	}
}

// nobody is checked when there is no such account, so that the answer takes as long.
var nobody = sync.OnceValue(func() string {
	h, _ := argon2id.CreateHash(catalog.NewID(), hashing) // fails only with wrong parameters, which tests would see
	return h
})

// verify compares; weak says that the hash should be made anew.
func verify(ctx context.Context, password, hash string) (ok, weak bool, err error) {
	done, err := turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer done()
	if len(password) <= 4*MaxPassword && checkForeign(password, hash) && password != "" {
		return true, true, nil
	}
	known := bearable(hash)
	if !known {
		hash = nobody()
	}
	if len(password) > 4*MaxPassword {
		password = ""
	}
	ok, p, err := argon2id.CheckHash(norm.NFC.String(password), hash)
	if err != nil {
		return false, false, nil //nolint:nilerr // a hash taken over that cannot be read lets nobody in
	}
	return ok && known && password != "", p.Memory < hashing.Memory || p.Iterations < hashing.Iterations, nil
}

// bearable reports whether a hash can be checked at a bounded cost: hashes can
// be taken over from elsewhere, with parameters of any size.
func bearable(hash string) bool {
	p, _, _, err := argon2id.DecodeHash(hash)
	return err == nil && p.Memory <= 256<<10 && p.Iterations <= 16 && p.Parallelism <= 16
}

//go:embed common.txt
var commonText string

// common are the words that bad passwords are made of.
var common = sync.OnceValue(func() []string {
	var out []string
	for line := range strings.Lines(commonText) {
		if w := strings.TrimSpace(line); w != "" && !strings.HasPrefix(w, "#") {
			out = append(out, w)
		}
	}
	return out
})

// CheckPassword says what is wrong with a new password, nothing when it will do.
// own are words an attacker would try first: the account's name and address, the
// portal's name.
func CheckPassword(password string, own ...string) []catalog.Finding {
	fault := func(code, de, en string) []catalog.Finding {
		return []catalog.Finding{{Severity: catalog.SeverityError, Code: code, Field: "password", Message: catalog.DE(de, en)}}
	}
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return fault("password_control", "Das Passwort enthält Zeichen, die sich nicht eingeben lassen. Bitte nur sichtbare Zeichen und Leerzeichen verwenden.",
			"The password contains characters that cannot be typed. Use visible characters and spaces only.")
	case n < MinPassword:
		return fault("password_short", "Das Passwort ist zu kurz. Bitte mindestens 12 Zeichen verwenden, zum Beispiel vier Wörter, die nichts miteinander zu tun haben.",
			"The password is too short. Use at least 12 characters, for example four words that have nothing to do with each other.")
	case n > MaxPassword:
		return fault("password_long", "Das Passwort ist zu lang. Bitte höchstens 256 Zeichen verwenden.", "The password is too long. Use at most 256 characters.")
	case guessable(password, own):
		return fault("password_common", "Dieses Passwort wird bei Angriffen früh ausprobiert. Bitte ein anderes wählen, zum Beispiel vier Wörter, die nichts miteinander zu tun haben.",
			"Attackers try this password early. Choose another one, for example four words that have nothing to do with each other.")
	}
	return nil
}

// leet are the signs people put for letters.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i", "ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")

// guessable reports whether little is left of a password without common words,
// own words, repetitions, rows of the keyboard, digits and signs.
func guessable(password string, own []string) bool {
	lower := strings.ToLower(norm.NFKC.String(password))
	words := append([]string{}, common()...)
	for _, w := range own {
		for _, part := range strings.FieldsFunc(strings.ToLower(w), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(part) >= 3 {
				words = append(words, part, leet.Replace(part))
			}
		}
	}
	for _, text := range []string{lower, leet.Replace(lower)} {
		if leftOver(text, words) < 5 && !random(text, words) {
			return true
		}
	}
	return false
}

// dates are days and years, which people remember and attackers try.
var dates = regexp.MustCompile(`\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])|(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d|\b(?:19\d\d|20[0-3]\d)\b`)

// What a random password of digits alone, or with letters, has to be worth, in
// bits: sixteen digits, or twelve digits of a hexadecimal number.
const (
	digitBits = 52
	mixedBits = 40
)

// random reports whether what no known word covers is as long and as varied as
// a generator makes it, digits included.
func random(text string, words []string) bool {
	r := []rune(dates.ReplaceAllString(text, ""))
	var rest []rune
	for i := 0; i < len(r); {
		n := 0
		for _, w := range words {
			if strings.HasPrefix(string(r[i:]), w) {
				n = max(n, utf8.RuneCountInString(w))
			}
		}
		if n = max(n, run(r[i:])); n > 0 {
			i += n
			continue
		}
		rest = append(rest, r[i])
		i++
	}
	seen := map[rune]bool{}
	letters := 0
	bits := 0.0
	for i, c := range rest {
		if i > 0 && c == rest[i-1] {
			continue // the same again adds nothing
		}
		seen[c] = true
		switch {
		case unicode.IsDigit(c):
			bits += 3.3
		case unicode.IsLetter(c):
			letters++
			bits += 4
		}
	}
	// A few signs over and over are short, however long they are.
	bits = min(bits, float64(len(seen))*8)
	if letters == 0 {
		return bits >= digitBits && !repeats(rest)
	}
	return bits >= mixedBits && letters >= 2 && !repeats(rest)
}

// repeats reports whether a text is one shorter text over and over.
func repeats(r []rune) bool {
	for n := 1; n <= len(r)/2; n++ {
		same := true
		for i := n; i < len(r) && same; i++ {
			same = r[i] == r[i-n]
		}
		if same {
			return true
		}
	}
	return false
}

// leftOver counts the letters that no known word covers. Words that come in
// great number are no longer easy to guess: from the fourth on each counts.
func leftOver(text string, words []string) int {
	r := []rune(text)
	covered := make([]bool, len(r))
	seen := map[string]bool{}
	for i := 0; i < len(r); {
		best, rest := "", string(r[i:])
		for _, w := range words {
			if len(w) > len(best) && strings.HasPrefix(rest, w) {
				best = w
			}
		}
		n := max(utf8.RuneCountInString(best), run(r[i:]))
		if n == 0 {
			i++
			continue
		}
		if best != "" {
			seen[best] = true
		}
		for j := range n {
			covered[i+j] = true
		}
		i += n
	}
	left := 2 * max(0, len(seen)-3)
	rest := map[rune]bool{}
	for i, c := range r {
		// Only different letters count: aaaa and abababab are short.
		if !covered[i] && unicode.IsLetter(c) {
			rest[c] = true
		}
	}
	return left + len(rest)
}

// rows are what lies side by side on keyboards and in the alphabet.
var rows = []string{"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertzuiopü", "qwertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm", "qayxswedcvfrtgbnhzujmkiolp", "1q2w3e4r5t6z7u8i9o0p"}

// run is the length of the row, at least four, that the text begins with.
func run(r []rune) int {
	best := 0
	for _, row := range rows {
		for _, way := range []string{row, backwards(row)} {
			keys := []rune(way)
			for at, c := range keys {
				if c != r[0] {
					continue
				}
				n := 0
				for n < len(r) && at+n < len(keys) && r[n] == keys[at+n] {
					n++
				}
				if n >= 4 {
					best = max(best, n)
				}
			}
		}
	}
	return best
}

func backwards(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}
