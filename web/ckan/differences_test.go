package ckan_test

import (
	"flag"
	"os"
	"testing"

	"trio.example/web/ckan"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestCompatibilityPage_isWhatTheDocsSay(t *testing.T) {
	t.Parallel()
	const path = "../../docs/ckan-compatibility.md"
	if *update {
		if err := os.WriteFile(path, []byte(ckan.CompatibilityPage()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != ckan.CompatibilityPage() {
		t.Error("docs/ckan-compatibility.md is out of date: go test ./web/ckan -run Compatibility -update")
	}
}
