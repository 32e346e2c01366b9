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
