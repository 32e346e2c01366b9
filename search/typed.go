package search

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

// Replace puts corrections in the place of the words they belong to.
func Replace(n Node, list []Correction) Node {
	switch n := n.(type) {
	case And:
		nodes := make([]Node, len(n.Nodes))
		for i, x := range n.Nodes {
			nodes[i] = Replace(x, list)
		}
		return And{Nodes: nodes}
	case Words:
		words := make([]Word, len(n.Words))
		copy(words, n.Words)
		for i := range words {
			for _, c := range list {
				if !words[i].Phrase && !words[i].MustNot && words[i].Text == c.Word {
					words[i].Text = c.Form
				}
			}
		}
		return Words{Words: words, Loose: n.Loose}
	}
	return n
}

// Loosen makes the words of a person loose.
func Loosen(n Node) Node {
	switch n := n.(type) {
	case And:
		nodes := make([]Node, len(n.Nodes))
		for i, x := range n.Nodes {
			nodes[i] = Loosen(x)
		}
		return And{Nodes: nodes}
	case Words:
		return Words{Words: n.Words, Loose: true}
	}
	return n
}
