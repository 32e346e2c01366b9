package job

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/source"
)

// link says whose dataset a record is a duplicate of, and why.
type link struct {
	Of  string `json:"of"`  // entry
	Why string `json:"why"` // identifier, address, landing page, downloads or title
}

// markLink notes a record whose dataset somebody else has.
const markLink = "link"

// others finds the datasets of others by what identifies them. A key that several
// have says nothing.
type others struct {
	by    map[uint64]string // key → entry, "" for several
	taken map[string]bool   // entries that a record of this run was linked to
}

func key(kind, s string) uint64 {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "www."), "/")
	if len(s) < 4 { // "1" identifies nothing
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(kind + s)) // a hash takes everything
	return h.Sum64()
}

// whyTitle is the weakest reason: it never takes a place away from another.
const whyTitle = "title"

type reason struct {
	key uint64
	why string
}

// reasons are the keys of a dataset, the surest first. org is who is taken for its
// publisher where it names none.
func reasons(f catalog.Fields, parts []catalog.Part, org string) []reason {
	out := []reason{{key("i", f.String("identifier")), "identifier"}, {key("i", f.String("uri")), "address"}}
	for _, id := range f.Strings("alternate_identifier") {
		out = append(out, reason{key("i", id), "identifier"})
	}
	out = append(out, reason{key("l", f.String("url")), "landing page"})
	var links []string
	for i := range parts {
		if u := parts[i].Fields.String("url"); u != "" {
			links = append(links, u)
		}
	}
	slices.Sort(links)
	if name := f.String("publisher_name"); name != "" {
		org = name
	}
	return append(out, reason{key("d", strings.Join(links, "\n")), "downloads"}, reason{key("t", nearly(f.String("title"), org)), whyTitle})
}

func orgTitle(tx catalog.Tx, id string) string {
	if id == "" {
		return ""
	}
	e, err := tx.Entry(id)
	if err != nil {
		return "" // it names no publisher then
	}
	return e.Fields.String("title")
}

func (p *planner) others(tx catalog.Tx) (*others, error) {
	o := &others{by: map[uint64]string{}, taken: map[string]bool{}}
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}}) {
		if err != nil {
			return nil, err
		}
		if e.Origin != nil && e.Origin.Source == OriginOf(p.src.ID) {
			continue
		}
		for _, r := range reasons(e.Fields, e.Parts, orgTitle(tx, e.Owner)) {
			if r.key == 0 {
				continue
			}
			if id, there := o.by[r.key]; there && id != e.ID {
				o.by[r.key] = ""
			} else {
				o.by[r.key] = e.ID
			}
		}
	}
	return o, nil
}

// duplicate looks whether somebody else has the dataset of a new record, and
// decides by the policy of the source who keeps it.
func (p *planner) duplicate(tx catalog.Tx, rec *source.Record, l *line) error {
	if p.src.Duplicates == "" {
		return nil
	}
	if p.known == nil {
		var err error
		if p.known, err = p.others(tx); err != nil {
			return err
		}
	}
	for _, r := range reasons(rec.Fields, rec.Parts, orgTitle(tx, p.src.Owner)) {
		id := p.known.by[r.key]
		sure := r.why == "identifier" || r.why == "address"
		if r.key == 0 || id == "" || p.known.taken[id] && !sure {
			continue
		}
		other, err := tx.Entry(id)
		if err != nil {
			if catalog.KindOf(err) == catalog.KindNotFound {
				continue
			}
			return err
		}
		p.known.taken[id] = true
		return p.decide(tx, rec, l, other, r.why)
	}
	return nil
}

func (p *planner) decide(tx catalog.Tx, rec *source.Record, l *line, other *catalog.Entry, why string) error {
	wins, who := false, "hier gepflegt"
	var theirs *catalog.HarvestSource
	if other.Origin != nil {
		if id, ok := strings.CutPrefix(other.Origin.Source, OriginOf("")); ok {
			s, err := tx.HarvestSource(id)
			if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
				return err
			}
			if err == nil {
				theirs, who = s, "aus der Quelle "+s.Name
			}
		}
	}
	if theirs != nil && why != whyTitle { // what people keep here is never replaced
		switch p.src.Duplicates {
		case catalog.DuplicatesPriority:
			wins = p.src.Priority > theirs.Priority
		case catalog.DuplicatesNewest:
			wins = lastChange(rec.Fields) > lastChange(other.Fields)
		}
	}
	words := map[string]string{"identifier": "dieselbe Kennung", "address": "dieselbe Adresse", "landing page": "dieselbe Webseite", "downloads": "dieselben Verweise", whyTitle: "fast denselben Titel vom selben Herausgeber"}
	f := catalog.Finding{Severity: catalog.SeverityInfo, Code: "duplicate", Row: rec.GUID,
		Message: catalog.DE(fmt.Sprintf("Diesen Datensatz gibt es schon als %s, %s: Er hat %s.", other.Name, who, words[why]), fmt.Sprintf("This dataset is here already as %s: it has the same %s.", other.Name, why))}
	p.job.Duplicates++
	if wins {
		f.Remedy = catalog.DE("Er tritt nach der Regel der Quelle an dessen Stelle; jener ist verborgen und kommt mit trio harvest separate zurück.", "By the source's policy it takes the other's place; that one is hidden and comes back with trio harvest separate.")
		l.Over, l.Link = other.ID, &link{other.ID, why}
	} else {
		f.Remedy = catalog.DE("Er wurde nicht übernommen; mit trio harvest separate wird er es.", "It was not taken; trio harvest separate takes it.")
		if p.src.Duplicates == catalog.DuplicatesAsk || why == whyTitle {
			f.Severity = catalog.SeverityWarning
		}
		l.Action, l.Mark, l.Link, l.Fields, l.Parts = catalog.HarvestSame, markLink, &link{other.ID, why}, rec.Fields, rec.Parts
	}
	l.Faults = append(l.Faults, f)
	return nil
}

func lastChange(f catalog.Fields) string {
	if s := f.String("modified"); s != "" {
		return s
	}
	return f.String("issued")
}

// linked says what becomes of a record that was a duplicate before: it stays one
// while the other dataset is there.
func (p *planner) linked(tx catalog.Tx, rec *source.Record, l *line, old *catalog.HarvestRecord, base *baseState) (done bool, err error) {
	other, err := tx.Entry(base.Link.Of)
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return false, err
	}
	if err != nil || other.State != catalog.StateActive {
		l.Action, l.Fields, l.Parts = catalog.HarvestAdd, rec.Fields, rec.Parts // its time has come
		return true, nil
	}
	p.job.Duplicates++
	if old.Hash == l.Hash && old.Missing.IsZero() {
		l.Action = catalog.HarvestSame
		return true, nil
	}
	l.Action, l.Mark, l.Link, l.Fields, l.Parts = catalog.HarvestSame, markLink, base.Link, rec.Fields, rec.Parts
	return true, nil
}

// putLinked keeps a record without a dataset of its own.
func putLinked(tx catalog.WriteTx, src *catalog.HarvestSource, l *line) error {
	r := &catalog.HarvestRecord{Source: src.ID, GUID: l.GUID, Hash: l.Hash}
	now := baseState{Name: l.Name, Org: l.Org, Fields: l.Fields, Parts: l.Parts, Link: l.Link}
	if old, err := tx.HarvestRecord(src.ID, l.GUID); err == nil {
		var base baseState
		if err := json.Unmarshal(old.Base, &base); err != nil {
			return err
		}
		r.Entry, now.Locked, now.Dispute = old.Entry, base.Locked, base.Dispute
	} else if catalog.KindOf(err) != catalog.KindNotFound {
		return err
	}
	var err error
	if r.Base, err = json.Marshal(now); err != nil {
		return err
	}
	return tx.PutHarvestRecord(r)
}

// replace hides a dataset of another source behind one that took its place.
func (e *Engine) replace(tx catalog.WriteTx, id, winner, why string) error {
	entry, err := tx.Entry(id)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return nil
		}
		return err
	}
	if entry.Origin == nil {
		return nil
	}
	owner, ok := strings.CutPrefix(entry.Origin.Source, OriginOf(""))
	if !ok {
		return nil
	}
	r, err := tx.HarvestRecord(owner, entry.Origin.Key)
	if err != nil {
		return err
	}
	var base baseState
	if err := json.Unmarshal(r.Base, &base); err != nil {
		return err
	}
	base.Link = &link{winner, why}
	if r.Base, err = json.Marshal(base); err != nil {
		return err
	}
	if err := tx.PutHarvestRecord(r); err != nil {
		return err
	}
	return e.reg.ChangeIn(tx, by, entry, 0, func(entry *catalog.Entry) error {
		entry.State = catalog.StateDeleted
		return nil
	})
}

// Duplicate is a record that is linked to the dataset of somebody else.
type Duplicate struct {
	Source string `json:"source"`
	GUID   string `json:"guid"`
	Title  string `json:"title"`
	Of     string `json:"of"` // name of the dataset that is there
	Why    string `json:"why"`
}

// Duplicates lists what is linked, of one source or of all.
func Duplicates(tx catalog.Tx, sourceID string, each func(Duplicate) error) error {
	list, err := tx.HarvestSources()
	if err != nil {
		return err
	}
	for _, src := range list {
		if sourceID != "" && src.ID != sourceID {
			continue
		}
		for r, err := range tx.HarvestRecords(src.ID) {
			if err != nil {
				return err
			}
			full, err := tx.HarvestRecord(src.ID, r.GUID)
			if err != nil {
				return err
			}
			var base baseState
			if err := json.Unmarshal(full.Base, &base); err != nil || base.Link == nil {
				continue
			}
			d := Duplicate{Source: src.Name, GUID: r.GUID, Title: base.Fields.String("title"), Why: base.Link.Why}
			if e, err := tx.Entry(base.Link.Of); err == nil {
				d.Of = e.Name
			}
			if err := each(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// Separate undoes a link for good: the next run takes the record as a dataset of
// its own, and never links it again.
func Separate(tx catalog.WriteTx, src *catalog.HarvestSource, guid string) error {
	r, err := tx.HarvestRecord(src.ID, guid)
	if err != nil {
		return catalog.Errorf(catalog.KindNotFound, "Die Quelle %s hat keinen Datensatz mit der Kennung %q.", src.Name, guid)
	}
	var base baseState
	if err := json.Unmarshal(r.Base, &base); err != nil {
		return err
	}
	if base.Link == nil {
		return catalog.Errorf(catalog.KindConflict, "Dieser Datensatz ist mit keinem anderen verknüpft.")
	}
	base.Link, base.Apart, r.Hash = nil, true, ""
	if r.Base, err = json.Marshal(base); err != nil {
		return err
	}
	if src.Mark != "" { // a run that reads only changes would not see it
		src.Mark = ""
		if err := tx.PutHarvestSource(src); err != nil {
			return err
		}
	}
	return tx.PutHarvestRecord(r)
}
