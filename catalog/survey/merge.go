package survey

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Merge is what moving an overlay to a newer version of its base comes to. It is
// a draft until the city's editor accepts it.
type Merge struct {
	Base      string      `json:"base"`
	Theirs    string      `json:"theirs"`
	Ours      string      `json:"ours"`
	Automatic []MergeItem `json:"automatic"`
	Conflicts []MergeItem `json:"conflicts"`
	Answers   struct {
		Lost     int      `json:"lost"`
		Migrated []string `json:"migrated"`
	} `json:"answers"`
	RunningRound string `json:"running_round"`
	// Draft is the overlay on the new base, with every conflict settled as it was
	// chosen, else as it is proposed.
	Draft json.RawMessage `json:"draft,omitempty"`
}

// MergeItem is one line of a merge: What happens by itself, or Why there is a
// conflict with what is proposed.
type MergeItem struct {
	ID       string `json:"id"`
	What     string `json:"what,omitempty"`
	Why      string `json:"why,omitempty"`
	Proposal string `json:"proposal,omitempty"`
	// Text and Answer say the same for people; Ours and Theirs stand side by side.
	Text   catalog.Text `json:"text"`
	Answer catalog.Text `json:"answer,omitempty"`
	Ours   string       `json:"ours,omitempty"`
	Theirs string       `json:"theirs,omitempty"`
	// Key names a conflict where it is settled; Ways are what can be chosen, the
	// proposal first, and Chosen is the one that Draft follows.
	Key    string `json:"key,omitempty"`
	Ways   []Way  `json:"ways,omitempty"`
	Chosen string `json:"chosen,omitempty"`
}

// Way is one way to settle a conflict.
type Way struct {
	Value string       `json:"value"`
	Text  catalog.Text `json:"text"`
}

func way(value, en, de string) Way { return Way{Value: value, Text: catalog.DE(de, en)} }

// Update works a newer version of the base into an overlay: three-way, from the
// old base, the new base and the overlay. doc is the overlay's document; settle
// says which way a conflict goes, by its key, and what it leaves out goes as it is
// proposed.
func Update(doc []byte, old, now *Template, settle map[string]string) (*Merge, error) {
	over, err := decode(doc)
	if err != nil {
		return nil, err
	}
	if f := over.shape(); len(f) > 0 {
		return nil, f.refusal()
	}
	if over.Extends == nil {
		return nil, refuse("no_overlay", "Die Vorlage erweitert keine andere; es gibt nichts zusammenzuführen.", "The template extends no other; there is nothing to merge.")
	}
	if over.Extends.ID != old.ID || over.Extends.Version != old.Version || now.ID != old.ID || CompareVersions(now.Version, old.Version) <= 0 {
		return nil, refuse("merge_versions", fmt.Sprintf("Zusammengeführt wird von %s nach %s; die Überlagerung baut auf %s auf.", old.Ref(), now.Ref(), over.Extends.Ref()),
			fmt.Sprintf("A merge goes from %s to %s; the overlay extends %s.", old.Ref(), now.Ref(), over.Extends.Ref()))
	}
	if over.Overlay == nil {
		over.Overlay = &Overlay{}
	}
	m := &merger{old: old, now: now, over: over, renames: now.Renames(old.Version), taken: map[string]bool{}, settle: settle}
	m.out.Base, m.out.Theirs, m.out.Ours = old.ID+" "+old.Version, now.ID+" "+now.Version, over.ID+" "+over.Version
	m.out.Automatic, m.out.Conflicts, m.out.Answers.Migrated = []MergeItem{}, []MergeItem{}, []string{}
	m.out.RunningRound = "stays on " + old.Version
	m.run()
	if err := m.unsettled(); err != nil {
		return nil, err
	}
	over.Extends = &Base{ID: now.ID, Version: now.Version}
	over.Version, over.Status = Grown(over.Version), "draft"
	if m.out.Draft, err = json.Marshal(over); err != nil {
		return nil, fmt.Errorf("draft of a merge: %w", err)
	}
	return &m.out, nil
}

// Grown is the next minor version, which a merge makes.
func Grown(version string) string {
	p := strings.Split(version, ".")
	return fmt.Sprintf("%d.%d.0", number(p, 0), number(p, 1)+1)
}

type merger struct {
	old, now, over *Template
	renames        map[string]string
	// taken are changes of the core that a conflict tells about already.
	taken  map[string]bool
	settle map[string]string
	out    Merge
}

func (m *merger) auto(id, what, de string) {
	m.out.Automatic = append(m.out.Automatic, MergeItem{ID: id, What: what, Text: catalog.DE(de, what)})
}

// conflict tells of one and says which way it goes. about tells apart what one
// question can be in conflict for.
func (m *merger) conflict(about string, c MergeItem, whyDE string, ways ...Way) string {
	c.Key, c.Ways, c.Chosen = about+":"+c.ID, ways, ways[0].Value
	if v, ok := m.settle[c.Key]; ok && slices.ContainsFunc(ways, func(w Way) bool { return w.Value == v }) {
		c.Chosen = v
	}
	c.Text, c.Proposal, c.Answer = catalog.DE(whyDE, c.Why), ways[0].Text["en"], ways[0].Text
	m.out.Conflicts = append(m.out.Conflicts, c)
	return c.Chosen
}

// unsettled refuses choices that settle nothing: whoever made them looked at
// another state.
func (m *merger) unsettled() error {
	var f faults
	for _, key := range slices.Sorted(maps.Keys(m.settle)) {
		i := slices.IndexFunc(m.out.Conflicts, func(c MergeItem) bool { return c.Key == key })
		if i < 0 || m.out.Conflicts[i].Chosen != m.settle[key] {
			f.add("choice_unknown:"+clipped(key), "zu „"+clipped(key)+"“ gibt es die Wahl „"+clipped(m.settle[key])+"“ nicht", "there is no choice “"+clipped(m.settle[key])+"” for “"+clipped(key)+"”")
		}
	}
	if len(f) > 0 {
		return f.refusal()
	}
	return nil
}

// current is what a question of the old base is called now, "" when it is gone.
func (m *merger) current(id string) string {
	if to := m.renames[id]; to != "" {
		return to
	}
	if m.now.byID[id] == nil {
		return ""
	}
	return id
}

// similar reports whether two labels may mean the same: equal after folding, one
// holding all words of the other, or a slip apart.
func similar(a, b catalog.Text) bool {
	for _, lang := range []string{"de", "en"} {
		x, y := fold(a[lang]), fold(b[lang])
		if x == "" || y == "" {
			continue
		}
		if x == y || within(x, y) || within(y, x) {
			return true
		}
		if n := min(len([]rune(x)), len([]rune(y))); n >= minLetters && n < maxFuzzy && distance([]rune(x), []rune(y)) <= maxDistance {
			return true
		}
	}
	return false
}

// within reports whether all words of one text stand in another; a single short
// word says too little.
func within(few, many string) bool {
	words := strings.Fields(few)
	have := strings.Fields(many)
	long := false
	for _, w := range words {
		if !slices.Contains(have, w) {
			return false
		}
		long = long || len([]rune(w)) >= minLetters
	}
	return long
}
