package ckan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/search"
)

// The list of whole dictionaries is cut at 25 without a limit, CKAN's cap that
// clients page on; names only at 1000.
const (
	capNames = 1000
	capDicts = 25
)

// groupList answers group_list and organization_list.
func (s *Service) groupList(typ catalog.Type, facet, only string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		var dicts []map[string]any
		all := c.Args.Bool("all_fields", false)
		limit := capNames
		if all {
			limit = capDicts
		}
		given, err := c.Args.Natural("limit", limit)
		if err != nil {
			return nil, err
		}
		if given > 0 { // 0 is no limit of its own
			limit = min(limit, given)
		}
		offset, err := c.Args.Natural("offset", 0)
		if err != nil {
			return nil, err
		}
		counts, err := s.facetCounts(ctx, c.Actor, facet)
		if err != nil {
			return nil, err
		}
		less, counted, err := groupOrder(c.Args, counts)
		if err != nil {
			return nil, err
		}
		wanted := c.Args.List(only)
		if len(wanted) == 1 {
			wanted = strings.Split(wanted[0], ",")
			for i := range wanted {
				wanted[i] = strings.TrimSpace(wanted[i])
			}
		}
		var out []any
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			v := s.viewer(tx, c.Actor)
			groups, err := v.groups(typ, wanted, strings.TrimSpace(c.Args.String("q")))
			if err != nil {
				return err
			}
			kind := cmp.Or(c.Args.String("type"), string(typ))
			groups = slices.DeleteFunc(groups, func(g *catalog.Entry) bool { return groupType(g) != kind || counted && counts[g.Name] == 0 })
			slices.SortStableFunc(groups, less)
			groups = groups[min(offset, len(groups)):]
			groups = groups[:min(limit, len(groups))]
			out = make([]any, len(groups))
			for i, g := range groups {
				out[i] = g.Name
				if all {
					d := v.group(g, counts[g.Name])
					v.groupParts(g, d, c.Args, false)
					if !c.Args.Bool("include_dataset_count", true) {
						delete(d, "package_count")
					}
					out[i] = d
					dicts = append(dicts, d)
				}
			}
			return nil
		})
		if err == nil {
			err = s.countCreated(ctx, c.Actor, dicts...)
		}
		return out, err
	}
}

// groups lists what the reader may see, by name.
func (v *viewer) groups(typ catalog.Type, wanted []string, q string) ([]*catalog.Entry, error) {
	var out []*catalog.Entry
	for e, err := range v.tx.Entries(catalog.EntryFilter{Types: []catalog.Type{typ}, States: []catalog.State{catalog.StateActive}}) {
		if err != nil {
			return nil, err
		}
		text := strings.ToLower(e.Name + "\n" + e.Fields.String("title") + "\n" + e.Fields.String("description"))
		switch {
		case !catalog.CanSee(v.actor, e):
		case len(wanted) > 0 && !slices.Contains(wanted, e.Name) && !slices.Contains(wanted, e.ID):
		case q != "" && !strings.Contains(text, strings.ToLower(q)):
		default:
			out = append(out, e)
		}
	}
	return out, nil
}

// groupOrder reads the one criterion a list may be sorted by. counted says that
// it is the number of datasets; groups without any are left out then, as in CKAN.
func groupOrder(args Args, counts map[string]int) (less func(a, b *catalog.Entry) int, counted bool, err error) {
	text := strings.TrimSpace(cmp.Or(args.String("sort"), args.String("order_by"), "title"))
	if text == "packages" || text == "package_count" {
		text = "package_count desc"
	}
	fault := func(format string, a ...any) error {
		return withMessage(409, "Validation Error", fmt.Sprintf(format, a...))
	}
	criteria := strings.Split(text, ",")
	words := strings.Fields(criteria[0])
	if len(words) == 0 {
		return nil, false, fault("Cannot sort by field `%s`", "")
	}
	direction := "asc"
	if len(words) > 1 {
		direction = strings.ToLower(words[1])
	}
	switch words[0] {
	case "title":
		less = func(a, b *catalog.Entry) int {
			return cmp.Or(cmp.Compare(strings.ToLower(title(a)), strings.ToLower(title(b))), cmp.Compare(a.Name, b.Name))
		}
	case "name":
		less = func(a, b *catalog.Entry) int { return cmp.Compare(a.Name, b.Name) }
	case "package_count", "packages":
		counted = true
		less = func(a, b *catalog.Entry) int {
			return cmp.Or(cmp.Compare(counts[a.Name], counts[b.Name]), cmp.Compare(a.Name, b.Name))
		}
	default:
		return nil, false, fault("Cannot sort by field `%s`", words[0])
	}
	switch {
	case direction != "asc" && direction != "desc":
		return nil, false, fault("Invalid sort direction `%s`", direction)
	case len(criteria) > 1:
		return nil, false, fault("Too many sort criteria provided only 1 allowed")
	case direction == "desc":
		up := less
		less = func(a, b *catalog.Entry) int { return up(b, a) }
	}
	return less, counted, nil
}

// facetCounts counts the datasets the reader may see by the values of a field.
func (s *Service) facetCounts(ctx context.Context, by catalog.Actor, field string) (map[string]int, error) {
	q := search.Query{Facets: []search.Facet{{Field: field, Limit: -1, MinCount: 1}}, Filters: defaultFilters(false, false, false)}
	q.Labels, q.AllLabels = catalog.LabelsOf(by)
	res, err := s.search.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, c := range res.Facets[field] {
		out[c.Value] = c.Count
	}
	return out, nil
}

// groupSwitches refuses include_* arguments that are no truth value.
func groupSwitches(args Args) error {
	for _, name := range []string{"include_datasets", "include_dataset_count", "include_users", "include_groups", "include_extras", "include_followers", "include_member_count"} {
		text, isText := args[name].(string)
		if isText && !slices.ContainsFunc(slices.Concat(truths, falsehoods), func(w string) bool { return strings.EqualFold(w, text) }) {
			return withMessage(409, "Validation Error", "Parameter is not an bool")
		}
	}
	return nil
}

// groupShow answers group_show and organization_show.
func (s *Service) groupShow(typ catalog.Type, facet string, datasets int) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Given("id")
		if err != nil {
			return nil, err
		}
		if err := groupSwitches(c.Args); err != nil {
			return nil, err
		}
		counts, err := s.facetCounts(ctx, c.Actor, facet)
		if err != nil {
			return nil, err
		}
		var out map[string]any
		var name string
		packages := c.Args.Bool("include_datasets", false)
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			e, err := s.findGroup(tx, c.Actor, id, typ)
			if err != nil {
				return err
			}
			v := s.viewer(tx, c.Actor)
			out, name, c.shown = v.group(e, counts[e.Name]), e.Name, e.Rev
			v.groupParts(e, out, c.Args, true)
			if !packages && !c.Args.Bool("include_dataset_count", true) {
				delete(out, "package_count")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if packages {
			if _, out["packages"], err = s.groupDatasets(ctx, c.Actor, typ, name, datasets); err != nil {
				return nil, err
			}
		}
		return out, s.countCreated(ctx, c.Actor, out)
	}
}

// shownDatasets is how many datasets an answer about a group lists.
const shownDatasets = 10

// groupDatasets counts the datasets of a group and shows the first of them. A
// group never shows private ones, an organization does to its members.
func (s *Service) groupDatasets(ctx context.Context, by catalog.Actor, typ catalog.Type, name string, rows int) (int, []any, error) {
	return s.datasets(ctx, &Call{Actor: by, Args: Args{
		"fq": facetOf(typ) + `:"` + name + `"`, "rows": toText(rows), "facet": false, "include_private": typ == catalog.TypeOrganization,
	}})
}

// finishGroups adds to changed groups their datasets, how many their parents
// have, and how many their users created.
func (s *Service) finishGroups(ctx context.Context, by catalog.Actor, groups ...map[string]any) error {
	counts := map[catalog.Type]map[string]int{}
	var count func(groups []any) error
	count = func(groups []any) (err error) {
		for _, x := range groups {
			d := x.(map[string]any)
			typ := dictType(d)
			if counts[typ] == nil {
				if counts[typ], err = s.facetCounts(ctx, by, facetOf(typ)); err != nil {
					return err
				}
			}
			d["package_count"] = counts[typ][d["name"].(string)]
			if err := count(d["groups"].([]any)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, d := range groups {
		var err error
		if d["package_count"], d["packages"], err = s.groupDatasets(ctx, by, dictType(d), d["name"].(string), shownDatasets); err != nil {
			return err
		}
		if err := count(d["groups"].([]any)); err != nil {
			return err
		}
	}
	return s.countCreated(ctx, by, groups...)
}

// dictType tells from its dictionary whether a group is an organization.
func dictType(d map[string]any) catalog.Type {
	if d["is_organization"] == true {
		return catalog.TypeOrganization
	}
	return catalog.TypeGroup
}

// facetOf is the field in which datasets name their organization or groups.
func facetOf(typ catalog.Type) string {
	if typ == catalog.TypeOrganization {
		return "organization"
	}
	return "groups"
}

// countCreated adds to the users of groups how many datasets each created.
func (s *Service) countCreated(ctx context.Context, by catalog.Actor, groups ...map[string]any) error {
	var counts map[string]int
	for _, g := range groups {
		users, _ := g["users"].([]any)
		for _, u := range users {
			if counts == nil {
				var err error
				if counts, err = s.createdPackages(ctx, by); err != nil {
					return err
				}
			}
			d := u.(map[string]any)
			d["number_created_packages"] = counts[d["id"].(string)]
		}
	}
	return nil
}
