package ckan

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/web/session"
)

// Loose files lie in the one storage there is, by content like all others, and
// are a record each. Who may act on a file follows from its owner: a user's are
// his own, those of an entry are for whoever may do the same with the entry.

// fileStorage is CKAN's name for the storage that is there by default.
const fileStorage = "default"

func fileDict(r *catalog.Record) map[string]any {
	size, _ := r.Fields.Int("size")
	pinned, _ := r.Fields["pinned"].(bool)
	return map[string]any{
		"id": r.ID, "name": r.Fields.String("name"), "location": r.Key, "storage": r.Parent, "content_type": r.Fields.String("type"), "size": size,
		"hash": r.Fields.String("sum"), "algorithm": "sha256", "created": stamp(r.Created) + "+00:00", "storage_data": map[string]any{},
		"owner_type": optional(r.Fields.String("owner_type")), "owner_id": optional(r.Fields.String("owner_id")), "pinned": pinned,
	}
}

func storageOf(args Args) (string, error) {
	name := cmp.Or(args.String("storage"), fileStorage)
	if name != fileStorage {
		return "", invalid("storage", "Storage "+name+" is not configured")
	}
	return name, nil
}

var errManageFiles = denied("Not allowed to manage files")

// fileCreate stores a file for system administrators, as CKAN does by default:
// a portal is no free file store.
func (s *Service) fileCreate(ctx context.Context, c *Call) (any, error) {
	if !c.Actor.Sysadmin {
		return nil, errManageFiles
	}
	storage, err := storageOf(c.Args)
	if err != nil {
		return nil, err
	}
	u, ok := c.Args["upload"].(*upload)
	switch {
	case c.Args.Empty("upload"):
		return nil, invalid("upload", "Missing value")
	case !ok:
		return nil, invalid("upload", "Must be a file of a multipart form")
	}
	name := u.Name
	if given := c.Args.String("name"); given != "" {
		name = fileName(given)
	}
	var out map[string]any
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFile, Parent: storage, Key: name})
		if err != nil {
			return err
		}
		if len(have) > 0 {
			return invalid("upload", "File already exists")
		}
		r := newFile(c.Actor, name, name, u.Sum, cmp.Or(u.Type, u.Sniffed), u.Size)
		if err := tx.PutRecord(r); err != nil {
			return err
		}
		u.named, out = true, fileDict(r)
		return c.keepFiles()
	})
	return out, err
}

func newFile(by catalog.Actor, location, name, sum, typ string, size int64) *catalog.Record {
	return &catalog.Record{Kind: catalog.RecordFile, Parent: fileStorage, Key: location, Fields: catalog.Fields{
		"name": name, "sum": sum, "type": cmp.Or(typ, "application/octet-stream"), "size": size, "owner_type": "user", "owner_id": by.UserID, "pinned": false,
	}}
}

// fileRegister makes a file of a content that lies in the store already.
func (s *Service) fileRegister(ctx context.Context, c *Call) (any, error) {
	location, err := c.Args.Required("location")
	if err != nil {
		return nil, err
	}
	if !c.Actor.Sysadmin {
		return nil, errManageFiles
	}
	if _, err := storageOf(c.Args); err != nil {
		return nil, err
	}
	var out map[string]any
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFile, Parent: fileStorage, Key: location})
		if err != nil {
			return err
		}
		if len(have) > 0 {
			return invalid("location", "File is already registered")
		}
		if s.cfg.Files == nil {
			return notFound("file not found at location")
		}
		size, ok := s.cfg.Files.Has(location)
		if !ok {
			return notFound("file not found at location")
		}
		r := newFile(c.Actor, location, location, location, "", size)
		out = fileDict(r)
		err = tx.PutRecord(r)
		out["id"] = r.ID
		out["created"] = stamp(r.Created) + "+00:00"
		return err
	})
	return out, err
}

// may reports whether an actor may do something with what owns files: show,
// update or delete.
func (s *Service) may(tx catalog.Tx, by catalog.Actor, typ, id, what string) bool {
	var e *catalog.Entry
	var err error
	switch typ {
	case "user":
		return what == "update" && id == by.UserID && id != ""
	case "package":
		e, err = catalog.Find(tx, packages, id)
	case "resource":
		e, _, err = part(tx, id)
	case "group", "organization":
		e, err = catalog.Find(tx, groupNS, id)
		if err == nil && string(e.Type) != typ {
			return false
		}
	default:
		return false
	}
	if err != nil {
		return false
	}
	if what == "show" {
		return catalog.CanSee(by, e) && e.State != catalog.StateDeleted || by.CanEdit(e)
	}
	return by.CanEdit(e)
}

// file finds a file on which the caller may act. To others it is refused
// whether it is there or not.
func (s *Service) file(tx catalog.Tx, by catalog.Actor, id, what string) (*catalog.Record, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFile, ID: id})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		if by.Sysadmin {
			return nil, notFound("file")
		}
		return nil, denied("Not allowed to " + fileVerbs[what] + " file")
	}
	typ, owner := list[0].Fields.String("owner_type"), list[0].Fields.String("owner_id")
	own := typ == "user" && owner == by.UserID && owner != ""
	if !by.Sysadmin && !own && (typ == "user" || !s.may(tx, by, typ, owner, what)) {
		return nil, denied("Not allowed to " + fileVerbs[what] + " file")
	}
	return list[0], nil
}

var fileVerbs = map[string]string{"show": "read", "update": "edit", "delete": "delete"}

func (s *Service) fileShow(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		r, err := s.file(tx, c.Actor, id, "show")
		if err == nil {
			out = fileDict(r)
		}
		return err
	})
	return out, err
}

// changeFile lets change alter a file that the caller may edit.
func (s *Service) changeFile(ctx context.Context, c *Call, change func(catalog.Tx, *catalog.Record) error) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var out map[string]any
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		r, err := s.file(tx, c.Actor, id, "update")
		if err != nil {
			return err
		}
		if err := change(tx, r); err != nil {
			return err
		}
		out = fileDict(r)
		return tx.PutRecord(r)
	})
	return out, err
}

func (s *Service) fileRename(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "id", "name"); err != nil {
		return nil, err
	}
	return s.changeFile(ctx, c, func(_ catalog.Tx, r *catalog.Record) error {
		r.Fields.Set("name", fileName(c.Args.String("name")))
		return nil
	})
}

func (s *Service) filePin(pinned bool) RunFunc {
	return func(ctx context.Context, c *Call) (any, error) {
		return s.changeFile(ctx, c, func(_ catalog.Tx, r *catalog.Record) error {
			if pinned && r.Fields.String("owner_id") == "" {
				return invalid("id", "File has no owner")
			}
			r.Fields["pinned"] = pinned
			return nil
		})
	}
}

func (s *Service) fileTransfer(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "id", "owner_id", "owner_type"); err != nil {
		return nil, err
	}
	typ, owner := c.Args.String("owner_type"), c.Args.String("owner_id")
	if len(typ) > 100 || len(owner) > 200 {
		return nil, invalid("owner_id", "Must be a maximum of 200 characters long")
	}
	return s.changeFile(ctx, c, func(tx catalog.Tx, r *catalog.Record) error {
		if pinned, _ := r.Fields["pinned"].(bool); pinned && !c.Args.Bool("force", false) {
			if !c.Actor.Sysadmin {
				return denied("File is pinned")
			}
			return invalid("force", "Must be enabled to transfer pinned files")
		}
		if !c.Actor.Sysadmin && !s.may(tx, c.Actor, typ, owner, "update") {
			return denied("Not allowed to transfer ownership")
		}
		r.Fields.Set("owner_type", typ)
		r.Fields.Set("owner_id", owner)
		r.Fields["pinned"] = c.Args.Bool("pin", false)
		return nil
	})
}

func (s *Service) fileScan(ctx context.Context, c *Call) (any, error) {
	start, err := c.Args.Natural("start", 0)
	if err != nil {
		return nil, err
	}
	rows, err := c.Args.Natural("rows", defaultRows)
	if err != nil {
		return nil, err
	}
	less, err := fileOrder(c.Args)
	if err != nil {
		return nil, err
	}
	typ, owner := cmp.Or(c.Args.String("owner_type"), "user"), c.Args.String("owner_id")
	if owner == "" && typ == "user" {
		owner = c.Actor.UserID
	}
	var found []*catalog.Record
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		if !c.Actor.Sysadmin && !s.may(tx, c.Actor, typ, owner, "update") {
			return denied("Not allowed to list files")
		}
		all, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFile})
		for _, r := range all {
			if r.Fields.String("owner_type") == typ && r.Fields.String("owner_id") == owner {
				found = append(found, r)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, less)
	results := []any{}
	for _, r := range found[min(start, len(found)):min(start+min(rows, maxRows), len(found))] {
		results = append(results, fileDict(r))
	}
	return map[string]any{"count": len(found), "results": results}, nil
}

// fileOrder reads sort: a field, a list of fields, or of pairs of field and direction.
func fileOrder(args Args) (func(a, b *catalog.Record) int, error) {
	list, isList := args["sort"].([]any)
	if !isList {
		list = []any{cmp.Or(args.String("sort"), "name")}
	}
	type criterion struct {
		field string
		desc  bool
	}
	var criteria []criterion
	for _, x := range list {
		pair, isPair := x.([]any)
		if !isPair {
			pair = []any{x, "asc"}
		}
		if len(pair) != 2 {
			return nil, invalid("sort", "Invalid sort value: "+toText(x))
		}
		field, direction := toText(pair[0]), toText(pair[1])
		if direction != "asc" && direction != "desc" {
			return nil, invalid("sort", "Invalid sort direction: "+direction)
		}
		if !slices.Contains([]string{"name", "storage", "location", "size", "hash", "created", "owner_id", "owner_type", "pinned"}, field) {
			return nil, invalid("sort", "Invalid sort field: "+field)
		}
		criteria = append(criteria, criterion{field, direction == "desc"})
	}
	key := func(r *catalog.Record, field string) string {
		if field == "size" {
			n, _ := r.Fields.Int("size")
			return fmt.Sprintf("%020d", n)
		}
		return fmt.Sprint(fileDict(r)[field])
	}
	return func(a, b *catalog.Record) int {
		for _, k := range criteria {
			n := cmp.Compare(key(a, k.field), key(b, k.field))
			if k.desc {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	}, nil
}

func (s *Service) fileDelete(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var gone *catalog.Record
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		var err error
		if gone, err = s.file(tx, c.Actor, id, "delete"); err != nil {
			return err
		}
		_, err = tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordFile, ID: gone.ID})
		return err
	})
	if err != nil {
		return nil, err
	}
	return fileDict(gone), s.forget(ctx, gone.Fields.String("sum"))
}

// fileDownload sends a loose file to those who may see it.
func (s *Service) fileDownload(c *gin.Context) {
	var found *catalog.Record
	err := s.reg.Store().View(c.Request.Context(), func(tx catalog.Tx) error {
		var err error
		found, err = s.file(tx, session.Actor(c), c.Param("id"), "show")
		return err
	})
	if err != nil {
		c.String(http.StatusNotFound, "Diese Datei gibt es nicht oder sie ist nicht öffentlich.\n")
		return
	}
	name := path.Base(strings.TrimSpace(found.Fields.String("name")))
	s.sendFile(c, stored{sum: found.Fields.String("sum"), typ: found.Fields.String("type"), name: name, changed: found.Created})
}
