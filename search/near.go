package search

import (
	"math"
	"slices"
)

// MaxNear bounds the words of a phrase that need not stand together: each place
// of each word is tried.
const MaxNear = 16

// Near reports whether the words of a phrase stand together: the places of its
// words can be chosen, each another one, so that moving them by at most slop
// places in all makes the phrase (Lucene's rule: how much place less number of
// the word differs). Places are rising, by word.
func Near(phrase []string, places map[string][]int, slop int) bool {
	least := math.MaxInt
	var begins []int
	for i, w := range phrase {
		if len(places[w]) == 0 {
			return false
		}
		for _, p := range places[w] {
			begins, least = append(begins, p-i), min(least, p-i)
		}
	}
	slices.Sort(begins)
	for _, begin := range slices.Compact(begins) {
		if fits(phrase, places, begin, slop) {
			return true
		}
	}
	return false
}

// fits takes for each word the first free place from its own on. Words that are
// alike have their spans in the order of the phrase, so the first free one is right.
func fits(phrase []string, places map[string][]int, begin, slop int) bool {
	var used map[string]int // how many places of a word are taken or passed
	for i, w := range phrase {
		list := places[w]
		k, _ := slices.BinarySearch(list, begin+i)
		k = max(k, used[w])
		if k == len(list) || list[k] > begin+i+slop {
			return false
		}
		if used == nil {
			used = map[string]int{}
		}
		used[w] = k + 1
	}
	return true
}
