package ckan

import "strings"

// containsAll reports whether a text contains each term, whatever their case.
func containsAll(text string, terms []string) bool {
	text = strings.ToLower(text)
	for _, t := range terms {
		if !strings.Contains(text, strings.ToLower(t)) {
			return false
		}
	}
	return true
}
