package site

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// typedDataset is what was typed into the form. Only values that differ from those
// the form was made of are taken, so that what others changed meanwhile, and what
// the form cannot show, stays.
type typedDataset struct {
	def    *schema.Definition
	rev    int64 // of the version the form was made of
	check  bool  // look, do not save
	values map[string]string
	ids    []string // of the distributions, by their place in the form
	drop   map[string]bool
	access catalog.Access
	public bool // a draft is published
}

// lines are the values of a list, one per line.
func lines(s string) (out []string) {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// asTyped is a value as the form shows it.
func asTyped(values catalog.Fields, f *schema.Field) string {
	switch {
	case f.Subfields != nil:
		return groupsTyped(values, f)
	case f.Kind.List():
		return strings.Join(values.Strings(f.Name), "\n")
	case f.Kind == schema.KindBoolean:
		if values[f.Name] == nil {
			return ""
		}
		return strconv.FormatBool(values.Bool(f.Name))
	case f.Kind == schema.KindInteger:
		if n, ok := values.Int(f.Name); ok {
			return strconv.FormatInt(n, 10)
		}
	}
	return values.String(f.Name)
}

// fromTyped is what the registry is given for what was typed; nil for nothing.
func fromTyped(f *schema.Field, s string) any {
	switch {
	case strings.TrimSpace(s) == "":
		return nil
	case f.Subfields != nil:
		return groupsFrom(s)
	case f.Kind.List():
		return lines(s)
	case f.Kind == schema.KindBoolean:
		return s == "true"
	case f.Kind == schema.KindInteger:
		if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil {
			return n
		}
		return s // refused with its reason
	case f.Kind == schema.KindMarkdown:
		return s
	}
	return strings.TrimSpace(s)
}

// readDataset reads the form. Several boxes of one field are its lines.
func readDataset(def *schema.Definition, form url.Values) *typedDataset {
	t := &typedDataset{def: def, values: map[string]string{}, drop: map[string]bool{}, access: catalog.Access(form.Get("access")), public: form.Get("publish") == "yes", check: form.Get("do") == "check"}
	t.rev, _ = strconv.ParseInt(form.Get("rev"), 10, 64)
	for i := range maxEditFiles {
		id := form.Get(fmt.Sprintf("p-%d-id", i))
		if id == "" {
			break
		}
		t.ids = append(t.ids, id)
	}
	for name, list := range form {
		if strings.HasPrefix(name, "f-") || strings.HasPrefix(name, "p-") {
			t.values[name] = strings.ReplaceAll(strings.Join(list, "\n"), "\r\n", "\n")
		}
		if n, ok := strings.CutPrefix(name, "drop-"); ok {
			t.drop[n] = true
		}
	}
	t.readGroups(form)
	return t
}

// apply changes an entry as typed. base is what the form was made of. What somebody
// else changed otherwise meanwhile is a finding, and is not changed.
func (t *typedDataset) apply(e, base *catalog.Entry) (clashes []catalog.Finding) {
	set := func(prefix, place string, list []schema.Field, now, before catalog.Fields) {
		for i := range list {
			f := &list[i]
			typed, there := t.values[prefix+f.Name]
			if !there || !editableField(f) || sameTyped(typed, asTyped(before, f)) {
				continue
			}
			if current := asTyped(now, f); !sameTyped(current, asTyped(before, f)) && !sameTyped(current, typed) {
				clashes = append(clashes, catalog.Finding{Severity: catalog.SeverityError, Code: "changed_meanwhile", Field: place + f.Name,
					Message: catalog.DE(f.Label.In("de")+" hat inzwischen jemand anderes geändert in: „"+cut(current, 300)+"“.", f.Label.In("en")+" was changed by somebody else meanwhile to: \""+cut(current, 300)+"\"."),
					Remedy:  catalog.DE("Die eigene Fassung steht noch im Feld; noch einmal speichern setzt sie durch.", "Your version still is in the field; save again to have it.")})
				continue
			}
			now.Set(f.Name, fromTyped(f, typed))
			if now[f.Name] == nil {
				delete(now, f.Name)
			}
		}
	}
	set("f-", "", t.def.Fields, e.Fields, base.Fields)
	if t.access == catalog.AccessPublic || t.access == catalog.AccessPrivate {
		if t.access != base.Access {
			e.Access = t.access
		}
	}
	if t.public && e.State == catalog.StateDraft {
		e.State = catalog.StateActive
	}
	part := func(list []catalog.Part, id string) int {
		return slices.IndexFunc(list, func(p catalog.Part) bool { return p.ID == id })
	}
	for n, id := range t.ids {
		i, j := part(e.Parts, id), part(base.Parts, id)
		switch {
		case i < 0 || j < 0: // somebody took it away
		case t.drop[strconv.Itoa(n)]:
			e.Parts = slices.Delete(e.Parts, i, i+1)
		default:
			set(fmt.Sprintf("p-%d-", n), fmt.Sprintf("resources.%d.", i), t.def.Parts, e.Parts[i].Fields, base.Parts[j].Fields)
		}
	}
	p := catalog.Part{Fields: catalog.Fields{}}
	set("p-"+newPart+"-", fmt.Sprintf("resources.%d.", len(e.Parts)), t.def.Parts, p.Fields, catalog.Fields{})
	if len(p.Fields) > 0 {
		e.Parts = append(e.Parts, p)
	}
	return clashes
}

// sameTyped compares without regard to how a form ends its lines.
func sameTyped(a, b string) bool {
	return strings.TrimSpace(strings.ReplaceAll(a, "\r\n", "\n")) == strings.TrimSpace(strings.ReplaceAll(b, "\r\n", "\n"))
}

// over is the entry as it would be, for the form that is shown once more and the
// check of what was not saved.
func (t *typedDataset) over(e *catalog.Entry) *catalog.Entry {
	out := e.Clone()
	for i := range out.Parts {
		if out.Parts[i].Fields == nil {
			out.Parts[i].Fields = catalog.Fields{}
		}
	}
	if out.Fields == nil {
		out.Fields = catalog.Fields{}
	}
	draft := *t
	draft.drop, draft.public = nil, false // the inputs of what is to go are shown still
	draft.apply(out, e)
	for i := range out.Parts {
		if out.Parts[i].ID == "" {
			out.Parts[i].ID = newPart
		}
	}
	return out
}
