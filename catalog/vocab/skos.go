package vocab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// FromSKOS reads the members of a vocabulary's scheme from a SKOS document.
// Attributes that only this product knows (media types, CKAN ids, whether a
// licence is open) are kept from the present list; members that the document
// marks as no longer valid are left out.
func FromSKOS(g *rdfio.Graph, name string) ([]Concept, error) {
	info, ok := InfoOf(name)
	if !ok {
		return nil, catalog.Errorf(catalog.KindInvalid, "Ein Vokabular namens %q gibt es nicht.", name)
	}
	known := map[string]Concept{}
	for _, c := range List(name) {
		known[c.URI] = c
	}
	var out []Concept
	for _, s := range g.Subjects() {
		if !s.IsIRI() || !slices.Contains(g.Objects(s, "skos:inScheme"), rdfio.Term{Kind: 'i', Value: info.Scheme}) {
			continue
		}
		if d := g.Objects(s, "owl:deprecated"); len(d) > 0 && d[0].Value == "true" {
			continue
		}
		c := Concept{URI: s.Value, Code: codeOf(info.Scheme, s.Value), Label: catalog.Text{}, Attr: map[string]string{}}
		for _, l := range g.Objects(s, "skos:prefLabel") {
			if l.Lang == "de" || l.Lang == "en" {
				c.Label[l.Lang] = strings.Join(strings.Fields(l.Value), " ")
			}
		}
		old := known[s.Value]
		for k, v := range old.Attr {
			c.Attr[k] = v
		}
		for _, lang := range []string{"de", "en"} {
			if c.Label[lang] == "" {
				c.Label[lang] = cmp.Or(old.Label[lang], c.Label.In(lang), c.Code)
			}
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, catalog.Errorf(catalog.KindInvalid, "Das Dokument enthält keine Einträge des Vokabulars %s (%s).", name, info.Scheme)
	}
	slices.SortFunc(out, func(a, b Concept) int { return cmp.Compare(a.URI, b.URI) })
	return out, nil
}

// codeOf is what stands behind the list's own address.
func codeOf(scheme, iri string) string {
	if rest, ok := strings.CutPrefix(iri, scheme+"/"); ok {
		return rest
	}
	return iri[strings.LastIndexAny(iri, "/#")+1:]
}

// Rows writes concepts as a table with the columns of the present list.
func Rows(name string, concepts []Concept) ([][]string, error) {
	rows, err := table(name)
	if err != nil {
		return nil, fmt.Errorf("vocabulary %s: %w", name, err)
	}
	head := rows[0]
	out := [][]string{head}
	for _, c := range concepts {
		row := []string{c.URI, c.Code, c.Label["de"], c.Label["en"]}
		for _, attr := range head[4:] {
			row = append(row, c.Attr[attr])
		}
		out = append(out, row)
	}
	return out, nil
}
