package ckan_test

import (
	"fmt"
	"testing"

	"trio.example/catalog"
)

// TestRelationships_areShownToWhoSeesBothEnds reads them with their datasets,
// and gives them back with one.
func TestRelationships_areShownToWhoSeesBothEnds(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	for name, private := range map[string]bool{"kind": false, "eltern": false, "geheim": true} {
		p.ok("editor", "package_create", m{"name": name, "owner_org": "amt", "private": private})
	}
	p.ok("editor", "package_relationship_create", m{"subject": "kind", "object": "eltern", "type": "child_of", "comment": "Teil"})
	p.ok("editor", "package_relationship_create", m{"subject": "geheim", "object": "kind", "type": "depends_on"})
	count := func(role, name string) string {
		d := p.ok(role, "package_show", m{"id": name})
		return fmt.Sprint(len(d["relationships_as_subject"].([]any)), len(d["relationships_as_object"].([]any)))
	}
	for _, c := range []struct{ role, name, want string }{
		{"editor", "kind", "1 1"}, {"", "kind", "1 0"}, {"", "eltern", "0 1"}, {"editor", "geheim", "1 0"},
	} {
		if got := count(c.role, c.name); got != c.want {
			t.Errorf("%q sees %s of %s, want %s", c.role, got, c.name, c.want)
		}
	}
	shown := p.ok("editor", "package_show", m{"id": "kind"})
	row := shown["relationships_as_subject"].([]any)[0].(m)
	if ends := row["__extras"].(m); row["type"] != "child_of" || row["comment"] != "Teil" || ends["subject_package_id"] != shown["id"] || row["id"] == nil {
		t.Errorf("a relationship is shown as %v", row)
	}
	p.ok("editor", "package_relationship_delete", m{"subject": "kind", "object": "eltern", "type": "child_of"})
	p.ok("editor", "package_patch", m{"id": "kind", "title": "Kind"})
	if got := count("", "kind"); got != "0 0" {
		t.Errorf("a patch brought a relationship back: %s", got)
	}
	if got := p.ok("editor", "package_update", shown); len(got["relationships_as_subject"].([]any)) != 1 {
		t.Errorf("an update with a relationship did not keep it: %v", got["relationships_as_subject"])
	}
	p.ok("editor", "package_update", m{"id": "eltern", "name": "eltern", "owner_org": "amt", "relationships_as_subject": []any{m{"object": "gibt-es-nicht", "type": "links_to"}}})
	p.habits([]habit{
		{"package_patch", m{"id": "kind", "relationships_as_object": []any{m{"subject": "eltern"}}}, 409, "relationships_as_object", "[map[type:[Missing value]]]"},
		{"package_patch", m{"id": "kind", "relationships_as_object": []any{m{"subject": "eltern", "type": "x"}}}, 409, "relationships_as_object", "[map[type:[Value must be one of ['depends_on', 'dependency_of', 'derives_from', 'has_derivation', 'links_to', 'linked_from', 'child_of', 'parent_of']]]]"},
	})
	// Who may not edit the other end cannot tie anything to it.
	p.ok("sysadmin", "package_create", m{"name": "fremd", "owner_org": "anderes"})
	if got := p.ok("editor", "package_patch", m{"id": "eltern", "relationships_as_subject": []any{m{"object": "fremd", "type": "links_to"}}}); len(got["relationships_as_subject"].([]any)) != 0 {
		t.Errorf("an editor tied a dataset to a foreign one: %v", got["relationships_as_subject"])
	}
}

// TestRelationships_keepTheirOrder makes them in one order and the other.
func TestRelationships_keepTheirOrder(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	for _, name := range []string{"eins", "zwei", "a1", "b1"} {
		p.ok("editor", "package_create", m{"name": name, "owner_org": "amt"})
	}
	relate := func(subject, object, typ string) {
		p.ok("editor", "package_relationship_create", m{"subject": subject, "object": object, "type": typ})
	}
	order := func(name string) (out string) {
		d := p.ok("editor", "package_show", m{"id": name})
		for _, x := range append(d["relationships_as_subject"].([]any), d["relationships_as_object"].([]any)...) {
			row := x.(m)
			end := row["__extras"].(m)["object_package_id"]
			if end == d["id"] {
				end = row["__extras"].(m)["subject_package_id"]
			}
			out += fmt.Sprint(row["type"], " ", end, ", ")
		}
		return out
	}
	relate("eins", "a1", "links_to")
	relate("eins", "b1", "links_to")
	relate("eins", "a1", "child_of")
	relate("a1", "eins", "depends_on")
	relate("b1", "eins", "depends_on")
	relate("b1", "zwei", "depends_on")
	relate("a1", "zwei", "depends_on")
	relate("zwei", "a1", "child_of")
	relate("zwei", "b1", "links_to")
	relate("zwei", "a1", "links_to")
	if one, other := order("eins"), order("zwei"); one != other {
		t.Errorf("%s\n%s", one, other)
	}
}

// TestPurge_takesAlongWhatHangsOnIt makes a dataset again under the id of a purged
// one: nobody gets rights in it or ties to it from before.
func TestPurge_takesAlongWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	p.ok("sysadmin", "package_create", m{"name": "bleibt", "owner_org": "amt"})
	id, part := catalog.NewID(), catalog.NewID()
	args := m{"id": id, "name": "geht", "owner_org": "amt", "private": true, "resources": []any{m{"id": part, "url": "http://a.example/x.csv"}}}
	p.ok("sysadmin", "package_create", args)
	p.ok("sysadmin", "package_relationship_create", m{"subject": id, "object": "bleibt", "type": "child_of"})
	p.ok("sysadmin", "package_relationship_create", m{"subject": "bleibt", "object": id, "type": "depends_on"})
	p.ok("sysadmin", "package_collaborator_create", m{"id": id, "user_id": "stranger", "capacity": "editor"})
	p.ok("sysadmin", "resource_view_create", m{"resource_id": part, "title": "v", "view_type": "text_view"})
	p.ok("sysadmin", "follow_dataset", m{"id": id})
	p.ok("sysadmin", "activity_create", m{"user_id": "stranger", "object_id": id, "activity_type": "changed package", "data": m{"package": m{"title": "Geheim"}}})
	p.ok("sysadmin", "dataset_purge", m{"id": id})
	if got := string(p.call("sysadmin", "package_relationships_list", m{"id": "bleibt"}).Result); got != "[]" {
		t.Errorf("relationships outlived their dataset: %s", got)
	}
	shown := p.ok("sysadmin", "package_create", args)
	if len(shown["relationships_as_subject"].([]any))+len(shown["relationships_as_object"].([]any)) != 0 {
		t.Errorf("relationships came back with the id: %v", shown)
	}
	for action, args := range map[string]m{
		"package_collaborator_list": {"id": id}, "resource_view_list": {"id": part}, "dataset_follower_list": {"id": id},
		"package_relationships_list": {"id": id}, "package_activity_list": {"id": id, "activity_types": []any{"changed package"}},
	} {
		if got := string(p.call("sysadmin", action, args).Result); got != "[]" {
			t.Errorf("%s of the new dataset answers %s", action, got)
		}
	}
	if got := p.call("stranger", "package_show", m{"id": id}); got.status != 403 {
		t.Errorf("a former collaborator reads the new dataset: %d", got.status)
	}
}
