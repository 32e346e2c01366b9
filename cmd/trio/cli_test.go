package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog"
)

// trio runs the command line without touching the process it runs in.
func trio(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, environ, &out, &errs)
	return code, out.String(), errs.String()
}

func ok(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := trio(t, nil, args...)
	if code != exitOK {
		t.Fatalf("trio %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

var commands = []string{
	"bench",
	"check",
	"config",
	"demo",
	"dump",
	"export",
	"harvest decide",
	"harvest disputes",
	"harvest duplicates",
	"harvest preview",
	"harvest release",
	"harvest report",
	"harvest run",
	"harvest separate",
	"harvest source add",
	"harvest source map",
	"harvest source set",
	"harvest source try",
	"harvest source list",
	"harvest source pause",
	"harvest source remove",
	"harvest source show",
	"import",
	"links broken",
	"links check",
	"mail",
	"mail list",
	"mail test",
	"mail text",
	"quality",
	"reindex",
	"repair list",
	"repair set",
	"repair undo",
	"serve",
	"round create",
	"round links",
	"round list",
	"round offices",
	"round status",
	"survey",
	"survey approve",
	"survey files",
	"survey forget",
	"survey import",
	"survey proposals",
	"template adopt",
	"template diff",
	"template export",
	"template list",
	"template merge",
	"template release",
	"template show",
	"template validate",
	"token",
	"token add",
	"user",
	"user add",
	"user drop-factor",
	"user invite",
	"user list",
	"user password",
	"user unlock",
	"validate",
	"version",
	"vocab check",
	"vocab list",
	"vocab map",
	"vocab update",
}

func TestHelp_hasExamplesAndExitCodes(t *testing.T) {
	for _, c := range commands {
		out := ok(t, append(strings.Fields(c), "--help")...)
		for _, want := range []string{"Example", "trio " + c, "Exit codes: 0 ok, 1 a problem was found, 2 wrong use."} {
			if !strings.Contains(out, want) {
				t.Errorf("trio %s --help lacks %q", c, want)
			}
		}
	}
}

func TestWrongUse_endsWith2(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "trio.yml")
	write(t, file, "listn: 127.0.0.1:9\n")
	for _, c := range []struct {
		args, env, want string
	}{
		{"nonsense", "", "nonsense"},
		{"serve --nonsense", "", "--nonsense"},
		{"user", "", "add"},
		{"user add", "", "<name>"},
		{"token add", "", "--user"},
		{"token add --user anna --expires=-1h", "", "--expires"},
		{"survey import x.csv", "", "--city"},
		{"survey import x.csv --city berlin", "", "berlin"},
		{"survey approve --city augsburg", "", "--all-publishable"},
		{"export --format doc", "", "--format"},
		{"validate katalog.doc", "", "ending"},
		{"version more", "", "more"},
		{"config", "TRIO_LISTN=127.0.0.1:9", "TRIO_LISTN"},
		{"config", "TRIO_SITE-URL=http://localhost", "TRIO_SITE-URL"},
		{"config", "TRIO_LOG_LEVEL=loud", "log-level"},
		{"config --config " + file, "", "listn"},
		{"config", "TRIO_CONFIG=" + file, "listn"},
		{"config --config " + file + ".none", "", "no such file"},
		{"config --listen nowhere", "", "listen"},
		{"config --smtp mail.example.org", "", "smtp"},
		{"config --mail-from nobody", "", "mail-from"},
		{"config --proxies 127.0.0.1,proxy", "", "proxies"},
		{"user password anna --link --file x", "", "--file"},
		{"user invite a@b.example", "", "--org"},
		{"mail list --limit 0", "", "--limit"},
		{"config --site-url ftp://example.org", "", "site-url"},
	} {
		code, out, errs := trio(t, []string{c.env}, strings.Fields(c.args)...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%s trio %s: exit code %d, stdout %q, stderr %q", c.env, c.args, code, out, errs)
		}
	}
}

func TestConfig_flagBeforeVariableBeforeFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trio.yml")
	write(t, file, "listen: 127.0.0.1:7001\ntitle: Datei\nlog-level: warn\n")
	code, out, errs := trio(t, []string{"TRIO_LISTEN=127.0.0.1:7002", "TRIO_TITLE=Umgebung", "TRIO_DATA=", "HOME=/root"},
		"config", "--json", "--config", file, "--listen=127.0.0.1:7003")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var list []setting
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	got := map[string]setting{}
	for _, s := range list {
		got[s.Key] = s
	}
	for _, want := range []setting{
		{"listen", "127.0.0.1:7003", "flag"}, {"title", "Umgebung", "environment"}, {"log-level", "warn", "file"},
		{"data", "./trio-data", "default"}, {"site-url", "http://127.0.0.1:7003", "default"}, {"config", file, "flag"},
	} {
		if got[want.Key] != want {
			t.Errorf("have %+v, want %+v", got[want.Key], want)
		}
	}
}

func TestConfig_showsNoPassword(t *testing.T) {
	_, out, errs := trio(t, []string{"TRIO_SITE_URL=https://anna:geheim@example.org", "TRIO_OPERATOR_NAME=https://anna:geheim@example.org"}, "config")
	if strings.Contains(out+errs, "geheim") {
		t.Errorf("a password is shown: %s%s", out, errs)
	}
}

func TestCommands_doNotMakeAFolderThatIsMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "typo")
	for _, c := range []string{"check", "reindex", "validate", "export", "user list", "token add --user anna", "survey approve --city augsburg --all-publishable"} {
		code, out, errs := trio(t, nil, append(strings.Fields(c), "--data", dir)...)
		if code != exitProblem || out != "" || !strings.Contains(errs, "--data") {
			t.Errorf("trio %s: exit code %d, stdout %q, stderr %q", c, code, out, errs)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

func TestDataFolder_fromDemoToDamage(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	code, out, errs := trio(t, nil, "demo", "--once", "--json", "--data", data)
	if code != exitOK || out != "" {
		t.Fatalf("demo --once --json: exit code %d, stdout %q, stderr %s", code, out, errs)
	}
	ok(t, "user", "add", "anna", "--sysadmin", "--data", data)
	token := ok(t, "token", "add", "--user", "anna", "--data", data)
	if !strings.HasPrefix(token, "trio_") || strings.Count(token, "\n") != 1 || strings.ContainsAny(strings.TrimSpace(token), " \n") {
		t.Errorf("token add prints %q", token)
	}
	if out := ok(t, "check", "--data", data); !strings.Contains(out, "Alles in Ordnung") {
		t.Errorf("check prints %q", out)
	}
	ok(t, "reindex", "--data", data)

	current, err := os.ReadFile(filepath.Join(data, "index", "CURRENT"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(data, "index", strings.TrimSpace(string(current)), "public", "index_meta.json"), "no JSON")
	problem(t, "index", "check", "--data", data)
	ok(t, "check", "--data", data) // it has been built anew

	files, err := filepath.Glob(filepath.Join(data, "files", "??", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no imported files: %v", err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	problem(t, filepath.Base(files[0])[:12], "check", "--data", data)

	loseUpload(t, data)
	problem(t, "hochgeladene Datei aaaaaaaaaaaa", "check", "--data", data)

	// The schema's number lies at offset 60 of the file, in the order of the network.
	db, err := os.OpenFile(dbPath(data), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.WriteAt([]byte{0, 0, 0, 99}, 60)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"check", "serve", "user list"} {
		code, _, errs := trio(t, nil, append(strings.Fields(c), "--data", data)...)
		if code != exitProblem || !strings.Contains(errs, "neuere Programmversion") {
			t.Errorf("trio %s on a newer database: exit code %d, %s", c, code, errs)
		}
	}
}

func TestServe_keepsASecondServerOut(t *testing.T) {
	data := t.TempDir()
	cfg := defaults
	cfg.Data, cfg.Listen, cfg.SiteURL = data, "127.0.0.1:0", "http://127.0.0.1"
	ctx, stop := context.WithCancel(t.Context())
	e := &env{ctx: ctx, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, cfg: &cfg}
	if err := e.listen(); err != nil {
		t.Fatal(err)
	}
	err := e.withCore(func(k *core) error {
		return serve(e, k, apiConfig(k, &cfg), func(string) error {
			problem(t, "anderen Programm", "serve", "--data", data, "--listen", "127.0.0.1:0")
			problem(t, "anderen Programm", "check", "--data", data)
			ok(t, "user", "add", "anna", "--data", data) // what needs no index works beside the server
			stop()
			return nil
		})
	})
	if err != nil {
		t.Errorf("the server did not end well: %v", err)
	}
}

// loseUpload lets a dataset name an uploaded file that is not there.
func loseUpload(t *testing.T, data string) {
	t.Helper()
	e := &env{ctx: t.Context(), cfg: &Config{Data: data, SiteURL: "http://127.0.0.1:8080"}}
	err := e.withData(func(k *core) error {
		_, err := k.store.Update(t.Context(), operator, func(tx catalog.WriteTx) error {
			for entry, err := range tx.Entries(publicDatasets) {
				if err != nil || len(entry.Parts) == 0 {
					continue
				}
				return k.reg.ChangeIn(tx, operator, entry, 0, func(e *catalog.Entry) error {
					e.Parts[0].Fields.Set("upload", map[string]any{"sum": strings.Repeat("a", 64), "name": "x.csv"})
					return nil
				})
			}
			return errors.New("no dataset with a distribution")
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func problem(t *testing.T, want string, args ...string) {
	t.Helper()
	code, out, errs := trio(t, nil, args...)
	if code != exitProblem || !strings.Contains(out+errs, want) {
		t.Errorf("trio %s: exit code %d, want %d and %q in\n%s%s", strings.Join(args, " "), code, exitProblem, want, out, errs)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
