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
		return nil, invalid("match__id", "Missing value")
	}
	var out map[string]any
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, packages, id)
		if err != nil {
			return err
		}
		if !c.Actor.CanEdit(e) {
			return denied("User " + c.Actor.Name + " not authorized to edit package " + e.ID)
		}
		shown, err := encode(s.viewer(tx, c.Actor).dataset(e))
		if err != nil {
			return err
		}
		d, err := parseJSON(shown)
		if err != nil {
			return err
		}
		if failed := mismatches(match, d); len(failed) > 0 {
			return invalid("match", failed...)
		}
		args := map[string]any(d)
		if err := filterDict(c.Args, args); err != nil {
			return err
		}
		if fault := mergeInto(args, update, "update"); fault != "" {
			return invalid("update", fault)
		}
		for _, k := range slices.Sorted(maps.Keys(flat)) {
			if fault := setPath(args, strings.Split(k, "__"), flat[k]); fault != "" {
				return invalid("update__"+k, fault)
			}
		}
		args["id"] = e.ID
		if err := s.redraft(tx, c, e, args); err != nil {
			return err
		}
		out = map[string]any{"package": s.viewer(tx, c.Actor).dataset(e)}
		if include := c.Args.List("include"); len(include) > 0 && c.Args.Has("include") {
			out["package"] = included(out["package"].(map[string]any), include)
		}
		return nil
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
		if parsed, err := parseJSON([]byte(v)); err == nil {
			m = parsed
			return m, nil
		}
	}
	return nil, invalid(name, "Only a dictionary or its JSON text is allowed")
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
			moreList = json.Unmarshal([]byte(text), &more) == nil
		}
		if !ok || !isList || !moreList {
			return "extend needs a list"
		}
		return setPath(root, parentPath, append(slices.Clone(have), more...))
	}
	parent, ok := lookPath(root, parentPath)
	if !ok {
		return fmt.Sprintf("%s not found", strings.Join(parentPath, "__"))
	}
	switch p := parent.(type) {
	case map[string]any:
		if text, isText := value.(string); isText && (last == "resources" || last == "extras" || last == "tags" || last == "groups") {
			var list []any
			if json.Unmarshal([]byte(text), &list) == nil {
				value = list
			}
		}
		p[last] = value
		return ""
	case []any:
		i := element(p, last)
		if i < 0 {
			return fmt.Sprintf("%s not found", strings.Join(path, "__"))
		}
		p[i] = value
		return ""
	}
	return fmt.Sprintf("%s cannot be set", strings.Join(path, "__"))
}

// mergeInto lays an object over another: objects merge, lists and values replace.
func mergeInto(to, from map[string]any, at string) string {
	for k, v := range from {
		if m, ok := v.(map[string]any); ok {
			switch have := to[k].(type) {
			case map[string]any:
				if fault := mergeInto(have, m, at+"__"+k); fault != "" {
					return fault
				}
				continue
			case []any:
				for key, x := range m {
					if fault := setPath(map[string]any{"list": have}, []string{"list", key}, x); fault != "" {
						return fault
					}
				}
				continue
			}
		}
		to[k] = v
	}
	return ""
}

// filterDict removes what the filter's patterns name: "-resources__0__url",
// "-*" removes all that no "+" pattern before it keeps.
func filterDict(args Args, d map[string]any) error {
	var patterns []string
	for _, f := range args.List("filter") {
		patterns = append(patterns, strings.FieldsFunc(f, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })...)
	}
	for _, p := range patterns {
		if p == "" || (p[0] != '+' && p[0] != '-') {
			return invalid("filter", "patterns must start with + or -")
		}
	}
	for i, p := range patterns {
		if p[0] != '-' {
			continue
		}
		kept := func(key string) bool {
			for _, k := range patterns[:i] {
				if k[0] == '+' && (k[1:] == key || strings.HasPrefix(k[1:], key+"__")) {
					return true
				}
			}
			return false
		}
		if p == "-*" {
			for k := range d {
				if !kept(k) {
					delete(d, k)
				}
			}
			continue
		}
		path := strings.Split(p[1:], "__")
		if parent, ok := lookPath(d, path[:len(path)-1]); ok && !kept(p[1:]) {
			removeFrom(d, parent, path)
		}
	}
	return nil
}

func removeFrom(root map[string]any, parent any, path []string) {
	last := path[len(path)-1]
	switch p := parent.(type) {
	case map[string]any:
		delete(p, last)
	case []any:
		if i := element(p, last); i >= 0 {
			setPath(root, path[:len(path)-1], slices.Delete(slices.Clone(p), i, i+1))
		}
	}
}

// included cuts the answer down to the patterns of include.
func included(d map[string]any, patterns []string) map[string]any {
	out := map[string]any{}
	for _, p := range patterns {
		for _, name := range strings.FieldsFunc(p, func(r rune) bool { return r == ',' || r == ' ' }) {
			key, _, _ := strings.Cut(strings.TrimLeft(name, "+-"), "__")
			if v, ok := d[key]; ok && !strings.HasPrefix(name, "-") {
				out[key] = v
			}
		}
	}
	return out
}
