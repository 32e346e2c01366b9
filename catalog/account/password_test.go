package account_test

import (
	"slices"
	"strings"
	"testing"

	"trio.example/catalog/account"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	own := []string{"kim", "Kim Beispiel", "kim.beispiel@stadt.example", "Offene Daten München", "https://daten.example.org"}
	for password, want := range map[string]string{
		"kurz":                                     "password_short",
		"elfzeichen!":                              "password_short",
		"äöüäöüäöüäö":                              "password_short", // eleven letters, twenty-two bytes
		"a\x00bcdefghijklmn":                       "password_control",
		"\xff\xfe012345678901":                     "password_control",
		strings.Repeat("ab c", 65):                 "password_long",
		"aaaaaaaaaaaa":                             "password_common",
		"123456789012":                             "password_common",
		"qwertzuiopasdf":                           "password_common",
		"Passwort2026!":                            "password_common",
		"P4ssw0rt!!!!":                             "password_common",
		"PasswortPasswort":                         "password_common",
		"Sommer2026!!!":                            "password_common",
		"MuenchenMuenchen1":                        "password_common",
		"München-2026-11":                          "password_common",
		"kimbeispiel2026":                          "password_common",
		"Beispiel.Kim.1":                           "password_common",
		"abababababab":                             "password_common",
		"1q2w3e4r5t6z":                             "password_common",
		"19.05.1984-20.12.2010":                    "password_common", // dates
		"0049891234567":                            "password_common", // a telephone number
		"830283028302830283028302":                 "password_common",
		"1112223334445556":                         "password_common",
		"            ":                             "password_common",
		"!!!!!!!!!!!!":                             "password_common",
		"vier Kamele trinken Limonade":             "",
		"xkrpwmzqlvtb":                             "",
		"correct horse battery staple":             "",
		"Sommer Hund Katze Winter Sonne Drache":    "", // many words, though common ones
		"東京都庁舎展望台夜景散歩道":                            "",
		"7fK!9qLm2#Zp":                             "",
		strings.Repeat("vier Kamele trinken ", 12): "",
	} {
		code := ""
		if f := account.CheckPassword(password, own...); len(f) > 0 {
			code = f[0].Code
			if f[0].Message.In("de") == "" || f[0].Message.In("en") == "" || f[0].Field != "password" {
				t.Errorf("%q: %+v", password, f[0])
			}
		}
		if code != want {
			t.Errorf("%q: %q, want %q", password, code, want)
		}
	}
	if account.MinPassword < 12 || account.MaxPassword < 64 {
		t.Error("NIST SP 800-63B wants room for long passwords")
	}
}

// Passwords generators make are taken.
func TestCheckPassword_takesWhatGeneratorsMake(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"Xq3-vRt8-kLm2", "hUvmi2-qubgyr-pysjup", "tisch-lampe-wolke-segel", "8302957164920385", "4017 5839 2064 9571 38", "9071a2b83c45", "3f9a7c21b04e", "0b9d71e0c5fa48829013", "Gx9$kP2&mN5^", "ohgh7Eiy8ao"} {
		f := account.CheckPassword(p)
		if len(p) >= 12 && len(f) > 0 {
			t.Errorf("%q: %v", p, f)
		}
	}
}

func TestDevice(t *testing.T) {
	t.Parallel()
	got := []string{
		account.Device("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"),
		account.Device("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"),
		account.Device("curl/8.5.0"), account.Device(""), account.Device("<script>"),
	}
	if want := []string{"Edge, Windows", "Safari, iPhone", "curl", "", ""}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func FuzzCheckPassword(f *testing.F) {
	for _, s := range []string{"vier Kamele", "\xff", "ıııııııııııı", strings.Repeat("a", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		account.CheckPassword(s, s, "kim")
	})
}
