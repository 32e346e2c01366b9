package ckan

import (
	"reflect"
	"testing"

	"trio.example/catalog"
)

// TestFindingBody_hasNoEmptyKey: what is about no field stands where clients read
// the text of any other error.
func TestFindingBody_hasNoEmptyKey(t *testing.T) {
	t.Parallel()
	find := func(field, text string) catalog.Finding {
		return catalog.Finding{Severity: catalog.SeverityError, Field: field, Message: catalog.DE(text, text)}
	}
	got := findingBody([]catalog.Finding{find("", "One."), find("title", "Too long"), find("", "Two.")})
	if want := map[string]any{"message": "One. Two.", "title": []string{"Too long"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

// TestFindingBody_hasGroupsAsLists: what is about a group of a repeating field has
// ckanext-scheming's shape, in a resource as well.
func TestFindingBody_hasGroupsAsLists(t *testing.T) {
	t.Parallel()
	got := findingBody([]catalog.Finding{
		{Severity: catalog.SeverityError, Field: "citation.1.place", Message: catalog.DE("Lang", "Long")},
		{Severity: catalog.SeverityError, Field: "resources.0.schedule.0.note", Message: catalog.DE("Lang", "Long")},
	})
	want := map[string]any{
		"citation":  []any{map[string]any{}, map[string]any{"place": []string{"Long"}}},
		"resources": []any{map[string]any{"schedule": []any{map[string]any{"note": []string{"Long"}}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}
