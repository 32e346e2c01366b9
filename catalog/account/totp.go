package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 as the apps speak it; HMAC-SHA1 is sound
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// One-time codes after RFC 6238 with what every app takes: SHA-1, six digits,
// thirty seconds. The small library for it has had no release for two years;
// these lines are checked with the RFC's own values.
const (
	totpDigits = 6
	totpPeriod = 30
	totpBytes  = 20
	// totpDrift is how many steps a clock may be off, either way.
	totpDrift = 1
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

func newTOTP() string {
	var b [totpBytes]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return base32Text.EncodeToString(b[:])
}

func totpStep(at time.Time) int64 { return at.Unix() / totpPeriod }

// totpCode is the code of a time step.
func totpCode(key []byte, step int64, digits int) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step)) //nolint:gosec // steps since 1970 are positive
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

// checkTOTP returns the step a code belongs to. Steps up to after are used up:
// who looks over a shoulder cannot use the code a second time.
func checkTOTP(secret, code string, at time.Time, after int64) (int64, bool) {
	key, err := base32Text.DecodeString(secret)
	if err != nil {
		return 0, false
	}
	found := int64(0)
	for step := totpStep(at) - totpDrift; step <= totpStep(at)+totpDrift; step++ {
		if subtle.ConstantTimeCompare([]byte(totpCode(key, step, totpDigits)), []byte(code)) == 1 && step > after {
			found = step
		}
	}
	return found, found > 0
}

// totpURL is what apps read from the picture.
func totpURL(portal, login, secret string) string {
	label := url.PathEscape(strings.ReplaceAll(portal, ":", " ") + ":" + login)
	q := url.Values{"secret": {secret}, "issuer": {strings.ReplaceAll(portal, ":", " ")}}
	return "otpauth://totp/" + label + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// recoveryCodes is how many codes get somebody in without the app.
const recoveryCodes = 10

// newRecoveryCode has 80 random bits, so that a plain hash cannot be searched.
func newRecoveryCode() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails, see above
	s := base32Text.EncodeToString(b[:])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// plainCode takes away what people add to a code when they copy it.
func plainCode(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			return r
		default:
			return -1
		}
	}, s)
}
