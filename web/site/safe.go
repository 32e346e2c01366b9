package site

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"
)

// safeURL returns an address that may become a link, "" for everything else.
// Only http and https pass: javascript:, data: and the like stay text.
func safeURL(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 4000 || strings.ContainsAny(s, " \t\r\n\"<>\\^`{|}") {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	if scheme := strings.ToLower(u.Scheme); scheme != "http" && scheme != "https" {
		return ""
	}
	return u.String()
}

var mailbox = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$`)

// safeMail returns a mailto: address, "" when s is no plain mailbox.
func safeMail(s string) string {
	if _, err := mail.ParseAddress(s); err != nil || !mailbox.MatchString(s) {
		return ""
	}
	return "mailto:" + strings.NewReplacer("%", "%25", "?", "%3F", "&", "%26", "#", "%23").Replace(s)
}

var notDigit = regexp.MustCompile(`[^0-9+]`)

// safeTel returns a tel: address, "" when there are too few digits.
func safeTel(s string) string {
	d := notDigit.ReplaceAllString(s, "")
	if len(d) < 5 || len(d) > 20 || strings.LastIndex(d, "+") > 0 {
		return ""
	}
	return "tel:" + d
}
