package job_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// TestSurvey_filesGoToTheIntake, one that fails does not keep the others, and a
// preview only asks.
func TestSurvey_filesGoToTheIntake(t *testing.T) {
	t.Parallel()
	h := open(t, 0)
	dir := t.TempDir()
	for i, name := range []string{"a.csv", "kaputt.csv", "c.csv"} {
		path := filepath.Join(dir, name)
		at := time.Now().Add(time.Duration(i-10) * time.Minute)
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	h.update(func(tx catalog.WriteTx) error {
		s, err := tx.HarvestSource("quelle")
		if err != nil {
			return err
		}
		s.Kind, s.URL, s.Config = "survey", "file://"+dir, map[string]string{"city": "augsburg"}
		return tx.PutHarvestSource(s)
	})
	if j := h.run(job.Options{}); j.Outcome != catalog.HarvestFailed || j.Reason == "" {
		t.Errorf("without an intake: %+v", j)
	}
	var taken []string
	h.engine.SetIntake(func(_ context.Context, city, name string, data []byte, dry bool) (map[string]int, []catalog.Finding, error) {
		taken = append(taken, fmt.Sprint(city, " ", name, " ", string(data), " ", dry))
		if strings.HasPrefix(name, "kaputt") {
			return nil, nil, catalog.Errorf(catalog.KindInvalid, "keine Tabelle")
		}
		return map[string]int{catalog.HarvestAdd: 2, catalog.HarvestError: 1}, []catalog.Finding{{Severity: catalog.SeverityError, Code: "x", Message: catalog.DE("fehlt", "missing")}}, nil
	})
	j := h.run(job.Options{Preview: true})
	h.expect(j, "finished", "partial", "4/0/0/0/2")
	if len(j.Findings) != 3 || j.Findings[1].File != "kaputt.csv" || !strings.Contains(j.Findings[1].Message.In("de"), "keine Tabelle") || j.Seen != 6 {
		t.Errorf("%+v", j)
	}
	h.run(job.Options{})
	if got := strings.Join(taken, "; "); got != "augsburg a.csv a.csv true; augsburg kaputt.csv kaputt.csv true; augsburg c.csv c.csv true; augsburg a.csv a.csv false; augsburg kaputt.csv kaputt.csv false; augsburg c.csv c.csv false" || h.live() != 0 {
		t.Errorf("%s, %d datasets", got, h.live())
	}
}
