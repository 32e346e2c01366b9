package ckan

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"trio.example/catalog"
)

// opposites pairs each relationship type with its reverse. Only the forward
// ones are stored.
var opposites = map[string]string{
	"depends_on": "dependency_of", "dependency_of": "depends_on", "derives_from": "has_derivation", "has_derivation": "derives_from",
	"links_to": "linked_from", "linked_from": "links_to", "child_of": "parent_of", "parent_of": "child_of",
}

// noRelation refuses any other type, in CKAN's words.
const noRelation = "Value must be one of ['depends_on', 'dependency_of', 'derives_from', 'has_derivation', 'links_to', 'linked_from', 'child_of', 'parent_of']"

var forward = catalog.RelationTypes()

// ends finds both datasets of a relationship and checks the right to edit them.
func (s *Service) ends(tx catalog.Tx, c *Call) (subject, object *catalog.Entry, typ string, err error) {
	if err := missing(c.Args, "subject", "object", "type"); err != nil {
		return nil, nil, "", err
	}
	typ = c.Args.String("type")
	if opposites[typ] == "" {
		return nil, nil, "", invalid("type", noRelation)
	}
	find := func(key string) (*catalog.Entry, error) {
		e, err := catalog.Find(tx, packages, c.Args.String(key))
		if err != nil || !catalog.CanSee(c.Actor, e) {
			return nil, notFound(strings.ToUpper(key[:1]) + key[1:] + " package '" + c.Args.String(key) + "' was not found.")
		}
		if !c.Actor.CanEdit(e) {
			return nil, denied("")
		}
		return e, nil
	}
	if subject, err = find("subject"); err == nil {
		object, err = find("object")
	}
	if err == nil && !slices.Contains(forward, typ) {
		subject, object, typ = object, subject, opposites[typ]
	}
	return subject, object, typ, err
}

func relationDict(r *catalog.Record, subject, object string) map[string]any {
	typ, _, _ := strings.Cut(r.Key, " ")
	return map[string]any{"id": r.ID, "subject": subject, "object": object, "type": typ, "comment": r.Fields.String("comment")}
}

// relate answers package_relationship_create and _update.
func (s *Service) relate(update bool) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		var out map[string]any
		_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			subject, object, typ, err := s.ends(tx, c)
			if err != nil {
				return err
			}
			place := catalog.RecordFilter{Kind: catalog.RecordRelationship, Parent: subject.ID, Key: typ + " " + object.ID}
			have, err := tx.Records(place)
			if err != nil {
				return err
			}
			if update && len(have) == 0 {
				return notFound("This relationship between the packages was not found.")
			}
			r := &catalog.Record{Kind: place.Kind, Parent: place.Parent, Key: place.Key}
			if len(have) > 0 { // CKAN lets create change what is there
				r = have[0]
			}
			r.Fields = catalog.Fields{}
			r.Fields.Set("comment", c.Args.String("comment"))
			err = tx.PutRecord(r)
			out = relationDict(r, subject.Name, object.Name)
			return err
		})
		return out, err
	}
}

func (s *Service) unrelate(ctx context.Context, c *Call) (any, error) {
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		subject, object, typ, err := s.ends(tx, c)
		if err != nil {
			return err
		}
		n, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordRelationship, Parent: subject.ID, Key: typ + " " + object.ID})
		if err == nil && n == 0 {
			return notFound("This relationship between the packages was not found.")
		}
		return err
	})
	return nil, err
}

// relationsOf reads the relationships of a dataset from both ends.
func relationsOf(tx catalog.Tx, id string) ([]*catalog.Record, error) {
	out, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordRelationship, Parent: id, Limit: maxRelations})
	for _, typ := range forward {
		if err != nil {
			break
		}
		var list []*catalog.Record
		list, err = tx.Records(catalog.RecordFilter{Kind: catalog.RecordRelationship, Key: typ + " " + id, Limit: maxRelations})
		for _, r := range list {
			if r.Parent != id { // read already
				out = append(out, r)
			}
		}
	}
	return out, err
}

func (s *Service) relationList(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		e, err := s.visible(tx, c.Actor, packages, id)
		if err != nil {
			return elseNotFound(err, "First package named in request was not found.")
		}
		var other *catalog.Entry
		if id2 := c.Args.String("id2"); id2 != "" {
			if other, err = s.visible(tx, c.Actor, packages, id2); err != nil {
				return elseNotFound(err, "Second package named in address was not found.")
			}
		}
		all, err := relationsOf(tx, e.ID)
		rel := c.Args.String("rel")
		if rel == "relationships" {
			rel = ""
		}
		v := s.viewer(tx, c.Actor)
		for _, r := range all {
			typ, objectID, _ := strings.Cut(r.Key, " ")
			partner := objectID
			if objectID == e.ID {
				typ, partner = opposites[typ], r.Parent
			} else if r.Parent != e.ID {
				continue
			}
			p := v.entry(partner)
			if p == nil || (other != nil && p.ID != other.ID) || (rel != "" && rel != typ) {
				continue
			}
			out = append(out, map[string]any{"subject": e.Name, "object": p.Name, "type": typ, "comment": r.Fields.String("comment")})
		}
		if err == nil && rel != "" && len(out) == 0 {
			return notFound(fmt.Sprintf(`Relationship "%s %s %s" not found.`, id, rel, cmp.Or(c.Args.String("id2"), "None")))
		}
		return err
	})
	return out, err
}

// elseNotFound says what was not found, and leaves other errors alone.
func elseNotFound(err error, what string) error {
	if a := asAPIError(err); a != nil && a.Status == http.StatusNotFound {
		return notFound(what)
	}
	return err
}

func collaboratorDict(r *catalog.Record) map[string]any {
	return map[string]any{"package_id": r.Parent, "user_id": r.Key, "capacity": r.Fields.String("capacity"), "modified": r.Fields.String("modified")}
}

// ownsCollaborators lets administrators of the owning organization in; what is
// that the others may not do.
func ownsCollaborators(by catalog.Actor, e *catalog.Entry, what string) error {
	if by.Sysadmin || (e.Owner != "" && by.Roles[e.Owner] == catalog.RoleAdmin) || (e.Owner == "" && e.Creator == by.UserID && by.UserID != "") {
		return nil
	}
	return denied("User " + by.Name + " not authorized to " + what + " this dataset")
}

var errNoCollaborators = withMessage(409, "Validation Error", "Dataset collaborators not enabled")

func (s *Service) collaboratorCreate(ctx context.Context, c *Call) (any, error) {
	if !s.cfg.Collaborators {
		return nil, errNoCollaborators
	}
	if err := absent(c.Args, "id", "user_id", "capacity"); err != nil {
		return nil, err
	}
	role := catalog.Role(c.Args.String("capacity"))
	if role != catalog.RoleEditor && role != catalog.RoleMember {
		return nil, withMessage(409, "Validation Error", `Role must be one of "editor, member"`)
	}
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, packages, c.Args.String("id"))
		if err != nil {
			return notFound("Dataset not found")
		}
		if err := ownsCollaborators(c.Actor, e, "add collaborators to"); err != nil {
			return err
		}
		u, err := tx.User(c.Args.String("user_id"))
		if err != nil {
			return notFound("User not found")
		}
		place := catalog.RecordFilter{Kind: catalog.RecordCollaborator, Parent: e.ID, Key: u.ID}
		have, err := tx.Records(place)
		if err != nil {
			return err
		}
		r := &catalog.Record{Kind: place.Kind, Parent: place.Parent, Key: place.Key}
		if len(have) > 0 {
			r = have[0]
		}
		r.Fields = catalog.Fields{"capacity": string(role), "modified": stamp(tx.Now())}
		out = collaboratorDict(r)
		return tx.PutRecord(r)
	})
	return out, err
}

func (s *Service) collaboratorDelete(ctx context.Context, c *Call) (any, error) {
	if !s.cfg.Collaborators {
		return nil, errNoCollaborators
	}
	if err := absent(c.Args, "id", "user_id"); err != nil {
		return nil, err
	}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, packages, c.Args.String("id"))
		if err != nil {
			return notFound("Package not found")
		}
		if err := ownsCollaborators(c.Actor, e, "remove collaborators from"); err != nil {
			return err
		}
		u, err := tx.User(c.Args.String("user_id"))
		if err != nil {
			return notFound("User not found")
		}
		n, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordCollaborator, Parent: e.ID, Key: u.ID})
		if err == nil && n == 0 {
			return notFound("User " + c.Args.String("user_id") + " is not a collaborator on this dataset")
		}
		return err
	})
	return nil, err
}

func (s *Service) collaboratorList(forUser bool) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		if !s.cfg.Collaborators {
			return nil, errNoCollaborators
		}
		id, err := c.Args.Given("id")
		if err != nil {
			return nil, err
		}
		if want := c.Args.String("capacity"); want != "" && want != string(catalog.RoleEditor) && want != string(catalog.RoleMember) {
			return nil, withMessage(409, "Validation Error", `Capacity must be one of "editor, member"`)
		}
		out := []any{}
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			f := catalog.RecordFilter{Kind: catalog.RecordCollaborator}
			if forUser {
				u, err := tx.User(id)
				if err != nil {
					return denied("Not allowed to retrieve collaborators")
				}
				if !c.Actor.Sysadmin && c.Actor.UserID != u.ID {
					return denied("")
				}
				f.Key = u.ID
			} else {
				e, err := catalog.Find(tx, packages, id)
				if err != nil {
					return notFound("Package not found")
				}
				if err := ownsCollaborators(c.Actor, e, "list collaborators from"); err != nil {
					return err
				}
				f.Parent = e.ID
			}
			list, err := tx.Records(f)
			for _, r := range list {
				if want := c.Args.String("capacity"); want == "" || want == r.Fields.String("capacity") {
					d := collaboratorDict(r)
					if forUser {
						delete(d, "user_id")
					}
					out = append(out, d)
				}
			}
			return err
		})
		return out, err
	}
}
