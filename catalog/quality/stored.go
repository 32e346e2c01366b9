package quality

import (
	"encoding/json"
	"fmt"
)

// stored is how the store keeps a result: shares as two numbers behind each other,
// which takes a quarter of the room that their names would.
type stored struct {
	Held    bool     `json:"h,omitempty"`
	Lacks   []string `json:"l,omitempty"`
	Met     []int    `json:"m"`
	File    uint32   `json:"f,omitempty"`
	GovData []int    `json:"g"`
	HVD     *int     `json:"v,omitempty"`
}

func encode(r *Result) ([]byte, error) {
	return json.Marshal(stored{r.Held, r.Lacks, numbers(r.Met), r.File, numbers(r.GovData), r.HVD})
}

func decode(b []byte) (*Result, error) {
	var s stored
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("what was measured: %w", err)
	}
	return &Result{Held: s.Held, Lacks: s.Lacks, Met: shares(s.Met), File: s.File, GovData: shares(s.GovData), HVD: s.HVD}, nil
}

func numbers(list []Share) []int {
	out := make([]int, 0, 2*len(list))
	for _, s := range list {
		out = append(out, s.Met, s.Of)
	}
	return out
}

func shares(list []int) []Share {
	out := make([]Share, 0, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		out = append(out, Share{list[i], list[i+1]})
	}
	return out
}
