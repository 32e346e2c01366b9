package ckan

import (
	"strings"
	"testing"
)

// What Python's difflib.unified_diff says of the same lines.
func TestUnified_isPythons(t *testing.T) {
	t.Parallel()
	lines := func(s string) []string { return strings.Split(s, "") }
	for _, c := range []struct{ a, b, want string }{
		{"abcdefghijklmnop", "abcdefghijklmnop", ""},
		{"abcdefghijklmnop", "abXdefghijklmnop", "--- \n\n+++ \n\n@@ -1,6 +1,6 @@\n\n a\n b\n-c\n+X\n d\n e\n f"},
		{"abcdefghijklmnop", "aXcdefghijklmnYp", "--- \n\n+++ \n\n@@ -1,5 +1,5 @@\n\n a\n-b\n+X\n c\n d\n e\n@@ -12,5 +12,5 @@\n\n l\n m\n n\n-o\n+Y\n p"},
		{"abcdefg", "abcdefgZ", "--- \n\n+++ \n\n@@ -5,3 +5,4 @@\n\n e\n f\n g\n+Z"},
		{"abcdefgh", "Xabcdefh", "--- \n\n+++ \n\n@@ -1,8 +1,8 @@\n\n+X\n a\n b\n c\n d\n e\n f\n-g\n h"},
	} {
		if got := unified(diffLines(lines(c.a), lines(c.b))); got != c.want {
			t.Errorf("%s %s:\n%q\n%q", c.a, c.b, got, c.want)
		}
	}
}
