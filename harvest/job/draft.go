package job

import (
	"context"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
	"trio.example/harvest/mapping"
	"trio.example/harvest/source"
)

// Draft is a source as somebody wants it. Secret is empty for the one that is
// there, or Mask; NoSecret takes it away.
type Draft struct {
	catalog.HarvestSource
	NoSecret bool
}

// Trial reads the first records of a source that is not saved and shows what its
// rules make of them. name is the source that the draft changes, "" for a new one.
func (d *Desk) Trial(ctx context.Context, by catalog.Actor, name string, draft *Draft) ([]Trial, []catalog.Finding, error) {
	const records, patience = 10, 45 * time.Second
	var src *catalog.HarvestSource
	err := d.engine.reg.Store().View(ctx, func(tx catalog.Tx) (err error) {
		src, err = d.compose(tx, by, name, draft)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if kind, _ := source.KindOf(src.Kind); kind.Read == nil {
		return nil, nil, catalog.Errorf(catalog.KindInvalid, "Quellen mit Antworten der Abfrage lassen sich nicht ausprobieren; der erste Lauf zeigt, was sie bringen.")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	e := *d.engine
	e.limits = trialLimits(e.limits)
	if src.ID == "" {
		src.ID = "trial-" + catalog.NewID() // a folder of its own, empty after it
		defer func() { _ = e.client(src).Forget() }()
	}
	return e.Try(ctx, src, src.Mapping, records)
}

// trialLimits: who waits for a page does not wait for a server that is down.
func trialLimits(l fetch.Limits) fetch.Limits {
	l.Tries, l.Idle, l.Wait = min(l.Tries, 2), min(l.Idle, 15*time.Second), 5*time.Second
	return l
}

// Save adds a source, or changes the one named.
func (d *Desk) Save(ctx context.Context, by catalog.Actor, name string, draft *Draft) (src *catalog.HarvestSource, err error) {
	_, err = d.engine.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		if src, err = d.compose(tx, by, name, draft); err != nil {
			return err
		}
		if src.ID == "" {
			src.ID, src.Created = catalog.NewID(), tx.Now()
		}
		if src.Next, err = Next(src, tx.Now()); err != nil {
			return err
		}
		if name == "" && src.Every > 0 && src.Window == "" && src.Cron == "" {
			src.Next = tx.Now()
		}
		return tx.PutHarvestSource(src)
	})
	if err == nil {
		d.wake()
	}
	return src, err
}

// compose is the source that a draft makes, checked as a whole.
func (d *Desk) compose(tx catalog.Tx, by catalog.Actor, name string, draft *Draft) (*catalog.HarvestSource, error) {
	src := &catalog.HarvestSource{}
	if name != "" {
		old, err := managed(tx, by, name)
		if err != nil {
			return nil, err
		}
		*src = *old
	} else if by.IsAnonymous() {
		return nil, catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	before := *src
	src.Name, src.Title, src.Notes, src.Kind, src.URL, src.Owner = draft.Name, draft.Title, draft.Notes, draft.Kind, strings.TrimSpace(draft.URL), draft.Owner
	src.Every, src.Cron, src.Zone, src.Window, src.Jitter, src.Grace = draft.Every, draft.Cron, draft.Zone, draft.Window, draft.Jitter, draft.Grace
	src.Duplicates, src.Priority, src.Config = draft.Duplicates, draft.Priority, draft.Config
	if src.Mapping != draft.Mapping {
		src.Mappings = slices.Clone(src.Mappings)
		src.SetMapping(draft.Mapping, time.Now().UTC())
	}
	moved := Moved(before.URL, src.URL)
	if before.URL != src.URL || before.Kind != src.Kind {
		src.Mark = ""
	}
	if by.Sysadmin {
		src.Inside, src.Notify = draft.Inside, unmasked(draft.Notify, before.Notify)
	} else if moved {
		src.Inside = false // leave to ask our own network was given for another host
	}
	switch {
	case draft.NoSecret:
		src.Secret = ""
	case draft.Secret != "" && draft.Secret != Mask:
		src.Secret = draft.Secret
	case moved:
		src.Secret = "" // another host does not get it
	}
	over, err := Overreaches(tx, d.engine.defs, by, &before, src)
	if err != nil {
		return nil, err
	}
	f := d.faults(tx, src)
	for _, o := range over {
		f = append(f, draftFault(o.Field, o.Text.In("de"), o.Text.In("en")))
	}
	if len(f) > 0 {
		return nil, catalog.Invalid(f...)
	}
	return src, CheckSource(src)
}

func draftFault(field, de, en string) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityError, Code: "harvest:" + field, Field: field, Message: catalog.DE(de, en)}
}

// faults are all that is wrong with a source, at once.
func (d *Desk) faults(tx catalog.Tx, src *catalog.HarvestSource) (out []catalog.Finding) {
	out = append(out, catalog.CheckName(src.Name)...)
	if other, err := tx.HarvestSource(src.Name); err == nil && other.ID != src.ID {
		out = append(out, draftFault("name", "Eine Quelle mit diesem Namen gibt es schon.", "A source with this name exists already."))
	}
	kind, ok := source.KindOf(src.Kind)
	if !ok {
		return append(out, draftFault("kind", "Bitte die Art der Quelle wählen.", "Please choose the kind of source."))
	}
	const longest = 2000
	u, err := url.Parse(src.URL)
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && len(src.URL) <= longest
	file := err == nil && u.Scheme == "file" && u.Host == "" && path.IsAbs(u.Path) && src.Kind == "survey"
	if !web && !file {
		out = append(out, draftFault("url", "Die Adresse muss mit http:// oder https:// beginnen und darf kein Passwort enthalten.", "The address must begin with http:// or https:// and must not contain a password."))
	}
	out = append(out, kind.Check(src.Config)...)
	org, err := tx.Entry(src.Owner)
	if err != nil || org.Type != catalog.TypeOrganization || org.State != catalog.StateActive {
		out = append(out, draftFault("owner", "Bitte eine Organisation wählen, für die Sie Datensätze pflegen.", "Please choose an organization whose datasets you edit."))
	}
	if _, err := mapping.Parse([]byte(src.Mapping), d.engine.defs); err != nil {
		return append(out, draftFault("mapping", explain(err), explain(err)))
	}
	if list, err := tx.HarvestSources(); err == nil {
		for _, other := range list {
			if other.ID != src.ID && strings.TrimRight(other.URL, "/") == strings.TrimRight(src.URL, "/") && other.Owner == src.Owner && sameConfig(other.Config, src.Config) {
				out = append(out, draftFault("url", "Diese Adresse hat schon die Quelle "+other.Name+".", "The source "+other.Name+" has this address already."))
			}
		}
	}
	return out
}

func sameConfig(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}
