package ckan_test

import "testing"

// TestGroup_withoutTitleHasNone holds what CKAN 2.12 tells of a group that was
// given no title: none, and its name where one is to be shown.
func TestGroup_withoutTitleHasNone(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("sysadmin", "organization_create", map[string]any{"name": "ohne-titel"})
	p.ok("sysadmin", "package_create", map[string]any{"name": "satz", "owner_org": "ohne-titel"})
	org := p.ok("", "organization_show", map[string]any{"id": "ohne-titel"})
	of := p.ok("", "package_show", map[string]any{"id": "satz"})["organization"].(map[string]any)
	if org["title"] != "" || org["display_name"] != "ohne-titel" || of["title"] != "" {
		t.Errorf("title %q, shown as %q, of the dataset %q", org["title"], org["display_name"], of["title"])
	}
}
