package ckan

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// packageRevise changes parts of a dataset on condition that others match, in
// one step: optimistic locking for scripts.
func (s *Service) packageRevise(ctx context.Context, c *Call) (any, error) {
	match, err := reviseObject(c.Args, "match")
	if err != nil {
		return nil, err
	}
	update, err := reviseObject(c.Args, "update")
	if err != nil {
		return nil, err
	}
	flat := map[string]any{}
	for k, v := range c.Args {
		if rest, ok := strings.CutPrefix(k, "match__"); ok {
			match[rest] = v
		} else if rest, ok := strings.CutPrefix(k, "update__"); ok {
			flat[rest] = v
		} else if !slices.Contains([]string{"match", "update", "filter", "include"}, k) {
			return nil, invalid(k, "unknown parameter")
		}
	}
	for k, v := range update {
		if strings.Contains(k, "__") {
			flat[k] = v
			delete(update, k)
		}
	}
	id := toText(match["id"])
	if id == "" {
		id = toText(match["name"])
	}
	if id == "" {
		return nil, plainInvalid("match__id", "Missing value")
	}
	filter, err := globList(c.Args, "filter")
	if err != nil {
		return nil, err
	}
	include, err := globList(c.Args, "include")
	if err != nil {
		return nil, err
	}
	var out map[string]any
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, packages, id)
		if err != nil {
			return err
		}
		if !c.Actor.CanEdit(e) {
			return refused(c.Actor, "edit package", e, id)
		}
		shown, err := encode(s.viewer(tx, c.Actor).dataset(e))
		if err != nil {
			return err
		}
		d, err := parseJSON(shown, ours)
		if err != nil {
			return err
		}
		if failed := mismatches(match, d); len(failed) > 0 {
			return invalid("match", failed...)
		}
		args := map[string]any(d)
		filter.apply(args)
		if fault := mergeInto(args, update, ""); fault != "" {
			return invalid("update", fault)
		}
		for _, k := range slices.Sorted(maps.Keys(flat)) {
			if fault := setPath(args, strings.Split(k, "__"), flat[k]); fault != "" {
				if strings.HasPrefix(fault, unmatched) {
					return invalid(k, fault)
				}
				return invalid("update__"+k, fault)
			}
		}
		args["id"] = e.ID
		if err := s.redraft(tx, c, e, args); err != nil {
			return err
		}
		v := s.viewer(tx, c.Actor)
		d = v.dataset(e)
		if err := v.related(e, d); err != nil {
			return err
		}
		out = map[string]any{"package": map[string]any(d)}
		include.apply(out)
		return c.keepFiles()
	})
	c.Wrote(seq)
	return out, err
}

// reviseObject reads match or update: an object or its JSON text.
func reviseObject(args Args, name string) (map[string]any, error) {
	switch v := args[name].(type) {
	case nil:
		return map[string]any{}, nil
	case map[string]any:
		return maps.Clone(v), nil
	case string:
		var m map[string]any
		if v == "" {
			return map[string]any{}, nil
		}
		if parsed, err := parseJSON([]byte(v), signedIn); err == nil {
			m = parsed
			return m, nil
		}
	}
	return nil, invalid(name, "Must be a dict")
}

// mismatches lists the paths at which have differs from want.
func mismatches(want, have map[string]any) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		got, ok := lookPath(have, strings.Split(k, "__"))
		if !ok || !sameOrWithin(want[k], got) {
			out = append(out, k)
		}
	}
	return out
}

func sameOrWithin(want, got any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for k := range w {
			if !sameOrWithin(w[k], g[k]) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(w) != len(g) {
			return false
		}
		for i := range w {
			if !sameOrWithin(w[i], g[i]) {
				return false
			}
		}
		return true
	}
	a, errA := json.Marshal(want)
	b, errB := json.Marshal(got)
	return errA == nil && errB == nil && string(a) == string(b)
}

// minIDPrefix is how much of an id a path must give, as in CKAN.
const minIDPrefix = 5

// element finds a list's element by index or by the beginning of its id.
func element(list []any, key string) int {
	if n, err := strconv.Atoi(key); err == nil && len(key) < minIDPrefix {
		if n < 0 {
			n += len(list)
		}
		if n >= 0 && n < len(list) {
			return n
		}
		return -1
	}
	if len(key) < minIDPrefix {
		return -1
	}
	return slices.IndexFunc(list, func(x any) bool {
		m, ok := x.(map[string]any)
		return ok && strings.HasPrefix(toText(m["id"]), key)
	})
}

func lookPath(v any, path []string) (any, bool) {
	for _, key := range path {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[key]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i := element(x, key)
			if i < 0 {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// unmatched begins what is said of a path that leads nowhere.
const unmatched = "Unmatched key "

// setPath sets a flattened key such as resources__0__description; extend
// appends to a list. It returns what is wrong, "" when nothing is.
func setPath(root map[string]any, path []string, value any) string {
	last := path[len(path)-1]
	parentPath := path[:len(path)-1]
	if last == "extend" && len(parentPath) > 0 {
		list, ok := lookPath(root, parentPath)
		have, isList := list.([]any)
		more, moreList := value.([]any)
		if text, isText := value.(string); isText {
			moreList = isJSON(text, &more)
		}
		if !ok || !isList || !moreList {
			return "extend needs a list"
		}
		return replaceAt(root, parentPath, append(slices.Clone(have), more...))
	}
	parent, ok := lookPath(root, parentPath)
	if !ok {
		return unmatched + parentPath[len(parentPath)-1]
	}
	switch p := parent.(type) {
	case map[string]any:
		if text, isText := value.(string); isText && (last == "resources" || last == "extras" || last == "tags" || last == "groups") {
			var list []any
			if isJSON(text, &list) {
				value = list
			}
		}
		merged, fault := merge(p[last], value, strings.Join(path, "__")+"__")
		p[last] = merged
		return fault
	case []any:
		i := element(p, last)
		if i < 0 {
			return unmatched + last
		}
		merged, fault := merge(p[i], value, strings.Join(path, "__")+"__")
		p[i] = merged
		return fault
	}
	return fmt.Sprintf("%s cannot be set", strings.Join(path, "__"))
}

// replaceAt puts a value in the place of what a path leads to.
func replaceAt(root map[string]any, path []string, value any) string {
	last := path[len(path)-1]
	parent, _ := lookPath(root, path[:len(path)-1])
	switch p := parent.(type) {
	case map[string]any:
		p[last] = value
		return ""
	case []any:
		if i := element(p, last); i >= 0 {
			p[i] = value
			return ""
		}
	}
	return fmt.Sprintf("%s cannot be set", strings.Join(path, "__"))
}

// mergeInto lays an object over another: objects and lists merge, other values
// replace. It returns what is wrong, "" when nothing is.
func mergeInto(to, from map[string]any, at string) string {
	for _, k := range slices.Sorted(maps.Keys(from)) {
		merged, fault := merge(to[k], from[k], at+k+"__")
		if fault != "" {
			return fault
		}
		to[k] = merged
	}
	return ""
}

func merge(have, v any, at string) (any, string) {
	switch have := have.(type) {
	case map[string]any:
		m, ok := v.(map[string]any)
		if !ok {
			return nil, "Expected dict for " + strings.TrimSuffix(at, "__")
		}
		return have, mergeInto(have, m, at)
	case []any:
		list, ok := v.([]any)
		if !ok {
			return nil, "Expected list for " + strings.TrimSuffix(at, "__")
		}
		out := slices.Clone(have)
		for i, x := range list {
			if i >= len(out) {
				out = append(out, x)
				continue
			}
			var fault string
			if out[i], fault = merge(out[i], x, at+strconv.Itoa(i)+"__"); fault != "" {
				return nil, fault
			}
		}
		return out, ""
	}
	return v, ""
}

// globs are patterns that keep (+) or remove (-) what they name, in order: the
// first that matches wins. "*" stands for every key of its level.
type globs []glob

type glob struct {
	keep bool
	path []string
}

// globList reads patterns: a list, or one text with commas or blanks between them.
func globList(args Args, name string) (globs, error) {
	var out globs
	patterns := args.List(name)
	if text, isText := args[name].(string); isText {
		patterns = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
	}
	for _, p := range patterns {
		if p != "" {
			out = append(out, glob{keep: strings.HasPrefix(p, "+"), path: strings.Split(strings.TrimLeft(p, "+-"), "__")})
			if p[0] != '+' && p[0] != '-' {
				return nil, invalid(name, "patterns must start with + or -")
			}
		}
	}
	return out, nil
}

// apply removes from a value what the patterns say, and returns what is left.
func (g globs) apply(v any) any {
	switch v := v.(type) {
	case map[string]any:
		g.applyObject(v)
	case []any:
		return g.applyList(v)
	}
	return v
}

func (g globs) applyObject(m map[string]any) {
	saved, below := map[string]any{}, map[string]globs{}
	for _, p := range g {
		head := p.path[0]
		switch _, there := m[head]; {
		case head == "*" && p.keep:
			maps.Copy(saved, m)
		case head == "*":
			clear(m)
		case !there:
		case len(p.path) > 1:
			below[head] = append(below[head], glob{p.keep, p.path[1:]})
		case p.keep:
			saved[head] = m[head]
		default:
			delete(m, head)
		}
	}
	maps.Copy(m, saved)
	for head, rest := range below {
		if v, there := m[head]; there {
			m[head] = rest.apply(v)
		}
	}
}

func (g globs) applyList(list []any) []any {
	saved, gone, below := map[int]bool{}, map[int]bool{}, map[int]globs{}
	for _, p := range g {
		if p.path[0] == "*" {
			for i := range list {
				switch {
				case len(p.path) > 1:
					below[i] = append(below[i], glob{p.keep, p.path[1:]})
				case p.keep && !gone[i]:
					saved[i] = true
				case !p.keep && !saved[i]:
					gone[i] = true
				}
			}
			continue
		}
		switch i := element(list, p.path[0]); {
		case i < 0:
		case len(p.path) > 1:
			below[i] = append(below[i], glob{p.keep, p.path[1:]})
		case p.keep && !gone[i]:
			saved[i] = true
		case !p.keep && !saved[i]:
			gone[i] = true
		}
	}
	out := []any{}
	for i, v := range list {
		if !gone[i] {
			out = append(out, below[i].apply(v))
		}
	}
	return out
}
