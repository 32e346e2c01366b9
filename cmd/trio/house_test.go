package main

import (
	"bufio"
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "trio.example/"

// layer gives each top-level folder its height: imports run downwards only,
// and search and harvest, on one height, do not know each other.
var layer = map[string]int{"cmd": 4, "web": 3, "harvest": 2, "search": 2, "catalog": 1, "testdata": 0}

func TestImports_runOneWay(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "list", "-f", `{{$p := .ImportPath}}{{range .Imports}}{{$p}} {{.}}{{"\n"}}{{end}}`, "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), " ")
		from, ok1 := strings.CutPrefix(from, module)
		to, ok2 := strings.CutPrefix(to, module)
		if !ok1 || !ok2 {
			continue
		}
		seen++
		a, _, _ := strings.Cut(from, "/")
		b, _, _ := strings.Cut(to, "/")
		if a != b && layer[a] <= layer[b] {
			t.Errorf("%s must not import %s", from, to)
		}
		parts := map[string]bool{"web/site": true, "web/ckan": true, "web/feed": true}
		if parts[from] && parts[to] && from != to {
			t.Errorf("%s must not import its neighbour %s", from, to)
		}
		if from == "catalog" {
			t.Errorf("package catalog imports %s; it must stand alone", to)
		}
	}
	if seen < 10 {
		t.Fatalf("only %d imports inside the module were seen", seen)
	}
}

func TestFiles_keepTheHouseInOrder(t *testing.T) {
	t.Parallel()
	packages := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := bytes.Count(data, []byte("\n")); n > 800 {
			t.Errorf("%s has %d lines, more than 800", path, n)
		}
		if strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, data, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		packages[dir] = packages[dir] || f.Doc != nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, documented := range packages {
		if !documented {
			t.Errorf("package in %s has no comment", dir)
		}
	}
}

func TestIdentifiers_areEnglish(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", "../..", "ls-files", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(bytes.NewReader(out))
	for s.Scan() {
		fset := token.NewFileSet()
		src, err := os.ReadFile(filepath.Join("../..", s.Text()))
		if err != nil {
			continue // removed in the working tree
		}
		f, err := parser.ParseFile(fset, s.Text(), src, 0)
		if err != nil {
			t.Error(err)
			continue
		}
		for name := range f.Scope.Objects { // the package scope is all this needs
			if strings.ContainsAny(name, "äöüßÄÖÜ") {
				t.Errorf("%s: identifier %s", s.Text(), name)
			}
		}
	}
}
