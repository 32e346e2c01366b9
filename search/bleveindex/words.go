package bleveindex

import (
	index "github.com/blevesearch/bleve_index_api"

	"trio.example/search"
	"trio.example/search/german"
)

// words is a text field as Bleve takes it. The library's own would place every
// form of a word; phrases are made of stems, so only stems have places here, and
// all values of a field are counted at once. Two words of three are their own
// stem: these are written once, in the form they were written in. That is most of
// what an index costs to build and on disk.
type words struct {
	name   string
	values []string
	length int // words with all their forms
	freqs  index.TokenFrequencies
}

// maxTerm bounds a term, in bytes; longer words are no words.
const maxTerm = 256

// Analyze implements document.Field.
func (w *words) Analyze() {
	w.freqs = make(index.TokenFrequencies, 2*len(w.values))
	for i, v := range w.values {
		spans := german.Words(v)
		places := make([]index.TokenLocation, len(spans))
		value := []uint64{uint64(i)}
		for j, s := range spans {
			terms := search.Terms(s.Word)
			own := len(terms[0]) <= maxTerm && terms[0][len(search.ExactMark):] == terms[search.StemForm]
			for k, term := range terms {
				if len(term) > maxTerm || own && k == search.StemForm {
					continue
				}
				w.length++
				f := w.freqs[term]
				if f == nil {
					f = &index.TokenFreq{Term: []byte(term)}
					w.freqs[term] = f
				}
				f.SetFrequency(f.Frequency() + 1)
				if k == search.StemForm || own && k == 0 {
					places[j] = index.TokenLocation{ArrayPositions: value, Position: j + 1}
					f.Locations = append(f.Locations, &places[j])
				}
			}
		}
	}
}

// Name implements document.Field.
func (w *words) Name() string { return w.name }

// ArrayPositions implements document.Field; each place has its own.
func (w *words) ArrayPositions() []uint64 { return nil }

// Options implements document.Field.
func (w *words) Options() index.FieldIndexingOptions {
	return index.IndexField | index.IncludeTermVectors
}

// Value implements document.Field; nothing of it is stored.
func (w *words) Value() []byte { return nil }

// EncodedFieldType implements document.Field.
func (w *words) EncodedFieldType() byte { return 't' }

// AnalyzedLength implements document.Field.
func (w *words) AnalyzedLength() int { return w.length }

// AnalyzedTokenFrequencies implements document.Field.
func (w *words) AnalyzedTokenFrequencies() index.TokenFrequencies { return w.freqs }

// NumPlainTextBytes implements document.Field.
func (w *words) NumPlainTextBytes() uint64 {
	n := 0
	for _, v := range w.values {
		n += len(v)
	}
	return uint64(n) //nolint:gosec // a length
}

// Size implements document.Field: about what the field takes in memory.
func (w *words) Size() int { return len(w.name) + int(w.NumPlainTextBytes()) } //nolint:gosec // a length
