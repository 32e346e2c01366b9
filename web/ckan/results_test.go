package ckan_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

type m = map[string]any

// described is the API's own description, read once: it is the same for all portals.
type described struct {
	once sync.Once
	doc  m
}

var description described

func (p *portal) described() m {
	description.once.Do(func() {
		res, err := http.Get(p.URL + "/api/openapi.json")
		if err != nil {
			return
		}
		defer res.Body.Close()
		_ = json.NewDecoder(res.Body).Decode(&description.doc) // checked below
	})
	if description.doc == nil {
		p.t.Fatal("the API does not describe itself")
	}
	return description.doc
}

// conforms checks every answer of every test against what the description says of it.
func (p *portal) conforms(action string, a answer) {
	p.t.Helper()
	path, known := p.described()["paths"].(m)["/api/3/action/"+action].(m)
	var v any
	if a.status != http.StatusOK || !known || json.Unmarshal([]byte(a.text), &v) != nil {
		return
	}
	ok := path["post"].(m)["responses"].(m)["200"].(m)["content"].(m)["application/json"].(m)["schema"]
	if wrong := p.against(ok.(m), v, action); wrong != "" {
		p.t.Errorf("%s\n%.500s", wrong, a.text)
	}
}

// against says where a value is not what a schema says; it knows the words that the
// description uses.
func (p *portal) against(s m, v any, at string) string {
	if ref, ok := s["$ref"].(string); ok {
		return p.against(p.described()["components"].(m)["schemas"].(m)[ref[strings.LastIndex(ref, "/")+1:]].(m), v, at)
	}
	if list, ok := s["anyOf"].([]any); ok {
		wrong := ""
		for _, x := range list {
			if wrong = p.against(x.(m), v, at); wrong == "" {
				return ""
			}
		}
		return wrong
	}
	kinds, _ := s["type"].([]any)
	if one, ok := s["type"].(string); ok {
		kinds = []any{one}
	}
	have := map[string]string{"map[string]interface {}": "object", "[]interface {}": "array", "string": "string", "bool": "boolean", "float64": "integer", "<nil>": "null"}[fmt.Sprintf("%T", v)]
	if kinds != nil && !slices.Contains(kinds, any(have)) {
		return fmt.Sprintf("%s is %s, not %v", at, have, kinds)
	}
	if object, ok := v.(m); ok {
		needed, _ := s["required"].([]any)
		for _, key := range needed {
			if _, there := object[key.(string)]; !there {
				return fmt.Sprintf("%s lacks %v", at, key)
			}
		}
		props, _ := s["properties"].(m)
		for key, x := range props {
			if value, there := object[key]; there {
				if wrong := p.against(x.(m), value, at+"."+key); wrong != "" {
					return wrong
				}
			}
		}
	}
	items, _ := s["items"].(m)
	if list, ok := v.([]any); ok && items != nil {
		for i, x := range list {
			if wrong := p.against(items, x, fmt.Sprintf("%s.%d", at, i)); wrong != "" {
				return wrong
			}
		}
	}
	return ""
}

// TestOpenAPI_saysWhatActionsGive: most actions have a schema of their result, and no
// schema is there for an action that is not.
func TestOpenAPI_saysWhatActionsGive(t *testing.T) {
	t.Parallel()
	p := open(t)
	told, all := 0, 0
	for _, path := range p.described()["paths"].(m) {
		all++
		schema := path.(m)["post"].(m)["responses"].(m)["200"].(m)["content"].(m)["application/json"].(m)["schema"].(m)
		if schema["$ref"] == nil && schema["properties"].(m)["result"] != nil {
			told++
		}
	}
	if told < 110 || all < told {
		t.Errorf("%d of %d actions say what they give", told, all)
	}
	for _, c := range []struct {
		action string
		result any
	}{{"package_list", []any{1.0}}, {"package_show", m{"id": "x"}}, {"organization_delete", true}, {"user_list", []any{m{}}}, {"followee_count", "1"}} {
		text, err := json.Marshal(m{"help": "", "success": true, "result": c.result})
		must(t, err)
		var v any
		must(t, json.Unmarshal(text, &v))
		schema := p.described()["paths"].(m)["/api/3/action/"+c.action].(m)["post"].(m)["responses"].(m)["200"].(m)["content"].(m)["application/json"].(m)["schema"].(m)
		if p.against(schema, v, c.action) == "" {
			t.Errorf("%s: %v is taken for what it gives", c.action, c.result)
		}
	}
}

// TestOpenAPI_isTrueToWhatIsAnswered calls what gives lists, numbers and truths with
// and without their options; each answer is checked by the helper that calls.
func TestOpenAPI_isTrueToWhatIsAnswered(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("sysadmin", "group_create", m{"name": "thema", "title": "Thema"})
	p.ok("sysadmin", "vocabulary_create", m{"name": "worte", "tags": []any{m{"name": "eins"}}})
	d := p.ok("sysadmin", "package_create", m{"name": "satz", "owner_org": "amt", "groups": []any{m{"name": "thema"}}, "tags": []any{m{"name": "baum"}}, "resources": []any{m{"url": "https://a.example/b.csv"}}})
	p.ok("sysadmin", "package_create", m{"name": "leer", "private": true, "owner_org": "amt"})
	resource := d["resources"].([]any)[0].(m)["id"]
	p.ok("sysadmin", "follow_dataset", m{"id": "satz"})
	p.ok("sysadmin", "follow_group", m{"id": "thema"})
	p.ok("sysadmin", "follow_user", m{"id": "member"})
	p.ok("sysadmin", "api_token_create", m{"user": "editor", "name": "neu"})
	args := []m{
		{}, {"id": "satz"}, {"id": "thema"}, {"id": "amt"}, {"id": "member"}, {"id": resource}, {"id": "baum"}, {"id": "worte"}, {"id": "satz", "include_datasets": true}, {"all_fields": true}, {"all_fields": false},
		{"all_fields": true, "include_extras": true, "include_users": true, "include_groups": true, "include_tags": true, "include_followers": true}, {"id": "thema", "include_datasets": true, "include_followers": true},
		{"id": "amt", "include_datasets": true, "include_followers": true}, {"id": "member", "include_datasets": true, "include_num_followers": true}, {"id": "baum", "include_datasets": true}, {"q": "a"}, {"q": "satz"}, {"query": "a"}, {"query": "name:b"},
		{"user_id": "editor"}, {"user": "editor"}, {"vocabulary_id": "worte"}, {"vocabulary_id": "worte", "all_fields": true}, {"name": "package_show"}, {"fl": "id,name"}, {"rows": 0, "facet.field": `["tags"]`},
		{"id": "eins", "vocabulary_id": "worte"}, {"id": "satz", "object_type": "package"}, {"id": "amt", "object_type": "user"},
	}
	answered := map[string]bool{}
	for path, x := range p.described()["paths"].(m) {
		if x.(m)["get"] == nil {
			continue
		}
		action := path[strings.LastIndex(path, "/")+1:]
		for _, who := range []string{"sysadmin", ""} {
			for i, a := range args {
				const few = 8 // what callers see differs little
				if who == "" && i > few {
					break
				}
				if p.call(who, action, a).status == http.StatusOK {
					answered[action] = true
				}
			}
		}
	}
	if len(answered) < 60 {
		t.Errorf("only %d actions answered", len(answered))
	}
}
