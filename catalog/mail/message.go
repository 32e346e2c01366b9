package mail

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"trio.example/catalog"
)

// Bounds on a letter.
const (
	maxAddress = 254 // RFC 5321
	maxSubject = 300
	maxText    = 100 << 10
)

// Message is one letter in plain text.
type Message struct {
	From, To mail.Address
	Subject  string
	Text     string
	// ID is what stands in Message-ID; a letter that is sent twice because an
	// answer got lost keeps it, so that mail programs show it once.
	ID   string
	Date time.Time
	// Lang is the language of the text.
	Lang string
}

// Address reads an address as people write it, with or without a name.
func Address(text string) (mail.Address, error) {
	bad := catalog.Errorf(catalog.KindInvalid, "%q ist keine E-Mail-Adresse wie amt@stadt.example.", cut(text, 80))
	if len(text) > 2*maxAddress || hasControl(text, "") {
		return mail.Address{}, bad
	}
	a, err := mail.ParseAddress(text)
	if err != nil || len(a.Address) > maxAddress || hasControl(a.Name, "") || !plain(a.Address) {
		return mail.Address{}, bad
	}
	return *a, nil
}

// hasControl reports whether a text holds what could end a header line, or
// bytes that are no text; allowed are exceptions.
func hasControl(s, allowed string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return (unicode.IsControl(r) || r == '\u2028' || r == '\u2029') && !strings.ContainsRune(allowed, r)
	})
}

// plain reports whether an address needs no quotes: what does is allowed by the
// standard, used by nobody and read differently by different servers.
func plain(address string) bool {
	return !hasControl(address, "") && !strings.ContainsAny(address, " \t\"(),:;<>[]\\") && strings.Count(address, "@") == 1
}

// check refuses what would make more of a letter than was meant: line breaks in
// headers become headers of their own.
func (m *Message) check() error {
	for name, a := range map[string]mail.Address{"Absender": m.From, "Empfänger": m.To} {
		again, err := mail.ParseAddress(a.Address)
		if err != nil || again.Address != a.Address || !plain(a.Address) || hasControl(a.Name, "") || len(a.Address) > maxAddress || len(a.Name) > maxSubject {
			return catalog.Errorf(catalog.KindInvalid, "Der %s der E-Mail ist keine gültige Adresse.", name)
		}
	}
	switch {
	case m.Subject == "" || hasControl(m.Subject, "") || utf8.RuneCountInString(m.Subject) > maxSubject:
		return catalog.Errorf(catalog.KindInvalid, "Der Betreff der E-Mail ist leer, zu lang oder enthält Zeilenumbrüche.")
	case m.Text == "" || len(m.Text) > maxText || hasControl(m.Text, "\n\r\t"):
		return catalog.Errorf(catalog.KindInvalid, "Der Text der E-Mail ist leer, zu lang oder enthält Steuerzeichen.")
	case hasControl(m.ID+m.Lang, "") || strings.ContainsAny(m.ID+m.Lang, "<> "):
		return catalog.Errorf(catalog.KindInvalid, "Kennung oder Sprache der E-Mail sind ungültig.")
	}
	return nil
}

// build makes the MIME form.
func (m *Message) build() (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	out := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	out.FromMailAddress(&m.From)
	out.ToMailAddress(&m.To)
	out.Subject(m.Subject)
	out.SetMessageIDWithValue(m.ID)
	out.SetDateWithValue(m.Date)
	// Programs that answer by themselves must not answer this.
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	out.SetGenHeader("X-Auto-Response-Suppress", "All")
	if m.Lang != "" {
		out.SetGenHeader("Content-Language", m.Lang)
	}
	text := strings.ReplaceAll(strings.ReplaceAll(m.Text, "\r\n", "\n"), "\r", "\n")
	out.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(text, "\n", "\r\n"))
	return out, nil
}

func cut(s string, n int) string {
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) > n {
		return string(r[:n]) + "…"
	}
	return string(r)
}

// clean makes one harmless line of what a server said.
func clean(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	return cut(strings.Join(strings.Fields(s), " "), n)
}

// describe is the address as it stands in lists.
func describe(a mail.Address) string {
	if a.Name == "" {
		return a.Address
	}
	return fmt.Sprintf("%s <%s>", a.Name, a.Address)
}
