package holding

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"

	"trio.example/catalog"
)

// What new answers would change in a dataset, but somebody edited, is kept with
// the dataset as a proposal until somebody takes or drops it.

// partPrefix marks a field of the dataset's file.
const partPrefix = "file."

// Proposal is a field for which newer answers say something else than what
// somebody entered in the dataset.
type Proposal struct {
	// Field is its name; with “file.” in front it belongs to the dataset's file.
	Field string `json:"field"`
	// Now is what the dataset says, Proposed what the answers say; nil is nothing.
	Now      any `json:"now"`
	Proposed any `json:"proposed"`
}

// proposals of the last conversions, by field.
type proposals map[string]any

func proposed(e *catalog.Entry) proposals {
	out := proposals{}
	for name, v := range catalog.Fields(e.Fields.Map("converted")).Map("proposed") {
		if box, ok := v.(map[string]any); ok {
			out[name] = box["value"]
		}
	}
	return out
}

// stored boxes the values: JSON of the store knows no null.
func (p proposals) stored() map[string]any {
	out := map[string]any{}
	for name, v := range p {
		box := map[string]any{}
		if v != nil {
			box["value"] = v
		}
		out[name] = box
	}
	return out
}

// into keeps the proposals in what is remembered of a conversion.
func (p proposals) into(converted map[string]any) {
	if len(p) == 0 {
		delete(converted, "proposed")
		return
	}
	converted["proposed"] = p.stored()
}

// sourcePart finds the part that the answers speak of; nil when somebody removed it.
func sourcePart(e *catalog.Entry) *catalog.Part {
	from := catalog.Fields(catalog.Fields(e.Fields.Map("converted")).Map("part"))
	if len(from) == 0 {
		return nil
	}
	for i := range e.Parts {
		if e.Parts[i].Fields.String("url") == from.String("url") {
			return &e.Parts[i]
		}
	}
	if len(e.Parts) == 1 {
		return &e.Parts[0] // its address was edited
	}
	return nil
}

// Proposals lists what waits for a decision in a dataset.
func Proposals(e *catalog.Entry) []Proposal {
	var out []Proposal
	for name, v := range proposed(e) {
		now, ok := current(e, name)
		if ok && !reflect.DeepEqual(now, v) {
			out = append(out, Proposal{Field: name, Now: now, Proposed: v})
		}
	}
	slices.SortFunc(out, func(a, b Proposal) int { return cmp.Compare(a.Field, b.Field) })
	return out
}

// current is what a field says now; ok is false where there is nothing to decide.
func current(e *catalog.Entry, name string) (v any, ok bool) {
	field, ofPart := strings.CutPrefix(name, partPrefix)
	if !ofPart {
		return e.Fields[field], true
	}
	p := sourcePart(e)
	if p == nil {
		return nil, false
	}
	return p.Fields[field], true
}

// settles reports whether an actor decides about the proposals of a dataset: who
// may edit it. Where a dataset does not name the city yet, the data officers of the
// city whose holding it comes from do so too.
func settles(tx catalog.Tx, by catalog.Actor, ds *catalog.Entry) bool {
	if by.CanEdit(ds) {
		return true
	}
	if by.IsAnonymous() || ds.Origin == nil || ds.Origin.Source != catalog.OriginHolding {
		return false
	}
	h, err := tx.Entry(ds.Origin.Key)
	return err == nil && h.Type == catalog.TypeHolding && by.IsOfficerOf(h.Owner)
}

// Proposing is a dataset with what waits for a decision.
type Proposing struct {
	Dataset *catalog.Entry
	List    []Proposal
}

// maxProposing bounds a list.
const maxProposing = 500

// Proposing lists the datasets for which answers propose changes and an actor decides.
func (d *Desk) Proposing(ctx context.Context, by catalog.Actor) ([]Proposing, error) {
	out := []Proposing{}
	err := d.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, Source: catalog.OriginHolding, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			if list := Proposals(e); len(list) > 0 && len(out) < maxProposing && settles(tx, by, e) {
				out = append(out, Proposing{Dataset: e, List: list})
			}
		}
		return nil
	})
	return out, err
}

// Settle decides about proposals: those of take replace what the dataset says,
// those of drop are forgotten. A dataset that changed since revision rev is
// refused; 0 takes any.
func (d *Desk) Settle(ctx context.Context, by catalog.Actor, idOrName string, rev int64, take, drop []string) (*catalog.Entry, error) {
	var out *catalog.Entry
	_, err := d.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, catalog.TypeDataset.Namespace(), idOrName)
		if err != nil {
			return err
		}
		if e.Type != catalog.TypeDataset || !settles(tx, by, e) {
			return catalog.Errorf(catalog.KindNotFound, "dataset not found")
		}
		out = e
		open := Proposals(e)
		for _, name := range slices.Concat(take, drop) {
			if !slices.ContainsFunc(open, func(p Proposal) bool { return p.Field == name }) {
				return catalog.Errorf(catalog.KindConflict, "Zum Feld %.100q wird nichts mehr vorgeschlagen. Bitte die Seite neu laden.", name)
			}
			if slices.Contains(take, name) && slices.Contains(drop, name) {
				return catalog.Errorf(catalog.KindInvalid, "Das Feld %.100q kann nicht zugleich übernommen und verworfen werden.", name)
			}
		}
		as := by
		as.Sysadmin = true // the right is checked; a city's officer is no editor of the office
		return d.reg.ChangeIn(tx, as, e, rev, func(e *catalog.Entry) error {
			left := proposed(e)
			part := sourcePart(e) // before its address changes
			for _, name := range take {
				fields := e.Fields
				field, ofPart := strings.CutPrefix(name, partPrefix)
				if ofPart {
					fields = part.Fields
				}
				if v := left[name]; v != nil {
					fields[field] = v
				} else {
					delete(fields, field)
				}
				delete(left, name)
			}
			for _, name := range drop {
				delete(left, name)
			}
			converted := e.Fields.Map("converted")
			left.into(converted)
			e.Fields.Set("converted", converted)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
