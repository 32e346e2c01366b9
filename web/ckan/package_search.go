package ckan

import (
	"cmp"
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/web/cache"
)

// packageSearch is CKAN's package_search.
func (s *Service) packageSearch(ctx context.Context, c *Call) (any, error) {
	out, err := s.appendSearch(ctx, c, s.envelope(borrowed(), "package_search"))
	if err != nil {
		return nil, err
	}
	return whole(append(out, '}')), nil
}

// appendSearch adds what package_search finds to out. Most of it is whole
// datasets; those that were rendered before, and have not changed, are copied.
func (s *Service) appendSearch(ctx context.Context, c *Call, out []byte) ([]byte, error) {
	if err := knownParams(c.Args); err != nil {
		return nil, err
	}
	q, err := s.query(c)
	if err != nil {
		return nil, err
	}
	done, err := s.collect(ctx, q.Rows)
	if err != nil {
		return nil, err
	}
	defer done()
	seq, groups, level := s.search.Level()
	res, err := s.search.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	p := &page{s: s, ctx: ctx, actor: c.Actor, fl: listed(c.Args), groups: groups}
	p.open = level && res.Checkpoint == seq && c.Actor.IsAnonymous()
	w := catalog.JSON{Out: slices.Grow(out, 8192+averageDataset*len(res.Hits)), ASCII: true}
	w.Out = append(w.Out, `{"count":`...)
	w.Int(int64(res.Total))
	w.Out = append(w.Out, `,"facets":{`...)
	for _, f := range q.Facets {
		w.Name(f.Field)
		w.Out = append(w.Out, '{')
		for _, x := range res.Facets[f.Field] {
			w.Name(x.Value)
			w.Int(int64(x.Count))
		}
		w.Out = append(w.Out, '}')
	}
	w.Out = append(w.Out, `},"results":[`...)
	if w.Out, err = p.results(w.Out, res.Hits); err != nil {
		return nil, err
	}
	w.Out = append(w.Out, `],"sort":`...)
	w.Text(sortText(c.Args.String("sort")))
	w.Out = append(w.Out, `,"search_facets":{`...)
	for _, f := range q.Facets {
		w.Name(f.Field)
		if err = p.facet(&w, f.Field, res.Facets[f.Field]); err != nil {
			return nil, err
		}
	}
	return append(w.Out, "}}"...), nil
}

// page renders what a search found for one reader.
type page struct {
	s     *Service
	ctx   context.Context //nolint:containedctx // lives as long as one answer
	actor catalog.Actor
	fl    []string
	// open says that the reader is everybody and the index shows what the store
	// has: then what was rendered for others holds for this one.
	open   bool
	groups int64  // the newest change of an organization or group
	items  []item // of a facet that is written; the next takes its place
}

// averageDataset is about how many bytes a dataset takes in an answer.
const averageDataset = 3072

// results appends the hits, whole.
func (p *page) results(out []byte, hits []search.Hit) ([]byte, error) {
	keep := p.open && len(p.fl) == 0 && p.s.cfg.Rendered != nil
	var made map[string][]byte
	if !keep {
		var err error
		if made, err = p.render(hits, nil); err != nil {
			return nil, err
		}
	}
	first := len(out)
	for i, h := range hits {
		begin := len(out)
		if begin > first {
			out = append(out, ',')
		}
		if body, ok := made[h.ID]; ok {
			out = append(out, body...)
			continue
		}
		if keep {
			var ok bool
			if out, ok = p.s.cfg.Rendered.Append(out, h.ID, h.Stamp); ok {
				continue
			}
			if made == nil { // all that is missing, in one go
				var err error
				if made, err = p.render(hits[i:], p.s.cfg.Rendered); err != nil {
					return nil, err
				}
				if body, ok := made[h.ID]; ok {
					out = append(out, body...)
					continue
				}
			}
		}
		out = out[:begin] // gone or hidden by now
	}
	return out, nil
}

// render makes the dictionaries of hits that are not in a cache, and puts them there.
func (p *page) render(hits []search.Hit, known *cache.File) (map[string][]byte, error) {
	made := map[string][]byte{}
	err := p.s.reg.Store().View(p.ctx, func(tx catalog.Tx) error {
		v := p.s.viewer(tx, p.actor)
		var scratch []byte
		for _, h := range hits {
			if known != nil {
				if b, ok := known.Append(scratch[:0], h.ID, h.Stamp); ok {
					scratch = b
					continue
				}
			}
			e, err := tx.Entry(h.ID)
			// The index may be a moment behind; what is gone or hidden by now
			// is not shown.
			if err != nil || !catalog.CanSee(p.actor, e) {
				continue
			}
			body, err := encode(pick(v.dataset(e), e, h.Score, p.fl))
			if err != nil {
				return err
			}
			made[h.ID] = body
			if known != nil {
				known.Put(h.ID, h.Stamp, body)
			}
		}
		return nil
	})
	return made, err
}

// titles are the names of organizations and groups as everybody sees them, as
// long as none of them changes. Nobody changes the map, a longer one takes its place.
type titles struct {
	groups int64
	byName map[string]string
}

// item is a value of a facet as people read it.
type item struct {
	search.Count
	display string
	head    uint64 // the first bytes of display, to compare by
}

// compareItems puts them in CKAN's order: by what people read, descending.
func compareItems(a, b item) int {
	if a.head != b.head { // before the texts are looked at, which lie elsewhere
		return cmp.Compare(b.head, a.head)
	}
	if c := cmp.Compare(b.display, a.display); c != 0 {
		return c
	}
	return cmp.Compare(a.Value, b.Value)
}

// headOf makes a number of the first eight bytes that is ordered as texts are.
func headOf(text string) uint64 {
	if len(text) >= 8 {
		return binary.BigEndian.Uint64([]byte(text[:8]))
	}
	var b [8]byte
	copy(b[:], text)
	return binary.BigEndian.Uint64(b[:])
}

// facet writes a facet with what people read: titles of organizations, groups
// and licences, else the value.
func (p *page) facet(w *catalog.JSON, field string, counts []search.Count) error {
	items := slices.Grow(p.items[:0], len(counts))[:len(counts)]
	p.items = items
	var names map[string]string
	if (field == "organization" || field == "groups") && len(counts) > 0 {
		var err error
		if names, err = p.titles(counts); err != nil {
			return err
		}
	}
	for i, c := range counts {
		display := c.Value
		switch field {
		case "organization", "groups":
			display = cmp.Or(names[c.Value], c.Value)
		case "license_id":
			display = p.s.licenceTitle(c.Value)
		}
		items[i] = item{c, display, headOf(display)}
	}
	slices.SortFunc(items, compareItems)
	w.Out = append(w.Out, `{"title":`...)
	w.Text(field)
	w.Out = append(w.Out, `,"items":[`...)
	for i, x := range items {
		if i > 0 {
			w.Out = append(w.Out, ',')
		}
		w.Out = append(w.Out, `{"name":`...)
		w.Text(x.Value)
		w.Out = append(w.Out, `,"display_name":`...)
		w.Text(x.display)
		w.Out = append(w.Out, `,"count":`...)
		w.Int(int64(x.Count.Count))
		w.Out = append(w.Out, '}')
	}
	w.Out = append(w.Out, "]}"...)
	return nil
}

// titles looks the titles of organizations and groups up that the reader may see.
// Among them may be more than was asked for.
func (p *page) titles(counts []search.Count) (map[string]string, error) {
	known := p.s.titles.Load()
	if !p.open || known != nil && known.groups != p.groups {
		known = nil
	}
	var missing []string
	for _, c := range counts {
		if known != nil {
			if _, ok := known.byName[c.Value]; ok {
				continue
			}
		}
		missing = append(missing, c.Value)
	}
	if len(missing) == 0 {
		return known.byName, nil
	}
	out := map[string]string{}
	if known != nil {
		maps.Copy(out, known.byName)
	}
	err := p.s.reg.Store().View(p.ctx, func(tx catalog.Tx) error {
		for _, name := range missing {
			out[name] = ""
			if e, err := tx.EntryByName(groupNS, name); err == nil && catalog.CanSee(p.actor, e) {
				out[name] = title(e)
			}
		}
		return nil
	})
	if err == nil && p.open {
		p.s.titles.Store(&titles{p.groups, out})
	}
	return out, err
}
