package ckan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// draftGroup takes the arguments over into an organization or group. CKAN keeps
// title, description, picture, members and parents when they are left out; whole
// means that extras and the fields of a city's own type are cleared then, as
// create and update do.
func (s *Service) draftGroup(tx catalog.WriteTx, c *Call, e *catalog.Entry, whole bool) error {
	f, args := faults{}, maps.Clone(c.Args)
	if args == nil {
		args = Args{}
	}
	typ := cmp.Or(args.String("type"), groupType(e))
	if e.Rev > 0 || e.Type == catalog.TypeOrganization {
		args["type"] = typ // CKAN's messages show what it added
	}
	if e.Rev == 0 {
		args["is_organization"] = e.Type == catalog.TypeOrganization
	}
	if args["extras"] != nil {
		args["extras"] = lastOfEach(args["extras"])
	}
	before := e.Fields.String("image_url")
	if args["name"] != nil || e.Name == "" {
		if name := toText(args["name"]); ofCity(tx, c.Actor, e, name) {
			f.add("name", "Names of cities and their offices are given by system administrators")
		} else {
			e.Name = name
		}
	}
	args, err := withGroups(args, s.defs.Of(e.Type).Fields)
	if err != nil {
		return err
	}
	for _, def := range s.defs.Of(e.Type).Fields {
		if def.CKAN.Key == "" || (def.Kind == schema.KindJSON && !def.City) || (!args.Has(def.CKAN.Key) && !(whole && def.City)) ||
			(args[def.CKAN.Key] == nil && !def.City) {
			continue
		}
		if err := setValue(e.Fields, &def, args[def.CKAN.Key]); err != nil {
			f[def.CKAN.Key] = faultBody(err)
		}
	}
	if typ != groupType(e) {
		e.Fields.Set("group_type", typ)
	}
	if status := args.String("approval_status"); status != "" {
		e.Fields.Set("approval_status", status)
	}
	if st := args.String("state"); st != "" {
		e.State = catalog.State(st)
	}
	if whole || args.Has("extras") {
		for _, def := range s.defs.Of(e.Type).Fields {
			if def.CKAN.Extra != "" {
				e.Fields.Set(def.Name, nil)
			}
		}
		fe := &apiError{Body: map[string]any{}}
		if err := s.draftExtras(c.Actor, args, e, fe, nil); err != nil {
			return err
		}
		for k, v := range fe.Body {
			f[k] = v
		}
	}
	if err := draftGroupTags(args, e, whole, f); err != nil {
		return err
	}
	switch name, changes, err := draftPicture(tx, c, e.ID, before, e.Rev == 0, f); {
	case err != nil:
		return err
	case changes:
		e.Fields.Set("image_url", name)
	}
	s.checkType(e, groupType(e), f)
	if err := s.draftParents(tx, c.Actor, args, e, f); err != nil {
		return err
	}
	if err := memberFaults(tx, args, f); err != nil {
		return err
	}
	switch message := nameFault(e.Name); {
	case f["name"] != nil:
	case e.Name == "":
		f.add("name", "Missing value")
	case message != "":
		f.add("name", message)
	}
	if other, err := tx.EntryByName(groupNS, e.Name); err == nil && other.ID != e.ID && e.Name != "" {
		f.add("name", "Group name already exists in database")
	}
	return f.err()
}

// ofCity reports a name under which the survey looks for the organization of a
// city or of an office: whoever could take it would get the answers.
func ofCity(tx catalog.Tx, by catalog.Actor, e *catalog.Entry, name string) bool {
	if by.Sysadmin || name == e.Name {
		return false
	}
	for _, city := range vocab.Cities() {
		if name == city.Name {
			return true
		}
		if strings.HasPrefix(name, city.Name+"-") {
			org, err := tx.EntryByName(groupNS, city.Name)
			return err != nil || e.Owner != org.ID
		}
	}
	return false
}

// lastOfEach keeps the last of the extras with a key, in its first place.
func lastOfEach(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	at := map[any]int{}
	out := make([]any, 0, len(list))
	for _, x := range list {
		m, _ := x.(map[string]any)
		key, isText := m["key"].(string)
		if i, seen := at[key]; isText && seen {
			out[i] = x
			continue
		} else if isText {
			at[key] = len(out)
		}
		out = append(out, x)
	}
	return out
}

// ref is the id or else the name that a dictionary gives.
func ref(row map[string]any) string { return cmp.Or(toText(row["id"]), toText(row["name"])) }

// draftParents puts a group below others, each of which is the caller's to edit: who
// stands below a city is taken for one of its offices. A hidden one is not there.
func (s *Service) draftParents(tx catalog.Tx, by catalog.Actor, args Args, e *catalog.Entry, f faults) error {
	list, given, err := args.Dicts("groups")
	if err != nil || !given {
		return err
	}
	var ids []string
	for i, m := range list {
		if ref(m) == "" {
			f.at("groups", i, "name", "Missing value")
			continue
		}
		parent, err := catalog.Find(tx, groupNS, ref(m))
		if err == nil && !catalog.CanSee(by, parent) {
			err = notFound("")
		}
		switch {
		case err != nil && e.Rev == 0:
			return notFound("Group was not found.") // CKAN leaves it out and says nothing
		case err != nil, s.noLoop(tx, e, parent.ID) != nil:
			f.at("groups", i, "name", loopText)
		case !slices.Contains(parents(e), parent.ID) && !by.CanEdit(parent):
			return denied("")
		case !slices.Contains(ids, parent.ID):
			ids = append(ids, parent.ID)
		}
	}
	if len(ids) > maxParents {
		return invalid("groups", fmt.Sprintf("At most %d parents are allowed", maxParents))
	}
	e.Owner = ""
	e.Fields.Set("more_parents", nil)
	if len(ids) > 0 {
		e.Owner = ids[0]
		e.Fields.Set("more_parents", ids[1:])
	}
	return nil
}

// maxParents bounds how many groups one belongs to.
const maxParents = 50

// draftGroupTags takes the tags of a group over.
func draftGroupTags(args Args, e *catalog.Entry, whole bool, f faults) error {
	if args["tags"] == nil { // CKAN 2.12 reads no tags of groups any more, and so minds no null
		if whole {
			e.Fields.Set("tags", nil)
		}
		return nil
	}
	list, _, err := args.Dicts("tags")
	if err != nil {
		return err
	}
	var names []string
	for _, m := range list {
		name := toText(m["name"])
		if messages := tagNameFaults(name); messages != nil {
			f.add("tags", messages...)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	e.Fields.Set("tags", slices.Compact(names))
	return nil
}

// memberFaults checks the users and datasets that a group is to have.
func memberFaults(tx catalog.Tx, args Args, f faults) error {
	users, _, err := args.Dicts("users")
	if err != nil {
		return err
	}
	for i, m := range users {
		if toText(m["name"]) == "" && toText(m["id"]) == "" {
			f.at("users", i, "name", "Missing value")
		}
		if c := toText(m["capacity"]); c != "" && !catalog.Role(c).Valid() {
			f.at("users", i, "capacity", "role does not exist.")
		}
	}
	list, _, err := args.Dicts("packages")
	if err != nil {
		return err
	}
	for i, m := range list {
		if ref(m) == "" {
			f.at("packages", i, "id", "Missing value")
		} else if _, err := catalog.Find(tx, packages, ref(m)); err != nil {
			f.at("packages", i, "id", "Dataset not found")
		}
	}
	return nil
}

// setMembers makes the users given the group's members; left out, they stay.
func (s *Service) setMembers(tx catalog.WriteTx, args Args, e *catalog.Entry) error {
	list, given, err := args.Dicts("users")
	if err != nil || !given {
		return err
	}
	have, err := tx.Memberships(e.ID, "")
	if err != nil {
		return err
	}
	var kept []string
	for _, m := range list {
		u, err := tx.User(ref(m))
		if err != nil && m["name"] != nil { // moved from a portal where the account has another id
			u, err = tx.User(toText(m["name"]))
		}
		if err != nil {
			return notFound("User was not found.") // CKAN passes over it and says nothing
		}
		role := catalog.Role(cmp.Or(toText(m["capacity"]), string(catalog.RoleMember)))
		kept = append(kept, u.ID)
		if err := tx.PutMembership(catalog.Membership{OrgID: e.ID, UserID: u.ID, Role: role}); err != nil {
			return err
		}
	}
	for _, m := range have {
		if !slices.Contains(kept, m.UserID) {
			if err := tx.DeleteMembership(e.ID, m.UserID); err != nil {
				return err
			}
		}
	}
	return nil
}

// setPackages puts the datasets given into a group, and takes the others out.
// An organization's datasets are never moved that way.
func (s *Service) setPackages(tx catalog.WriteTx, c *Call, e *catalog.Entry) error {
	list, given, err := c.Args.Dicts("packages")
	if err != nil || !given || e.Type == catalog.TypeOrganization {
		return err
	}
	wanted := make([]string, 0, len(list))
	for _, m := range list {
		p, err := catalog.Find(tx, packages, ref(m))
		if err != nil {
			return err
		}
		wanted = append(wanted, p.ID)
	}
	for p, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}}) {
		if err != nil {
			return err
		}
		in := slices.Contains(p.Fields.Strings("groups"), e.ID)
		if want := slices.Contains(wanted, p.ID); in != want {
			if err := s.regroup(tx, c, p, e, want); err != nil {
				return err
			}
		}
	}
	return nil
}
