package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// roundDesk runs commands on one data folder.
type roundDesk struct {
	t    *testing.T
	data string
}

func (d *roundDesk) run(want int, args ...string) (stdout, stderr string) {
	d.t.Helper()
	var out, errs bytes.Buffer
	code := run(d.t.Context(), append(args, "--data", d.data, "--site-url", "https://daten.example.org", "--log-level", "error"), nil, &out, &errs)
	if code != want {
		d.t.Fatalf("trio %v: %d, want %d: %s%s", args, code, want, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

func TestRound_commands(t *testing.T) {
	d := &roundDesk{t: t, data: filepath.Join(t.TempDir(), "data")}
	d.run(exitProblem, "round", "list") // no data yet: a misspelled folder must not become a new one
	d.run(exitUsage, "round", "create", "Abfrage 2026", "--city", "berlin")
	for _, bad := range [][]string{{"--deadline", "bald"}, {"--contact", "kein Postfach"}, {"--template", filepath.Join(d.data, "nichts.json")}} {
		d.run(exitProblem, append([]string{"round", "create", "Abfrage 2026", "--city", "nuernberg"}, bad...)...)
	}
	out, _ := d.run(exitOK, "round", "create", "Abfrage 2026", "--city", "nuernberg", "--deadline", "2099-12-15", "--json")
	var made struct{ Name, Template, State string }
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.Name != "nuernberg-abfrage-2026" || made.Template != "man-datensilo@1.0.0" || made.State != "open" {
		t.Fatalf("created %+v %v", made, err)
	}
	if out, _ := d.run(exitOK, "round", "create", "Abfrage 2026", "--city", "nuernberg"); !strings.HasPrefix(out, "nuernberg-abfrage-2026-2:") {
		t.Errorf("a second round: %s", out)
	}
	list := filepath.Join(t.TempDir(), "liste.csv")
	if err := os.WriteFile(list, []byte("Referat;Amt;Mail\nBau;Garten;garten@stadt.example\nBau;Tiefbau;kaputt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs := d.run(exitProblem, "round", "offices", made.Name, list)
	if !strings.Contains(errs, "Zeile 3") || !strings.Contains(errs, "E-Mail-Adresse") {
		t.Errorf("faults: %s", errs)
	}
	out, _ = d.run(exitProblem, "round", "offices", made.Name, list, "--json")
	if !strings.Contains(out, `"unchanged": 1`) || !strings.Contains(out, `"new": 0`) {
		t.Errorf("again: %s", out)
	}
	d.run(exitProblem, "round", "offices", "nichts", list)
	d.run(exitProblem, "round", "offices", made.Name, filepath.Join(d.data, "nichts.csv"))
	out, _ = d.run(exitOK, "round", "links", made.Name, "--json")
	var links []struct{ Office, URL string }
	if err := json.Unmarshal([]byte(out), &links); err != nil || len(links) != 1 || !strings.HasPrefix(links[0].URL, "https://daten.example.org/s/") {
		t.Fatalf("links %s %v", out, err)
	}
	if out, _ := d.run(exitOK, "round", "links", made.Name); out != "" {
		t.Errorf("a link although there is one: %s", out)
	}
	if out, _ := d.run(exitOK, "round", "links", made.Name, "--office", "Garten"); strings.Contains(out, links[0].URL) || !strings.Contains(out, "/s/") {
		t.Errorf("a further link: %s", out)
	}
	d.run(exitProblem, "round", "links", made.Name, "--office", "Gibtsnicht")
	out, _ = d.run(exitOK, "round", "status", made.Name, "--json")
	if !strings.Contains(out, `"state": "invited"`) || strings.Contains(out, "/s/") || strings.Contains(out, links[0].URL[len(links[0].URL)-43:]) {
		t.Errorf("status %s", out)
	}
	if out, _ := d.run(exitOK, "round", "list"); !strings.Contains(out, made.Name) || !strings.Contains(out, "0 % von 1 Dienststelle") {
		t.Errorf("list %s", out)
	}
	data, err := os.ReadFile(filepath.Join(d.data, "trio.db"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte(links[0].URL[len(links[0].URL)-43:])) {
		t.Error("the database holds the token of a link")
	}
}
