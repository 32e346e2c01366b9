package bleveindex

import (
	index "github.com/blevesearch/bleve_index_api"

	"trio.example/search"
)

// words is a text field as Bleve takes it. The library's own would place every
// form of a word; phrases are made of stems, so only stems have places here, and
// all values of a field are counted at once. Two words of three are their own
// stem: these are written once, in the form they were written in. That is most of
// what an index costs to build and on disk.
type words struct {
	name   string
	values search.Terms
	bytes  int // of the text
	length int // words with all their forms
	freqs  index.TokenFrequencies
}

// maxTerm bounds a term, in bytes; longer words are no words.
const maxTerm = 256

// Analyze implements document.Field. All that belongs to one field lies together
// in memory: thousands of small pieces would keep the collector busy.
func (w *words) Analyze() {
	n, length := 0, 0
	for _, value := range w.values {
		for _, terms := range value {
			n += len(terms)
			for _, t := range terms {
				length += len(t)
			}
		}
	}
	all := w.values.Words()
	places, at := make([]index.TokenLocation, all), make([]*index.TokenLocation, all)
	for i := range at {
		at[i] = &places[i]
	}
	freqs, text := make([]index.TokenFreq, 0, n), make([]byte, 0, length)
	w.freqs = make(index.TokenFrequencies, n)
	next := 0
	for i, value := range w.values {
		var number []uint64 // none in the first value, and in most fields there is no other
		if i > 0 {
			number = []uint64{uint64(i)}
		}
		for j, terms := range value {
			own := len(terms[0]) <= maxTerm && terms[0][len(search.ExactMark):] == terms[search.StemForm]
			places[next] = index.TokenLocation{ArrayPositions: number, Position: j + 1}
			for k, term := range terms {
				if len(term) > maxTerm || own && k == search.StemForm {
					continue
				}
				w.length++
				f := w.freqs[term]
				if f == nil {
					text = append(text, term...)
					freqs = append(freqs, index.TokenFreq{Term: text[len(text)-len(term) : len(text) : len(text)]})
					f = &freqs[len(freqs)-1]
					w.freqs[term] = f
				}
				f.SetFrequency(f.Frequency() + 1)
				switch placed := k == search.StemForm || own && k == 0; {
				case placed && f.Locations == nil:
					f.Locations = at[next : next+1 : next+1]
				case placed:
					f.Locations = append(f.Locations, at[next])
				}
			}
			next++
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
	return uint64(w.bytes) //nolint:gosec // a length
}

// Size implements document.Field: about what the field takes in memory.
func (w *words) Size() int { return len(w.name) + w.bytes }
