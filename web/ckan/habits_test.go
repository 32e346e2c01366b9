package ckan_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A habit is one call and what CKAN 2.12 answers: the status, and for errors the
// field with its exact message.
type habit struct {
	action string
	args   map[string]any
	status int
	field  string
	want   string // fmt.Sprint of the field
}

func (p *portal) habits(list []habit) {
	p.t.Helper()
	for _, h := range list {
		a := p.call("sysadmin", h.action, h.args)
		if a.status != h.status || (h.field != "" && fmt.Sprint(a.Error[h.field]) != h.want) {
			p.t.Errorf("%s %v: %d %s, want %d %s", h.action, h.args, a.status, a.text, h.status, h.want)
		}
	}
}

func TestErrors_areCKANs(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("sysadmin", "vocabulary_create", map[string]any{"name": "art"})
	p.ok("sysadmin", "package_create", map[string]any{"name": "a1", "owner_org": "amt"})
	type args = map[string]any
	p.habits([]habit{
		{"group_list", args{"sort": "name up"}, 409, "message", "Invalid sort direction `up`"},
		{"group_list", args{"sort": "name asc, title asc"}, 409, "message", "Too many sort criteria provided only 1 allowed"},
		{"group_list", args{"sort": "created"}, 409, "message", "Cannot sort by field `created`"},
		{"organization_show", args{"id": "amt", "include_users": "vielleicht"}, 409, "message", "Parameter is not an bool"},
		{"vocabulary_show", args{}, 409, "id", "id not in data"},
		{"vocabulary_show", args{"id": "x"}, 404, "message", `Not found: Could not find vocabulary "x"`},
		{"tag_delete", args{}, 409, "id", "id not in data"},
		{"tag_search", args{"query": "a", "vocabulary_id": "gibtsnicht"}, 200, "", ""},
		{"task_status_show", args{"entity_id": "e"}, 409, "task_type", "[Missing value]"},
		{"term_translation_show", args{}, 409, "terms", "terms not in data"},
		{"term_translation_update_many", args{"data": "x"}, 409, "error", "Must be a list of dicts"},
		{"member_create", args{"id": "amt", "object": "x", "object_type": "tier", "capacity": "member"}, 409, "message", "Tier isn't a valid model"},
		{"follow_dataset", args{"id": "gibtsnicht"}, 409, "message", "Error validating the schema of the dataset to follow."},
		{"unfollow_user", args{}, 409, "message", "Error validating the schema of the object to unfollow."},
		{"package_relationship_create", args{"subject": "x", "object": "a1", "type": "links_to"}, 404, "message", "Not found: Subject package 'x' was not found."},
		{"package_relationships_list", args{"id": "a1", "rel": "links_to"}, 404, "message", `Not found: Relationship "a1 links_to None" not found.`},
		{"package_collaborator_list", args{"id": "a1", "capacity": "chef"}, 409, "message", `Capacity must be one of "editor, member"`},
		{"current_package_list_with_resources", args{"page": 0}, 409, "page", "[Must be a positive integer]"},
		{"package_update", args{"id": "gibtsnicht"}, 404, "message", "Not found: Package was not found."},
		{"bulk_update_private", args{"org_id": "gibtsnicht", "datasets": []any{"a1"}}, 200, "", ""},
		{"bulk_update_delete", args{"datasets": []any{"a1"}}, 200, "", ""},
		{"bulk_update_public", args{"org_id": "amt"}, 200, "", ""},
		{"package_show", args{"id": "a1", "use_default_schema": true}, 200, "", ""},
		{"package_create", args{"name": "x1", "owner_org": "amt", "extras": []any{args{"key": "a", "value": "1"}, args{"key": "", "value": ""}}}, 409, "extras", "[map[] map[key:[Missing value]]]"},
		{"package_create", args{"name": "x1", "owner_org": "amt", "extras": []any{args{"key": "a"}}}, 409, "extras", "[map[value:[Missing value]]]"},
		{"package_create", args{"name": "x1", "owner_org": "amt", "extras": []any{args{"key": "author_email", "value": "x"}}}, 409, "extras", "[map[key:[There is a schema field with the same name]]]"},
	})
}

func TestViewsOfAResource_areOrderedFilteredAndDeletedAsInCKAN(t *testing.T) {
	t.Parallel()
	p := open(t)
	d := p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "resources": []any{map[string]any{"url": "https://x.example/a"}}})
	rid := d["resources"].([]any)[0].(map[string]any)["id"]
	view := func(title string) string {
		v := p.ok("editor", "resource_view_create", map[string]any{"resource_id": rid, "view_type": "datatables_view", "title": title,
			"filter_fields": []any{"ort", "ort", "jahr"}, "filter_values": []any{"A", "B", "2024"}})
		if got := fmt.Sprint(v["filters"]); got != "map[jahr:[2024] ort:[A B]]" {
			t.Errorf("filters %s", got)
		}
		return v["id"].(string)
	}
	a, b := view("a"), view("b")
	p.habits([]habit{
		{"resource_view_reorder", map[string]any{"id": rid, "order": a}, 409, "order", "Must supply order as a list"},
		{"resource_view_reorder", map[string]any{"id": rid, "order": []any{a, a}}, 409, "order", "No duplicates allowed in order"},
		{"resource_view_reorder", map[string]any{"id": rid, "order": []any{"x"}}, 409, "order", "View x does not exist"},
		{"resource_view_create", map[string]any{"resource_id": rid, "view_type": "datatables_view", "title": "c", "filter_fields": []any{"a"}}, 409,
			"filter_values", `["filter_fields" and "filter_values" should have the same length]`},
	})
	if got := p.ok("editor", "resource_view_reorder", map[string]any{"id": rid, "order": []any{b}}); fmt.Sprint(got["order"]) != fmt.Sprint([]string{b, a}) {
		t.Errorf("order %v", got)
	}
	if got := p.ok("editor", "resource_view_delete", map[string]any{"id": a}); got["resource_id"] != rid {
		t.Errorf("delete says %v", got)
	}
}

func TestGroup_hasTagsAndSeveralParentsWithoutLoops(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, name := range []string{"oben", "neben", "leer"} {
		p.ok("sysadmin", "group_create", map[string]any{"name": name})
	}
	p.ok("sysadmin", "group_create", map[string]any{"name": "unten", "groups": []any{map[string]any{"name": "oben"}, map[string]any{"name": "neben"}}, "tags": []any{map[string]any{"name": "Bäume"}}})
	names := func() string {
		var out []string
		for _, x := range p.ok("", "group_show", map[string]any{"id": "unten"})["groups"].([]any) {
			out = append(out, x.(map[string]any)["name"].(string))
		}
		return strings.Join(out, " ")
	}
	if got := names(); got != "oben neben" {
		t.Errorf("parents %q", got)
	}
	p.habits([]habit{{"group_update", map[string]any{"id": "neben", "name": "neben", "groups": []any{map[string]any{"name": "unten"}}}, 409, "groups", "[map[name:[This parent would create a loop in the hierarchy]]]"}})
	a := p.call("", "group_list", map[string]any{"all_fields": true, "groups": []any{"unten"}})
	if !strings.Contains(a.text, `"name":"B\u00e4ume"`) {
		t.Errorf("tags in the list: %s", a.text)
	}
	p.ok("sysadmin", "group_purge", map[string]any{"id": "oben"})
	if got := names(); got != "neben" {
		t.Errorf("parents after a purge %q", got)
	}
	p.ok("sysadmin", "package_create", map[string]any{"name": "dd", "owner_org": "amt", "groups": []any{map[string]any{"name": "unten"}}})
	if a := p.call("", "group_list", map[string]any{"sort": "package_count asc"}); string(a.Result) != `["unten"]` {
		t.Errorf("sorted by count: %s", a.Result)
	}
}

func TestVocabularyTag_showsItsDatasets(t *testing.T) {
	t.Parallel()
	p := open(t)
	v := p.ok("sysadmin", "vocabulary_create", map[string]any{"name": "art", "tags": []any{map[string]any{"name": "wald"}}})
	p.ok("sysadmin", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "tags": []any{map[string]any{"name": "wald", "vocabulary_id": v["id"]}}})
	p.ok("sysadmin", "package_create", map[string]any{"name": "a2", "owner_org": "amt", "tags": []any{map[string]any{"name": "wald"}}})
	tag := p.ok("", "tag_show", map[string]any{"id": "wald", "vocabulary_id": "art", "include_datasets": true})
	if list := tag["packages"].([]any); len(list) != 1 || list[0].(map[string]any)["name"] != "a1" {
		t.Errorf("%v", tag)
	}
	p.ok("sysadmin", "vocabulary_update", map[string]any{"id": v["id"], "name": "neue art"})
	if found := p.ok("", "package_search", map[string]any{"fq": "vocab_neueart:wald"}); found["count"] != float64(1) {
		t.Errorf("after a rename: %v", found["count"])
	}
}

func TestRevise_filtersAndMergesAsCKANDoes(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "a1", "title": "A", "notes": "n", "owner_org": "amt", "tags": []any{map[string]any{"name": "eins"}},
		"resources": []any{map[string]any{"url": "https://x.example/a", "description": "alt", "name": "A"}, map[string]any{"url": "https://x.example/b", "name": "B"}}})
	d := p.ok("editor", "package_revise", map[string]any{"match": map[string]any{"name": "a1"}, "update": map[string]any{"resources": []any{map[string]any{"description": "neu"}}}})
	res := d["package"].(map[string]any)["resources"].([]any)
	if first := res[0].(map[string]any); len(res) != 2 || first["description"] != "neu" || first["name"] != "A" {
		t.Errorf("a list merges element by element: %v", res)
	}
	d = p.ok("editor", "package_revise", map[string]any{"match": map[string]any{"name": "a1"}, "filter": []any{"+resources__1", "-resources__*", "-notes"}, "include": []any{"+package__resources__*__name", "+package__notes", "-package__*", "-*"}})
	if len(d) != 0 { // the first pattern for a key wins, and what no "+" names whole goes
		t.Errorf("include left %v", d)
	}
	shown := p.ok("", "package_show", map[string]any{"id": "a1"})
	if res := shown["resources"].([]any); len(res) != 1 || res[0].(map[string]any)["name"] != "B" || shown["notes"] != nil {
		t.Errorf("filtered to %v", shown)
	}
	if a := p.call("editor", "package_revise", map[string]any{"match": map[string]any{"name": "a1"}, "update__resources": "kein Feld"}); a.status != http.StatusConflict {
		t.Errorf("a text over a list: %d %s", a.status, a.text)
	}
}

func TestCreator_isKeptForAdministratorsOnly(t *testing.T) {
	t.Parallel()
	p := open(t)
	const other = "11111111-2222-4333-8444-555555555555"
	if d := p.ok("sysadmin", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "creator_user_id": other}); d["creator_user_id"] != other {
		t.Errorf("moved in with creator %v", d["creator_user_id"])
	}
	if d := p.ok("editor", "package_create", map[string]any{"name": "a2", "owner_org": "amt", "creator_user_id": other}); d["creator_user_id"] == other {
		t.Error("an editor named another creator")
	}
}

func TestActivities_writtenByHandAreDeleted(t *testing.T) {
	t.Parallel()
	p := open(t)
	d := p.ok("sysadmin", "package_create", map[string]any{"name": "a1", "owner_org": "amt"})
	var last map[string]any
	for range 3 {
		last = p.ok("sysadmin", "activity_create", map[string]any{"user_id": "editor", "object_id": d["id"], "activity_type": "changed package"})
	}
	var lines []struct{ ID string }
	must(t, json.Unmarshal(p.call("sysadmin", "package_activity_list", map[string]any{"id": "a1", "activity_types": []any{"new package"}}).Result, &lines))
	if n := p.ok("sysadmin", "activity_delete_counts", map[string]any{}); n["total"].(float64) < 3 || n["older_than_1_day"] != float64(0) {
		t.Errorf("counts %v", n)
	}
	if got := p.ok("sysadmin", "activity_delete", map[string]any{"id": last["id"]}); got["message"] != "Activity purged" {
		t.Errorf("by id: %v", got)
	}
	p.habits([]habit{
		{"activity_delete", map[string]any{}, 409, "__before", "[Either both start_date and end_date must be specified, or offset_days must be provided.]"},
		{"activity_delete", map[string]any{"id": last["id"]}, 404, "message", "Not found: Activity not found"},
		{"activity_delete", map[string]any{"start_date": "2026-02-01", "end_date": "2026-01-01"}, 409, "message", "start_date cannot be greater than end_date."},
		{"activity_delete", map[string]any{"id": lines[0].ID}, 409, "message", "This activity is a line of the change log, which is never cut."},
	})
	if got := p.ok("sysadmin", "activity_delete", map[string]any{"offset_days": 0, "keep": 1}); !strings.HasPrefix(fmt.Sprint(got["message"]), "Deleted ") {
		t.Errorf("by age: %v", got)
	}
	p.ok("sysadmin", "activity_delete_all", map[string]any{})
	if n := p.ok("sysadmin", "activity_delete_counts", map[string]any{}); n["total"] != float64(0) {
		t.Errorf("left: %v", n)
	}
}
