package iso

import (
	"bytes"
	"embed"
	"encoding/csv"
	"slices"
	"strings"
	"sync"

	"trio.example/catalog/vocab"
)

//go:embed tables/*.csv
var tables embed.FS

func rows(name string) [][]string {
	b, err := tables.ReadFile("tables/" + name + ".csv")
	if err != nil {
		panic(err) // part of the program, as the package's test proves
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comment = '#'
	all, err := r.ReadAll()
	if err != nil {
		panic(err) // part of the program, as the package's test proves
	}
	return all[1:]
}

// themesOf maps INSPIRE themes, by code and label, and topic categories to codes
// of EU data themes.
var themesOf = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, r := range rows("inspire") {
		for _, key := range []string{"inspire:" + r[0], "inspire:" + fold(r[1]), "inspire:" + fold(r[2])} {
			out[key] = strings.Fields(r[3])
		}
	}
	for _, r := range rows("topic") {
		out["topic:"+fold(r[0])] = strings.Fields(r[1])
	}
	return out
})

// fold leaves letters and digits, so that dashes and blanks do not matter.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 127 && r != '–' && r != '—':
			return r
		}
		return -1
	}, strings.ToLower(s))
}

type protocol struct {
	format  string
	service bool
}

var protocols = sync.OnceValue(func() []struct {
	part string
	protocol
} {
	var out []struct {
		part string
		protocol
	}
	for _, r := range rows("protocol") {
		out = append(out, struct {
			part string
			protocol
		}{r[0], protocol{r[1], r[2] == "yes"}})
	}
	return out
})

// protocolOf finds the protocol that a text names.
func protocolOf(s string) (protocol, bool) {
	s = strings.ToLower(s)
	for _, p := range protocols() {
		if strings.Contains(s, p.part) {
			return p.protocol, true
		}
	}
	return protocol{}, false
}

func addThemes(list []string, codes ...string) []string {
	for _, code := range codes {
		if c, ok := vocab.Lookup("theme", code); ok && !slices.Contains(list, c.URI) {
			list = append(list, c.URI)
		}
	}
	return list
}
