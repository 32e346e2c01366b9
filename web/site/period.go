package site

import (
	"regexp"

	"trio.example/search"
)

// dayFirst is how days and months are written in German: 31.5.2019, 5.2019, 05/2019.
var dayFirst = regexp.MustCompile(`^(?:(\d{1,2})\. ?)?(\d{1,2})[./] ?(\d{4})$`)

// yearFirst writes a date the way the index and the API take it.
func yearFirst(s string) string {
	m := dayFirst.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	out := m[3]
	for _, part := range []string{m[2], m[1]} {
		if part != "" {
			out += "-" + ("0" + part)[len(part)-1:]
		}
	}
	return out
}

// periodView is the filter by the time that the data are about.
type periodView struct {
	Fields [2]periodField
	Fault  string
	Open   bool
}

type periodField struct{ Name, Label, Value string }

// hasPeriod reports whether the list is narrowed to data about some time.
func (st state) hasPeriod() bool {
	_, ok := search.ParsePeriod(st.period[0], st.period[1])
	return ok
}

func (r *request) periodFilter(st state) periodView {
	v := periodView{Open: st.period != [2]string{}}
	v.Fields[0] = periodField{periodNames[0], r.t.Get("filter.period.from"), st.period[0]}
	v.Fields[1] = periodField{periodNames[1], r.t.Get("filter.period.until"), st.period[1]}
	if v.Open && !st.hasPeriod() {
		v.Fault = r.t.Get("filter.period.fault")
	}
	return v
}

// periodLabel says a period in words, for the list of active filters.
func (r *request) periodLabel(st state) string { return r.span(st.period[0], st.period[1]) }
