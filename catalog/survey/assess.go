package survey

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// Publishability classes.
const (
	Publishable    = "publishable"
	Conditional    = "conditional"
	NotPublishable = "not_publishable"
)

// Gate holds the rules that decide whether a holding may be published.
type Gate struct {
	NotPublishable []Rule `json:"not_publishable"`
	Conditional    []Rule `json:"conditional"`
	Otherwise      string `json:"otherwise"`
}

// Rule gives a reason while its condition holds.
type Rule struct {
	Reason string     `json:"reason"`
	If     *Condition `json:"if"`
}

// Scores are the template's weights.
type Scores struct {
	Suitability Score      `json:"suitability"`
	Effort      Score      `json:"effort"`
	Priority    Score      `json:"priority"`
	Confidence  ScoreShort `json:"confidence"`
}

// Score is a sum of items.
type Score struct {
	Label     catalog.Text `json:"label"`
	Range     []float64    `json:"range"`
	Direction string       `json:"direction"`
	Formula   string       `json:"formula"`
	Gate      string       `json:"gate"`
	Items     []Item       `json:"items"`
	Quadrants []Quadrant   `json:"quadrants"`
}

// ScoreShort is a score that has a formula in words only.
type ScoreShort struct {
	Label   catalog.Text `json:"label"`
	Formula string       `json:"formula"`
}

// Item is one line of a score. Decimals are kept exact.
type Item struct {
	Q        string                 `json:"q"`
	Weight   json.Number            `json:"weight"`
	Values   map[string]json.Number `json:"values"`
	Points   map[string]json.Number `json:"points"`
	Answered json.Number            `json:"answered"`
	Missing  json.Number            `json:"missing"`
	Multi    string                 `json:"multi"`
	OnlyIf   *Condition             `json:"only_if"`
	Else     json.Number            `json:"else"`
}

// Quadrant names a region of suitability and effort.
type Quadrant struct {
	ID   string `json:"id"`
	DE   string `json:"de"`
	When string `json:"when"`
}

// Line is one item of a score; Template.Explain puts it into words. The words
// follow from the answers and are not stored with every holding.
type Line struct {
	Score    string  `json:"score"`
	Question string  `json:"question"`
	Points   float64 `json:"points"`
	Max      float64 `json:"max"`
}

// Assessment is what a valid record comes to.
type Assessment struct {
	Publishability string   `json:"publishability"`
	Reasons        []string `json:"publish_reasons"`
	Suitability    int      `json:"suitability"` // 0–100, higher is better
	Effort         int      `json:"effort"`      // 0–100, lower is better
	Priority       int      `json:"priority"`    // 0–100, higher is better
	Quadrant       string   `json:"quadrant"`
	Confidence     float64  `json:"confidence"` // 0–1, two decimals
	HVD            bool     `json:"hvd"`
	Register       bool     `json:"register"`
	PublicAddress  bool     `json:"public_address"`
	Lines          []Line   `json:"lines"`
}

var bound = regexp.MustCompile(`^(suitability|effort)(>=|<=|<|>)(\d{1,3})$`)

func (t *Template) checkScores() error {
	var faults []error
	for _, s := range []Score{t.Scores.Suitability, t.Scores.Effort} {
		for _, it := range s.Items {
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
	for _, q := range t.Scores.Priority.Quadrants {
		for _, part := range strings.Split(q.When, " and ") {
			if !bound.MatchString(strings.TrimSpace(part)) {
				faults = append(faults, fmt.Errorf("quadrant %q: %q cannot be read", q.ID, part))
			}
		}
	}
	return errors.Join(faults...)
}

func (t *Template) assess(answers catalog.Fields, visible map[string]bool, reuse bool) *Assessment {
	a := &Assessment{}
	a.Publishability, a.Reasons = t.gate(answers)
	s, e := new(big.Rat), new(big.Rat)
	for _, it := range t.Scores.Suitability.Items {
		points, limit := it.suitability(answers)
		s.Add(s, points)
		a.Lines = append(a.Lines, line("suitability", &it, points, limit))
	}
	for _, it := range t.Scores.Effort.Items {
		points, limit := it.effort(answers)
		e.Add(e, points)
		a.Lines = append(a.Lines, line("effort", &it, points, limit))
	}
	a.Effort = clamp(roundHalfUp(e))
	if a.Publishability != NotPublishable {
		a.Suitability = clamp(roundHalfUp(s))
	}
	if o := t.optionOf(qHVD, answers); o != nil {
		a.HVD = o.URI != ""
	}
	a.Register = answers.String(qReg) == "ja"
	a.PublicAddress = answers.String(qPublic) != ""
	a.Priority = priority(a, reuse)
	a.Quadrant = t.quadrant(a)
	a.Confidence = t.confidence(answers, visible)
	return a
}

func (t *Template) optionOf(question string, answers catalog.Fields) *Option {
	q := t.byID[question]
	if q == nil {
		return nil
	}
	return t.Option(q.Options, answers.String(question))
}

// gate lists the reasons of the class that applies; the strictest class wins.
func (t *Template) gate(answers catalog.Fields) (class string, reasons []string) {
	matching := func(rules []Rule) []string {
		out := []string{}
		for _, r := range rules {
			if r.If.holds(answers) {
				out = append(out, r.Reason)
			}
		}
		return out
	}
	if reasons = matching(t.Gate.NotPublishable); len(reasons) > 0 {
		return NotPublishable, reasons
	}
	reasons = matching(t.Gate.Conditional)
	if t.contactInPublicText(answers) {
		reasons = append(reasons, "contact_in_public_text")
	}
	if len(reasons) > 0 {
		return Conditional, reasons
	}
	return Publishable, reasons
}

// contactInPublicText finds an e-mail address in a text that would go public.
func (t *Template) contactInPublicText(answers catalog.Fields) bool {
	for _, q := range t.order {
		if q.Visibility != catalog.LevelPublic || !slices.Contains([]string{"text", "multiline", "list", "vocab"}, q.Type) {
			continue
		}
		for _, s := range answers.Strings(q.ID) {
			if mailInText.MatchString(s) {
				return true
			}
		}
	}
	return false
}

func rat(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return new(big.Rat)
	}
	return r
}

// pick returns the best value of the chosen options, nil when none counts.
func pick(table map[string]json.Number, chosen []string, least bool) *big.Rat {
	var best *big.Rat
	for _, c := range chosen {
		n, ok := table[c]
		if !ok {
			continue
		}
		v := rat(n)
		if best == nil || (least && v.Cmp(best) < 0) || (!least && v.Cmp(best) > 0) {
			best = v
		}
	}
	return best
}

func (it *Item) suitability(answers catalog.Fields) (points, limit *big.Rat) {
	limit = rat(it.Weight)
	v := pick(it.Values, answers.Strings(it.Q), false)
	if _, answered := answers[it.Q]; answered && it.Answered != "" {
		v = rat(it.Answered)
	}
	if v == nil {
		v = rat(it.Missing)
	}
	return new(big.Rat).Mul(limit, v), limit
}

func (it *Item) effort(answers catalog.Fields) (points, limit *big.Rat) {
	limit = rat(it.Missing)
	for _, n := range it.Points {
		if v := rat(n); v.Cmp(limit) > 0 {
			limit = v
		}
	}
	if !it.OnlyIf.holds(answers) {
		return rat(it.Else), limit
	}
	if v := pick(it.Points, answers.Strings(it.Q), true); v != nil {
		return v, limit
	}
	return rat(it.Missing), limit
}

func line(score string, it *Item, points, limit *big.Rat) Line {
	p, _ := points.Float64()
	m, _ := limit.Float64()
	return Line{Score: score, Question: it.Q, Points: p, Max: m}
}

// Explain puts a line into words, e.g. “20 von 20: GeoJSON”.
func (t *Template) Explain(l Line, answers catalog.Fields) catalog.Text {
	de, en := "keine Angabe", "no answer"
	if chosen := answers.Strings(l.Question); len(chosen) > 0 {
		var labelsDE, labelsEN []string
		if q := t.byID[l.Question]; q != nil {
			for _, c := range chosen {
				if o := t.Option(q.Options, c); o != nil {
					labelsDE, labelsEN = append(labelsDE, o.Label.In("de")), append(labelsEN, o.Label.In("en"))
				}
			}
		}
		de, en = strings.Join(labelsDE, ", "), strings.Join(labelsEN, ", ")
		if labelsDE == nil {
			de, en = "angegeben", "given"
		}
	}
	return catalog.DE(fmt.Sprintf("%s von %s: %s", decimal(l.Points, ","), decimal(l.Max, ","), de),
		fmt.Sprintf("%s of %s: %s", decimal(l.Points, "."), decimal(l.Max, "."), en))
}

func decimal(n float64, point string) string {
	return strings.ReplaceAll(strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64), ".", point)
}

// roundHalfUp rounds to a whole number, halves upwards.
func roundHalfUp(r *big.Rat) int {
	sum := new(big.Rat).Add(r, big.NewRat(1, 2))
	q := new(big.Int).Div(sum.Num(), sum.Denom()) // floors, as Denom is positive
	return int(q.Int64())
}

func clamp(n int) int { return min(100, max(0, n)) }

// priority is the template format's formula: S − 0.4·E + 15·HVD + 5·reuse.
func priority(a *Assessment, reuse bool) int {
	if a.Publishability == NotPublishable {
		return 0
	}
	tenths := int64(10*a.Suitability - 4*a.Effort)
	if a.HVD {
		tenths += 150
	}
	if reuse {
		tenths += 50
	}
	return clamp(roundHalfUp(big.NewRat(tenths, 10)))
}

func (t *Template) quadrant(a *Assessment) string {
	for _, q := range t.Scores.Priority.Quadrants {
		if !slices.ContainsFunc(strings.Split(q.When, " and "), func(part string) bool { return !a.within(part) }) {
			return q.ID
		}
	}
	return ""
}

func (a *Assessment) within(test string) bool {
	m := bound.FindStringSubmatch(strings.TrimSpace(test))
	if m == nil {
		return false
	}
	v := a.Suitability
	if m[1] == "effort" {
		v = a.Effort
	}
	limit, err := strconv.Atoi(m[3])
	if err != nil {
		return false
	}
	switch m[2] {
	case ">=":
		return v >= limit
	case "<=":
		return v <= limit
	case ">":
		return v > limit
	default:
		return v < limit
	}
}

// confidence is the share of the score questions that apply and were really
// answered, two decimals, halves upwards.
func (t *Template) confidence(answers catalog.Fields, visible map[string]bool) float64 {
	seen := map[string]bool{}
	asked, answered := 0, 0
	for _, it := range slices.Concat(t.Scores.Suitability.Items, t.Scores.Effort.Items) {
		if seen[it.Q] || !visible[it.Q] || !it.OnlyIf.holds(answers) {
			continue
		}
		seen[it.Q] = true
		asked++
		chosen := answers.Strings(it.Q)
		if len(chosen) > 0 && !slices.ContainsFunc(chosen, func(c string) bool { return c == "unb" || c == "undef" }) {
			answered++
		}
	}
	if asked == 0 {
		return 0
	}
	return float64(roundHalfUp(big.NewRat(int64(100*answered), int64(asked)))) / 100
}
