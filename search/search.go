// Package search finds entries. It defines the query tree, the document an
// entry becomes, and what an index must do; the index on Bleve lives in
// search/bleveindex, the plain evaluator that tests compare it with in
// search/scan. It knows the catalogue, but neither HTTP nor CKAN.
package search

import "time"

// Node is a part of the query tree; see the types below.
type Node interface{ node() }

type (
	// All matches everything.
	All struct{}
	// None matches nothing.
	None struct{}
	// And matches what all parts match, Or what at least Min (default 1) match,
	// Not what its part does not match.
	And struct{ Nodes []Node }
	// Or matches what at least Min of the parts match.
	Or struct {
		Nodes []Node
		Min   int
	}
	// Not matches everything its part does not.
	Not struct{ Node Node }
	// Term matches a word in a field: analysed in a text field, to the letter
	// in an exact one. Boost weighs it, 0 means 1. Fuzzy is the number of
	// letters that may differ, at most 2.
	Term struct {
		Field, Value string
		Boost        float64
		Fuzzy        int
	}
	// Phrase matches words in order, or moved by at most Slop places in all.
	Phrase struct {
		Field, Value string
		Slop         int
		Boost        float64
	}
	// Wildcard matches a pattern with * and ? against the indexed form; behind a
	// backslash they are meant themselves.
	Wildcard struct {
		Field, Pattern string
		Boost          float64
	}
	// Exists matches entries that have the field.
	Exists struct{ Field string }
	// Range matches a span; an empty bound is open. Dates are instants in RFC 3339.
	Range struct {
		Field, From, To            string
		FromExclusive, ToExclusive bool
	}
	// Box matches entries whose place touches a rectangle, in degrees (WGS 84).
	Box struct{ West, South, East, North float64 }
	// Period matches entries whose data are about some time from From on and
	// before Until, at least in part; a zero time is open. What says nothing of
	// its period does not match.
	Period struct{ From, Until time.Time }
	// Words is what a person typed: each word in all text fields with their
	// weights, combined by CKAN's rule (up to two words all, then all but one,
	// above five 80 %). Loose words are those of somebody who found next to
	// nothing: any one matches, and any part of a compound.
	Words struct {
		Words []Word
		Loose bool
	}
)

// Word is one word or phrase of Words.
type Word struct {
	Text          string
	Phrase        bool
	Must, MustNot bool
	Prefix        bool // typed with a trailing *
}

func (All) node()      {}
func (None) node()     {}
func (And) node()      {}
func (Or) node()       {}
func (Not) node()      {}
func (Term) node()     {}
func (Phrase) node()   {}
func (Wildcard) node() {}
func (Exists) node()   {}
func (Range) node()    {}
func (Box) node()      {}
func (Period) node()   {}
func (Words) node()    {}

// Names of the four numbers that say where an entry's place ends, in degrees.
const (
	FieldWest  = "bbox_west"
	FieldSouth = "bbox_south"
	FieldEast  = "bbox_east"
	FieldNorth = "bbox_north"
)

// Query asks an index. The reader's labels are part of it, so that hits,
// counts and facets can only be what the reader may see.
type Query struct {
	Text    Node   // scored; nil means All
	Filters []Node // not scored
	// Labels are the reader's (catalog.LabelsOf); AllLabels is set for a sysadmin.
	Labels    []string
	AllLabels bool
	// Types limits the entry types, empty means datasets.
	Types     []string
	Sort      []Sort // empty: score, then newest change first
	Start     int
	Rows      int
	Facets    []Facet
	Highlight bool
	// Forgive asks for what a person means rather than for what was typed.
	Forgive bool
}

// Sort orders by a field; "score" is relevance.
type Sort struct {
	Field string
	Desc  bool
}

// Facet asks for the values of an exact field with their counts. Values names
// the field that has them, where the facet goes by another name.
type Facet struct {
	Field    string
	Values   string
	Limit    int // negative: all
	MinCount int
}

// Result is an answer. Total and facet counts are exact.
type Result struct {
	Total  int
	Hits   []Hit
	Facets map[string][]Count
	// Checkpoint is the change number the answer reflects.
	Checkpoint int64
	// Text is what was searched for in the end, Forgiven how it departs from the
	// query; both for a query that asked to be forgiven.
	Text     Node
	Forgiven Forgiven
}

// Hit is one entry found. Fragments are text snippets by field with the
// matching words between \x02 and \x03, for the page to mark up after escaping.
type Hit struct {
	ID    string
	Score float64
	// Stamp is the change number at which the entry was last written into the
	// index, with all that its document shows of others; while it stays the same
	// and the index is level with the store, so does what a page shows of the entry.
	Stamp     int64
	Fragments map[string][]string
}

// Count is a facet value.
type Count struct {
	Value string
	Count int
}

// Suggestions are what a text that is being typed could become.
type Suggestions struct {
	Datasets, Organizations, Groups []Hit
	Keywords                        []Count
}

// Correction replaces a word that nothing the reader may see contains. Form is
// the folded form of the word that is meant, or its stem, Example an entry that has
// it, Spelled how it is written there.
type Correction struct {
	Word, Form, Example, Spelled string
	Stem                         bool
}

// Text is how the word that is meant is shown.
func (c Correction) Text() string {
	if c.Spelled != "" {
		return c.Spelled
	}
	return c.Form
}

// Forgiven says how a search for people departed from what was typed.
type Forgiven struct {
	Corrections []Correction
	// Loose says that the hits need not have all the words; Exact of them do.
	Loose bool
	Exact int
}
