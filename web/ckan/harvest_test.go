package ckan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
)

// TestHarvestActions_showNoSecretAndOnlyWhatOneMay: sources of public offices
// are public, those inside one's network and all runs are for their editors.
func TestHarvestActions_showNoSecretAndOnlyWhatOneMay(t *testing.T) {
	t.Parallel()
	p := open(t)
	org := fmt.Sprint(p.ok("editor", "organization_show", map[string]any{"id": "amt"})["id"])
	must(t, func() error {
		_, err := p.store.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error {
			for _, s := range []*catalog.HarvestSource{
				{ID: "s1", Name: "offen", Kind: "ckan", URL: "https://daten.example.org", Owner: org, Secret: "sehr-geheim", Created: time.Now()},
				{ID: "s2", Name: "innen", Kind: "dcat", URL: "http://intern.example/x", Owner: org, Inside: true, Created: time.Now()},
			} {
				if err := tx.PutHarvestSource(s); err != nil {
					return err
				}
			}
			j := &catalog.HarvestJob{ID: "j1", Source: "s1", State: catalog.HarvestFinished, Outcome: catalog.HarvestPartial, Counts: map[string]int{catalog.HarvestAdd: 2, catalog.HarvestError: 1}, Reason: "Grund", Created: time.Now(), Finished: time.Now()}
			if err := tx.PutHarvestJob(j); err != nil {
				return err
			}
			return tx.PutHarvestObject(&catalog.HarvestObject{Job: "j1", Seq: 1, GUID: "g", Action: catalog.HarvestError, Faults: []catalog.Finding{{Severity: catalog.SeverityError, Code: "x", Message: catalog.DE("kaputt", "broken")}}})
		})
		return err
	}())
	for _, c := range []struct {
		role, action string
		args         map[string]any
		status       int
		has, hasNot  string
	}{
		{"", "harvesters_info_show", map[string]any{}, 200, `"datajson"`, ""},
		{"", "harvest_source_list", map[string]any{}, 200, `"offen"`, "intern.example"},
		{"editor", "harvest_source_list", map[string]any{}, 200, "intern.example", ""},
		{"", "harvest_source_list", map[string]any{"limit": "0"}, 200, `"result":[]`, "offen"},
		{"", "harvest_source_list", map[string]any{"limit": "x"}, 409, "limit", ""},
		{"", "harvest_source_show", map[string]any{"id": "offen"}, 200, `"last_job":{`, ""},
		{"", "harvest_source_show", map[string]any{"url": "https://daten.example.org"}, 200, `"id":"s1"`, ""},
		{"", "harvest_source_show", map[string]any{"id": "innen"}, 404, "", "intern"},
		{"", "harvest_source_show", map[string]any{}, 409, "Missing value", ""},
		{"", "harvest_source_show_status", map[string]any{"id": "s1"}, 200, `"job_count":1`, ""},
		{"", "harvest_job_list", map[string]any{"source_id": "s1"}, 403, "", "Grund"},
		{"editor", "harvest_job_list", map[string]any{"source_id": "s1", "status": "Finished"}, 200, `"errored":1`, ""},
		{"editor", "harvest_job_list", map[string]any{"source_id": "s1", "status": "Running"}, 200, `"result":[]`, ""},
		{"editor", "harvest_job_show", map[string]any{"id": "j1"}, 200, `kaputt`, ""},
		{"editor", "harvest_job_report", map[string]any{"id": "j1"}, 200, `"guid":"g"`, ""},
		{"", "harvest_job_show", map[string]any{"id": "j1"}, 403, "", "kaputt"},
		{"editor", "harvest_job_show", map[string]any{"id": "nichts"}, 404, "", ""},
		{"editor", "harvest_object_list", map[string]any{"source_id": "s1"}, 200, `"result":[]`, ""},
		{"editor", "harvest_object_show", map[string]any{"dataset_id": "nichts"}, 404, "", ""},
	} {
		a := p.call(c.role, c.action, c.args)
		if a.status != c.status || !strings.Contains(a.text, c.has) || c.hasNot != "" && strings.Contains(a.text, c.hasNot) || strings.Contains(a.text, "geheim") {
			t.Errorf("%s %s %v: %d %s", c.role, c.action, c.args, a.status, a.text)
		}
	}
}
