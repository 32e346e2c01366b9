package mapping

import (
	"github.com/goccy/go-yaml"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// tables names the vocabulary of each table of words.
var tables = map[string]string{"licence": "licence", "format": "file_type", "theme": "theme", "frequency": "frequency"}

// Vocabulary is the list of concepts that a table leads to, "" for no table.
func Vocabulary(table string) string { return tables[table] }

// Assign adds to rules what a word means, and keeps the rest with its comments.
func Assign(text, table, word, code string) (string, error) {
	const longest = 500
	list := tables[table]
	if list == "" || word == "" || len(word) > longest {
		return "", catalog.Errorf(catalog.KindInvalid, "Für %.50q gibt es keine Zuordnung von Wörtern.", table)
	}
	if c, ok := vocab.Lookup(list, code); !ok {
		return "", catalog.Errorf(catalog.KindInvalid, "Bitte einen Eintrag der Liste wählen: %.100q steht nicht darin.", code)
	} else if c.Code != "" {
		code = c.Code
	}
	comments := yaml.CommentMap{}
	var rules yaml.MapSlice
	if err := yaml.UnmarshalWithOptions([]byte(text), &rules, yaml.CommentToMap(comments), yaml.UseOrderedMap()); err != nil {
		return "", catalog.Errorf(catalog.KindInvalid, "Die vorhandene Zuordnung ist kein gültiges YAML: %s", yaml.FormatError(err, false, false))
	}
	words := yaml.MapSlice{}
	at := -1
	for i, item := range rules {
		if item.Key == table {
			at = i
			if m, ok := item.Value.(yaml.MapSlice); ok {
				words = m
			}
		}
	}
	found := false
	for i := range words {
		if s, ok := words[i].Key.(string); ok && fold(s) == fold(word) {
			words[i].Value, found = code, true
		}
	}
	if !found {
		words = append(words, yaml.MapItem{Key: word, Value: code})
	}
	if at < 0 {
		rules = append(rules, yaml.MapItem{Key: table, Value: words})
	} else {
		rules[at].Value = words
	}
	out, err := yaml.MarshalWithOptions(rules, yaml.WithComment(comments))
	if err != nil {
		return "", catalog.Errorf(catalog.KindInvalid, "Die Zuordnung lässt sich nicht ergänzen: %v", err)
	}
	return string(out), nil
}
