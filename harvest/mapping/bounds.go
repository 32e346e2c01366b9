package mapping

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm/runtime"
)

// Rules come from editors, and a short one can multiply: texts put into themselves,
// lists within lists. The library bounds what it made only after it was made, and
// loops not at all. So every round of a loop is counted here, and what makes
// long things out of short ones is done by functions of our own.
const (
	maxText   = 1 << 20  // bytes of a text that a rule makes
	maxList   = 5000     // parts of a list that a rule makes
	maxMade   = 16 << 20 // bytes of all texts and lists of one run
	maxRounds = 50_000   // rounds of all loops of one run
	maxTime   = time.Second
)

var (
	errText = fmt.Errorf("der Text wird länger als %d MB", maxText>>20)
	errList = fmt.Errorf("die Liste wird länger als %d Einträge", maxList)
	errTime = errors.New("der Ausdruck braucht zu lange")
)

// inner begins the names that expressions must not use: what is put into them.
const inner = "__"

// bounded are the options that bound what an expression does.
func bounded() []expr.Option {
	round := expr.Function(inner+"round", func(p ...any) (any, error) { return p[0].(*meter).round() }, new(func(any) bool))
	out := []expr.Option{expr.Patch(counter{}), round, expr.DisableBuiltin("now"), expr.DisableBuiltin("toJSON"), expr.DisableBuiltin("uniq")}
	for name, f := range own {
		out = append(out, expr.Function(name, func(p ...any) (any, error) {
			m, metered := p[0].(*meter)
			if p = p[1:]; !metered || len(p) < f.least {
				return nil, fmt.Errorf("%s braucht mindestens %d Angaben", name, f.least)
			}
			v, err := f.run(p)
			if err == nil {
				err = m.made(v)
			}
			return v, err
		}))
	}
	return out
}

// own are the functions that make long things out of short ones, with the number
// of arguments they need.
var own = map[string]struct {
	least int
	run   func(p []any) (any, error)
}{
	inner + "add": {2, add}, "repeat": {2, repeat}, "replace": {3, replace}, "join": {1, join}, "string": {1, toText}, "split": {2, split(strings.SplitN)}, "splitAfter": {2, split(strings.SplitAfterN)}, "concat": {1, concat}, "flatten": {1, flatten},
}

// counter has each round of a loop counted, sums made by our own function, and
// our own functions told whose run it is.
type counter struct{}

func (counter) Visit(node *ast.Node) {
	call := func(name string, args ...ast.Node) ast.Node {
		return &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: append([]ast.Node{&ast.IdentifierNode{Value: inner + "meter"}}, args...)}
	}
	switch n := (*node).(type) {
	case *ast.PredicateNode:
		if _, done := n.Node.(*ast.ConditionalNode); !done || !metered(n.Node.(*ast.ConditionalNode).Cond) {
			n.Node = &ast.ConditionalNode{Cond: call(inner + "round"), Exp1: n.Node, Exp2: n.Node}
		}
	case *ast.BinaryNode:
		if n.Operator == "+" && !(number(n.Left) && number(n.Right)) {
			ast.Patch(node, call(inner+"add", n.Left, n.Right))
		}
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok && !metered(n) {
			if _, ours := own[name.Value]; ours {
				ast.Patch(node, call(name.Value, n.Arguments...))
			}
		}
	}
}

// metered reports a call that has the meter already.
func metered(node ast.Node) bool {
	c, ok := node.(*ast.CallNode)
	if !ok || len(c.Arguments) == 0 {
		return false
	}
	first, ok := c.Arguments[0].(*ast.IdentifierNode)
	return ok && first.Value == inner+"meter"
}

func number(n ast.Node) bool {
	t := n.Type()
	return t != nil && (t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64)
}

// meter counts for one run.
type meter struct {
	rounds, bytes int
	until         time.Time
}

func newMeter() *meter { return &meter{until: time.Now().Add(maxTime)} }

func (m *meter) round() (any, error) {
	if m.rounds++; m.rounds > maxRounds || m.rounds%64 == 0 && time.Now().After(m.until) {
		return false, errTime
	}
	return true, nil
}

// made notes what one of our functions made.
func (m *meter) made(v any) error {
	switch v := v.(type) {
	case string:
		m.bytes += len(v)
	case []string:
		m.bytes += 16 * len(v)
	case []any:
		m.bytes += 16 * len(v)
	}
	if m.bytes > maxMade {
		return errText
	}
	if time.Now().After(m.until) {
		return errTime
	}
	return nil
}

func text(x any) string {
	s, _ := x.(string)
	return s
}

func whole(x any) int {
	v := reflect.ValueOf(x)
	if !v.IsValid() || !v.CanInt() {
		return -1
	}
	return int(v.Int())
}

func add(p []any) (any, error) {
	a, isText := p[0].(string)
	if b, both := p[1].(string); isText && both {
		if len(a)+len(b) > maxText {
			return nil, errText
		}
		return a + b, nil
	}
	return runtime.Add(p[0], p[1]), nil
}

func repeat(p []any) (any, error) {
	s, n := text(p[0]), whole(p[1])
	if n < 0 {
		return nil, errors.New("repeat braucht eine Anzahl")
	}
	if len(s) > 0 && n > maxText/len(s) {
		return nil, errText
	}
	return strings.Repeat(s, n), nil
}

func replace(p []any) (any, error) {
	n := -1
	if len(p) > 3 {
		n = whole(p[3])
	}
	return replaced(text(p[0]), text(p[1]), text(p[2]), n)
}

// replaced is strings.Replace for results that are not too long.
func replaced(s, old, by string, n int) (string, error) {
	count := strings.Count(s, old)
	if n >= 0 {
		count = min(count, n)
	}
	if len(s)+count*(len(by)-len(old)) > maxText {
		return "", errText
	}
	return strings.Replace(s, old, by, n), nil
}

// list gives the parts of a list of any type.
func list(x any) (out []any, err error) {
	if all, ok := x.([]any); ok {
		return all, nil
	}
	v := reflect.ValueOf(x)
	if !v.IsValid() || v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return nil, errors.New("hier wird eine Liste gebraucht")
	}
	if v.Len() > maxList {
		return nil, errList
	}
	for i := range v.Len() {
		out = append(out, v.Index(i).Interface())
	}
	return out, nil
}

func join(p []any) (any, error) {
	parts, err := list(p[0])
	if err != nil {
		return nil, err
	}
	sep, size := "", 0
	if len(p) > 1 {
		sep = text(p[1])
	}
	texts := make([]string, len(parts))
	for i, x := range parts {
		s, ok := x.(string)
		if !ok {
			return nil, errors.New("join verbindet Texte")
		}
		if size += len(s) + len(sep); size > maxText+len(sep) {
			return nil, errText
		}
		texts[i] = s
	}
	return strings.Join(texts, sep), nil
}

// toText is string() for single values: lists may hold themselves many times.
func toText(p []any) (any, error) {
	switch reflect.ValueOf(p[0]).Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct, reflect.Pointer, reflect.Func:
		if t, ok := p[0].(fmt.Stringer); ok {
			return t.String(), nil
		}
		return nil, errors.New("string gibt es für einzelne Werte")
	}
	return fmt.Sprint(p[0]), nil
}

func split(cut func(s, sep string, n int) []string) func(p []any) (any, error) {
	return func(p []any) (any, error) {
		n := -1
		if len(p) > 2 {
			n = whole(p[2])
		}
		s, sep := text(p[0]), text(p[1])
		if strings.Count(s, sep) > maxList && (n < 0 || n > maxList) {
			return nil, errList
		}
		return cut(s, sep, n), nil
	}
}

func concat(p []any) (any, error) {
	out := []any{}
	for _, x := range p {
		parts, err := list(x)
		if err != nil {
			return nil, err
		}
		if out = append(out, parts...); len(out) > maxList {
			return nil, errList
		}
	}
	return out, nil
}

func flatten(p []any) (any, error) {
	out := []any{}
	var walk func(x any, depth int) error
	walk = func(x any, depth int) error {
		parts, err := list(x)
		if err != nil || depth > 16 {
			if out = append(out, x); len(out) > maxList {
				return errList
			}
			return nil
		}
		for _, y := range parts {
			if err := walk(y, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(p[0], 0); err != nil {
		return nil, err
	}
	return out, nil
}
