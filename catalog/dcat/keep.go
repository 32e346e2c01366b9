package dcat

import (
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
)

// kept is the field in which an entry or a distribution holds what its source
// said and its other fields cannot: further languages, several contacts, the
// exact form of a node. By predicate (short name) it keeps the objects, and the
// state of the fields that speak for that predicate: as soon as somebody edits
// one of them, the fields speak alone.
const kept = "rdf"

// pack writes objects as JSON values: an IRI {"i"}, a literal {"t","l","d"}, a
// node {"i","c","p"} with its classes and properties.
func pack(list []rdfio.Object) []any {
	out := make([]any, len(list))
	for i, o := range list {
		m := map[string]any{}
		set := func(k, v string) {
			if v != "" {
				m[k] = v
			}
		}
		switch {
		case o.Node != nil:
			set("i", o.Node.IRI)
			var classes []any
			for _, c := range o.Node.Types {
				classes = append(classes, rdfio.Compact(c))
			}
			props := map[string]any{}
			for _, p := range o.Node.Props {
				props[rdfio.Compact(p.Predicate)] = pack(p.Objects)
			}
			m["c"], m["p"] = append([]any{}, classes...), props
		case o.IRI != "":
			set("i", o.IRI)
		default:
			m["t"] = o.Text
			set("l", o.Lang)
			set("d", rdfio.Compact(o.Datatype))
		}
		out[i] = m
	}
	return out
}

// unpack reads what pack wrote; anything else is left out.
func unpack(v any) []rdfio.Object {
	list, _ := v.([]any)
	var out []rdfio.Object
	for _, x := range list {
		m, _ := x.(map[string]any)
		text := func(k string) string { s, _ := m[k].(string); return s }
		switch {
		case m["p"] != nil:
			n := &rdfio.Node{IRI: text("i")}
			classes, _ := m["c"].([]any)
			for _, c := range classes {
				if s, ok := c.(string); ok {
					n.Types = append(n.Types, rdfio.Expand(s))
				}
			}
			props, _ := m["p"].(map[string]any)
			for _, name := range sortedKeys(props) {
				n.Add(name, unpack(props[name])...)
			}
			out = append(out, rdfio.Object{Node: n})
		case text("i") != "":
			out = append(out, rdfio.IRI(text("i")))
		case m["t"] != nil:
			out = append(out, rdfio.Object{Text: text("t"), Lang: text("l"), Datatype: rdfio.Expand(text("d"))})
		}
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// voices are the fields that speak for a predicate.
func voices(defs []schema.Field, predicate string) []string {
	var out []string
	for i := range defs {
		if r := defs[i].RDF; r != nil && (rdfio.Expand(r.In) == predicate || r.In == "" && rdfio.Expand(r.Predicate) == predicate) {
			out = append(out, defs[i].Name)
		}
	}
	return out
}

// stateOf is a short print of the fields that speak for a predicate.
func stateOf(defs []schema.Field, predicate string, values catalog.Fields) string {
	h := fnv.New64a()
	for _, name := range voices(defs, predicate) {
		b, err := json.Marshal(values[name])
		if err != nil {
			continue // values of entries always encode
		}
		h.Write([]byte(name + "\x00"))
		h.Write(b)
		h.Write([]byte{0})
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// keep compares a tree with what the fields alone would write and returns what
// must be kept beside them, nil when the fields say it all.
func keep(defs []schema.Field, values catalog.Fields, source, written *rdfio.Node) map[string]any {
	out := map[string]any{}
	for _, p := range source.Props {
		if p.Predicate == rdfio.Expand("dcat:distribution") || equalObjects(p.Objects, written.Get(p.Predicate)) {
			continue
		}
		out[rdfio.Compact(p.Predicate)] = map[string]any{"o": pack(p.Objects), "s": stateOf(defs, p.Predicate, values)}
	}
	return out
}

// recall puts kept statements into a node. Where the fields were edited since,
// only texts in other languages than German still hold.
func recall(defs []schema.Field, values catalog.Fields, n *rdfio.Node) {
	store := values.Map(kept)
	for _, name := range sortedKeys(store) {
		m, _ := store[name].(map[string]any)
		objects := unpack(m["o"])
		if len(objects) == 0 {
			continue
		}
		p := rdfio.Expand(name)
		if s, _ := m["s"].(string); s == stateOf(defs, p, values) {
			set(n, p, objects)
			continue
		}
		for _, o := range objects {
			if o.Node == nil && o.IRI == "" && o.Lang != "" && !strings.HasPrefix(o.Lang, "de") && len(n.Get(p)) > 0 {
				n.Add(p, o)
			}
		}
	}
}

func set(n *rdfio.Node, predicate string, objects []rdfio.Object) {
	for i := range n.Props {
		if n.Props[i].Predicate == predicate {
			n.Props[i].Objects = objects
			return
		}
	}
	n.Props = append(n.Props, rdfio.Prop{Predicate: predicate, Objects: objects})
}

// equalObjects reports lists that say the same, in any order.
func equalObjects(a, b []rdfio.Object) bool {
	return slices.Equal(canonicals(a), canonicals(b))
}

func canonicals(list []rdfio.Object) []string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = canonical(o)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// canonical writes an object so that equal ones have equal texts.
func canonical(o rdfio.Object) string {
	switch {
	case o.Node == nil && o.IRI != "":
		return "<" + o.IRI + ">"
	case o.Node == nil:
		return strconv.Quote(o.Text) + "@" + o.Lang + "^" + o.Datatype
	}
	props := slices.Clone(o.Node.Props)
	slices.SortFunc(props, func(a, b rdfio.Prop) int { return strings.Compare(a.Predicate, b.Predicate) })
	var b strings.Builder
	b.WriteString("[<" + o.Node.IRI + "> a " + strings.Join(slices.Sorted(slices.Values(o.Node.Types)), " "))
	for _, p := range props {
		b.WriteString("; " + p.Predicate + " " + strings.Join(canonicals(p.Objects), ","))
	}
	b.WriteString("]")
	return b.String()
}
