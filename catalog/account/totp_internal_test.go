package account

import (
	"strings"
	"testing"
	"time"
)

// The values of RFC 6238, appendix B, for SHA-1.
func TestTOTP_asInTheRFC(t *testing.T) {
	t.Parallel()
	key := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := totpCode(key, totpStep(time.Unix(at, 0)), 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestTOTP_driftAndReplay(t *testing.T) {
	t.Parallel()
	secret := newTOTP()
	key, err := base32Text.DecodeString(secret)
	if err != nil || len(key) != 20 {
		t.Fatal(len(key), err)
	}
	now := time.Unix(1_800_000_015, 0)
	for shift, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		code := totpCode(key, totpStep(now)+shift, totpDigits)
		step, ok := checkTOTP(secret, code, now, 0)
		if ok != want {
			t.Errorf("shift %d: %t", shift, ok)
		}
		if ok {
			if _, again := checkTOTP(secret, code, now, step); again {
				t.Errorf("shift %d counts twice", shift)
			}
		}
	}
	if _, ok := checkTOTP("no base32!", "000000", now, 0); ok {
		t.Error("a broken secret lets in")
	}
	if url := totpURL("Daten: München", "kim", secret); !strings.HasPrefix(url, "otpauth://totp/Daten%20%20M%C3%BCnchen:kim?") || strings.Contains(url, "+") {
		t.Error(url)
	}
}

func TestRecoveryCodes_areLongAndDifferent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		c := newRecoveryCode()
		if p := plainCode(strings.ToLower(" " + c + "\n")); len(p) != 16 || seen[p] {
			t.Fatal(c)
		}
		seen[plainCode(c)] = true
	}
}

func TestAddressKey_countsNetworks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", true}, {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"192.0.2.1", "192.0.2.2", false}, {"::ffff:192.0.2.1", "192.0.2.1", true}, {"fe80::1%eth0", "fe80::2%eth1", true}, {"", "x", true},
	} {
		if got := addressKey("a", c.a) == addressKey("a", c.b); got != c.same {
			t.Errorf("%q and %q: %t", c.a, c.b, got)
		}
	}
}
