package overlay

import (
	"math"
	"slices"

	"trio.example/search"
	"trio.example/search/german"
)

// Reserved fields among the exact ones; no schema can name them.
const (
	fieldType  = "\x00type"
	fieldLabel = "\x00label"
	fieldHas   = "\x00has"
	fieldTitle = "\x00title" // folded, to sort by
)

// row is a document as the tiers store it.
type row struct {
	id     string
	public bool
	rev    int64
	stamp  int64
	words  []hit
	values []value
	cells  []cell
}

type (
	// hit is a term with its prepared weight, 1 to 255.
	hit struct {
		term   string
		weight uint8
	}
	value struct{ field, value string }
	// cell is a date in microseconds or a number in sortable form.
	cell struct {
		field string
		value int64
	}
)

// fieldWeight is what a word in a field is worth, and the length of the field in
// words beyond which it is worth less.
type fieldWeight struct{ weight, length float32 }

var weights = map[string]fieldWeight{
	"title": {8, 6}, "tags": {3, 8}, "groups": {1.5, 4}, "organization": {2, 6}, "res_name": {1.5, 12}, "notes": {1.5, 60}, "name": {1, 6},
}

// others is the weight of all other fields.
var others = fieldWeight{0.6, 30}

const (
	// partWeight is what a word counts that is only part of a longer one.
	partWeight = 0.55
	// saturation is the BM25 k1 of the combined frequency.
	saturation = 4
	// maxTerm and maxValue bound what is indexed, in bytes; longer words are no words.
	maxTerm  = 256
	maxValue = 8192
)

// builder makes rows; it is not safe for concurrent use.
type builder struct{ tf map[string]float32 }

func newBuilder() *builder { return &builder{tf: map[string]float32{}} }

func (b *builder) row(d *search.Document) *row {
	r := &row{id: d.ID, public: d.Public(), rev: d.Rev}
	r.words = b.words(d)
	n := 2 + len(d.Labels) + len(d.Text) + 2*len(d.Exact) + len(d.Names) + len(d.Dates) + len(d.Numbers) + len(d.Exact["tags"])
	r.values = make([]value, 0, n)
	add := func(field, v string) {
		if len(v) > maxValue {
			v = v[:maxValue]
		}
		r.values = append(r.values, value{field, v})
	}
	has := func(field string) {
		if !slices.Contains(r.values, value{fieldHas, field}) {
			add(fieldHas, field)
		}
	}
	add(fieldType, d.Type)
	for _, l := range d.Labels {
		add(fieldLabel, l)
	}
	for name := range d.Text {
		has(name)
	}
	for name, values := range d.Exact {
		has(name)
		for _, v := range values {
			add(name, v)
		}
	}
	for _, name := range d.Names {
		has(name)
	}
	for _, t := range d.Exact["title_string"] {
		add(fieldTitle, sortKey(t))
	}
	for name, t := range d.Dates {
		has(name)
		r.cells = append(r.cells, cell{name, t.UnixMicro()})
	}
	for name, n := range d.Numbers {
		has(name)
		r.cells = append(r.cells, cell{name, sortable(n)})
	}
	return r
}

// words weighs the terms of a document: BM25 over all fields at once, with
// fixed lengths instead of averages, so that no document's weight tells of others.
func (b *builder) words(d *search.Document) []hit {
	clear(b.tf)
	for name := range d.Text {
		f, known := weights[name]
		if !known {
			f = others
		}
		values := d.Terms(name)
		w := f.weight
		if l := float32(values.Words()); l > f.length {
			w *= f.length / (0.4*f.length + 0.6*l)
		}
		for _, words := range values {
			for _, terms := range words {
				b.weigh(terms, w)
			}
		}
	}
	out := make([]hit, 0, len(b.tf))
	for term, tf := range b.tf {
		out = append(out, hit{term, max(1, uint8(math.Round(float64(255*tf/(saturation+tf)))))})
	}
	return out
}

// weigh adds a word in a field of weight w.
func (b *builder) weigh(terms []string, w float32) {
	for i, term := range terms {
		if len(term) > maxTerm {
			continue
		}
		if i > search.StemForm {
			b.tf[term] += w * partWeight
		} else if i == 0 || term != "" {
			b.tf[term] += w
		}
	}
}

// sortKey makes titles sort as people expect: by letters, not by case.
func sortKey(s string) string {
	if len(s) > maxTerm {
		s = s[:maxTerm]
	}
	return german.Fold(s)
}

// sortable turns a number into an integer of the same order.
func sortable(f float64) int64 {
	i := int64(math.Float64bits(f + 0)) // + 0 makes -0 and 0 one
	if i < 0 {
		return math.MinInt64 - i
	}
	return i
}
