package repair_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/repair"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
)

var admin = catalog.System("test")

func open(t *testing.T, n int) (*catalog.Registry, *repair.Shop) {
	t.Helper()
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	reg := catalog.NewRegistry(store, defs)
	for _, org := range []string{"eins", "zwei"} {
		o := &catalog.Entry{Name: org, Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": org}}
		if _, err := reg.Create(t.Context(), admin, o); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			e := &catalog.Entry{Name: fmt.Sprintf("%s-%d", org, i), Type: catalog.TypeDataset, Owner: o.ID, Fields: catalog.Fields{"title": "T"},
				Parts: []catalog.Part{{Fields: catalog.Fields{"url": "https://example.org/a"}}, {Fields: catalog.Fields{"url": "https://example.org/b", "format": "PDF"}}}}
			if i == 0 {
				e.Fields["license_id"] = "cc-zero"
			}
			if _, err := reg.Create(t.Context(), admin, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	return reg, repair.New(reg, defs)
}

func get(t *testing.T, reg *catalog.Registry, name string) *catalog.Entry {
	t.Helper()
	e, err := reg.Get(t.Context(), admin, "package", name)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRepair_previewApplyUndo(t *testing.T) {
	t.Parallel()
	reg, shop := open(t, 4)
	owner := get(t, reg, "eins-0").Owner
	plan := repair.Plan{Field: "license_id", Value: "Datenlizenz Deutschland Namensnennung 2.0", Owners: []string{owner}}
	steps, err := shop.Preview(t.Context(), admin, plan)
	if err != nil || len(steps) != 3 || steps[0].Name != "eins-1" || steps[0].After != "dl-de-by-2.0" && steps[0].After != "dl-by-de/2.0" && steps[0].After == "" {
		t.Fatalf("%+v %v", steps, err)
	}
	if get(t, reg, "eins-1").Rev != 1 {
		t.Error("a preview changes")
	}
	job, err := shop.Apply(t.Context(), admin, plan)
	if err != nil || len(job.Steps) != 3 {
		t.Fatalf("%+v %v", job, err)
	}
	if got := get(t, reg, "eins-1").Fields.String("license_id"); got != steps[0].After {
		t.Errorf("set to %q, the preview said %q", got, steps[0].After)
	}
	if get(t, reg, "eins-0").Fields.String("license_id") != "cc-zero" || get(t, reg, "zwei-1").Fields.String("license_id") != "" {
		t.Error("what was not meant is changed")
	}
	// Somebody sets another licence meanwhile, somebody else another field.
	for name, set := range map[string][2]string{"eins-2": {"license_id", "cc-by"}, "eins-3": {"notes", "Neuer Text"}} {
		if _, _, err := reg.Change(t.Context(), admin, "package", name, 0, func(e *catalog.Entry) error { e.Fields[set[0]] = set[1]; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	n, kept, err := shop.Undo(t.Context(), admin, job.ID)
	if err != nil || n != 2 || len(kept) != 1 || kept[0].Name != "eins-2" {
		t.Fatalf("undone %d, kept %+v, %v", n, kept, err)
	}
	if e := get(t, reg, "eins-3"); e.Fields["license_id"] != nil || e.Fields.String("notes") != "Neuer Text" {
		t.Errorf("after undo: %v", e.Fields)
	}
	if _, _, err := shop.Undo(t.Context(), admin, job.ID); catalog.KindOf(err) != catalog.KindConflict {
		t.Errorf("undone twice: %v", err)
	}
	if jobs, err := shop.Jobs(t.Context()); err != nil || len(jobs) != 1 || !jobs[0].Undone {
		t.Errorf("%+v %v", jobs, err)
	}
}

func TestRepair_filesAndReplacement(t *testing.T) {
	t.Parallel()
	reg, shop := open(t, 2)
	job, err := shop.Apply(t.Context(), admin, repair.Plan{Field: "format", Value: "CSV", Files: true, Instead: "PDF"})
	if err != nil || len(job.Steps) != 4 {
		t.Fatalf("%+v %v", job, err)
	}
	e := get(t, reg, "eins-1")
	if e.Parts[0].Fields["format"] != nil || e.Parts[1].Fields.String("format") != "CSV" {
		t.Errorf("%v", e.Parts)
	}
	if n, _, err := shop.Undo(t.Context(), admin, job.ID); err != nil || n != 4 || get(t, reg, "eins-1").Parts[1].Fields.String("format") != "PDF" {
		t.Errorf("%d %v", n, err)
	}
	if job, err := shop.Apply(t.Context(), admin, repair.Plan{Field: "notes", Value: "Überall", All: true}); err != nil || len(job.Steps) != 4 {
		t.Errorf("%+v %v", job, err)
	}
}

func TestRepair_refusals(t *testing.T) {
	t.Parallel()
	reg, shop := open(t, 1)
	for want, p := range map[string]repair.Plan{
		"Vokabular":        {Field: "license_id", Value: "gibt es nicht"},
		"so nicht setzen":  {Field: "nichts", Value: "x"},
		"so nicht setzen.": {Field: "internal", Value: "x"},
	} {
		if _, err := shop.Apply(t.Context(), admin, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if steps, err := shop.Preview(t.Context(), catalog.Actor{UserID: "x", Name: "x"}, repair.Plan{Field: "notes", Value: "x", All: true}); err != nil || len(steps) != 0 {
		t.Errorf("somebody without rights: %+v %v", steps, err)
	}
	if get(t, reg, "eins-0").Rev != 1 {
		t.Error("a refused repair changed something")
	}
	if _, _, err := shop.Undo(t.Context(), admin, "nichts"); catalog.KindOf(err) != catalog.KindNotFound {
		t.Errorf("%v", err)
	}
}
