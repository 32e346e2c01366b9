package ckan

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
)

// Activities about datasets, organizations and groups are read from the change
// log: what happened cannot differ from what is told. The few about accounts
// and views, and those that administrators add, are records.

// activity is one line of a stream.
type activity struct {
	id                 string // of a record, else the number of the change
	user, object, kind string
	at                 time.Time
	// change is the line of the change log behind it, zero for a record.
	change catalog.Change
	data   map[string]any
	labels []string // of a record: to whom it is shown
}

// activityID numbers the lines of the change log as UUIDs, so that clients can ask
// for one. The numbers are encrypted: from what lies between two of them everybody
// could read how much happens that is not public.
func (s *Service) activityID(seq int64) string {
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint64(b[8:], uint64(seq)) //nolint:gosec // numbers of changes are positive
	s.cfg.Key.Encrypt(b[:], b[:])
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// activitySeq is the number behind an id; ok is false for any other text.
func (s *Service) activitySeq(id string) (seq int64, ok bool) {
	if !catalog.IsID(id) {
		return 0, false
	}
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != aes.BlockSize {
		return 0, false
	}
	s.cfg.Key.Decrypt(b, b)
	n := binary.BigEndian.Uint64(b[8:])
	return int64(n), binary.BigEndian.Uint64(b[:8]) == 0 && n <= math.MaxInt64 //nolint:gosec // checked beside it
}

// throwaway is a key that lasts as long as the program.
func throwaway() cipher.Block {
	var key [32]byte
	_, _ = rand.Read(key[:])          // never fails: crypto/rand ends the program instead
	block, _ := aes.NewCipher(key[:]) // nor does this, with a key of this size
	return block
}

var activityVerbs = map[catalog.Op]string{catalog.OpCreate: "new", catalog.OpUpdate: "changed", catalog.OpDelete: "deleted"}

var activityNouns = map[catalog.Type]string{catalog.TypeDataset: "package", catalog.TypeOrganization: "organization", catalog.TypeGroup: "group"}

func fromChange(c catalog.Change) (activity, bool) {
	verb, noun := activityVerbs[c.Op], activityNouns[c.Type]
	if verb == "" || noun == "" {
		return activity{}, false
	}
	return activity{id: strconv.FormatInt(c.Seq, 10), user: c.Actor, object: c.ID, kind: verb + " " + noun, at: c.At, change: c}, true
}

func fromRecord(r *catalog.Record) activity {
	return activity{id: r.ID, user: r.Fields.String("user_id"), object: r.Parent, kind: r.Fields.String("activity_type"), at: r.Created, data: r.Fields.Map("data"), labels: r.Fields.Strings("labels")}
}

// noteActivity records what the change log does not tell.
func noteActivity(tx catalog.WriteTx, by catalog.Actor, kind, object string, data map[string]any) error {
	id := catalog.NewID()
	f := catalog.Fields{"activity_type": kind, "user_id": by.UserID}
	if len(data) > 0 {
		f["data"] = data
	}
	return tx.PutRecord(&catalog.Record{ID: id, Kind: catalog.RecordActivity, Parent: object, Key: id, Fields: f})
}

// streamFilter says what a stream holds.
type streamFilter struct {
	objects       []string // empty: all
	users         []string // empty: all
	types         []string
	without       []string
	before, after time.Time
	limit, offset int
}

// page cuts a page out of a stream. With after alone it begins at the far end,
// as CKAN's does: those next to that moment come, still newest first.
func (f streamFilter) page(list []activity, shown func(activity) bool) []activity {
	if f.forward() {
		slices.Reverse(list)
	}
	var out []activity
	skip := f.offset
	for _, a := range list {
		if len(out) >= f.limit {
			break
		}
		switch {
		case !shown(a):
		case skip > 0:
			skip--
		default:
			out = append(out, a)
		}
	}
	if f.forward() {
		slices.Reverse(out)
	}
	return out
}

func (f streamFilter) forward() bool { return !f.after.IsZero() && f.before.IsZero() }

// maxStream bounds how far back a stream is read, in lines.
const maxStream = 5000

// stream merges change log and records, newest first.
func stream(tx catalog.Tx, f streamFilter) ([]activity, error) {
	changes, err := tx.History(catalog.HistoryFilter{
		Entries: f.objects, Actors: f.users, Before: f.before, After: f.after, Oldest: f.forward(), Limit: maxStream,
		Types: []catalog.Type{catalog.TypeDataset, catalog.TypeOrganization, catalog.TypeGroup},
	})
	if err != nil {
		return nil, err
	}
	var out []activity
	for _, c := range changes {
		if a, ok := fromChange(c); ok {
			out = append(out, a)
		}
	}
	records, err := activityRecords(tx, f)
	if err != nil {
		return nil, err
	}
	out = append(out, records...)
	out = slices.DeleteFunc(out, func(a activity) bool {
		return (len(f.types) > 0 && !slices.Contains(f.types, a.kind)) || slices.Contains(f.without, a.kind) ||
			(!f.before.IsZero() && !a.at.Before(f.before)) || (!f.after.IsZero() && !a.at.After(f.after))
	})
	slices.SortStableFunc(out, newestFirst)
	return out, nil
}

func newestFirst(a, b activity) int {
	return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.change.Seq, a.change.Seq))
}

// noun is the key under which CKAN puts the thing an activity is about, "" for
// what is no entry. Organizations stand there as groups.
func (a activity) noun() string {
	if a.change.Type == catalog.TypeOrganization {
		return activityNouns[catalog.TypeGroup]
	}
	return activityNouns[a.change.Type]
}

func activityRecords(tx catalog.Tx, f streamFilter) ([]activity, error) {
	var out []activity
	parents := f.objects
	if len(parents) == 0 {
		parents = []string{""}
	}
	for _, p := range parents {
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordActivity, Parent: p, Limit: maxStream})
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if a := fromRecord(r); len(f.users) == 0 || slices.Contains(f.users, a.user) {
				out = append(out, a)
			}
		}
	}
	return out, nil
}

// activity is CKAN's dictionary of one activity. What it is about is there as
// it was then for those who may edit it, as former states can hold what is not
// public; others get its name and title of today.
func (v *viewer) activity(a activity) map[string]any {
	data := map[string]any{}
	if u, err := v.tx.User(a.user); err == nil && a.change.Seq > 0 && (v.s.cfg.PublicUsers || !v.actor.IsAnonymous()) {
		data["actor"] = u.Name
	}
	maps.Copy(data, a.data)
	if noun := a.noun(); noun != "" {
		if e := v.entry(a.object); e != nil {
			data[noun] = map[string]any{"id": e.ID, "name": e.Name, "title": title(e)}
			if then := v.then(a, e); then != nil {
				data[noun] = then
			}
		}
	}
	id := a.id
	if a.change.Seq > 0 {
		id = v.s.activityID(a.change.Seq)
	}
	return map[string]any{
		"id": id, "timestamp": stamp(a.at), "user_id": a.user, "object_id": a.object, "activity_type": a.kind, "data": data,
		"permission_labels": v.permissionLabels(a),
	}
}

// then is an entry as an activity left it, for those who may edit it; nil for
// others.
func (v *viewer) then(a activity, e *catalog.Entry) any {
	if !v.actor.CanEdit(e) {
		return nil
	}
	revs, err := v.tx.Revisions(a.object, a.change.Rev+1, 1)
	if err != nil || len(revs) == 0 || revs[0].Change.Rev != a.change.Rev {
		return nil
	}
	return v.state(revs[0].Entry)
}

// seesActivity reports whether the reader may know of an activity at all.
func (v *viewer) seesActivity(a activity) bool {
	if a.change.Seq == 0 && a.ofPackage() && !v.actor.Sysadmin && !slices.Contains(a.labels, "public") {
		return false // written by hand about a dataset, for nobody
	}
	if e, err := v.tx.Entry(a.object); err == nil {
		return catalog.CanSee(v.actor, e)
	}
	if _, err := v.tx.User(a.object); err == nil {
		return v.s.seesUsers(v.actor) == nil
	}
	return v.actor.Sysadmin // purged: its id may still be a secret
}
