package main

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/dcat"
	"trio.example/catalog/quality"
	"trio.example/harvest/job"
	"trio.example/search"
	"trio.example/search/engine"
	"trio.example/web/ckan"
	"trio.example/web/ckan/solrq"
	"trio.example/web/feed"
	"trio.example/web/session"
	"trio.example/web/site"
)

// reader gives pages and feed what they read, for whoever asks.
type reader struct {
	core   *core
	engine *engine.Engine
	book   *quality.Book
}

var (
	_ site.Backend = (*reader)(nil)
)

// publicOnly selects what everybody may see. It narrows; labels decide.
var publicOnly = []search.Node{search.Term{Field: "state", Value: "active"}, search.Term{Field: "capacity", Value: "public"}}

// Search implements site.Backend.
func (r *reader) Search(ctx context.Context, q search.Query) (*search.Result, []*catalog.Entry, error) {
	actor := session.FromContext(ctx)
	q.Labels, q.AllLabels = catalog.LabelsOf(actor)
	q.Filters = append(slices.Clone(q.Filters), publicOnly...)
	r.level(ctx)
	ask := r.engine.Search
	if q.Forgive {
		ask = func(ctx context.Context, q search.Query) (*search.Result, error) {
			return r.engine.Forgiving(ctx, q, publicOnly)
		}
	}
	res, err := ask(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	entries, err := r.load(ctx, actor, res)
	return res, entries, err
}

// levelWait bounds how long a page waits for the index: what somebody has just
// approved on a page shall be in the next search, but an import that keeps the
// index busy must not hold the pages up.
const levelWait = time.Second

func (r *reader) level(ctx context.Context) {
	newest := r.core.store.Newest()
	if r.engine.Checkpoint() >= newest {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, levelWait)
	defer cancel()
	_ = r.engine.WaitFor(ctx, newest) // a page that shows a little less is better than none
}

// load reads the hits from the database and drops what is gone or hidden by now.
func (r *reader) load(ctx context.Context, actor catalog.Actor, res *search.Result) ([]*catalog.Entry, error) {
	var entries []*catalog.Entry
	hits := res.Hits[:0]
	err := r.core.store.View(ctx, func(tx catalog.Tx) error {
		for _, h := range res.Hits {
			e, err := tx.Entry(h.ID)
			if err != nil || !catalog.CanSee(actor, e) || e.State != catalog.StateActive {
				continue
			}
			hits, entries = append(hits, h), append(entries, e)
		}
		return nil
	})
	res.Hits = hits
	return entries, err
}

// Suggest implements site.Backend.
func (r *reader) Suggest(ctx context.Context, text string, limit int) ([]site.Suggestion, error) {
	actor := session.FromContext(ctx)
	labels, all := catalog.LabelsOf(actor)
	found, err := r.engine.Suggest(ctx, text, labels, all, limit)
	if err != nil {
		return nil, err
	}
	var out []site.Suggestion
	err = r.core.store.View(ctx, func(tx catalog.Tx) error {
		add := func(kind string, hits []search.Hit) {
			for _, h := range hits {
				e, err := tx.Entry(h.ID)
				if err != nil || !catalog.CanSee(actor, e) || e.State != catalog.StateActive {
					continue
				}
				out = append(out, site.Suggestion{Kind: kind, Name: e.Name, Title: cmp.Or(e.Fields.String("title"), e.Name)})
			}
		}
		for _, k := range found.Keywords {
			out = append(out, site.Suggestion{Kind: "tag", Name: k.Value, Title: k.Value, Count: k.Count})
		}
		add("organization", found.Organizations)
		add("group", found.Groups)
		add("dataset", found.Datasets)
		return nil
	})
	return out, err
}

func (r *reader) find(ctx context.Context, typ catalog.Type, idOrName string) (*catalog.Entry, error) {
	e, err := r.core.reg.Get(ctx, session.FromContext(ctx), typ.Namespace(), idOrName)
	if err == nil && (e.Type != typ || e.State != catalog.StateActive) {
		return nil, catalog.Errorf(catalog.KindNotFound, "not found")
	}
	return e, err
}

// Dataset implements site.Backend.
func (r *reader) Dataset(ctx context.Context, idOrName string) (*catalog.Entry, error) {
	return r.find(ctx, catalog.TypeDataset, idOrName)
}

// Organization implements site.Backend.
func (r *reader) Organization(ctx context.Context, idOrName string) (*catalog.Entry, error) {
	return r.find(ctx, catalog.TypeOrganization, idOrName)
}

// Group implements site.Backend.
func (r *reader) Group(ctx context.Context, idOrName string) (*catalog.Entry, error) {
	return r.find(ctx, catalog.TypeGroup, idOrName)
}

// Series implements site.Backend.
func (r *reader) Series(ctx context.Context, e *catalog.Entry) (site.Series, error) {
	out := site.Series{Of: map[string]*catalog.Entry{}}
	if err := r.book.CatchUp(ctx); err != nil {
		return out, err
	}
	actor := session.FromContext(ctx)
	err := r.core.store.View(ctx, func(tx catalog.Tx) error {
		for _, ref := range e.Fields.Strings("in_series") {
			s, err := dcat.Find(tx, ref)
			if err == nil && s.State == catalog.StateActive && catalog.CanSee(actor, s) && s.Fields.String("dataset_type") == dcat.TypeSeries {
				out.Of[ref] = s
			}
		}
		if e.Fields.String("dataset_type") != dcat.TypeSeries {
			return nil
		}
		ids, err := tx.SeriesMembers([]string{e.ID, cmp.Or(e.Fields.String("uri"), e.ID)})
		if err != nil {
			return err
		}
		for _, id := range ids {
			m, err := tx.Entry(id)
			if err != nil || m.State != catalog.StateActive || !catalog.CanSee(actor, m) || m.ID == e.ID {
				continue
			}
			if out.All++; out.All <= site.MaxMembers {
				out.Members = append(out.Members, m)
			}
		}
		return nil
	})
	slices.SortFunc(out.Members, func(a, b *catalog.Entry) int {
		return cmp.Or(cmp.Compare(a.Fields.String("title"), b.Fields.String("title")), cmp.Compare(a.ID, b.ID))
	})
	return out, err
}

// Organizations implements site.Backend.
func (r *reader) Organizations(ctx context.Context) ([]*catalog.Entry, error) {
	return r.list(ctx, catalog.TypeOrganization)
}

// Groups implements site.Backend.
func (r *reader) Groups(ctx context.Context) ([]*catalog.Entry, error) {
	return r.list(ctx, catalog.TypeGroup)
}

func (r *reader) list(ctx context.Context, typ catalog.Type) ([]*catalog.Entry, error) {
	actor := session.FromContext(ctx)
	var out []*catalog.Entry
	err := r.core.store.View(ctx, func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{typ}, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			if catalog.CanSee(actor, e) {
				out = append(out, e)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b *catalog.Entry) int { return cmp.Compare(a.Name, b.Name) })
	return out, err
}

// publicDatasets is what everybody may see, in order of creation.
var publicDatasets = catalog.EntryFilter{
	Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}, Access: catalog.AccessPublic,
}

// Counts implements site.Backend.
func (r *reader) Counts(ctx context.Context) (site.Counts, error) {
	var n catalog.Totals
	err := r.core.store.View(ctx, func(tx catalog.Tx) (err error) { n, err = tx.PublicTotals(); return err })
	if err != nil {
		return site.Counts{}, err
	}
	orgs, err := r.Organizations(ctx)
	return site.Counts{Datasets: n.Datasets, Distributions: n.Parts, Organizations: len(orgs), Modified: n.Modified}, err
}

// PublicDatasets implements site.Backend.
func (r *reader) PublicDatasets(ctx context.Context) iter.Seq2[catalog.Head, error] {
	return func(yield func(catalog.Head, error) bool) {
		stopped := false
		err := r.core.store.View(ctx, func(tx catalog.Tx) error {
			for h, err := range tx.PublicHeads() {
				if err != nil {
					return err
				}
				if stopped = !yield(h, nil); stopped {
					return nil
				}
			}
			return nil
		})
		if err != nil && !stopped {
			yield(catalog.Head{}, err)
		}
	}
}

// Version implements site.Backend.
func (r *reader) Version(ctx context.Context) (public, all int64) {
	err := r.core.store.View(ctx, func(tx catalog.Tx) error {
		last, err := tx.LastChange()
		if err != nil {
			return err
		}
		open, err := tx.LastPublicChange()
		public, all = open.Seq, last.Seq
		return err
	})
	if err != nil {
		return 0, 0
	}
	return public, all
}

// withdrawn is the number of the newest change that older dumps must not survive.
func (r *reader) withdrawn(ctx context.Context) (seq int64, err error) {
	err = r.core.store.View(ctx, func(tx catalog.Tx) error {
		seq, err = tx.Withdrawn()
		return err
	})
	return seq, err
}

// siteConfig names the portal for the pages.
func siteConfig(cfg *Config, k *core, rdf *feed.Feed, api *ckan.Service, desk *account.Desk) site.Config {
	return site.Config{
		SiteURL: cfg.SiteURL, Title: catalog.DE(cfg.Title, englishTitle(cfg.Title)), Version: version, Schema: k.defs, FeedPath: "/catalog.ttl",
		Operator: site.Operator{Name: cfg.OperatorName, Address: cfg.OperatorAddress, Email: cfg.OperatorEmail, Phone: cfg.OperatorPhone},
		Parse:    solrq.ParseQuery, DatasetRDF: rdf.ServeDataset, OrganizationRDF: rdf.ServeOrganization, CatalogRDF: rdf.ServeCatalog,
		Actions: described(api.Actions()), Accounts: desk, Rounds: k.rounds, Intake: k.intake(), Registry: k.reg, Files: api, Check: k.book(cfg.SiteURL).Check, Who: k.who,
		Harvests: job.NewDesk(k.harvester(cfg), k.wakeHarvests), Vocab: vocabPath(cfg.Data),
		FetchTemplate: func(ctx context.Context, address string) ([]byte, error) { return fetchTemplate(ctx, address, false) },
		Viewer:        func(ctx context.Context) string { return session.FromContext(ctx).Name },
	}
}

// described gives the action table to the pages about it.
func described(actions []ckan.Action) []site.APIAction {
	out := make([]site.APIAction, len(actions))
	for i := range actions {
		a := &actions[i]
		out[i] = site.APIAction{Name: a.Name, Doc: a.Doc, Free: a.Free, Who: string(a.Auth), Example: a.Example}
		for _, p := range a.Params {
			out[i].Params = append(out[i].Params, site.APIParam{Name: p.Name, Kind: p.Kind, Required: p.Required, Doc: p.Doc})
		}
	}
	return out
}

// englishTitle translates the built-in name of the portal; a name of one's own
// stays as it is.
func englishTitle(title string) string {
	if title == defaults.Title {
		return "Open Data Munich · Augsburg · Nuremberg"
	}
	return title
}

// identifier finds the public dataset behind a stable identifier.
func (r *reader) identifier(ctx context.Context, city, localID string) (name string, err error) {
	err = r.core.store.View(ctx, func(tx catalog.Tx) error {
		h, err := tx.EntryByOrigin("survey:"+city, localID)
		if err != nil {
			return err
		}
		e, err := tx.Entry(h.Fields.String("dataset"))
		if err != nil {
			return err
		}
		if !catalog.CanSee(anonymousActor, e) {
			return catalog.Errorf(catalog.KindNotFound, "not found")
		}
		name = e.Name
		return nil
	})
	return name, err
}

// Quality implements site.Backend.
func (r *reader) Quality(ctx context.Context, org string, most int) (*quality.Report, error) {
	return r.book.Report(ctx, org, most)
}

// who names an account for readers who may edit what it changed.
func (c *core) who(ctx context.Context, id string) string {
	name := ""
	err := c.store.View(ctx, func(tx catalog.Tx) error {
		u, err := tx.User(id)
		if err == nil {
			name = cmp.Or(u.FullName, u.Name)
		}
		return err
	})
	if err != nil {
		return "" // a source, an import or an account that is gone
	}
	return name
}
