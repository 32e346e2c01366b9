// Package vocab holds the controlled vocabularies of DCAT-AP.de and the cities
// of the cooperation: small tables built into the program, each with its source
// and licence in the first line. Everybody who turns words into URIs or URIs
// into words asks here.
package vocab

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"

	"trio.example/catalog"
)

//go:embed data/*.csv
var data embed.FS

// Concept is one entry of a vocabulary.
type Concept struct {
	URI   string
	Code  string // the last part of the URI
	Label catalog.Text
	// Attr are further columns of the list, e.g. "media_type" of file_type or
	// "ckan", "open", "attribution" and "url" of licence.
	Attr map[string]string
}

// Is reports whether an attribute is set to yes.
func (c Concept) Is(attr string) bool { return c.Attr[attr] == "yes" }

type list struct {
	concepts []Concept
	index    map[string]int // by folded URI, code, label and spelling
	loose    map[string]int // by the same without marks; -1 for two that differ
}

// current holds the tables in use: those built in, with what an operator's
// folder puts in their place.
var current atomic.Pointer[map[string]*list]

func lists() map[string]*list {
	if l := current.Load(); l != nil {
		return *l
	}
	l, err := loadAll("")
	if err != nil {
		panic(err) // the tables are part of the program: a fault of the build that the package's test finds
	}
	current.CompareAndSwap(nil, &l)
	return *current.Load()
}

func loadAll(dir string) (map[string]*list, error) {
	spellings, err := mapping(dir)
	if err != nil {
		return nil, err
	}
	out := map[string]*list{}
	for _, i := range infos {
		rows, err := rowsOf(dir, i.Name)
		if err != nil {
			return nil, err
		}
		if out[i.Name], err = load(rows, spellings[i.Name]); err != nil {
			return nil, fmt.Errorf("vocabulary %s: %w", i.Name, err)
		}
	}
	return out, nil
}

func table(name string) ([][]string, error) {
	text, err := data.ReadFile("data/" + name + ".csv")
	if err != nil {
		return nil, err
	}
	return parseTable(name, text)
}

func parseTable(name string, text []byte) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("vocabulary %s: %w", name, err)
	}
	return rows, nil
}

// load builds a list. A spelling for a code that the list does not have is a
// fault: a mapping that silently does nothing helps nobody.
func load(rows [][]string, spellings []Spelling) (*list, error) {
	if len(rows) < 2 || len(rows[0]) < 4 || rows[0][0] != "uri" {
		return nil, errors.New("no table with the columns uri, code, de, en")
	}
	l := &list{index: map[string]int{}}
	for _, row := range rows[1:] {
		c := Concept{URI: row[0], Code: row[1], Label: catalog.DE(row[2], row[3]), Attr: map[string]string{}}
		for i := 4; i < len(row); i++ {
			c.Attr[rows[0][i]] = row[i]
		}
		l.concepts = append(l.concepts, c)
	}
	// What names a concept for certain goes before labels, which may repeat.
	for _, key := range []func(Concept) string{
		func(c Concept) string { return foldURI(c.URI) },
		func(c Concept) string { return fold(c.Code) },
		func(c Concept) string { return fold(c.Attr["ckan"]) },
		func(c Concept) string { return fold(c.Attr["iso1"]) },
		func(c Concept) string { return fold(c.Label["de"]) },
		func(c Concept) string { return fold(c.Label["en"]) },
		func(c Concept) string { return fold(c.Attr["media_type"]) },
	} {
		for i, c := range l.concepts {
			if k := key(c); k != "" {
				if _, taken := l.index[k]; !taken {
					l.index[k] = i
				}
			}
		}
	}
	for _, sp := range spellings {
		i, ok := l.index[fold(sp.Code)]
		if !ok {
			return nil, fmt.Errorf("the mapping of %q names the code %q, which is not in the list", sp.Spelling, sp.Code)
		}
		l.index[fold(sp.Spelling)] = i
	}
	l.loosen()
	return l, nil
}

// fold makes spellings comparable: lower case, single blanks, addresses
// without scheme, www and final slash.
func fold(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		return foldURI(s)
	}
	return strings.TrimPrefix(s, ".")
}

func foldURI(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	_, s, _ = strings.Cut(s, "://")
	return "//" + strings.TrimRight(strings.TrimPrefix(s, "www."), "/")
}

// Lookup finds a concept by URI (in any of the spellings http, https, www,
// final slash), code, CKAN id, label or a known other spelling.
func Lookup(name, s string) (Concept, bool) {
	l := lists()[name]
	if l == nil || strings.TrimSpace(s) == "" {
		return Concept{}, false
	}
	i, ok := l.index[fold(s)]
	if !ok {
		i, ok = l.index[tail(name, s)]
	}
	if !ok {
		i, ok = l.loosely(name, s)
	}
	if !ok {
		return Concept{}, false
	}
	return l.concepts[i], true
}

// tail is the last part of an address in another vocabulary, folded: portals
// write …/iso639-1/de, …/format/csv or …/plannedAvailability/stable. Where a
// wrong guess would be a false statement (licences, places, who provides) the
// whole address must be known.
func tail(name, s string) string {
	switch name {
	case "licence", "ckan_licence", "contributor", "geocoding_level", "hash_algorithm", "hvd_category", "model_dataset":
		return ""
	}
	s = strings.TrimRight(strings.TrimSpace(s), "/")
	if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
		return ""
	}
	s = s[strings.LastIndexAny(s, "/#")+1:]
	if plain, err := url.PathUnescape(s); err == nil {
		s = plain
	}
	return fold(s)
}

// List returns all concepts of a vocabulary in the order of its table, nil for
// an unknown one. The slice must not be changed.
func List(name string) []Concept {
	if l := lists()[name]; l != nil {
		return l.concepts
	}
	return nil
}
