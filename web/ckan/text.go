package ckan

import "strings"

func lower(s string) string { return strings.ToLower(s) }

// containsAll reports whether a text contains each term, whatever their case.
func containsAll(text string, terms []string) bool {
	text = lower(text)
	for _, t := range terms {
		if !strings.Contains(text, lower(t)) {
			return false
		}
	}
	return true
}
