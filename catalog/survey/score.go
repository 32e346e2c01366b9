package survey

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// Scores are the template's weights.
type Scores struct {
	Suitability Score      `json:"suitability,omitzero"`
	Effort      Score      `json:"effort,omitzero"`
	Priority    Score      `json:"priority,omitzero"`
	Confidence  ScoreShort `json:"confidence,omitzero"`
}

// UnmarshalJSON reads the scores known here; a template may have further ones.
func (s *Scores) UnmarshalJSON(data []byte) error {
	type plain Scores
	return json.Unmarshal(data, (*plain)(s))
}

// Score is a sum of items.
type Score struct {
	Label     catalog.Text `json:"label,omitempty"`
	Range     []float64    `json:"range,omitempty"`
	Direction string       `json:"direction,omitempty"`
	Formula   string       `json:"formula,omitempty"`
	Gate      string       `json:"gate,omitempty"`
	Items     Items        `json:"items,omitempty"`
	Quadrants []Quadrant   `json:"quadrants,omitempty"`
}

// Items are the lines of a score; unlike a score they hold nothing unknown.
type Items []Item

// UnmarshalJSON reads them strictly.
func (i *Items) UnmarshalJSON(data []byte) error { return decodeStrict(data, (*[]Item)(i)) }

// ScoreShort is a score that has a formula in words only.
type ScoreShort struct {
	Label   catalog.Text `json:"label"`
	Formula string       `json:"formula"`
}

// Item is one line of a score. Decimals are kept exact.
type Item struct {
	Q        string                 `json:"q"`
	Weight   json.Number            `json:"weight,omitempty"`
	Values   map[string]json.Number `json:"values,omitempty"`
	Points   map[string]json.Number `json:"points,omitempty"`
	Answered json.Number            `json:"answered,omitempty"`
	Missing  json.Number            `json:"missing,omitempty"`
	Multi    string                 `json:"multi,omitempty"`
	OnlyIf   *Condition             `json:"only_if,omitempty"`
	Else     json.Number            `json:"else,omitempty"`

	weight, answered, missing, otherwise points
	values, points                       map[string]points
}

// Quadrant names a region of suitability and effort.
type Quadrant struct {
	ID   string `json:"id"`
	DE   string `json:"de"`
	When string `json:"when"`

	tests []test
}

// points are exact decimals: billionths. A template's numbers have at most
// three decimals and lie between -1000 and 1000, so that products and sums fit.
type points int64

const (
	onePoint      = 1_000_000_000
	thousandth    = onePoint / 1000
	maxTemplateNo = 1000
)

// parseNumber reads a number of a template in thousandths.
func parseNumber(n json.Number) (int64, error) {
	if n == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(string(n), 64)
	scaled := math.Round(v * 1000)
	if err != nil || math.Abs(v) > maxTemplateNo || math.Abs(scaled-v*1000) > 1e-6 {
		return 0, fmt.Errorf("%q is no number between -%d and %d with at most three decimals", n, maxTemplateNo, maxTemplateNo)
	}
	return int64(scaled), nil
}

// numbers reads an item's numbers once, when the template is read.
func (it *Item) numbers() error {
	var faults []error
	number := func(n json.Number, unit points) points {
		v, err := parseNumber(n)
		faults = append(faults, err)
		return points(v) * unit
	}
	// A suitability is weight times value: thousandths times millionths.
	const valueUnit = 1
	it.weight = number(it.Weight, thousandth)
	it.values = map[string]points{}
	for code, n := range it.Values {
		it.values[code] = number(n, valueUnit)
	}
	it.points = map[string]points{}
	for code, n := range it.Points {
		it.points[code] = number(n, thousandth)
	}
	it.otherwise = number(it.Else, thousandth)
	it.answered, it.missing = number(it.Answered, valueUnit), number(it.Missing, valueUnit)
	return errors.Join(faults...)
}

// suitability gives an item's points and the most it can give. Values, Answered
// and Missing are factors of the weight, in thousandths.
func (it *Item) suitability(answers catalog.Fields) (got, limit points) {
	factor, counts := it.pick(it.values, answers, false)
	if _, answered := answers[it.Q]; answered && it.Answered != "" {
		factor, counts = it.answered, true
	}
	if !counts {
		factor = it.missing
	}
	return it.weight / 1000 * factor, it.weight
}

// effort gives an item's points and the most it can give; Missing is points here.
func (it *Item) effort(answers catalog.Fields) (got, limit points) {
	missing := it.missing * thousandth
	limit = missing
	for _, v := range it.points {
		limit = max(limit, v)
	}
	if !it.OnlyIf.holds(answers) {
		return it.otherwise, limit
	}
	if v, counts := it.pick(it.points, answers, true); counts {
		return v, limit
	}
	return missing, limit
}

// pick returns the best value of the chosen options, and whether one counts.
func (it *Item) pick(table map[string]points, answers catalog.Fields, least bool) (best points, counts bool) {
	for c := range chosen(answers, it.Q) {
		v, ok := table[c]
		if ok && (!counts || least && v < best || !least && v > best) {
			best, counts = v, true
		}
	}
	return best, counts
}

// round rounds to whole points, halves upwards.
func (p points) round() int { return int(floorDiv(int64(p)+onePoint/2, onePoint)) }

func (p points) float() float64 { return float64(p) / onePoint }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// test compares one score with a bound, e.g. “suitability>=60”.
type test struct {
	effort bool
	op     string
	bound  int
}

var bound = regexp.MustCompile(`^(suitability|effort)(>=|<=|<|>)(\d{1,3})$`)

func parseTest(text string) (x test, ok bool) {
	m := bound.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return x, false
	}
	n, err := strconv.Atoi(m[3])
	return test{effort: m[1] == "effort", op: m[2], bound: n}, err == nil
}

func (x test) holds(a *Assessment) bool {
	v := a.Suitability
	if x.effort {
		v = a.Effort
	}
	switch x.op {
	case ">=":
		return v >= x.bound
	case "<=":
		return v <= x.bound
	case ">":
		return v > x.bound
	default:
		return v < x.bound
	}
}

func (t *Template) checkScores() error {
	var faults []error
	for _, s := range []*Score{&t.Scores.Suitability, &t.Scores.Effort} {
		for i := range s.Items {
			it := &s.Items[i]
			if err := it.numbers(); err != nil {
				faults = append(faults, fmt.Errorf("the score of %q: %w", it.Q, err))
			}
			if t.byID[it.Q] == nil {
				faults = append(faults, fmt.Errorf("a score names the unknown question %q", it.Q))
			}
			if err := it.OnlyIf.check(t, 0); err != nil {
				faults = append(faults, err)
			}
		}
	}
	for _, r := range slices.Concat(t.Gate.NotPublishable, t.Gate.Conditional) {
		if r.If == nil {
			faults = append(faults, fmt.Errorf("rule %q has no condition", r.Reason))
		} else if err := r.If.check(t, 0); err != nil {
			faults = append(faults, fmt.Errorf("rule %q: %w", r.Reason, err))
		}
	}
	for i := range t.Scores.Priority.Quadrants {
		q := &t.Scores.Priority.Quadrants[i]
		for _, part := range strings.Split(q.When, " and ") {
			x, ok := parseTest(part)
			if !ok {
				faults = append(faults, fmt.Errorf("quadrant %q: %q cannot be read", q.ID, part))
			}
			q.tests = append(q.tests, x)
		}
	}
	return errors.Join(faults...)
}
