package round

import (
	"regexp"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
)

// Datasets that name a person: those made from the city's holdings are rewritten,
// with all their revisions and what is remembered of changes. Of others, which
// belong to somebody else, the actor is told.

// datasets takes what find finds out of the datasets made from the city's holdings.
func (f *forgetting) datasets(by catalog.Actor, find *regexp.Regexp) error {
	ids, err := f.tx.EntryIDs(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}})
	if err != nil {
		return err
	}
	rewritten := map[string]bool{}
	for _, id := range ids {
		e, err := f.tx.Entry(id)
		if err != nil {
			return err
		}
		ours, err := f.ours(e)
		if err != nil {
			return err
		}
		if !ours {
			f.elsewhere(by, e, find)
			continue
		}
		done, err := f.dataset(by, e, find)
		if err != nil {
			return err
		}
		if done {
			rewritten[id] = true
			f.out.Datasets++
		}
	}
	return f.remembered(rewritten, find)
}

// ours reports whether a dataset was made from a holding that is looked through.
func (f *forgetting) ours(e *catalog.Entry) (bool, error) {
	if e.Origin == nil || e.Origin.Source != catalog.OriginHolding {
		return false, nil
	}
	h, err := f.tx.Entry(e.Origin.Key)
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if h.Origin == nil || h.Origin.Source != holding.Source(f.whom.City) {
		return false, nil
	}
	return f.whom.Office == "" || fold(h.Fields.String("office")) == fold(f.whom.Office), nil
}

// elsewhere tells of a dataset that the actor sees and that is another's to change.
func (f *forgetting) elsewhere(by catalog.Actor, e *catalog.Entry, find *regexp.Regexp) {
	if f.whom.Office != "" || e.State == catalog.StateDeleted || len(f.out.Findings) >= maxElsewhere || !catalog.CanSee(by, e) {
		return
	}
	if c := e.Clone(); !strikePerson(c, find) {
		return
	}
	f.out.Findings = append(f.out.Findings, catalog.Finding{
		Severity: catalog.SeverityWarning, Code: "person_elsewhere", Row: e.Name,
		Message: catalog.DE("Der Datensatz „"+e.Name+"“ nennt die Person auch. Er stammt nicht aus einem Datenbestand der Stadt und wurde nicht geändert.", "The dataset “"+e.Name+"” names the person as well. It was not made from a holding of the city and was left alone."),
		Remedy:  catalog.DE("Wer den Datensatz pflegt, nimmt den Namen dort heraus; ein übernommener wird an seiner Quelle geändert.", "Whoever maintains the dataset takes the name out; one that is harvested is changed at its source."),
	})
}

// maxElsewhere bounds how many other datasets are named.
const maxElsewhere = 100

// dataset rewrites one: first what it says now, as a change that index, feed and
// readers follow, then every revision in place.
func (f *forgetting) dataset(by catalog.Actor, e *catalog.Entry, find *regexp.Regexp) (bool, error) {
	as := by
	as.Sysadmin = true // the right is checked; a city's officer is no editor of the office
	before := e.Rev
	err := f.s.reg.ChangeIn(f.tx, as, e, 0, func(e *catalog.Entry) error {
		strikePerson(e, find)
		return f.rename(e)
	})
	if err != nil {
		return false, catalog.Named(err, "forget", e)
	}
	erased, err := f.tx.EraseIn(e.ID, func(old *catalog.Entry) bool {
		struckOut := strikePerson(old, find)
		if f.named(old.Name) {
			old.Name, struckOut = e.Name, true
		}
		return struckOut
	})
	f.out.Revisions += erased
	return e.Rev != before || erased > 0, err
}

// named reports whether an address was made of a title with the person in it.
func (f *forgetting) named(name string) bool {
	return slices.ContainsFunc(f.slugs, func(s string) bool { return strings.Contains(name, s) })
}

// rename gives a dataset another address when the old one has the person in it.
func (f *forgetting) rename(e *catalog.Entry) error {
	if !f.named(e.Name) {
		return nil
	}
	base := e.Name
	for _, s := range f.slugs {
		base = strings.ReplaceAll(base, s, "entfernt")
	}
	taken, err := f.tx.NameTaken(e.Type.Namespace(), base)
	if err != nil {
		return err
	}
	if e.Name = base; taken || len(base) > catalog.MaxName {
		e.Name = e.ID
	}
	return nil
}

// remembered cleans what is kept beside the revisions of rewritten datasets: the
// steps of repairs and activities that clients noted. Answers kept for clients that
// send a request again lose their text, whatever they tell of.
func (f *forgetting) remembered(rewritten map[string]bool, find *regexp.Regexp) error {
	if len(rewritten) == 0 {
		return nil
	}
	for _, kind := range []catalog.RecordKind{catalog.RecordRepair, catalog.RecordActivity, catalog.RecordAnswer} {
		list, err := f.tx.Records(catalog.RecordFilter{Kind: kind})
		if err != nil {
			return err
		}
		for _, r := range list {
			changed := false
			switch kind {
			case catalog.RecordRepair:
				strikeSteps(r, rewritten, find, &changed)
			case catalog.RecordActivity:
				if rewritten[r.Parent] {
					strikeFields(r.Fields, find, &changed)
				}
			default:
				if changed = find.MatchString(r.Fields.String("body")); changed {
					delete(r.Fields, "body")
				}
			}
			if !changed {
				continue
			}
			if err := f.tx.PutRecord(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// strikeSteps cleans those steps of a repair that are of rewritten datasets, and
// the value that was set when one of them is.
func strikeSteps(r *catalog.Record, rewritten map[string]bool, find *regexp.Regexp, changed *bool) {
	steps, _ := r.Fields["steps"].([]any)
	hit := false
	for i := range steps {
		step, _ := steps[i].(map[string]any)
		if id, _ := step["id"].(string); rewritten[id] {
			steps[i] = strikeIn(step, find, changed)
			hit = true
		}
	}
	if hit {
		r.Fields["plan"] = strikeIn(r.Fields["plan"], find, changed)
	}
}

// strikePerson takes a person out of a dataset and its distributions.
func strikePerson(e *catalog.Entry, find *regexp.Regexp) bool {
	changed := false
	strikeFields(e.Fields, find, &changed)
	for i := range e.Parts {
		strikeFields(e.Parts[i].Fields, find, &changed)
	}
	return changed
}

// strikeFields strikes in the fields of a dataset, also in what is remembered of its
// conversion, so that nothing looks edited. A value that is nothing but the person
// goes, and so does an address with the person in it: half of one is none. Titles
// and descriptions keep a mark, because a dataset needs them.
func strikeFields(fields map[string]any, find *regexp.Regexp, changed *bool) {
	for name, v := range fields {
		switch v := v.(type) {
		case string:
			if !find.MatchString(v) {
				continue
			}
			*changed = true
			if name != "title" && name != "notes" && (goes(v, find) || address(v)) {
				delete(fields, name)
				continue
			}
			fields[name] = find.ReplaceAllString(v, struck)
		case []any:
			list := withoutPerson(v, find, changed)
			if fields[name] = list; len(list) == 0 {
				delete(fields, name)
			}
		case map[string]any:
			strikeFields(v, find, changed)
		}
	}
}

// withoutPerson is a list without the elements that are the person.
func withoutPerson(list []any, find *regexp.Regexp, changed *bool) []any {
	out := make([]any, 0, len(list))
	for _, v := range list {
		if text, ok := v.(string); ok && find.MatchString(text) && (goes(text, find) || address(text)) {
			*changed = true
			continue
		}
		if m, ok := v.(map[string]any); ok {
			strikeFields(m, find, changed)
			out = append(out, m)
			continue
		}
		out = append(out, strikeIn(v, find, changed))
	}
	return out
}

// goes reports that nothing is left of a text without the person.
func goes(s string, find *regexp.Regexp) bool {
	return find.MatchString(s) && strings.Trim(find.ReplaceAllString(s, ""), " \t\r\n.,;:<>()") == ""
}

// address reports whether a text is one address and nothing else.
func address(s string) bool {
	s = strings.TrimSpace(s)
	return !strings.ContainsAny(s, " \t\r\n") && (strings.Contains(s, "://") || strings.Contains(s, "@") || strings.HasPrefix(strings.ToLower(s), "mailto:"))
}
