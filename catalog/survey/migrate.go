package survey

import (
	"fmt"
	"reflect"

	"trio.example/catalog"
)

// Todo is a stored answer that has no place in a newer version of a template. It
// stays, and a person decides.
type Todo struct {
	Question string `json:"question"`
	Value    any    `json:"value"`
	// Why is question_removed or answer_invalid.
	Why string `json:"why"`
}

// Migrate brings answers given in another version of a template into this one.
// What fits nowhere is returned beside them: nothing is lost.
func (t *Template) Migrate(answers catalog.Fields, version string) (catalog.Fields, []Todo) {
	out, todos := catalog.Fields{}, []Todo{}
	renames := t.Renames(version)
	for _, id := range answers.Names() {
		v := answers[id]
		to := id
		if r := renames[id]; r != "" {
			to = r
		}
		q := t.byID[to]
		if q == nil {
			todos = append(todos, Todo{id, v, "question_removed"})
			continue
		}
		n := t.normalise(q, storedAnswer(v))
		if n.v == nil || n.invalid || n.fuzzy {
			todos = append(todos, Todo{to, v, "answer_invalid"})
			continue
		}
		// Where the kind of answer changed, the same answer has another form.
		if out[to] = v; reflect.TypeOf(v) != reflect.TypeOf(n.v) {
			out[to] = n.v
		}
	}
	return out, todos
}

// storedAnswer turns an answer in normal form back into one that is read.
func storedAnswer(v any) any {
	if list, ok := v.([]any); ok {
		out := make([]string, 0, len(list))
		for _, x := range list {
			out = append(out, fmt.Sprint(x))
		}
		return out
	}
	return v
}
