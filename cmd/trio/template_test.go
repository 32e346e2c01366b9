package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog/survey"
)

// TestTemplateMerge_settlesOnTheCommandLine: both sides of a conflict are shown with
// the ways to settle it; the draft follows the choice and is kept only when asked.
func TestTemplateMerge_settlesOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data := filepath.Join(dir, "data")
	core := file("kern.json", strings.NewReplacer(`"version": "1.0.0"`, `"version": "1.1.0"`, "Referat / Geschäftsbereich", "Dezernat").Replace(string(survey.Document())))
	overlay := file("muc.json", `{"format":"trio.survey.template/1","id":"muc-silos","version":"1.0.0","status":"published","language":"de","title":{"de":"M"},"unit":"holding","publisher":{"city":"muc","name":"Stadt München"},
		"extends":{"id":"man-datensilo","version":"1.0.0"},"overlay":{"relabel":{"A_org1":{"label":{"de":"Referat der Stadt"}}}},"sections":[]}`)
	ok(t, "template", "adopt", core, overlay, "--data", data)
	shown := ok(t, "template", "merge", "muc-silos@1.0.0", "--to", "1.1.0", "--data", data)
	for _, want := range []string{"unsere Seite:  Referat der Stadt", "Kernvorlage:   Dezernat", "* label:A_org1=ours", "label:A_org1=theirs"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the merge does not show %q:\n%s", want, shown)
		}
	}
	if list := ok(t, "template", "list", "--data", data); strings.Contains(list, "muc-silos@1.1.0") {
		t.Error("a look keeps a draft")
	}
	for want, args := range map[int][]string{
		exitProblem: {"muc-silos@1.0.0", "--choose", "label:A_org1=deren"},
		exitUsage:   {"muc-silos@1.0.0", "--choose", "label:A_org1"},
	} {
		if code, _, errs := trio(t, nil, append([]string{"template", "merge", "--to", "1.1.0", "--data", data}, args...)...); code != want {
			t.Errorf("%v: exit code %d, want %d: %s", args, code, want, errs)
		}
	}
	if code, _, _ := trio(t, nil, "template", "merge", overlay, "--to", "1.1.0", "--accept", "--data", data); code != exitUsage {
		t.Errorf("a file is accepted: %d", code)
	}
	var merge survey.Merge
	if err := json.Unmarshal([]byte(ok(t, "template", "merge", "muc-silos@1.0.0", "--to", "1.1.0", "--choose", "label:A_org1=theirs", "--accept", "--json", "--data", data)), &merge); err != nil || merge.Conflicts[0].Chosen != "theirs" {
		t.Errorf("%v: %+v", err, merge.Conflicts)
	}
	if kept := ok(t, "template", "show", "muc-silos@1.1.0", "--data", data); !strings.Contains(kept, "Dezernat") || strings.Contains(kept, "Referat der Stadt") {
		t.Error("the draft does not follow the choice")
	}
}
