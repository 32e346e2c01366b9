package survey

import (
	"fmt"
	"math"
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
	NotPublishable []Rule `json:"not_publishable,omitempty"`
	Conditional    []Rule `json:"conditional,omitempty"`
	Otherwise      string `json:"otherwise,omitempty"`
}

// Rule gives a reason while its condition holds.
type Rule struct {
	Reason string     `json:"reason"`
	If     *Condition `json:"if"`
}

// Line is one item of a score. Lines follow from template and answers and are
// not stored with every holding.
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
}

// Fields gives the assessment in the form entries store, by the names of its JSON.
func (a *Assessment) Fields() map[string]any {
	f := catalog.Fields{
		"publishability": a.Publishability, "suitability": int64(a.Suitability), "effort": int64(a.Effort), "priority": int64(a.Priority),
		"quadrant": a.Quadrant, "hvd": a.HVD, "register": a.Register, "public_address": a.PublicAddress,
	}
	f.Set("publish_reasons", a.Reasons)
	f["confidence"] = a.Confidence
	if a.Confidence == math.Trunc(a.Confidence) {
		f["confidence"] = int64(a.Confidence) // the canonical form of a whole number
	}
	return f
}

func (t *Template) assess(answers catalog.Fields, visible map[string]bool, reuse bool) *Assessment {
	a := &Assessment{}
	a.Publishability, a.Reasons = t.gate(answers)
	var s, e points
	for i := range t.Scores.Suitability.Items {
		got, _ := t.Scores.Suitability.Items[i].suitability(answers)
		s += got
	}
	for i := range t.Scores.Effort.Items {
		got, _ := t.Scores.Effort.Items[i].effort(answers)
		e += got
	}
	a.Effort = clamp(e.round())
	if a.Publishability != NotPublishable {
		a.Suitability = clamp(s.round())
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

// Lines shows how the scores of a record come about, item by item.
func (t *Template) Lines(answers catalog.Fields) []Line {
	var out []Line
	add := func(score, question string, got, limit points) {
		out = append(out, Line{Score: score, Question: question, Points: got.float(), Max: limit.float()})
	}
	for i := range t.Scores.Suitability.Items {
		it := &t.Scores.Suitability.Items[i]
		got, limit := it.suitability(answers)
		add("suitability", it.Q, got, limit)
	}
	for i := range t.Scores.Effort.Items {
		it := &t.Scores.Effort.Items[i]
		got, limit := it.effort(answers)
		add("effort", it.Q, got, limit)
	}
	return out
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
		if !q.mayName() {
			continue
		}
		for _, s := range answers.Strings(q.ID) {
			if strings.Contains(s, "@") && mailInText.MatchString(s) {
				return true
			}
		}
	}
	return false
}

// mayName reports a text that goes public and could hold an address.
func (q *Question) mayName() bool {
	return q.Visibility == catalog.LevelPublic && slices.Contains([]string{"text", "multiline", "list", "vocab"}, q.Type)
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
	return clamp(int(floorDiv(tenths+5, 10)))
}

func (t *Template) quadrant(a *Assessment) string {
	for i := range t.Scores.Priority.Quadrants {
		q := &t.Scores.Priority.Quadrants[i]
		if !slices.ContainsFunc(q.tests, func(x test) bool { return !x.holds(a) }) {
			return q.ID
		}
	}
	return ""
}

// confidence is the share of the score questions that apply and were really
// answered, two decimals, halves upwards.
func (t *Template) confidence(answers catalog.Fields, visible map[string]bool) float64 {
	seen := map[string]bool{}
	asked, answered := 0, 0
	every := func(it *Item) {
		if seen[it.Q] || !visible[it.Q] || !it.OnlyIf.holds(answers) {
			return
		}
		seen[it.Q] = true
		asked++
		if slices.ContainsFunc(answers.Strings(it.Q), func(c string) bool { return c != "unb" && c != "undef" }) {
			answered++
		}
	}
	for i := range t.Scores.Suitability.Items {
		every(&t.Scores.Suitability.Items[i])
	}
	for i := range t.Scores.Effort.Items {
		every(&t.Scores.Effort.Items[i])
	}
	if asked == 0 {
		return 0
	}
	// half of an asked is added: the quotient is rounded half up
	return float64(floorDiv(int64(200*answered+asked), int64(2*asked))) / 100
}
