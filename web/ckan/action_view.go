package ckan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
)

// viewTypes are CKAN's view plugins that are known here, in the order in which
// default views are made.
var viewTypes = []string{"text_view", "image_view", "webpage_view", "datatables_view", "video_view", "audio_view", "recline_view", "recline_grid_view", "recline_graph_view", "recline_map_view"}

// viewFormats says which default view a format gets.
var viewFormats = map[string]string{
	"txt": "text_view", "text": "text_view", "text/plain": "text_view", "json": "text_view", "xml": "text_view", "geojson": "text_view", "rdf": "text_view",
	"html": "webpage_view", "htm": "webpage_view",
	"png": "image_view", "jpg": "image_view", "jpeg": "image_view", "gif": "image_view", "svg": "image_view",
}

func viewDict(r *catalog.Record, packageID string) map[string]any {
	d := map[string]any{}
	for k, v := range r.Fields {
		if k != "_position" {
			d[k] = v
		}
	}
	for k, empty := range map[string]any{"title": "", "description": nil, "view_type": ""} {
		if _, ok := d[k]; !ok {
			d[k] = empty
		}
	}
	d["id"], d["resource_id"], d["package_id"] = r.ID, r.Parent, packageID
	return d
}

// part finds a distribution and its dataset.
func part(tx catalog.Tx, id string) (*catalog.Entry, int, error) {
	e, err := tx.EntryByPart(id)
	if err != nil {
		return nil, 0, notFound("Resource was not found.")
	}
	i := slices.IndexFunc(e.Parts, func(p catalog.Part) bool { return p.ID == id })
	if i < 0 || e.State == catalog.StateDeleted {
		return nil, 0, notFound("Resource was not found.")
	}
	return e, i, nil
}

// viewsOf lists the views of a distribution in their order.
func viewsOf(tx catalog.Tx, partID string) ([]*catalog.Record, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordView, Parent: partID})
	slices.SortStableFunc(list, func(a, b *catalog.Record) int {
		x, _ := a.Fields.Int("_position")
		y, _ := b.Fields.Int("_position")
		return cmp.Compare(x, y)
	})
	return list, err
}

func findView(tx catalog.Tx, id string) (*catalog.Record, *catalog.Entry, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordView, ID: id})
	if err != nil {
		return nil, nil, err
	}
	if len(list) == 0 {
		return nil, nil, notFound("Resource view was not found.")
	}
	e, _, err := part(tx, list[0].Parent)
	return list[0], e, err
}

func (s *Service) viewShow(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		r, e, err := findView(tx, id)
		if err != nil {
			return noView(c.Actor, err)
		}
		if !catalog.CanSee(c.Actor, e) {
			return denied("")
		}
		out = viewDict(r, e.ID)
		return nil
	})
	return out, err
}

// noView says that there is no such view; CKAN tells administrators less.
func noView(by catalog.Actor, err error) error {
	if by.Sysadmin {
		return elseNotFound(err, "")
	}
	return elseNotFound(err, "Resource view not found, cannot check auth.")
}

func (s *Service) viewList(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		e, _, err := part(tx, id)
		if err != nil {
			return elseNotFound(err, "")
		}
		if !catalog.CanSee(c.Actor, e) {
			return denied("")
		}
		list, err := viewsOf(tx, id)
		for _, r := range list {
			out = append(out, viewDict(r, e.ID))
		}
		return err
	})
	return out, err
}

// viewFields are the settings of CKAN's own views. Of a type that is not here
// any setting is kept.
var viewFields = map[string][]string{
	"text_view": {}, "image_view": {"image_url"}, "webpage_view": {"page_url"}, "audio_view": {"audio_url"}, "video_view": {"video_url", "poster_url"},
	"datatables_view": {"responsive", "ellipsis_length", "date_format", "show_fields", "filterable", "filter_fields", "filter_values"},
}

// viewKeys are those every view has; what a view is shown with may come back.
var viewKeys = []string{"id", "resource_id", "package_id", "title", "description", "view_type"}

// unexpectedInView reports an argument the type of view has no use for.
func unexpectedInView(typ string, args Args) bool {
	fields, known := viewFields[typ]
	for k, v := range args {
		shown := k == "filters" && slices.Contains(fields, "filter_fields")
		if known && !shown && toText(v) != "" && !slices.Contains(viewKeys, k) && !slices.Contains(fields, k) {
			return true
		}
	}
	return false
}

// draftView takes the arguments over into a view.
func draftView(args Args, r *catalog.Record) error {
	f := faults{}
	typ := args.String("view_type")
	switch {
	case typ == "":
		f.add("view_type", "Missing value")
	case !slices.Contains(viewTypes, typ):
		return plainInvalid("view_type", "No plugin found for view_type "+typ)
	}
	if typ != "" && args.String("title") == "" {
		f.add("title", "Missing value")
	}
	if unexpectedInView(typ, args) {
		f.add("__extras", "The input field __extras was not expected.")
	}
	filterFields, filterValues := parseList(args["filter_fields"]), parseList(args["filter_values"])
	if len(filterFields) != len(filterValues) {
		const same = `"filter_fields" and "filter_values" should have the same length`
		f.add("filter_fields", same)
		f.add("filter_values", same)
	}
	if err := f.err(); err != nil {
		return err
	}
	fields := map[string]any{}
	if len(filterFields) > 0 {
		fields["filter_fields"], fields["filter_values"] = anyList(filterFields), anyList(filterValues)
		filters := map[string]any{}
		for i, name := range filterFields {
			list, _ := filters[name].([]any)
			filters[name] = append(list, filterValues[i])
		}
		fields["filters"] = filters
	}
	for k, v := range args {
		if !slices.Contains([]string{"id", "resource_id", "package_id", "_position", "filters", "filter_fields", "filter_values"}, k) && v != nil {
			fields[k] = v
		}
	}
	before := r.Fields
	r.Fields = plain(fields)
	for _, kept := range []string{"_position", "description"} { // the settings are replaced, these stay
		if v := before[kept]; v != nil && fields[kept] == nil {
			r.Fields[kept] = v
		}
	}
	return nil
}

func (s *Service) viewCreate(ctx context.Context, c *Call) (any, error) {
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		id := c.Args.String("id")
		resource, err := c.Args.Required("resource_id")
		if err != nil {
			return err
		}
		e, err := tx.EntryByPart(resource)
		if err != nil {
			return invalid("resource_id", "Resource not found: "+resource)
		}
		if !c.Actor.CanEdit(e) {
			return denied("")
		}
		if id != "" {
			if !c.Actor.Sysadmin {
				return invalid("id", "The input field id was not expected.")
			}
			if have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordView, ID: id}); err != nil || len(have) > 0 {
				return cmp.Or[error](err, invalid("id", "ResourceView id already exists."))
			}
		}
		out, err = s.addView(tx, c.Actor, e, resource, id, c.Args)
		return err
	})
	return out, err
}

func (s *Service) addView(tx catalog.WriteTx, by catalog.Actor, e *catalog.Entry, resource, id string, args Args) (map[string]any, error) {
	r := &catalog.Record{Kind: catalog.RecordView, Parent: resource, ID: id}
	if err := draftView(args, r); err != nil {
		return nil, err
	}
	have, err := viewsOf(tx, resource)
	if err != nil {
		return nil, err
	}
	if len(have) >= 100 {
		return nil, invalid("resource_id", "This resource has too many views")
	}
	r.ID = cmp.Or(r.ID, catalog.NewID())
	r.Key = r.ID
	r.Fields["_position"] = int64(len(have) + 1)
	if err := tx.PutRecord(r); err != nil {
		return nil, err
	}
	return viewDict(r, e.ID), noteActivity(tx, by, "new resource view", e.ID, viewDict(r, e.ID))
}

func (s *Service) viewUpdate(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var out map[string]any
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		r, e, err := findView(tx, id)
		if err != nil {
			return err
		}
		if !c.Actor.CanEdit(e) {
			return denied("")
		}
		if c.Args.String("view_type") == "" {
			c.Args["view_type"] = r.Fields.String("view_type")
		}
		if err := draftView(c.Args, r); err != nil {
			return err
		}
		out = viewDict(r, e.ID)
		if err := tx.PutRecord(r); err != nil {
			return err
		}
		return noteActivity(tx, c.Actor, "changed resource view", e.ID, viewDict(r, e.ID))
	})
	return out, err
}

func (s *Service) viewReorder(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "id", "order"); err != nil {
		return nil, err
	}
	id := c.Args.String("id")
	if _, isList := c.Args["order"].([]any); !isList {
		return nil, plainInvalid("order", "Must supply order as a list")
	}
	order := c.Args.List("order")
	if u := slices.Compact(slices.Sorted(slices.Values(order))); len(u) != len(order) {
		return nil, plainInvalid("order", "No duplicates allowed in order")
	}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, _, err := part(tx, id)
		if err != nil {
			return err
		}
		if !c.Actor.CanEdit(e) {
			return denied("")
		}
		have, err := viewsOf(tx, id)
		if err != nil {
			return err
		}
		for _, o := range order {
			if !slices.ContainsFunc(have, func(r *catalog.Record) bool { return r.ID == o }) {
				return plainInvalid("order", fmt.Sprintf("View %s does not exist", o))
			}
		}
		rank := func(r *catalog.Record) int {
			if i := slices.Index(order, r.ID); i >= 0 {
				return i
			}
			return len(order)
		}
		slices.SortStableFunc(have, func(a, b *catalog.Record) int { return cmp.Compare(rank(a), rank(b)) })
		order = order[:0]
		for i, r := range have {
			r.Fields["_position"] = int64(i + 1)
			order = append(order, r.ID)
			if err := tx.PutRecord(r); err != nil {
				return err
			}
		}
		return nil
	})
	return map[string]any{"id": id, "order": order}, err
}

func (s *Service) viewDelete(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var out any
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		r, e, err := findView(tx, id)
		if err != nil {
			return elseNotFound(err, "")
		}
		if !c.Actor.CanEdit(e) {
			return denied("")
		}
		out = map[string]any{"resource_id": r.Parent}
		if err := noteActivity(tx, c.Actor, "deleted resource view", e.ID, map[string]any{"id": r.ID, "resource_id": r.Parent, "package_id": e.ID}); err != nil {
			return err
		}
		_, err = tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordView, ID: id})
		return err
	})
	return out, err
}

func (s *Service) viewClear(ctx context.Context, c *Call) (any, error) {
	types := c.Args.List("view_types")
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordView})
		if err != nil {
			return err
		}
		for _, r := range list {
			if len(types) == 0 || slices.Contains(types, r.Fields.String("view_type")) {
				if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordView, ID: r.ID}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return nil, err
}

// defaultViews makes the view a format asks for, where there is none of its type.
func (s *Service) defaultViews(tx catalog.WriteTx, by catalog.Actor, e *catalog.Entry, p *catalog.Part) ([]any, error) {
	out := []any{}
	typ := viewFormats[strings.ToLower(p.Fields.String("format"))]
	if typ == "" || typ == "text_view" && p.Fields.Map("upload") == nil { // CKAN shows no text of another host
		return out, nil
	}
	have, err := viewsOf(tx, p.ID)
	if err != nil || slices.ContainsFunc(have, func(r *catalog.Record) bool { return r.Fields.String("view_type") == typ }) {
		return out, err
	}
	titles := map[string]string{"text_view": "Text", "image_view": "Image", "webpage_view": "Website"}
	d, err := s.addView(tx, by, e, p.ID, "", Args{"view_type": typ, "title": titles[typ], "description": ""})
	return append(out, d), err
}

func (s *Service) resourceDefaultViews(ctx context.Context, c *Call) (any, error) {
	return s.createDefaultViews(ctx, c, "resource")
}

func (s *Service) packageDefaultViews(ctx context.Context, c *Call) (any, error) {
	return s.createDefaultViews(ctx, c, "package")
}

// createDefaultViews makes the views of a resource or of all of a dataset; needed
// is the argument that must be there.
func (s *Service) createDefaultViews(ctx context.Context, c *Call, needed string) (any, error) {
	if err := missing(c.Args, needed); err != nil {
		return nil, err
	}
	out := []any{}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		var e *catalog.Entry
		only := ""
		var err error
		switch needed {
		case "resource":
			r, _ := c.Args["resource"].(map[string]any)
			only = toText(r["id"])
			e, _, err = part(tx, only)
		case "package":
			p, _ := c.Args["package"].(map[string]any)
			e, err = catalog.Find(tx, packages, toText(p["id"]))
		}
		if err != nil {
			return err
		}
		if !c.Actor.CanEdit(e) {
			return denied("")
		}
		for i := range e.Parts {
			if only == "" || e.Parts[i].ID == only {
				made, err := s.defaultViews(tx, c.Actor, e, &e.Parts[i])
				if err != nil {
					return err
				}
				out = append(out, made...)
			}
		}
		return nil
	})
	return out, err
}
