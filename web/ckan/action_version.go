package ckan

import (
	"cmp"
	"context"
	"strconv"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// History beyond CKAN: every state of a dataset can be listed, shown, compared
// with another and restored by those who may edit it.

const (
	defaultVersions = 20
	maxVersions     = 100
)

// versionTable lists the actions on former states of datasets.
func (s *Service) versionTable() []Action {
	rev := func(name, de, en string) Param { return param(name, "integer", de, en) }
	return []Action{
		row("package_version_list", true, AuthUser, s.versionList, "Alle Fassungen eines Datensatzes, neueste zuerst.", "All versions of a dataset, newest first.",
			paramID, rev("before", "nur ältere als diese", "only older than this one"), rev("limit", "höchstens so viele: 20, bis 100", "at most that many: 20, up to 100")),
		row("package_version_show", true, AuthUser, s.versionShow, "Zeigt einen Datensatz, wie er in einer Fassung war.", "Shows a dataset as it was in a version.",
			paramID, required("version", "integer", "Nummer der Fassung", "number of the version")),
		row("package_version_diff", true, AuthUser, s.versionDiff, "Vergleicht zwei Fassungen Feld für Feld.", "Compares two versions field by field.",
			paramID, required("from", "integer", "Nummer der älteren", "number of the older one"), rev("to", "Nummer der neueren, sonst die jetzige", "number of the newer one, else the present one")),
		write("package_version_restore", AuthUser, s.versionRestore, "Stellt eine Fassung wieder her; auch das lässt sich zurücknehmen.", "Restores a version; that, too, can be undone.",
			paramID, required("version", "integer", "Nummer der Fassung", "number of the version")),
	}
}

// number reads a whole number that must be there.
func number(args Args, name string) (int64, error) {
	if args.Empty(name) {
		return 0, invalid(name, "Missing value")
	}
	n, ok := args.integer(name)
	if !ok || n < 0 {
		return 0, invalid(name, "Must be a natural number")
	}
	return n, nil
}

func (v *viewer) versionDict(r catalog.Revision) map[string]any {
	d := map[string]any{"version": r.Change.Rev, "timestamp": stamp(r.Change.At), "operation": string(r.Change.Op), "user_id": optional(r.Change.Actor), "user": nil}
	if u, err := v.tx.User(r.Change.Actor); err == nil {
		d["user"] = cmp.Or(u.FullName, u.Name)
	}
	return d
}

func (s *Service) versionList(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	limit, err := c.Args.Natural("limit", defaultVersions)
	if err != nil {
		return nil, err
	}
	before, err := c.Args.Natural("before", 0)
	if err != nil {
		return nil, err
	}
	e, list, err := s.reg.Versions(ctx, c.Actor, packages, id, int64(before), min(max(limit, 1), maxVersions))
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v := s.viewer(tx, c.Actor)
		for _, r := range list {
			d := v.versionDict(r)
			d["title"], d["current"] = title(r.Entry), r.Change.Rev == e.Rev
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

// versionArgs reads which version of which dataset is meant.
func versionArgs(c *Call, name string) (id string, rev int64, err error) {
	if id, err = c.Args.Required("id"); err == nil {
		rev, err = number(c.Args, name)
	}
	return id, rev, err
}

func (s *Service) versionShow(ctx context.Context, c *Call) (any, error) {
	id, rev, err := versionArgs(c, "version")
	if err != nil {
		return nil, err
	}
	_, r, err := s.reg.Version(ctx, c.Actor, packages, id, rev)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v := s.viewer(tx, c.Actor)
		out = v.versionDict(*r)
		out["package"] = v.dataset(r.Entry)
		return nil
	})
	return out, err
}

func (s *Service) versionDiff(ctx context.Context, c *Call) (any, error) {
	id, from, err := versionArgs(c, "from")
	if err != nil {
		return nil, err
	}
	e, old, err := s.reg.Version(ctx, c.Actor, packages, id, from)
	if err != nil {
		return nil, err
	}
	to := e.Rev
	if !c.Args.Empty("to") {
		if to, err = number(c.Args, "to"); err != nil {
			return nil, err
		}
	}
	_, now, err := s.reg.Version(ctx, c.Actor, packages, id, to)
	if err != nil {
		return nil, err
	}
	return map[string]any{"from": from, "to": to, "changes": s.changes(c.Actor, e, catalog.Compare(old.Entry, now.Entry))}, nil
}

// changes names differences as CKAN's dictionaries do, as far as the reader may
// know the values.
func (s *Service) changes(by catalog.Actor, e *catalog.Entry, list []catalog.Difference) []any {
	level, _ := catalog.LevelOf(by, e)
	def := s.defs.Of(e.Type)
	out := []any{}
	for _, d := range list {
		row := map[string]any{"resource_id": optional(d.Part), "before": d.Before, "after": d.After}
		field := def.Field
		if d.Part != "" {
			field = def.Part
		}
		switch f := field(d.Field); {
		case d.Field == "" && d.Before != nil && d.After != nil:
			row["field"] = "position"
		case d.Field == "":
			row["field"], row["before"], row["after"] = nil, s.partValues(level, def, d.Before), s.partValues(level, def, d.After)
		case d.Part == "" && headFields[d.Field] != "":
			row["field"] = headFields[d.Field]
			if d.Field == "access" {
				row["before"], row["after"] = d.Before != string(catalog.AccessPublic), d.After != string(catalog.AccessPublic)
			}
		case d.Part != "" && d.Field == "upload":
			row["field"] = "upload"
		case f == nil || !level.Covers(f.Visibility):
			continue
		default:
			row["field"] = cmp.Or(f.CKAN.Key, f.CKAN.Extra, f.Name)
		}
		out = append(out, row)
	}
	return out
}

// headFields are what a dataset has beside its fields, as CKAN calls it.
var headFields = map[string]string{"name": "name", "owner": "owner_org", "state": "state", "access": "private"}

// partValues are the values of a distribution that only one version has.
func (s *Service) partValues(level catalog.Level, def *schema.Definition, v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	out := map[string]any{}
	for name, x := range m {
		if f := def.Part(name); f != nil && level.Covers(f.Visibility) {
			out[cmp.Or(f.CKAN.Key, f.CKAN.Extra, f.Name)] = x
		}
	}
	return out
}

func (s *Service) versionRestore(ctx context.Context, c *Call) (any, error) {
	id, rev, err := versionArgs(c, "version")
	if err != nil {
		return nil, err
	}
	e, seq, err := s.reg.Restore(ctx, c.Actor, packages, id, rev, c.ifRev)
	if catalog.KindOf(err) == catalog.KindConflict && err != nil {
		return nil, withMessage(412, "Precondition Failed", "The entry has another revision than "+strconv.FormatInt(c.ifRev, 10)+": somebody changed it. Read it again and repeat the change.")
	}
	if err != nil {
		return nil, err
	}
	c.Wrote(seq, e.ID)
	var out map[string]any
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		out, c.shown = s.viewer(tx, c.Actor).dataset(e), e.Rev
		return nil
	})
	return out, err
}
