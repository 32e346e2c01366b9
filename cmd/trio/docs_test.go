package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// call finds a call of the program in a line of shell.
var call = regexp.MustCompile(`(?:^|[;&(] ?|sudo -u trio )(?:[A-Z_]+=\S+ )*(?:\./)?trio ([^#|>&;)]*)`)

// TestDocs_commandsParse keeps guides from showing what the program does not know.
func TestDocs_commandsParse(t *testing.T) {
	t.Parallel()
	names := []string{"../../README.md"}
	more, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range append(names, more...) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code := false
		text := strings.ReplaceAll(string(data), "\\\n", " ")
		for line := range strings.Lines(text) {
			if lang, fence := strings.CutPrefix(line, "```"); fence {
				code = !code && strings.TrimSpace(lang) == "sh"
				continue
			}
			if !code {
				continue
			}
			line = strings.ReplaceAll(line, "go run ./cmd/trio ", "trio ")
			for _, m := range call.FindAllStringSubmatch(line, -1) {
				seen++
				if err := parses(strings.Fields(m[1])); err != nil {
					t.Errorf("%s: trio %s: %v", name, strings.TrimSpace(m[1]), err)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d commands were found in the guides", seen)
	}
}

func parses(args []string) error {
	var cli CLI
	parser, err := kong.New(&cli, kong.Name("trio"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		return err
	}
	_, err = parser.Parse(args)
	return err
}
