package job

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"trio.example/catalog"
)

// baseState is what a source said: the ground on which both sides changed.
type baseState struct {
	Name   string         `json:"name,omitempty"`
	Org    string         `json:"org,omitempty"`
	Fields catalog.Fields `json:"fields"`
	Parts  []catalog.Part `json:"parts"`
	// Link is set for a duplicate, Apart for one that somebody said is none.
	Link  *link `json:"link,omitempty"`
	Apart bool  `json:"apart,omitempty"`
	// Locked are fields that the source may not change, Dispute those where both
	// sides differ and somebody has to decide.
	Locked  []string `json:"locked,omitempty"`
	Dispute []string `json:"dispute,omitempty"`
}

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// bare are the fields of distributions, without ids and times.
func bare(parts []catalog.Part) []catalog.Fields {
	out := make([]catalog.Fields, len(parts))
	for i := range parts {
		out[i] = parts[i].Fields
	}
	return out
}

// merge writes what the source changed into an entry and keeps what was edited or
// locked here. Where both changed the same field the local edit stays; its name is
// returned.
func merge(e *catalog.Entry, base, theirs baseState) (kept []string) {
	ours := e.Fields
	e.Fields, kept = mergeFields(ours, base.Fields, theirs.Fields)
	for _, name := range base.Locked {
		if v, ok := ours[name]; ok {
			e.Fields[name] = v
		} else {
			delete(e.Fields, name)
		}
	}
	if !slices.Contains(base.Locked, partsField) {
		parts, more := mergeParts(e.Parts, base.Parts, theirs.Parts)
		e.Parts = parts
		kept = append(kept, more...)
	}
	return slices.DeleteFunc(kept, func(name string) bool { return slices.Contains(base.Locked, name) })
}

// partsField stands for all distributions.
const partsField = "resources"

// disputed are the fields about which somebody has to decide: those that a run kept
// and those from before, unless both sides agree meanwhile.
func disputed(e *catalog.Entry, before, kept []string, theirs baseState) (out []string) {
	for _, name := range append(slices.Clone(before), kept...) {
		if name, _, _ = strings.Cut(name, "."); slices.Contains(out, name) {
			continue
		}
		equal := same(e.Fields[name], theirs.Fields[name])
		if name == partsField {
			equal = same(bare(e.Parts), bare(theirs.Parts))
		}
		if !equal {
			out = append(out, name)
		}
	}
	return out
}

func mergeFields(ours, base, theirs catalog.Fields) (out catalog.Fields, kept []string) {
	out = ours.Clone()
	for _, name := range union(base, theirs) {
		b, t, o := base[name], theirs[name], ours[name]
		switch {
		case same(b, t), same(o, t): // nothing new from the source
		case same(o, b):
			if t == nil {
				delete(out, name)
			} else {
				out[name] = t
			}
		case name == groupsField:
			out.Set(name, mergeGroups(ours.Strings(name), base.Strings(name), theirs.Strings(name)))
		default:
			kept = append(kept, name)
		}
	}
	return out, kept
}

// mergeParts goes through the distributions in the order of the source; those
// added here stay behind them.
func mergeParts(ours, base, theirs []catalog.Part) (out []catalog.Part, kept []string) {
	used := map[string]bool{}
	find := func(list []catalog.Part, p *catalog.Part) *catalog.Part {
		for i := range list {
			if samePart(&list[i], p) && (list[i].ID == "" || !used[list[i].ID]) {
				return &list[i]
			}
		}
		return nil
	}
	for i := range theirs {
		t := &theirs[i]
		o, b := find(ours, t), find(base, t)
		switch {
		case o == nil && b == nil:
			out = append(out, catalog.Part{Fields: t.Fields.Clone()})
		case o == nil: // taken away here
			if !same(b.Fields, t.Fields) {
				kept = append(kept, "resources")
			}
		default:
			used[o.ID] = true
			ground := catalog.Fields{}
			if b != nil {
				ground = b.Fields
			}
			merged := *o
			var more []string
			merged.Fields, more = mergeFields(o.Fields, ground, t.Fields)
			for _, name := range more {
				kept = append(kept, "resources."+name)
			}
			out = append(out, merged)
		}
	}
	for _, o := range ours {
		if used[o.ID] {
			continue
		}
		b := find(base, &o)
		if b != nil && same(b.Fields, o.Fields) {
			continue // the source took it away and nobody here changed it
		}
		if b != nil {
			kept = append(kept, "resources")
		}
		out = append(out, o)
	}
	return out, kept
}

func samePart(a, b *catalog.Part) bool {
	for _, name := range []string{"uri", "download_url", "url"} {
		if x, y := a.Fields.String(name), b.Fields.String(name); x != "" || y != "" {
			return x == y
		}
	}
	return a.Fields.String("name") == b.Fields.String("name")
}
