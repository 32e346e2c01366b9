package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	intake "trio.example/harvest/survey"
	"trio.example/testdata"
)

// DemoCmd shows the main job on the sample survey.
type DemoCmd struct {
	Once bool `help:"Do the work and end without serving."`
	JSON bool `help:"Print one line {\"url\": …, \"token\": …, \"data\": …} once it serves."`
}

// Help shows how the command is used.
func (DemoCmd) Help() string {
	return "Without --data it works in a throw-away folder that is removed at the end. All data are invented.\n\nExamples:\n  trio demo\n  trio demo --data ./demo --listen 127.0.0.1:9000\n  trio demo --once"
}

// demoFiles are the sample files in the order in which they came in.
var demoFiles = []struct{ city, name string }{
	{"muenchen", "muenchen-1-limesurvey-codes.csv"},
	{"muenchen", "muenchen-2-limesurvey-texte-cp1252.csv"},
	{"augsburg", "augsburg-api.json"},
	{"augsburg", "augsburg-nachtrag.json"},
	{"nuernberg", "nuernberg-handausgefuellt.xlsx"},
}

// Run imports, approves and serves.
func (d *DemoCmd) Run(e *env) (err error) {
	start := time.Now()
	if given := e.source("data"); given == "default" {
		if e.cfg.Data, err = os.MkdirTemp("", "trio-demo-"); err != nil {
			return fmt.Errorf("demo folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(e.cfg.Data)) }()
	}
	say := e.printf
	if d.JSON {
		say = e.notef
	}
	samples, err := unpackSamples()
	if err != nil {
		return err
	}
	if !d.Once {
		if err := e.listen(); err != nil {
			return err
		}
		defer e.listener.Close()
	}
	return e.withCore(func(k *core) error {
		say("Abfrage der Datenbestände in drei Städten (erfundene Beispieldaten)\n\n")
		if err := errors.Join(d.load(e, k, samples, say), os.RemoveAll(samples)); err != nil {
			return err
		}
		ways, err := demoSurvey(e, k)
		if err != nil || d.Once {
			return err
		}
		return serve(e, k, apiConfig(k, e.cfg), func(url string) error {
			if d.JSON {
				line, err := json.Marshal(map[string]string{"url": url, "token": ways.Token, "login": ways.Login, "password": ways.Password, "link": ways.Link, "data": e.cfg.Data})
				if err != nil {
					return fmt.Errorf("print: %w", err)
				}
				e.printf("%s\n", line)
				return nil
			}
			say("\nBereit nach %.1f Sekunden.\n\n", time.Since(start).Seconds())
			say("  Katalog      %s/\n  API          %s/api/3/action/package_search?q=baum\n  DCAT-AP.de   %s/catalog.ttl\n\n", url, url, url)
			say("  curl -s '%s/api/3/action/package_search?q=B%%C3%%A4ume&rows=1'\n\n", url)
			say("  Umfrage aus Sicht einer Dienststelle, ohne Konto:\n    %s%s\n", url, ways.Link)
			say("  Anmelden als Datenbeauftragte (nur für diese Vorführung): %s/user/login\n    %s  %s\n", url, ways.Login, ways.Password)
			say("  Programme: Authorization: %s\n\nBeenden mit Strg+C.\n", ways.Token)
			return nil
		})
	})
}

// load takes the sample files the way real ones go.
func (d *DemoCmd) load(e *env, k *core, samples string, say func(string, ...any)) error {
	for _, f := range demoFiles {
		city, err := cityByName(f.city)
		if err != nil {
			return err
		}
		r, err := importFile(e, k, intake.Delivery{City: city, Template: survey.Default()}, filepath.Join(samples, f.name))
		if err != nil {
			return err
		}
		say("%s\n  %s\n", f.name, takenLine(r))
	}
	say("\n")
	for _, name := range []string{"muenchen", "augsburg", "nuernberg"} {
		city, err := cityByName(name)
		if err != nil {
			return err
		}
		a, err := k.desk.ApproveAll(e.ctx, operator, city, nil)
		if err != nil {
			return err
		}
		say("%s\n", approvalLine(city, a))
	}
	n, err := demoUploads(e, k)
	if err != nil {
		return err
	}
	say("%s mit erfundenen Zahlen hochgeladen\n", plural(n, "Datei", "Dateien"))
	return k.book(e.cfg.SiteURL).Keep(e.ctx, time.Now())
}

// unpackSamples writes the embedded sample files into a folder, so that they
// are read like any other file.
func unpackSamples() (string, error) {
	dir, err := os.MkdirTemp("", "trio-samples-")
	if err != nil {
		return "", fmt.Errorf("sample folder: %w", err)
	}
	for _, f := range demoFiles {
		data, err := fs.ReadFile(testdata.Survey, "survey/"+f.name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, f.name), data, 0o600)
		}
		if err != nil {
			return "", errors.Join(fmt.Errorf("sample file: %w", err), os.RemoveAll(dir))
		}
	}
	return dir, nil
}

// demoToken makes an administrator and a token that lives for a day.
func demoToken(e *env, k *core) (string, error) {
	err := k.reg.AddUser(e.ctx, operator, &catalog.User{Name: "demo-admin", FullName: "Vorführung", Sysadmin: true})
	if err != nil && catalog.KindOf(err) != catalog.KindConflict {
		return "", err
	}
	return k.reg.AddToken(e.ctx, operator, "demo-admin", "demo", time.Now().Add(24*time.Hour))
}

// source says where a setting's value comes from.
func (e *env) source(key string) string {
	for _, s := range e.settings {
		if s.Key == key {
			return s.Source
		}
	}
	return ""
}
