package job_test

import (
	"fmt"
	"slices"
	"testing"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// TestRun_putsDatasetsIntoGroupsOfTheSameName: groups of the source lead into those
// that are here; none is made, hidden ones stay unknown, and local choices stay.
func TestRun_putsDatasetsIntoGroupsOfTheSameName(t *testing.T) {
	t.Parallel()
	h := open(t, 2)
	ids := map[string]string{}
	for name, access := range map[string]catalog.Access{"alpha": catalog.AccessPublic, "beta": catalog.AccessPublic, "eigene": catalog.AccessPublic, "geheim": catalog.AccessPrivate} {
		g := &catalog.Entry{Name: name, Type: catalog.TypeGroup, Access: access, Fields: catalog.Fields{"title": name}}
		if _, err := h.reg.Create(t.Context(), admin, g); err != nil {
			t.Fatal(err)
		}
		ids[name] = g.ID
	}
	give := func(names ...any) {
		h.src.set(func() {
			var list []any
			for _, n := range names {
				list = append(list, map[string]any{"id": "g", "name": n, "title": fmt.Sprint(n)})
			}
			h.src.packages[0]["groups"] = list
		})
	}
	is := func(want ...string) {
		t.Helper()
		var have []string
		for _, id := range h.get("datensatz-0").Fields.Strings("groups") {
			for name := range ids {
				if ids[name] == id {
					have = append(have, name)
				}
			}
		}
		slices.Sort(have)
		if !slices.Equal(have, want) {
			t.Errorf("in %v, want %v", have, want)
		}
	}
	give("alpha", "geheim", "fremde")
	j := h.run(job.Options{})
	h.expect(j, "finished", "ok", "2/0/0/0/0")
	is("alpha")
	var told []string
	h.objects(j, func(o *catalog.HarvestObject) {
		for _, f := range o.Faults {
			told = append(told, f.Code)
		}
	})
	if !slices.Contains(told, "no_group:fremde") || !slices.Contains(told, "no_group:geheim") || slices.Contains(told, "no_group:alpha") {
		t.Errorf("told %v", told)
	}
	h.expect(h.run(job.Options{}), "finished", "ok", "0/0/0/2/0")
	if _, _, err := h.reg.Change(t.Context(), admin, "package", "datensatz-0", 0, func(e *catalog.Entry) error {
		e.Fields.Set("groups", []string{ids["alpha"], ids["eigene"]})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	give("beta")
	h.expect(h.run(job.Options{}), "finished", "ok", "0/1/0/1/0")
	is("beta", "eigene")
	give("gamma", "alpha")
	h.change(func(s *catalog.HarvestSource) {
		s.Mapping = "dataset:\n  lookup: {groups: {gamma: beta, \"*\": \"\"}}\n"
	})
	h.expect(h.run(job.Options{}), "finished", "ok", "0/0/0/2/0") // as before by another name
	is("beta", "eigene")
	h.change(func(s *catalog.HarvestSource) { s.Config = map[string]string{"remote_groups": "none"} })
	h.expect(h.run(job.Options{}), "finished", "ok", "0/1/0/1/0")
	is("eigene")
	n := 0
	err := h.store.View(t.Context(), func(tx catalog.Tx) (err error) {
		n, err = tx.CountEntries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeGroup}})
		return err
	})
	if err != nil || n != len(ids) {
		t.Errorf("%d groups, %v", n, err)
	}
}

func (h *house) change(fn func(*catalog.HarvestSource)) {
	h.Helper()
	h.update(func(tx catalog.WriteTx) error {
		s, err := tx.HarvestSource("quelle")
		if err != nil {
			return err
		}
		fn(s)
		return tx.PutHarvestSource(s)
	})
}
