package source_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
)

// brokenPortal is a CKAN of n datasets that cannot render a page with certain ones.
func brokenPortal(t *testing.T, n int, broken func(i int) bool) (url string, requests *atomic.Int32) {
	t.Helper()
	requests = &atomic.Int32{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		start, err := strconv.Atoi(r.URL.Query().Get("start"))
		rows, err2 := strconv.Atoi(r.URL.Query().Get("rows"))
		if err != nil || err2 != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		list := []any{}
		for i := start; i < min(start+rows, n); i++ {
			if broken(i) {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			list = append(list, map[string]any{"id": fmt.Sprintf("d%05d", i), "name": fmt.Sprintf("d%05d", i), "title": "T"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "result": map[string]any{"count": n, "results": list}})
	}))
	t.Cleanup(srv.Close)
	return srv.URL, requests
}

// TestCKAN_onePageIsNotTheWhole: a dataset that the portal cannot render costs
// itself, not the thousand that stand on its page; nothing counts as complete.
func TestCKAN_onePageIsNotTheWhole(t *testing.T) {
	t.Parallel()
	for _, broken := range [][]int{{0}, {1234}, {999, 1000}, {7, 1500, 1501, 2499}, {2499}} {
		url, requests := brokenPortal(t, 2500, func(i int) bool { return slices.Contains(broken, i) })
		r := read(t, "ckan", url, nil)
		told := 0
		for _, f := range r.warnings {
			if f.Code == "unreadable" {
				told++
			}
		}
		if r.err != nil || r.complete || len(r.records) != 2500-len(broken) || told != len(broken) {
			t.Errorf("%v: %v, complete %v, %d records, %d told", broken, r.err, r.complete, len(r.records), told)
		}
		if n := requests.Load(); n > int32(40*len(broken)+20) {
			t.Errorf("%v: %d requests", broken, n)
		}
	}
}

// TestCKAN_brokenPortalIsLeftAlone: where much cannot be read, or nothing, the run
// ends soon.
func TestCKAN_brokenPortalIsLeftAlone(t *testing.T) {
	t.Parallel()
	for what, broken := range map[string]func(i int) bool{
		"everything": func(int) bool { return true },
		"the rest":   func(i int) bool { return i >= 500 },
		"every 50th": func(i int) bool { return i%50 == 0 },
	} {
		url, requests := brokenPortal(t, 2500, broken)
		r := read(t, "ckan", url, nil)
		if r.err == nil || r.complete {
			t.Errorf("%s: %v, complete %v", what, r.err, r.complete)
		}
		if n := requests.Load(); n > 800 {
			t.Errorf("%s: %d requests", what, n)
		}
	}
}

// TestCKAN_readsABrokenPageFromTheIndex: the portal's index hands out what a page
// cannot; what is broken there as well is asked for alone, named and never missing.
func TestCKAN_readsABrokenPageFromTheIndex(t *testing.T) {
	t.Parallel()
	const n = 2500
	for what, c := range map[string]struct {
		page, index, alone []int // what fails where
		complete           bool
		most               int32
	}{
		"only on a page":    {page: []int{1234}, complete: true, most: 12},
		"without text":      {page: []int{7, 1500}, index: []int{7, 1500}, complete: true, most: 20},
		"broken everywhere": {page: []int{999, 1000}, index: []int{999, 1000}, alone: []int{999, 1000}, most: 20},
		"the last":          {page: []int{2499}, index: []int{2499}, alone: []int{2499}, most: 14},
	} {
		var requests atomic.Int32
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			q := r.URL.Query()
			answer := func(v any) { _ = json.NewEncoder(w).Encode(map[string]any{"success": true, "result": v}) }
			pack := func(i int) map[string]any { return map[string]any{"id": fmt.Sprintf("d%05d", i), "title": "T"} }
			if id := q.Get("id"); id != "" {
				i, err := strconv.Atoi(id[1:])
				if err != nil || slices.Contains(c.alone, i) {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				answer(pack(i))
				return
			}
			start, _ := strconv.Atoi(q.Get("start"))
			rows, _ := strconv.Atoi(q.Get("rows"))
			list := []any{}
			for i := start; i < min(start+rows, n); i++ {
				text, err := json.Marshal(pack(i))
				switch {
				case err != nil, q.Get("fl") == "" && slices.Contains(c.page, i):
					w.WriteHeader(http.StatusInternalServerError)
					return
				case q.Get("fl") == "":
					list = append(list, pack(i))
				case slices.Contains(c.index, i):
					list = append(list, map[string]any{"id": pack(i)["id"], "validated_data_dict": string(text[1:])})
				default:
					list = append(list, map[string]any{"id": pack(i)["id"], "validated_data_dict": string(text)})
				}
			}
			answer(map[string]any{"count": n, "results": list})
		}))
		r := read(t, "ckan", srv.URL, nil)
		srv.Close()
		var named []string
		for _, f := range r.warnings {
			if f.Code == "unreadable" {
				named = append(named, f.Row)
			}
		}
		if r.err != nil || r.complete != c.complete || len(r.records) != n-len(c.alone) || len(named) != len(c.alone) || slices.Contains(named, "") {
			t.Errorf("%s: %v, complete %v, %d records, %v named", what, r.err, r.complete, len(r.records), named)
		}
		if got := requests.Load(); got > c.most {
			t.Errorf("%s: %d requests", what, got)
		}
	}
}
