package search

import (
	"slices"
	"strings"

	"trio.example/search/german"
)

// Typed returns the words a person typed, without phrases and what was excluded.
func Typed(n Node) []string {
	var out []string
	each(n, func(w Word) {
		if !w.Phrase && !w.MustNot {
			out = append(out, w.Text)
		}
	})
	return out
}

func each(n Node, fn func(Word)) {
	switch n := n.(type) {
	case And:
		for _, x := range n.Nodes {
			each(x, fn)
		}
	case Words:
		for _, w := range n.Words {
			fn(w)
		}
	}
}

// leaves calls fn with what And and Or join.
func leaves(n Node, fn func(Node)) {
	switch n := n.(type) {
	case And:
		for _, x := range n.Nodes {
			leaves(x, fn)
		}
	case Or:
		for _, x := range n.Nodes {
			leaves(x, fn)
		}
	default:
		fn(n)
	}
}

// Fields returns the names of fields that a query asks for.
func Fields(n Node) []string {
	var out []string
	add := func(name string) {
		if name != "text" && name != "*" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	var leaf func(Node)
	leaf = func(n Node) {
		switch n := n.(type) {
		case Not:
			leaves(n.Node, leaf)
		case Term:
			add(n.Field)
		case Phrase:
			add(n.Field)
		case Wildcard:
			add(n.Field)
		case Exists:
			add(n.Field)
		case Range:
			add(n.Field)
		}
	}
	leaves(n, leaf)
	return out
}

// TypedText is all that a person typed, phrases too, without what was excluded.
func TypedText(n Node) string {
	var out []string
	each(n, func(w Word) {
		if !w.MustNot && len(german.Words(w.Text)) > 0 {
			out = append(out, w.Text)
		}
	})
	return strings.Join(out, " ")
}

// reword rewrites the words of a person wherever they stand.
func reword(n Node, fn func(Words) Words) Node {
	switch n := n.(type) {
	case And:
		nodes := make([]Node, len(n.Nodes))
		for i, x := range n.Nodes {
			nodes[i] = reword(x, fn)
		}
		return And{Nodes: nodes}
	case Words:
		return fn(n)
	}
	return n
}

// Spell takes the spelling of a word of the example, if it is what is meant or a
// compound with it. Of a stem it makes the form of that word.
func (c *Correction) Spell(word string) {
	if c.Spelled != "" {
		return
	}
	folded := german.Fold(word)
	stem := german.Stem(folded)
	switch {
	case c.Stem && stem == c.Form:
		c.Spelled, c.Form, c.Stem = word, folded, false
	case c.Stem:
	case folded == c.Form, stem == german.Stem(c.Form):
		c.Spelled = word
	case slices.Contains(german.Parts(word), c.Form):
		c.Spelled = german.Within(word, c.Form)
	}
}

// Replace puts corrections in the place of the words they belong to.
func Replace(n Node, list []Correction) Node {
	return reword(n, func(w Words) Words {
		w.Words = slices.Clone(w.Words)
		for i := range w.Words {
			for _, c := range list {
				if x := &w.Words[i]; !x.Phrase && !x.MustNot && x.Text == c.Word {
					x.Text = c.Form
				}
			}
		}
		return w
	})
}

// maxLoose bounds what a question costs whose words are taken apart.
const maxLoose = 50

// Loosen makes the words of a person loose. Of words that hang together by a
// hyphen or stroke ("Geh-/Radwege") each one counts by itself then.
func Loosen(n Node) Node {
	return reword(n, func(w Words) Words {
		list := make([]Word, 0, len(w.Words))
		for _, x := range w.Words {
			spans := german.Words(x.Text)
			if x.Phrase || x.Must || x.MustNot || len(spans) < 2 || len(list)+len(spans) > maxLoose {
				list = append(list, x)
				continue
			}
			for _, s := range spans {
				list = append(list, Word{Text: s.Word})
			}
		}
		w.Words, w.Loose = list, true
		return w
	})
}
