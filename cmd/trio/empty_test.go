package main

import (
	"strings"
	"testing"
)

// TestLists_sayThatTheyAreEmpty: on standard error, so that nothing comes into what
// scripts read; as JSON they are empty lists.
func TestLists_sayThatTheyAreEmpty(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	ok(t, "user", "add", "anna", "--data", data)
	for _, list := range []string{"round list", "mail list", "harvest source list", "harvest duplicates", "repair list"} {
		args := append(strings.Fields(list), "--data", data)
		code, out, errs := trio(t, nil, args...)
		if code != exitOK || out != "" || !strings.Contains(strings.ToLower(errs), "kein") && !strings.Contains(errs, "Noch") {
			t.Errorf("%s: %d %q %q", list, code, out, errs)
		}
		if out := ok(t, append(args, "--json")...); strings.TrimSpace(out) != "[]" {
			t.Errorf("%s --json: %s", list, out)
		}
	}
}
