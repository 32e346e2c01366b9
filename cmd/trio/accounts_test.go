package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog/mail/mailtest"
)

func TestUser_passwordAndInvitation(t *testing.T) {
	data := t.TempDir()
	ok(t, "user", "add", "anna", "--email", "anna@stadt.example", "--sysadmin", "--data", data)
	file := filepath.Join(data, "secret")
	write(t, file, "kurz\n")
	if code, _, errs := trio(t, nil, "user", "password", "anna", "--file", file, "--data", data); code != exitProblem || !strings.Contains(errs, "mindestens 12 Zeichen") {
		t.Errorf("short: %d %s", code, errs)
	}
	write(t, file, "vier Kamele trinken Limonade\n")
	ok(t, "user", "password", "ANNA@stadt.example", "--file", file, "--data", data)
	link := ok(t, "user", "password", "anna", "--link", "--site-url", "https://daten.example.org", "--data", data)
	if !strings.HasPrefix(link, "https://daten.example.org/user/reset/new?key=") {
		t.Error(link)
	}
	ok(t, "user", "unlock", "anna", "--data", data)
	ok(t, "user", "drop-factor", "anna", "--data", data)
	var rows []userLine
	if err := json.Unmarshal([]byte(ok(t, "user", "list", "--json", "--data", data)), &rows); err != nil || len(rows) != 1 || !rows[0].Password || rows[0].SecondFactor || rows[0].Email != "anna@stadt.example" {
		t.Errorf("%+v %v", rows, err)
	}
	for _, args := range [][]string{
		{"user", "password", "niemand", "--link"}, {"user", "unlock", "niemand"}, {"user", "drop-factor", "niemand"},
		{"user", "invite", "neu@stadt.example", "--org", "gibt-es-nicht"}, {"user", "invite", "x", "--org", "y"}, {"user", "add", "bert", "--email", "x"},
		{"mail", "text", "../secret"}, {"mail", "test", "x"}, {"mail", "test", "a@b.example"},
	} {
		if code, out, errs := trio(t, nil, append(args, "--data", data)...); code != exitProblem || out != "" || errs == "" {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
	}
	if out := ok(t, "mail", "list", "--data", data); out != "" {
		t.Errorf("letters: %s", out)
	}
}

func TestMail_testAndTexts(t *testing.T) {
	s := mailtest.Start(t, "plain", "geheim")
	data := t.TempDir()
	file := filepath.Join(data, "smtp")
	write(t, file, "geheim\n")
	out := ok(t, "mail", "test", "kim@stadt.example", "--smtp", "smtp://portal@"+s.Addr, "--smtp-password-file", file, "--site-url", "https://daten.example.org", "--data", data)
	got := s.Wait(t, 1)[0]
	if !strings.Contains(out, "angenommen") || got.From != "noreply@daten.example.org" || got.To != "kim@stadt.example" || !strings.Contains(got.Text, "ä ö ü ß") {
		t.Errorf("%s %+v", out, got)
	}
	write(t, file, "falsch\n")
	if code, _, errs := trio(t, nil, "mail", "test", "kim@stadt.example", "--smtp", "smtp://portal@"+s.Addr, "--smtp-password-file", file, "--data", data); code != exitProblem || strings.Contains(errs, "falsch") {
		t.Errorf("wrong password: %d %s", code, errs)
	}
	if err := os.Mkdir(filepath.Join(data, "mail"), 0o700); err != nil {
		t.Fatal(err)
	}
	text := ok(t, "mail", "text", "test.de.txt")
	write(t, filepath.Join(data, "mail", "test.de.txt"), strings.Replace(text, "Probe von", "Unsere Probe von", 1))
	write(t, file, "geheim")
	ok(t, "mail", "test", "kim@stadt.example", "--smtp", "smtp://portal@"+s.Addr, "--smtp-password-file", file, "--data", data)
	if got := s.Wait(t, 2)[1]; !strings.HasPrefix(got.Subject, "Unsere Probe von") {
		t.Errorf("own text: %s", got.Subject)
	}
	write(t, filepath.Join(data, "mail", "reset.de.txt"), "Betreff: x\n\nohne\n")
	if code, _, errs := trio(t, nil, "mail", "test", "kim@stadt.example", "--smtp", "smtp://portal@"+s.Addr, "--smtp-password-file", file, "--data", data); code != exitProblem || !strings.Contains(errs, "reset.de.txt") {
		t.Errorf("a text without its link: %d %s", code, errs)
	}
	if code, out, _ := trio(t, []string{"TRIO_SMTP=smtps://portal:geheim@mail.stadt.example"}, "config"); code != exitOK || strings.Contains(out, "geheim") {
		t.Errorf("config: %d %s", code, out)
	}
}
