package survey

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// String writes a condition the way people edit it, such as
// “E_personal = pseu, ja and not G_will = nein”.
func (c *Condition) String() string { return c.text(false) }

func (c *Condition) text(inside bool) string {
	join := func(list []*Condition, word string) string {
		parts := make([]string, len(list))
		for i, x := range list {
			parts[i] = x.text(true)
		}
		out := strings.Join(parts, " "+word+" ")
		if inside && len(list) > 1 {
			return "(" + out + ")"
		}
		return out
	}
	switch {
	case c == nil:
		return ""
	case c.All != nil:
		return join(c.All, "and")
	case c.Any != nil:
		return join(c.Any, "or")
	case c.Not != nil:
		return "not " + c.Not.text(true)
	case c.Op == "in":
		return c.Q + " = " + strings.Join(c.Value, ", ")
	}
	return c.Q + " " + c.Op
}

// maxConditionText bounds the text of a condition, in bytes.
const maxConditionText = 4 << 10

var conditionToken = regexp.MustCompile(`^(?:[()=,∈{}]|[A-Za-z0-9_:]+)`)

// conditionWords are the words of conditions, German beside English.
var conditionWords = map[string]string{
	"and": "and", "und": "and", "or": "or", "oder": "or", "not": "not", "nicht": "not", "in": "=", "∈": "=", "=": "=",
	"answered": "answered", "beantwortet": "answered", "empty": "empty", "leer": "empty",
}

// ParseCondition reads a condition as String writes it, or as the specification
// does: “E_personal∈{pseu,ja}”. An empty text is no condition.
func ParseCondition(text string) (*Condition, error) {
	p := &conditionReader{}
	if len(text) > maxConditionText {
		return nil, conditionFault("der Text ist zu lang", "the text is too long")
	}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		tok := conditionToken.FindString(rest)
		if tok == "" {
			return nil, conditionFault("bei „"+clipped(rest)+"“", "at “"+clipped(rest)+"”")
		}
		if tok != "{" && tok != "}" { // brackets around options say nothing more
			p.tokens = append(p.tokens, tok)
		}
		rest = rest[len(tok):]
	}
	if len(p.tokens) == 0 {
		return nil, nil //nolint:nilnil // no condition is a value
	}
	c, err := p.any(0)
	if err == nil && p.at < len(p.tokens) {
		err = p.fault()
	}
	return c, err
}

func conditionFault(de, en string) error {
	return refuse("condition_unread", "Die Bedingung ist nicht lesbar: "+de+".", "The condition cannot be read: "+en+".")
}

type conditionReader struct {
	tokens []string
	at     int
}

func (p *conditionReader) fault() error {
	at := "…"
	if p.at < len(p.tokens) {
		at = p.tokens[p.at]
	}
	return conditionFault(fmt.Sprintf("Stelle %d, bei „%s“", p.at+1, clipped(at)), fmt.Sprintf("part %d, at “%s”", p.at+1, clipped(at)))
}

// peek is the next word in its English form, else the token itself.
func (p *conditionReader) peek() string {
	if p.at >= len(p.tokens) {
		return ""
	}
	if w := conditionWords[strings.ToLower(p.tokens[p.at])]; w != "" {
		return w
	}
	return p.tokens[p.at]
}

func (p *conditionReader) take(word string) bool {
	if p.peek() != word {
		return false
	}
	p.at++
	return true
}

func (p *conditionReader) any(depth int) (*Condition, error) {
	return p.list(depth, "or", p.all, func(l []*Condition) *Condition { return &Condition{Any: l} })
}

func (p *conditionReader) all(depth int) (*Condition, error) {
	return p.list(depth, "and", p.one, func(l []*Condition) *Condition { return &Condition{All: l} })
}

func (p *conditionReader) list(depth int, word string, next func(int) (*Condition, error), join func([]*Condition) *Condition) (*Condition, error) {
	var list []*Condition
	for {
		c, err := next(depth)
		if err != nil {
			return nil, err
		}
		if list = append(list, c); !p.take(word) {
			break
		}
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return join(list), nil
}

func (p *conditionReader) one(depth int) (*Condition, error) {
	if depth > maxConditionDepth {
		return nil, conditionFault("zu tief geschachtelt", "nested too deep")
	}
	switch {
	case p.take("not"):
		c, err := p.one(depth + 1)
		return &Condition{Not: c}, err
	case p.take("("):
		c, err := p.any(depth + 1)
		if err == nil && !p.take(")") {
			err = p.fault()
		}
		return c, err
	}
	q := p.peek()
	if !questionID.MatchString(q) {
		return nil, p.fault()
	}
	p.at++
	if op := p.peek(); op == "answered" || op == "empty" {
		p.at++
		return &Condition{Q: q, Op: op}, nil
	}
	if !p.take("=") {
		return nil, p.fault()
	}
	c := &Condition{Q: q, Op: "in"}
	for {
		if p.at >= len(p.tokens) || !optionCode.MatchString(p.tokens[p.at]) {
			return nil, p.fault()
		}
		if !slices.Contains(c.Value, p.tokens[p.at]) {
			c.Value = append(c.Value, p.tokens[p.at])
		}
		p.at++
		if !p.take(",") {
			return c, nil
		}
	}
}
