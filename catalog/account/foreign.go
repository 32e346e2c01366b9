package account

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"
)

// Hashes that CKAN makes of passwords are checked, so that accounts can move here
// with their passwords; the next sign-in makes one of ours of them.

const (
	foreignPrefix = "$pbkdf2-sha512$"
	foreignRounds = 25_000 // what CKAN makes
	maxRounds     = 100_000
	maxHash       = 1000
)

// foreignHash is a hash of CKAN's, taken apart.
type foreignHash struct {
	rounds    int
	salt, sum []byte
}

// foreignText is base64 as CKAN's library writes it.
var foreignText = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./").WithPadding(base64.NoPadding)

func readForeign(hash string) (h foreignHash, ok bool) {
	rest, ok := strings.CutPrefix(hash, foreignPrefix)
	parts := strings.Split(rest, "$")
	if !ok || len(parts) != 3 {
		return h, false
	}
	var errs [3]error
	h.rounds, errs[0] = strconv.Atoi(parts[0])
	h.salt, errs[1] = foreignText.DecodeString(parts[1])
	h.sum, errs[2] = foreignText.DecodeString(parts[2])
	return h, errs == [3]error{} && h.rounds >= 1 && h.rounds <= maxRounds && len(h.salt) >= 8 && len(h.salt) <= 64 && len(h.sum) == sha512.Size
}

// checkForeign compares a password with a hash of CKAN's. It costs the same when
// there is none, so that the time of an answer does not tell which accounts exist.
func checkForeign(password, hash string) bool {
	h, known := readForeign(hash)
	if !known {
		h = foreignHash{rounds: foreignRounds, salt: make([]byte, 16), sum: make([]byte, sha512.Size)}
	}
	sum, err := pbkdf2.Key(sha512.New, password, h.salt, h.rounds, sha512.Size)
	return err == nil && subtle.ConstantTimeCompare(sum, h.sum) == 1 && known
}

// Takeable reports whether a hash from elsewhere lets its owner sign in here.
func Takeable(hash string) bool {
	_, foreign := readForeign(hash)
	return len(hash) <= maxHash && (foreign || bearable(hash))
}
