package round_test

import (
	"encoding/json"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/round"
)

// TestShelf_isNamedAsTheRestOfTheAPI: clients read lists of templates by these
// keys; the one built in was made on no day.
func TestShelf_isNamedAsTheRestOfTheAPI(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(round.Shelf{Template: &catalog.Template{ID: "a", Version: "1.0.0", Title: catalog.DE("A", "A"), Status: catalog.TemplatePublished}, BuiltIn: true})
	if want := `{"id":"a","version":"1.0.0","title":{"de":"A","en":"A"},"status":"published","sha256":"","built_in":true,"mine":false}`; err != nil || string(got) != want {
		t.Errorf("%s %v", got, err)
	}
}
