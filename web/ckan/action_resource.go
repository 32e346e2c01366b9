package ckan

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trio.example/catalog"
)

// resourceCreate appends a resource; the whole dataset is checked again.
func (s *Service) resourceCreate(ctx context.Context, c *Call) (any, error) {
	id := c.Args.String("package_id")
	if id == "" {
		return nil, invalid("package_id", "Missing value")
	}
	var out map[string]any
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, packages, id)
		if err != nil {
			return err
		}
		if !c.Actor.CanEdit(e) {
			return refused(c.Actor, "create resources on dataset", e, id)
		}
		if rid := c.Args.String("id"); rid != "" && catalog.IsID(rid) {
			if _, err := tx.EntryByPart(rid); err == nil {
				return invalid("id", "Resource id already exists.")
			}
		}
		args := maps.Clone(c.Args)
		delete(args, "package_id")
		err = s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error {
			if err := c.unchanged(e); err != nil {
				return err
			}
			p, problems, err := s.draftResource(args, nil, true)
			if err != nil {
				return err
			}
			s.checkPart(s.cityType(e), &p, problems)
			if len(problems) > 0 {
				return &apiError{Status: 409, Type: "Validation Error", Body: problems}
			}
			e.Parts = append(e.Parts, p)
			return nil
		})
		if err != nil {
			return resourceFaults(err, len(e.Parts)-1)
		}
		last := &e.Parts[len(e.Parts)-1]
		if _, err := s.defaultViews(tx, c.Actor, e, last); err != nil {
			return err
		}
		out = s.viewer(tx, c.Actor).resource(e, len(e.Parts)-1)
		return c.keepFiles()
	})
	c.Wrote(seq)
	return out, err
}

// resourceFaults gives the faults of one resource without the list around them.
func resourceFaults(err error, index int) error {
	a := asAPIError(err)
	if a == nil {
		return err
	}
	if list, ok := a.Body["resources"].([]any); ok && index >= 0 && index < len(list) {
		if m, ok := list[index].(map[string]any); ok && len(m) > 0 {
			return &apiError{Status: a.Status, Type: a.Type, Body: m}
		}
	}
	return a
}

func (s *Service) resourceUpdate(ctx context.Context, c *Call) (any, error) {
	return s.changeResource(ctx, c, func(map[string]any) Args { return maps.Clone(c.Args) })
}

func (s *Service) resourcePatch(ctx context.Context, c *Call) (any, error) {
	if _, err := authID(c, "Resource"); err != nil {
		return nil, err
	}
	out, err := s.changeResource(ctx, c, func(shown map[string]any) Args {
		out := Args(maps.Clone(shown))
		maps.Copy(out, c.Args)
		return out
	})
	if !c.Actor.Sysadmin { // CKAN's rights look for it first and say less
		err = elseNotFound(err, "")
	}
	return out, err
}

func (s *Service) changeResource(ctx context.Context, c *Call, arguments func(map[string]any) Args) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var out map[string]any
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, i, err := part(tx, id)
		if err != nil {
			return err
		}
		if !c.Actor.CanEdit(e) {
			return denied("User " + c.Actor.Name + " not authorized to edit resource " + id)
		}
		shown, err := encode(s.viewer(tx, c.Actor).resource(e, i))
		if err != nil {
			return err
		}
		plainShown, err := parseJSON(shown, ours)
		if err != nil {
			return err
		}
		if plainShown.String("url_type") == "upload" {
			plainShown["url"] = e.Parts[i].Fields.String("url")
		}
		args := arguments(plainShown)
		args["id"] = id
		err = s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error {
			if err := c.unchanged(e); err != nil {
				return err
			}
			p, problems, err := s.draftResource(args, e, true)
			if err != nil {
				return err
			}
			s.checkPart(s.cityType(e), &p, problems)
			if len(problems) > 0 {
				return &apiError{Status: 409, Type: "Validation Error", Body: problems}
			}
			e.Parts[i] = p
			return nil
		})
		if err != nil {
			return resourceFaults(err, i)
		}
		out = s.viewer(tx, c.Actor).resource(e, i)
		return c.keepFiles()
	})
	c.Wrote(seq)
	return out, err
}

func (s *Service) resourceDelete(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, i, err := part(tx, id)
		if err != nil {
			return elseNotFound(err, "")
		}
		if !c.Actor.CanEdit(e) {
			return denied("User " + c.Actor.Name + " not authorized to delete resource " + id)
		}
		if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordView, Parent: id}); err != nil {
			return err
		}
		return s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error {
			if err := c.unchanged(e); err != nil {
				return err
			}
			e.Parts = slices.Delete(e.Parts, i, i+1)
			return nil
		})
	})
	c.Wrote(seq)
	return nil, err
}

// resourceReorder answers package_resource_reorder: the ids given come first,
// the others keep their order behind them.
func (s *Service) resourceReorder(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	plainFault := func(text string) error { return plainInvalid("order", text) }
	if c.Args["order"] == nil {
		return nil, invalid("order", "Missing value")
	}
	if _, isList := c.Args["order"].([]any); !isList {
		return nil, plainFault("Must be a list of resource")
	}
	order := c.Args.List("order")
	if u := slices.Compact(slices.Sorted(slices.Values(order))); len(u) != len(order) {
		return nil, plainFault("Must supply unique resource_ids")
	}
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, packages, id)
		if err != nil {
			return err
		}
		if !c.Actor.CanEdit(e) {
			return denied("")
		}
		for _, o := range order {
			if !slices.ContainsFunc(e.Parts, func(p catalog.Part) bool { return p.ID == o }) {
				return plainFault(fmt.Sprintf("resource_id %s can not be found", o))
			}
		}
		rank := func(p catalog.Part) int {
			if i := slices.Index(order, p.ID); i >= 0 {
				return i
			}
			return len(order)
		}
		return s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error {
			if err := c.unchanged(e); err != nil {
				return err
			}
			slices.SortStableFunc(e.Parts, func(a, b catalog.Part) int { return rank(a) - rank(b) })
			order = order[:0]
			for i := range e.Parts {
				order = append(order, e.Parts[i].ID)
			}
			return nil
		})
	})
	c.Wrote(seq)
	return map[string]any{"id": id, "order": order}, err
}

// maxTerms bounds the terms of one search; each is compared with every resource.
const maxTerms = 50

// searchable are the fields resource_search compares.
var searchable = []string{"name", "description", "url", "format", "hash", "mimetype", "url_type", "resource_type", "id", "package_id", "size", "created", "last_modified", "metadata_modified"}

// resourceSearch answers resource_search: substrings in public resources.
func (s *Service) resourceSearch(ctx context.Context, c *Call) (any, error) {
	plainFault := func(text string) error { return plainInvalid("query", text) }
	terms := c.Args.List("query")
	switch {
	case len(terms) == 0:
		return nil, plainFault("Missing value")
	case len(terms) > maxTerms:
		return nil, plainFault(fmt.Sprintf("At most %d terms are allowed", maxTerms))
	}
	type term struct{ field, text string }
	var wanted []term
	for _, t := range terms {
		field, text, ok := strings.Cut(t, ":")
		if !ok {
			return nil, plainFault("Must be <field>:<value> pair(s)")
		}
		if !slices.Contains(searchable, field) && s.defs.Of(catalog.TypeDataset).Part(field) == nil {
			return nil, plainFault(fmt.Sprintf(`Field "%s" not recognised in resource_search.`, field))
		}
		wanted = append(wanted, term{field, strings.ToLower(text)})
	}
	limit, err := c.Args.Natural("limit", maxRows)
	if err != nil {
		return nil, err
	}
	offset, err := c.Args.Natural("offset", 0)
	if err != nil {
		return nil, err
	}
	limit = min(limit, maxRows)
	orderBy := c.Args.String("order_by")
	if !slices.Contains(searchable, orderBy) && orderBy != "position" {
		orderBy = "" // CKAN passes over what it does not know
	}
	var found []foundPart
	results := []any{}
	done, err := s.scan(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v := s.viewer(tx, catalog.Anonymous)
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}, Access: catalog.AccessPublic}) {
			if err = cmp.Or(err, ctx.Err()); err != nil {
				return err
			}
			for i := range e.Parts {
				d := v.resource(e, i)
				hit := true
				for _, t := range wanted {
					value := strings.ToLower(toText(d[t.field]))
					hit = hit && (t.field == "hash" && strings.HasPrefix(value, t.text) || t.field != "hash" && strings.Contains(value, t.text))
				}
				if hit {
					found = append(found, foundPart{e.ID, i, d[orderBy]})
				}
			}
		}
		slices.SortStableFunc(found, foundPart.compare)
		page := found[min(offset, len(found)):]
		for _, f := range page[:min(limit, len(page))] {
			e, err := tx.Entry(f.dataset)
			if err != nil {
				return err
			}
			results = append(results, v.resource(e, f.index))
		}
		return nil
	})
	return map[string]any{"count": len(found), "results": results}, err
}

// foundPart is a resource that matches, with the value it is ordered by.
type foundPart struct {
	dataset string
	index   int
	value   any
}

// compare orders numbers as numbers and texts as texts; what has no value is last.
func (f foundPart) compare(g foundPart) int {
	if f.value == nil || g.value == nil {
		switch {
		case f.value == g.value:
			return 0
		case f.value == nil:
			return 1
		default:
			return -1
		}
	}
	a, aOK := f.value.(int64)
	b, bOK := g.value.(int64)
	if aOK && bOK {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(toText(f.value), toText(g.value))
}
