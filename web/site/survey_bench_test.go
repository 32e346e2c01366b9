package site_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkSave is one field saved by the script, as often as offices leave fields.
func BenchmarkSave(b *testing.B) {
	d := newDesk(b)
	d.begin()
	at := strings.TrimSuffix(d.post("", "/s/"+d.Token+"/holding", "title", "Baumkataster"), "/step/B")
	n := 0
	for b.Loop() {
		rec := d.do("", http.MethodPost, at+"/step/C", values([]string{"r.C_system", strconv.Itoa(n), "a.C_system", strconv.Itoa(n + 1)}), "Accept", "application/json")
		if rec.Code != http.StatusOK {
			b.Fatal(rec.Code, rec.Body)
		}
		n++
	}
}

// BenchmarkTasks is the start page of a link.
func BenchmarkTasks(b *testing.B) {
	d := newDesk(b)
	d.begin()
	d.describe(d.Token, "Baumkataster", nil)
	for b.Loop() {
		d.get("", "/s/"+d.Token)
	}
}
