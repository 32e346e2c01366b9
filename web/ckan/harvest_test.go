package ckan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
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

// TestHarvestActions_change is the life of a source and its jobs with CKAN's
// rights, words and states, step by step.
func TestHarvestActions_change(t *testing.T) {
	t.Parallel()
	p := open(t)
	type args = map[string]any
	ok := args{"name": "quelle", "url": "https://daten.example.org/", "source_type": "ckan", "owner_org": "amt", "title": "Quelle", "frequency": "daily", "config": `{"secret": "sehr-geheim", "duplicates": "ask", "grace": "24h"}`}
	with := func(change args) args {
		out := args{}
		for k, v := range ok {
			out[k] = v
		}
		for k, v := range change {
			out[k] = v
		}
		return out
	}
	for i, c := range []struct {
		role, action string
		args         args
		status       int
		has, hasNot  string
	}{
		{"", "harvest_source_create", ok, 403, "", ""},
		{"stranger", "harvest_source_create", ok, 403, "", ""},
		{"editor", "harvest_source_create", with(args{"owner_org": "nichts"}), 409, "Organization does not exist", ""},
		{"editor", "harvest_source_create", with(args{"source_type": "gibtsnicht"}), 409, "Unknown harvester type: gibtsnicht. Registered types: [ckan", ""},
		{"editor", "harvest_source_create", args{}, 409, "Missing value", ""},
		{"editor", "harvest_source_create", with(args{"url": "file:///etc/passwd"}), 409, "valid URL", ""},
		{"editor", "harvest_source_create", with(args{"url": "https://a:b@example.org"}), 409, "valid URL", ""},
		{"editor", "harvest_source_create", with(args{"frequency": "selten"}), 409, "not recognized", ""},
		{"editor", "harvest_source_create", with(args{"config": "{"}), 409, "config", ""},
		{"editor", "harvest_source_create", with(args{"config": `{"unbekannt": 1}`}), 409, "unbekannt", ""},
		{"editor", "harvest_source_create", with(args{"config": `{"cron": "immer"}`}), 409, "immer", ""},
		{"editor", "harvest_source_create", with(args{"config": `{"mapping": "nichts: x"}`}), 409, "mapping", ""},
		{"editor", "harvest_source_create", with(args{"source_type": "survey", "config": `{"city": "augsburg"}`}), 403, "", ""},
		{"editor", "harvest_source_create", ok, 200, `"frequency":"DAILY"`, ""},
		{"editor", "harvest_source_create", with(args{"name": "andere", "url": "http://daten.example.org:80"}), 200, "", ""},
		{"editor", "harvest_source_create", with(args{"name": "dritte", "url": "https://daten.example.org:443?x=1"}), 409, "There already is a Harvest Source for this URL", ""},
		{"editor", "harvest_source_create", with(args{"url": "https://anderswo.example.org"}), 409, "already in use", ""},
		{"editor", "harvest_source_create", with(args{"name": "vierte", "url": "https://v.example.org", "config": `{"duplicates": "newest"}`}), 409, "precedence", ""},
		{"editor", "harvest_source_create", with(args{"name": "vierte", "url": "https://v.example.org", "config": `{"mapping": "organization: {x: anderes}"}`}), 409, "organization anderes", ""},
		{"editor", "harvest_source_create", with(args{"name": "vierte", "url": "https://v.example.org", "config": `{"mapping": "organization: {x: amt}"}`}), 200, "", ""},
		{"sysadmin", "harvest_source_patch", args{"id": "vierte", "config": `{"mapping": "organization: {x: anderes}", "duplicates": "priority", "priority": 2}`}, 200, "anderes", ""},
		{"editor", "harvest_source_patch", args{"id": "vierte", "title": "Vierte"}, 200, "Vierte", ""},
		{"editor", "harvest_source_patch", args{"id": "vierte", "url": "https://w.example.org", "config": `{"mapping": "organization: {x: anderes}", "duplicates": "priority", "priority": 2}`}, 409, "precedence", ""},
		{"editor", "harvest_source_patch", args{"id": "vierte", "url": "https://w.example.org"}, 200, "w.example.org", "anderes"},
		{"editor", "harvest_source_delete", args{"id": "vierte"}, 200, "", ""},
		{"", "harvest_source_show", args{"id": "quelle"}, 200, `"source_type":"ckan"`, "grace"},
		{"editor", "harvest_source_show", args{"id": "quelle"}, 200, `********`, ""},
		{"", "harvest_source_patch", args{"id": "quelle", "title": "Neu"}, 403, "", ""},
		{"editor", "harvest_source_patch", args{"id": "quelle", "title": "Neu"}, 200, `"title":"Neu"`, ""},
		{"editor", "harvest_source_patch", args{"id": "quelle", "config": `{"secret": "********", "priority": 3}`}, 200, `\"priority\":3`, "newest"},
		{"editor", "harvest_source_update", args{"id": "quelle", "name": "quelle"}, 409, "Missing value", ""},
		{"editor", "harvest_source_update", with(args{"id": "quelle", "frequency": "WEEKLY"}), 200, "WEEKLY", ""},
		{"", "harvest_job_create", args{"source_id": "quelle"}, 403, "", ""},
		{"editor", "harvest_job_create", args{"source_id": "nichts"}, 404, "", ""},
		{"editor", "harvest_job_create", args{"source_id": "quelle"}, 200, `"status":"New"`, ""},
		{"editor", "harvest_job_create", args{"source_id": "quelle"}, 409, "There already is an unrun job for this source", ""},
		{"editor", "harvest_job_list", args{"source_id": "quelle", "status": "New"}, 200, `"gather_started":null`, ""},
		{"editor", "harvest_job_abort", args{"id": "quelle"}, 403, "", ""},
		{"sysadmin", "harvest_job_abort", args{"id": "quelle"}, 200, `"status":"Finished"`, ""},
		{"sysadmin", "harvest_job_abort", args{"id": "nichts"}, 404, "", ""},
		{"editor", "harvest_job_create_all", args{}, 403, "", ""},
		{"sysadmin", "harvest_job_create_all", args{}, 200, `"status":"New"`, ""},
		{"sysadmin", "harvest_job_create_all", args{}, 200, `"result":[]`, ""},
		{"sysadmin", "harvest_jobs_run", args{}, 200, `"result":[]`, ""},
		{"editor", "harvest_source_patch", args{"id": "andere", "active": "false"}, 200, `"active":false`, ""},
		{"sysadmin", "harvest_job_abort", args{"source_id": "andere"}, 200, "", ""},
		{"editor", "harvest_job_create", args{"source_id": "andere"}, 409, "inactive sources", ""},
		{"editor", "harvest_source_job_history_clear", args{"id": "andere", "keep_current": true}, 200, "", ""},
		{"editor", "harvest_job_list", args{"source_id": "andere"}, 200, `"Finished"`, ""},
		{"editor", "harvest_source_job_history_clear", args{"id": "andere"}, 200, "", ""},
		{"editor", "harvest_job_list", args{"source_id": "andere"}, 200, `"result":[]`, ""},
		{"sysadmin", "harvest_sources_job_history_clear", args{}, 200, `"id"`, ""},
		{"", "harvest_source_clear", args{"id": "quelle"}, 403, "", ""},
		{"sysadmin", "harvest_source_list", args{"return_last_job_status": true}, 200, `"last_job_status":"`, ""},
		{"sysadmin", "harvest_source_list", args{"only_to_run": true}, 200, `"result":[]`, ""},
		{"editor", "harvest_log_list", args{}, 403, "", ""},
		{"sysadmin", "harvest_log_list", args{}, 200, `"level":"INFO"`, ""},
		{"sysadmin", "harvest_log_list", args{"offset": 1000}, 200, `"result":[]`, ""},
		{"sysadmin", "harvest_log_list", args{"level": "laut"}, 409, "level", ""},
		{"member", "harvest_source_reindex", args{"id": "quelle"}, 403, "", ""},
		{"editor", "harvest_source_reindex", args{"id": "quelle"}, 200, `"result":true`, ""},
		{"editor", "harvest_sources_reindex", args{}, 403, "", ""},
		{"sysadmin", "harvest_sources_reindex", args{}, 200, `"result":true`, ""},
		{"member", "harvest_source_index_clear", args{"id": "quelle"}, 403, "", ""},
		{"editor", "harvest_source_index_clear", args{"id": "quelle"}, 200, `"id":`, ""},
		{"editor", "harvest_source_index_clear", args{"id": "nichts"}, 404, "", ""},
		{"editor", "harvest_abort_failed_jobs", args{}, 403, "", ""},
		{"sysadmin", "harvest_abort_failed_jobs", args{}, 200, "Aborted jobs: 0", ""},
		{"sysadmin", "harvest_abort_failed_jobs", args{"life_span": 0, "include": "s9"}, 200, "Aborted jobs: 0", ""},
		{"sysadmin", "harvest_abort_failed_jobs", args{"life_span": 0, "exclude": "s9, quelle"}, 200, "Aborted jobs: 0", ""},
		{"sysadmin", "harvest_abort_failed_jobs", args{"life_span": 0, "include": "quelle,s9"}, 200, "Aborted jobs: 1", ""},
		{"sysadmin", "harvest_log_list", args{"level": "error"}, 200, `"level":"ERROR"`, "INFO"},
		{"member", "harvest_get_notifications_recipients", args{"source_id": "quelle"}, 403, "", ""},
		{"editor", "harvest_get_notifications_recipients", args{"source_id": "quelle"}, 200, `"result":[]`, ""},
		{"editor", "harvest_source_clear", args{"id": "quelle"}, 200, `"id"`, ""},
		{"editor", "harvest_source_show", args{"id": "quelle"}, 200, `"job_count":0`, ""},
		{"", "harvest_source_delete", args{"id": "quelle"}, 403, "", ""},
		{"editor", "harvest_source_delete", args{"id": "quelle"}, 200, `"result":null`, ""},
		{"editor", "harvest_source_show", args{"id": "quelle"}, 404, "", ""},
	} {
		a := p.call(c.role, c.action, c.args)
		if a.status != c.status || !strings.Contains(a.text, c.has) || c.hasNot != "" && strings.Contains(a.text, c.hasNot) || strings.Contains(a.text, "sehr-geheim") {
			t.Errorf("%d %s %s %v: %d %s", i, c.role, c.action, c.args, a.status, a.text)
		}
	}
}

// TestHarvestActions_anotherHostGetsNothing: who changes the address of a source
// gets neither its secret nor what lies in the operator's network.
func TestHarvestActions_anotherHostGetsNothing(t *testing.T) {
	t.Parallel()
	p := open(t)
	org := fmt.Sprint(p.ok("editor", "organization_show", map[string]any{"id": "amt"})["id"])
	get := func() (out *catalog.HarvestSource) {
		must(t, p.store.View(t.Context(), func(tx catalog.Tx) (err error) { out, err = tx.HarvestSource("s1"); return err }))
		return out
	}
	must(t, func() error {
		_, err := p.store.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error {
			return tx.PutHarvestSource(&catalog.HarvestSource{ID: "s1", Name: "innen", Kind: "ckan", URL: "http://intern.example/a", Owner: org, Secret: "sehr-geheim", Inside: true})
		})
		return err
	}())
	p.ok("editor", "harvest_source_patch", map[string]any{"id": "innen", "url": "http://intern.example/b"})
	if s := get(); s.Secret == "" || !s.Inside {
		t.Errorf("the same host lost what it had: %+v", s)
	}
	p.ok("editor", "harvest_source_patch", map[string]any{"id": "innen", "url": "http://intern.example:8080/b"})
	if s := get(); s.Secret != "" || s.Inside {
		t.Errorf("another host got it: %+v", s)
	}
}

// TestHarvestActions_clearPurges only what the source brought.
func TestHarvestActions_clearPurges(t *testing.T) {
	t.Parallel()
	p := open(t)
	org := fmt.Sprint(p.ok("editor", "organization_show", map[string]any{"id": "amt"})["id"])
	p.ok("editor", "package_create", map[string]any{"name": "eigener", "owner_org": "amt"})
	defs, err := schema.Default()
	must(t, err)
	reg := catalog.NewRegistry(p.store, defs)
	must(t, func() error {
		_, err := p.store.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error {
			if err := tx.PutHarvestSource(&catalog.HarvestSource{ID: "s1", Name: "quelle", Kind: "ckan", URL: "http://x.example", Owner: org}); err != nil {
				return err
			}
			for i := range 230 {
				e := &catalog.Entry{Name: fmt.Sprintf("fremd-%d", i), Type: catalog.TypeDataset, Owner: org, Fields: catalog.Fields{"title": "x"}, Origin: &catalog.Origin{Source: "harvest:s1", Key: fmt.Sprint(i)}}
				if err := reg.CreateIn(tx, catalog.System("test"), e); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	}())
	p.ok("editor", "harvest_source_clear", map[string]any{"id": "quelle"})
	must(t, p.store.View(t.Context(), func(tx catalog.Tx) error {
		n, err := tx.CountEntries(catalog.EntryFilter{Source: "harvest:s1"})
		if n != 0 {
			t.Errorf("%d datasets are left", n)
		}
		return err
	}))
	p.ok("editor", "package_show", map[string]any{"id": "eigener"})
}

// TestHarvestActions_importAgain puts back what was deleted and purged here, and
// settles what is disputed; both for who may only.
func TestHarvestActions_importAgain(t *testing.T) {
	t.Parallel()
	p := open(t)
	org := fmt.Sprint(p.ok("editor", "organization_show", map[string]any{"id": "amt"})["id"])
	var ids []string
	for _, name := range []string{"eins", "zwei", "drei"} {
		ids = append(ids, fmt.Sprint(p.ok("editor", "package_create", map[string]any{"name": name, "title": name, "owner_org": "amt", "notes": "Unser Text"})["id"]))
	}
	must(t, func() error {
		_, err := p.store.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error {
			if err := tx.PutHarvestSource(&catalog.HarvestSource{ID: "s1", Name: "quelle", Kind: "ckan", URL: "https://daten.example.org", Owner: org, Created: time.Now()}); err != nil {
				return err
			}
			for i, id := range ids {
				e, err := tx.Entry(id)
				if err != nil {
					return err
				}
				e.Origin = &catalog.Origin{Source: "harvest:s1", Key: fmt.Sprint("g", i), Hash: "h"}
				if err := tx.PutEntry(e, catalog.OpUpdate); err != nil {
					return err
				}
				base := fmt.Sprintf(`{"name": %q, "fields": {"title": %q, "notes": "Ihr Text"}, "dispute": ["notes"]}`, e.Name, e.Name)
				if err := tx.PutHarvestRecord(&catalog.HarvestRecord{Source: "s1", GUID: fmt.Sprint("g", i), Entry: id, Hash: "h", Base: []byte(base)}); err != nil {
					return err
				}
				if err := tx.PutHarvestDispute(&catalog.HarvestDispute{Source: "s1", GUID: fmt.Sprint("g", i), Title: e.Name, Fields: []string{"notes"}, At: time.Now()}); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	}())
	p.ok("sysadmin", "package_delete", map[string]any{"id": "zwei"})
	p.ok("sysadmin", "dataset_purge", map[string]any{"id": "drei"})
	for _, c := range []struct {
		role, action string
		args         map[string]any
		status       int
		has          string
	}{
		{"editor", "harvest_objects_import", map[string]any{"source_id": "quelle"}, 403, ""},
		{"sysadmin", "harvest_objects_import", map[string]any{}, 409, "Missing value"},
		{"sysadmin", "harvest_objects_import", map[string]any{"guid": "nichts"}, 404, ""},
		{"sysadmin", "harvest_objects_import", map[string]any{"package_id": "eins"}, 200, `"result":1`},
		{"sysadmin", "harvest_objects_import", map[string]any{"source_id": "quelle"}, 200, `"result":3`},
		{"", "package_show", map[string]any{"id": "eins"}, 200, "Unser Text"},
		{"", "package_show", map[string]any{"id": ids[1]}, 200, "Unser Text"},
		{"", "package_show", map[string]any{"id": "drei"}, 200, "Ihr Text"},
		{"", "harvest_dispute_list", map[string]any{"source_id": "quelle"}, 403, ""},
		{"editor", "harvest_dispute_list", map[string]any{"source_id": "quelle"}, 200, `"guid":"g1"`},
		{"member", "harvest_dispute_decide", map[string]any{"source_id": "quelle", "guid": "g0", "field": "notes", "how": "theirs"}, 403, ""},
		{"editor", "harvest_dispute_decide", map[string]any{"source_id": "quelle", "guid": "g0", "field": "notes"}, 409, "Missing value"},
		{"editor", "harvest_dispute_decide", map[string]any{"source_id": "quelle", "guid": "g9", "field": "notes", "how": "ours"}, 404, ""},
		{"editor", "harvest_dispute_decide", map[string]any{"source_id": "quelle", "guid": "g0", "field": "notes", "how": "theirs"}, 200, `"how":"theirs"`},
		{"", "package_show", map[string]any{"id": "eins"}, 200, "Ihr Text"},
	} {
		if a := p.call(c.role, c.action, c.args); a.status != c.status || !strings.Contains(a.text, c.has) {
			t.Errorf("%s %s %v: %d %s, want %d %s", c.role, c.action, c.args, a.status, a.text, c.status, c.has)
		}
	}
	if a := p.call("editor", "harvest_dispute_list", map[string]any{"source_id": "quelle"}); strings.Contains(a.text, `"g0"`) || !strings.Contains(a.text, `"g2"`) {
		t.Errorf("after a decision: %s", a.text)
	}
}
