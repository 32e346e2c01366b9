package mail

import (
	"bytes"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"
)

// FuzzMessage proves that whatever is put into a letter is refused or arrives as
// it was, and never as a header of its own.
func FuzzMessage(f *testing.F) {
	f.Add("a@b.example", "Amt für Öffentliches", "Betreff", "Text\n.\nQUIT\n")
	f.Add("a@b.example\r\nBcc: c@d.example", "", "S\nBcc: c@d.example", "T")
	f.Add("\"a b\"@c.example", "=?utf-8?q?x?=", "=?utf-8?q?Bcc:_c@d.example?=", "\r\n\r\n")
	f.Add("ä@ö.example", "A, B <x@y.example>", strings.Repeat("ä ", 140), strings.Repeat("=", 2000))
	known := map[string]bool{"Auto-Submitted": true, "Date": true, "Mime-Version": true, "Message-Id": true, "Subject": true, "X-Auto-Response-Suppress": true,
		"Content-Language": true, "From": true, "To": true, "Content-Transfer-Encoding": true, "Content-Type": true}
	f.Fuzz(func(t *testing.T, to, name, subject, text string) {
		m := &Message{From: mail.Address{Name: name, Address: "p@d.example"}, To: mail.Address{Address: to}, Subject: subject, Text: text, ID: "1@d.example", Date: time.Unix(0, 0), Lang: "de"}
		msg, err := m.build()
		if err != nil {
			return
		}
		var b bytes.Buffer
		if _, err := msg.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		got, err := mail.ReadMessage(&b)
		if err != nil {
			t.Fatal(err)
		}
		for key, values := range got.Header {
			if !known[key] || len(values) != 1 {
				t.Fatalf("header %s: %q", key, values)
			}
		}
		list, err := got.Header.AddressList("To")
		if err != nil || len(list) != 1 || list[0].Address != to {
			t.Fatalf("to %q became %v (%v)", to, list, err)
		}
		from, err := got.Header.AddressList("From")
		if err != nil || len(from) != 1 || from[0].Address != "p@d.example" {
			t.Fatalf("from %q became %v (%v)", name, from, err)
		}
		s, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		if err != nil || squeezed(s) != squeezed(subject) && !strings.Contains(subject, "=?") {
			t.Fatalf("subject %q became %q (%v)", subject, s, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
		want := strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
		if plain := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || strings.TrimRight(plain, "\n") != strings.TrimRight(want, "\n") {
			t.Fatalf("text %q became %q (%v)", want, plain, err)
		}
	})
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }
