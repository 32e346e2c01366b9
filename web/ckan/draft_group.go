package ckan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// draftGroup takes the arguments over into an organization or group. whole
// means that what is left out is cleared, as create and update do; members and
// parents stay when they are not given.
func (s *Service) draftGroup(tx catalog.WriteTx, c *Call, e *catalog.Entry, whole bool) error {
	f, args := faults{}, c.Args
	before := e.Fields.String("image_url")
	if args.Has("name") || e.Name == "" {
		if name, isText := args["name"].(string); !isText && !args.Empty("name") {
			f.add("name", "Names must be strings")
		} else if ofCity(tx, c.Actor, e, name) {
			f.add("name", "Names of cities and their offices are given by system administrators")
		} else {
			e.Name = name
		}
	}
	for _, def := range s.defs.Of(e.Type).Fields {
		if def.CKAN.Key == "" || (def.Kind == schema.KindJSON && !def.City) || (!whole && !args.Has(def.CKAN.Key)) {
			continue
		}
		if err := setValue(e.Fields, &def, args[def.CKAN.Key]); err != nil {
			f.add(def.CKAN.Key, err.Error())
		}
	}
	if typ := args.String("type"); typ != "" && typ != groupType(e) {
		if e.Rev > 0 {
			f.add("type", "Type cannot be updated")
		} else {
			e.Fields.Set("group_type", typ)
		}
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
		if err := s.draftExtras(c.Actor, args, e, fe); err != nil {
			return err
		}
		for k, v := range fe.Body {
			f[k] = v
		}
	}
	if err := draftGroupTags(args, e, whole, f); err != nil {
		return err
	}
	if name, changes := draftPicture(c, tx.Now(), before, e.Rev == 0, f); changes {
		e.Fields.Set("image_url", name)
	}
	s.checkType(e, groupType(e), f)
	if err := s.draftParents(tx, args, e); err != nil {
		return err
	}
	if f["name"] == nil {
		f.findings(catalog.CheckName(e.Name))
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

func (s *Service) draftParents(tx catalog.Tx, args Args, e *catalog.Entry) error {
	list, ok := args["groups"].([]any)
	if !ok {
		if v := args["groups"]; v != nil {
			return integrity("groups", v, args)
		}
		return nil
	}
	var ids []string
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return integrity("groups", x, args)
		}
		parent, err := catalog.Find(tx, groupNS, cmp.Or(toText(m["id"]), toText(m["name"])))
		if err != nil {
			return notFound("Group was not found.")
		}
		if e.ID != "" {
			if err := s.noLoop(tx, e, parent.ID); err != nil {
				return err
			}
		}
		if !slices.Contains(ids, parent.ID) {
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
	value, given := args["tags"]
	if !given && !whole {
		return nil
	}
	list, ok := value.([]any)
	if value != nil && !ok {
		return integrity("tags", value, args)
	}
	var names []string
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return integrity("tags", x, args)
		}
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

// setMembers makes the users given the group's members; left out, they stay.
func (s *Service) setMembers(tx catalog.WriteTx, args Args, e *catalog.Entry) error {
	value, given := args["users"]
	if !given || value == nil {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		return integrity("users", value, args)
	}
	have, err := tx.Memberships(e.ID, "")
	if err != nil {
		return err
	}
	var kept []string
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return integrity("users", x, args)
		}
		u, err := tx.User(cmp.Or(toText(m["id"]), toText(m["name"])))
		if err != nil && m["name"] != nil { // moved from a portal where the account has another id
			u, err = tx.User(toText(m["name"]))
		}
		if err != nil {
			return notFound("User was not found.")
		}
		role := catalog.Role(cmp.Or(toText(m["capacity"]), string(catalog.RoleMember)))
		if !role.Valid() {
			return invalid("users", "role does not exist.")
		}
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
	value, given := c.Args["packages"]
	if !given || value == nil || e.Type == catalog.TypeOrganization {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		return integrity("packages", value, c.Args)
	}
	var wanted []string
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return integrity("packages", x, c.Args)
		}
		p, err := catalog.Find(tx, packages, cmp.Or(toText(m["id"]), toText(m["name"])))
		if err != nil {
			return notFound("Package was not found.")
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
