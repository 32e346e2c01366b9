package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// environment is what expressions see: the fields of a dataset, its distributions
// and its identifier at the source. Fields that a record does not have are nil.
type environment = map[string]any

// The bounds of an expression.
const (
	maxExpression = 2000 // characters
	maxNodes      = 500
)

func options(extra ...expr.Option) []expr.Option {
	return slices.Concat([]expr.Option{expr.Env(environment{}), expr.AllowUndefinedVariables(), expr.MaxNodes(maxNodes)}, bounded(), extra)
}

func program(text string, extra ...expr.Option) (*vm.Program, error) {
	if len(text) > maxExpression {
		return nil, fmt.Errorf("der Ausdruck ist länger als %d Zeichen", maxExpression)
	}
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("der Ausdruck ist leer")
	}
	if strings.Contains(text, inner) {
		return nil, errors.New("zwei Unterstriche hintereinander sind nicht erlaubt")
	}
	if tree, err := parser.Parse(text); err == nil {
		r := &ranges{}
		if ast.Walk(&tree.Node, r); r.found {
			return nil, errors.New("Bereiche mit .. sind nicht erlaubt")
		}
	}
	p, err := expr.Compile(text, options(extra...)...)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return p, nil
}

// ranges looks for a..b, by which a short expression counts for ever; all other
// loops end with the record.
type ranges struct{ found bool }

func (r *ranges) Visit(node *ast.Node) {
	if b, ok := (*node).(*ast.BinaryNode); ok && b.Operator == ".." {
		r.found = true
	}
}

// condition compiles a condition, nil for none.
func condition(text string) (*vm.Program, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return program(text, expr.AsBool())
}

func run(p *vm.Program, env environment) (any, error) {
	env[inner+"meter"] = newMeter()
	v, err := (&vm.VM{MemoryBudget: 100_000}).Run(p, env)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return v, nil
}
