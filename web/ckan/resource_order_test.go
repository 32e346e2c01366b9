package ckan_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestResourceSearch_order: CKAN orders by a column, with those that have no value
// last, and passes over a column it does not know.
func TestResourceSearch_order(t *testing.T) {
	t.Parallel()
	p := open(t)
	for i, size := range []any{30, 4, nil, 100} {
		r := map[string]any{"url": "https://x.example.org/" + fmt.Sprint(i), "name": "ordnung " + string("dbca"[i])}
		if size != nil {
			r["size"] = size
		}
		p.ok("editor", "package_create", map[string]any{"name": fmt.Sprint("ordnung-", i), "owner_org": "amt", "resources": []any{r}})
	}
	for _, c := range []struct{ order, offset, want string }{
		{"size", "0", "b d a c"}, {"name", "0", "a b c d"}, {"nichts", "0", "d b c a"}, {"", "0", "d b c a"}, {"name", "2", "c d"}, {"name", "9", ""},
	} {
		out := p.ok("", "resource_search", map[string]any{"query": "name:ordnung", "order_by": c.order, "offset": c.offset})
		var names []string
		for _, r := range out["results"].([]any) {
			names = append(names, strings.TrimPrefix(r.(map[string]any)["name"].(string), "ordnung "))
		}
		if got := strings.Join(names, " "); got != c.want || fmt.Sprint(out["count"]) != "4" {
			t.Errorf("order_by %q offset %s: %s (%v), want %s", c.order, c.offset, got, out["count"], c.want)
		}
	}
}
