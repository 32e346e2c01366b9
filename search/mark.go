package search

import (
	"strings"

	"trio.example/search/german"
)

// Marker finds the words of a query in a text.
type Marker struct{ terms map[string]bool }

// NewMarker collects the words of a query tree; nil when it has none.
func NewMarker(n Node) *Marker {
	m := &Marker{terms: map[string]bool{}}
	leaves(n, m.collect)
	if len(m.terms) == 0 {
		return nil
	}
	return m
}

func (m *Marker) collect(n Node) {
	switch n := n.(type) {
	case Words:
		for _, w := range n.Words {
			if !w.MustNot {
				m.add(w.Text)
			}
		}
	case Term:
		if TextField(n.Field) {
			m.add(n.Value)
		}
	case Phrase:
		if TextField(n.Field) {
			m.add(n.Value)
		}
	}
}

func (m *Marker) add(text string) {
	for _, x := range Synonyms(text) {
		m.terms[x] = true
	}
	for _, s := range german.Words(text) {
		if german.Stop(s.Word) {
			continue
		}
		a := Analyze(s.Word)
		m.terms[a.Exact], m.terms[a.Stem] = true, true
		for _, x := range a.Synonyms {
			m.terms[x] = true
		}
	}
}

// snippet is the length of a fragment, in words around the first match.
const (
	before  = 8
	snippet = 32
	maxText = 64 << 10 // bytes looked at
)

// Mark returns a fragment with the matching words between \x02 and \x03, and
// whether there is a match at all.
func (m *Marker) Mark(text string) (string, bool) {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	spans := german.Words(text)
	first := -1
	hits := make([]bool, len(spans))
	for i, s := range spans {
		for _, t := range TermsOf(s.Word) {
			if m.terms[t] {
				hits[i] = true
				if first < 0 {
					first = i
				}
				break
			}
		}
	}
	if first < 0 {
		return "", false
	}
	from, to := max(0, first-before), min(len(spans), max(0, first-before)+snippet)
	var b strings.Builder
	pos := 0
	if from > 0 {
		b.WriteString("… ")
		pos = spans[from].Start
	}
	for i := from; i < to; i++ {
		b.WriteString(text[pos:spans[i].Start])
		if hits[i] {
			b.WriteString("\x02" + text[spans[i].Start:spans[i].End] + "\x03")
		} else {
			b.WriteString(text[spans[i].Start:spans[i].End])
		}
		pos = spans[i].End
	}
	if to < len(spans) {
		b.WriteString(" …")
	} else {
		b.WriteString(text[pos:])
	}
	return b.String(), true
}
