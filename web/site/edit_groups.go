package site

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// A repeating field has an input for each subfield of each group, called
// FIELD.GROUP.SUBFIELD. As one value it is JSON text, so that it is compared and
// taken over as any other.

// groupsTyped is a repeating field as one text, "" for nothing.
func groupsTyped(values catalog.Fields, f *schema.Field) string {
	var out []map[string]any
	for _, have := range values.Maps(f.Name) {
		texts := map[string]string{}
		for i := range f.Subfields {
			texts[f.Subfields[i].Name] = subTyped(have, &f.Subfields[i])
		}
		if group := groupOf(f, texts); len(group) > 0 {
			out = append(out, group)
		}
	}
	return groupsText(out)
}

func groupsText(groups []map[string]any) string {
	if len(groups) == 0 {
		return ""
	}
	b, err := json.Marshal(groups)
	if err != nil {
		return ""
	}
	return string(b)
}

// subTyped is one value of a group as the form shows it; what is nested stands
// there as JSON.
func subTyped(have catalog.Fields, sub *schema.Field) string {
	if v := have[sub.Name]; v != nil && sub.Kind == schema.KindJSON {
		if text, ok := v.(string); ok {
			return text
		}
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	}
	return asTyped(have, sub)
}

// groupOf are the values of a group for what was typed.
func groupOf(f *schema.Field, texts map[string]string) map[string]any {
	group := catalog.Fields{}
	for i := range f.Subfields {
		sub := &f.Subfields[i]
		v := fromTyped(sub, texts[sub.Name])
		if text, ok := v.(string); ok && sub.Kind == schema.KindJSON {
			var nested catalog.Fields
			if json.Unmarshal([]byte(`{"v":`+text+`}`), &nested) == nil {
				v = nested["v"]
			}
		}
		group.Set(sub.Name, v)
	}
	return group
}

// groupsFrom reads what groupsTyped wrote.
func groupsFrom(text string) any {
	var read catalog.Fields
	if json.Unmarshal([]byte(`{"v":`+text+`}`), &read) != nil {
		return text // refused with its reason
	}
	return read["v"]
}

// readGroups gathers the inputs of each repeating field into its one text. Groups in
// which nothing was typed are left out.
func (t *typedDataset) readGroups(form url.Values) {
	byField := map[string]map[int]map[string]string{}
	for name := range form {
		path := strings.Split(name, ".")
		if len(path) != 3 || !strings.HasPrefix(name, "f-") && !strings.HasPrefix(name, "p-") {
			continue
		}
		n, err := strconv.Atoi(path[1])
		if err != nil {
			continue
		}
		if byField[path[0]] == nil {
			byField[path[0]] = map[int]map[string]string{}
		}
		if byField[path[0]][n] == nil {
			byField[path[0]][n] = map[string]string{}
		}
		byField[path[0]][n][path[2]] = t.values[name]
		delete(t.values, name)
	}
	for id, groups := range byField {
		name := id[strings.LastIndex(id, "-")+1:]
		f := t.def.Field(name)
		if strings.HasPrefix(id, "p-") {
			f = t.def.Part(name)
		}
		if f == nil || f.Subfields == nil {
			continue
		}
		var order []int
		for n := range groups {
			order = append(order, n)
		}
		slices.Sort(order)
		var out []map[string]any
		for _, n := range order {
			if group := groupOf(f, groups[n]); len(group) > 0 {
				out = append(out, group)
			}
		}
		t.values[id] = groupsText(out)
	}
}

// maxBlankGroups bounds how many empty groups a city may ask for.
const maxBlankGroups = 20

// editGroups makes the inputs of a repeating field: those of each group there is,
// and of empty ones. fault says what is wrong with a path inside the field.
func (r *request) editGroups(prefix string, f *schema.Field, value string, fault func(path string) string) editField {
	x := editField{ID: prefix + f.Name, Label: f.Label.In(r.lang), Help: strings.TrimSpace(f.Help.In(r.lang) + " " + r.t.Get("edit.groups")), Kind: "groups", Value: value, Fault: fault("")}
	have := catalog.Fields{f.Name: groupsFrom(value)}.Maps(f.Name)
	blank := max(1, min(f.Blanks, maxBlankGroups)-len(have))
	if f.Once {
		blank = max(0, 1-len(have))
	}
	for n := range len(have) + blank {
		group := catalog.Fields{}
		if n < len(have) {
			group = have[n]
		}
		g := editGroup{Legend: fmt.Sprintf("%s %d", x.Label, n+1)}
		if f.Once {
			g.Legend = x.Label
		}
		for i := range f.Subfields {
			sub := &f.Subfields[i]
			y := r.editField(fmt.Sprintf("%s.%d.", x.ID, n), sub, subTyped(group, sub), fault(fmt.Sprintf(".%d.%s", n, sub.Name)))
			if sub.Kind == schema.KindJSON {
				y.Kind = "area"
			}
			if y.Fault != "" {
				x.Wrong = true
			}
			g.Fields = append(g.Fields, y)
		}
		x.Groups = append(x.Groups, g)
	}
	return x
}
