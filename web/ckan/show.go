package ckan

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// timeLayout is CKAN's: UTC without zone, microseconds.
const timeLayout = "2006-01-02T15:04:05.000000"

func stamp(t time.Time) string {
	if t = t.UTC(); t.Nanosecond() < 1000 {
		return t.Format(timeLayout[:19]) // Python leaves out microseconds that are zero
	}
	return t.Format(timeLayout)
}

// viewer renders entries as CKAN dictionaries within one snapshot. It looks
// each organization and group up once.
type viewer struct {
	s     *Service
	tx    catalog.Tx
	actor catalog.Actor
	cache map[string]*catalog.Entry
}

func (s *Service) viewer(tx catalog.Tx, by catalog.Actor) *viewer {
	return &viewer{s: s, tx: tx, actor: by, cache: map[string]*catalog.Entry{}}
}

// entry returns a referenced entry if it exists and the reader may see it.
func (v *viewer) entry(id string) *catalog.Entry {
	if id == "" {
		return nil
	}
	if e, ok := v.cache[id]; ok {
		return e
	}
	e, err := v.tx.Entry(id)
	if err != nil || !catalog.CanSee(v.actor, e) {
		e = nil
	}
	v.cache[id] = e
	return e
}

// optional gives CKAN's null for an absent text.
func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// dataset is the package dictionary of CKAN.
func (v *viewer) dataset(e *catalog.Entry) map[string]any {
	def := v.s.defs.Of(e.Type)
	d := map[string]any{
		"id": e.ID, "name": e.Name, "state": string(e.State), "private": e.Access != catalog.AccessPublic,
		"creator_user_id": optional(e.Creator), "owner_org": optional(e.Owner), "organization": nil,
		"metadata_created": stamp(e.Created), "metadata_modified": stamp(e.Modified),
		"num_resources": len(e.Parts), "relationships_as_subject": []any{}, "relationships_as_object": []any{},
		"author": nil, "author_email": nil, "maintainer": nil, "maintainer_email": nil, "notes": nil, "url": nil, "version": nil, "license_id": nil,
	}
	for _, f := range def.Fields {
		if f.CKAN.Key != "" && f.Visibility == catalog.LevelPublic && f.Kind != schema.KindJSON && f.Kind != schema.KindTags && !f.City {
			if s := e.Fields.String(f.Name); s != "" {
				d[f.CKAN.Key] = s
			}
		}
	}
	showBlanks(e.Fields, d)
	cityValues(v.s.cityFields(e, def.Fields), e.Fields, d)
	d["title"] = e.Fields.String("title")
	if d["title"] == "" {
		d["title"] = e.Name
	}
	d["type"] = "dataset"
	if t := e.Fields.String("dataset_type"); t != "" {
		d["type"] = t
	}
	v.s.addLicence(d, e.Fields.String("license_id"))
	if org := v.entry(e.Owner); org != nil {
		d["organization"] = map[string]any{
			"id": org.ID, "name": org.Name, "title": org.Fields.String("title"), "type": "organization", "description": org.Fields.String("description"),
			"image_url": org.Fields.String("image_url"), "created": stamp(org.Created), "is_organization": true,
			"approval_status": approval(org), "state": string(org.State),
		}
	}
	d["tags"] = tagDicts(e.Fields.Strings("tags"))
	for _, t := range e.Fields.Maps("vocab_tags") {
		d["tags"] = append(d["tags"].([]any), map[string]any{"id": t["id"], "name": t["name"], "display_name": t["name"], "state": "active", "vocabulary_id": t["vocabulary_id"]})
	}
	d["num_tags"] = len(d["tags"].([]any))
	d["groups"] = v.groupDicts(e.Fields.Strings("groups"))
	d["extras"] = extras(e, def)
	showSubfields(v.s.mapper, e.Fields, d)
	resources := make([]any, len(e.Parts))
	for i := range e.Parts {
		resources[i] = v.resource(e, i)
	}
	d["resources"] = resources
	return d
}

func title(e *catalog.Entry) string {
	if t := e.Fields.String("title"); t != "" {
		return t
	}
	return e.Name
}

func (v *viewer) groupDicts(ids []string) []any {
	out := []any{}
	for _, id := range ids {
		g := v.entry(id)
		if g == nil || g.State != catalog.StateActive {
			continue
		}
		out = append(out, map[string]any{
			"id": g.ID, "name": g.Name, "title": g.Fields.String("title"), "display_name": title(g),
			"description": g.Fields.String("description"), "image_display_url": v.s.pictureURL("group", g.Fields.String("image_url")),
		})
	}
	return out
}

func tagDicts(tags []string) []any {
	tags = slices.Sorted(slices.Values(tags))
	out := make([]any, len(tags))
	for i, t := range tags {
		out[i] = tagDict(t)
	}
	return out
}

func tagDict(name string) map[string]any {
	return map[string]any{"id": tagID(name), "name": name, "display_name": name, "state": "active", "vocabulary_id": nil}
}

// extras lists what a client sent in the order it was sent, then other DCAT
// fields in the order of the definition.
func extras(e *catalog.Entry, def *schema.Definition) []any {
	out := []any{}
	for _, f := range def.Fields {
		if f.CKAN.Extra == "" || f.Visibility != catalog.LevelPublic || e.Fields[f.Name] == nil {
			continue
		}
		value := e.Fields.String(f.Name)
		if list := e.Fields.Strings(f.Name); f.CKAN.JSON && len(list) > 0 {
			value = toText(anyList(list))
		}
		if value != "" {
			out = append(out, map[string]any{"key": f.CKAN.Extra, "value": value})
		}
	}
	for _, x := range e.Fields.Maps("extras") {
		out = append(out, map[string]any{"key": x["key"], "value": x["value"]})
	}
	return asWritten(e, def, out)
}

func anyList(in []string) []any {
	out := make([]any, len(in))
	for i := range in {
		out[i] = in[i]
	}
	return out
}

// resource is CKAN's dictionary of one distribution.
func (v *viewer) resource(e *catalog.Entry, i int) map[string]any {
	p := e.Parts[i]
	d := map[string]any{
		"id": p.ID, "package_id": e.ID, "position": i, "state": "active", "created": stamp(p.Created), "metadata_modified": stamp(p.Modified),
		"cache_last_updated": nil, "cache_url": nil, "datastore_active": false, "description": nil, "format": "", "hash": "",
		"last_modified": nil, "mimetype": nil, "mimetype_inner": nil, "name": nil, "resource_type": nil, "size": nil, "url": "", "url_type": nil,
	}
	for key, x := range p.Fields.Map("extras") {
		if known, fixed := d[key]; !fixed || known == nil || key == "datastore_active" {
			d[key] = x
		}
	}
	for _, f := range v.s.defs.Of(e.Type).Parts {
		x, ok := p.Fields[f.Name]
		if !ok || f.CKAN.Key == "" || f.Visibility != catalog.LevelPublic {
			continue
		}
		if f.CKAN.JSON {
			x = toText(x)
		}
		if f.Subfields != nil {
			x = showGroups(&f, p.Fields)
		}
		d[f.CKAN.Key] = x
	}
	showBlanks(p.Fields, d)
	if file := p.FileURL(v.s.cfg.SiteURL, e.ID); file != "" {
		d["url_type"], d["url"] = "upload", file
	} else if url := p.Fields.String("url"); url != "" {
		d["url"] = shownURL(url)
	}
	return d
}

// shownURL is how CKAN shows an address without a scheme.
func shownURL(url string) string {
	if strings.Contains(url, "://") {
		return url
	}
	return "http://" + strings.TrimLeft(url, "/")
}

// group is CKAN's dictionary of an organization or group.
func (v *viewer) group(e *catalog.Entry, count int) map[string]any {
	isOrg := e.Type == catalog.TypeOrganization
	d := map[string]any{
		"id": e.ID, "name": e.Name, "title": e.Fields.String("title"), "display_name": title(e), "description": e.Fields.String("description"),
		"image_url": e.Fields.String("image_url"), "image_display_url": v.s.pictureURL("group", e.Fields.String("image_url")), "created": stamp(e.Created),
		"is_organization": isOrg, "type": groupType(e), "state": string(e.State), "approval_status": approval(e),
		"num_followers": 0, "package_count": count,
	}
	cityValues(v.s.cityFields(e, v.s.defs.Of(e.Type).Fields), e.Fields, d)
	return d
}

// groupDetail adds all that the *_show actions tell.
func (v *viewer) groupDetail(e *catalog.Entry, d map[string]any) { v.groupParts(e, d, Args{}, true) }

// groupParts adds the parts of a group that the include_* arguments ask for; def
// is what holds for those that are not given.
func (v *viewer) groupParts(e *catalog.Entry, d map[string]any, args Args, def bool) {
	if args.Bool("include_extras", def) {
		d["extras"] = extras(e, v.s.defs.Of(e.Type))
	}
	if tags := e.Fields.Strings("tags"); len(tags) > 0 && args.Bool("include_tags", true) {
		d["tags"] = tagDicts(tags) // CKAN 2.12 has no tags of groups any more
	}
	if args.Bool("include_users", def) {
		d["users"] = v.members(e)
	}
	if args.Bool("include_member_count", false) {
		if list, err := v.tx.Memberships(e.ID, ""); err == nil {
			d["member_count"] = len(list)
		}
	}
	if args.Bool("include_followers", def) {
		if n, err := followers(v.tx, "group", e.ID); err == nil {
			d["num_followers"] = n
		}
	}
	if args.Bool("include_groups", def) {
		groups := []any{}
		for _, id := range parents(e) {
			if parent := v.entry(id); parent != nil {
				groups = append(groups, map[string]any{"name": parent.Name, "capacity": "public"})
			}
		}
		d["groups"] = groups
	}
}

// changedGroup is a group as the answer to a change shows it, and lists of what
// somebody follows: its parents whole, without the number of followers.
// finishGroups adds what takes a search.
func (v *viewer) changedGroup(e *catalog.Entry) map[string]any {
	d := v.group(e, 0)
	v.groupDetail(e, d)
	delete(d, "num_followers")
	d["groups"] = v.parentDicts(e, maxAncestors)
	return d
}

// maxAncestors bounds how far up the parents of parents are shown.
const maxAncestors = 10

func (v *viewer) parentDicts(e *catalog.Entry, depth int) []any {
	out := []any{}
	for _, id := range parents(e) {
		parent := v.entry(id)
		if parent == nil || depth == 0 {
			continue
		}
		d := v.listedGroup(parent, 0, Args{"include_dataset_count": true, "include_member_count": v.s.seesUsers(v.actor) == nil})
		d["capacity"], d["groups"] = "public", v.parentDicts(parent, depth-1)
		out = append(out, d)
	}
	return out
}

// parents are the groups that a group belongs to. The first owns it: its
// administrators are this one's.
func parents(e *catalog.Entry) []string {
	return append(nonEmpty(e.Owner), e.Fields.Strings("more_parents")...)
}

// members lists the users of a group for those who may look at accounts.
func (v *viewer) members(e *catalog.Entry) []any {
	out := []any{}
	if v.s.seesUsers(v.actor) != nil {
		return out
	}
	list, err := v.tx.Memberships(e.ID, "")
	if err != nil {
		return out
	}
	for _, m := range list {
		if u, err := v.tx.User(m.UserID); err == nil && u.State == catalog.StateActive {
			d := v.s.userDict(u, catalog.Anonymous, 0)
			d["capacity"] = string(m.Role)
			out = append(out, d)
		}
	}
	slices.SortFunc(out, byText("name"))
	return out
}

// byText orders dictionaries by one of their texts.
func byText(key string) func(a, b any) int {
	return func(a, b any) int {
		return cmp.Compare(toText(a.(map[string]any)[key]), toText(b.(map[string]any)[key]))
	}
}

// groupType is CKAN's type of a group: organization, group or a city's own.
func groupType(e *catalog.Entry) string {
	if t := e.Fields.String("group_type"); t != "" {
		return t
	}
	return string(e.Type)
}

// approval is a text that CKAN keeps with groups and does not act upon.
func approval(e *catalog.Entry) string {
	return cmp.Or(e.Fields.String("approval_status"), "approved")
}

// parseList reads a list that CKAN's clients send as JSON text, as a real list
// or as plain text.
func parseList(v any) []string {
	switch v := v.(type) {
	case []any:
		var out []string
		for _, x := range v {
			if s := toText(x); s != "" {
				out = append(out, s)
			}
		}
		return out
	case string:
		var list []any
		if strings.HasPrefix(strings.TrimSpace(v), "[") && json.Unmarshal([]byte(v), &list) == nil {
			return parseList(list)
		}
		if v != "" {
			return []string{v}
		}
	}
	return nil
}
