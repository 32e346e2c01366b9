package ckan

import (
	"math"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
)

const (
	defaultActivities = 31
	maxActivities     = 100
)

// parseMoment reads a time as CKAN's activity actions take it: seconds since
// 1970 or ISO 8601, without a zone meaning UTC.
func parseMoment(args Args, name string) (time.Time, bool) {
	text := args.String(name)
	if text == "" {
		return time.Time{}, args.Empty(name)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && f >= 0 && f < 1e11 {
		return time.UnixMicro(int64(f * 1e6)).UTC(), true
	}
	return catalog.ParseMoment(text)
}

// moment reads a time; message is what is told of one that cannot be read.
func (f faults) moment(args Args, name, message string) time.Time {
	t, ok := parseMoment(args, name)
	if !ok {
		f.add(name, message)
	}
	return t
}

// natural reads a whole number of at least 0; more is told, too, when it is none
// at all.
func (f faults) natural(args Args, name string, def int, more ...string) int {
	if args.Empty(name) {
		return def
	}
	n, ok := args.integer(name)
	switch {
	case !ok:
		f.add(name, append([]string{"Invalid integer"}, more...)...)
	case n < 0:
		f.add(name, "Must be a natural number")
	}
	return int(min(n, math.MaxInt32))
}

// texts reads a real list of texts.
func (f faults) texts(args Args, name string) []string {
	value := args[name]
	list, ok := value.([]any)
	if !ok && args.Has(name) && value != nil {
		f.add(name, "Not a list")
	}
	var out []string
	for _, x := range list {
		s, isText := x.(string)
		if !isText {
			f.add(name, "Not a string: "+toText(x))
		}
		out = append(out, s)
	}
	return out
}

// page reads which part of a stream is wanted, as all its actions do.
func (f faults) page(args Args) streamFilter {
	const unreadable = "Must be a float timestamp"
	out := streamFilter{
		limit:  min(f.natural(args, "limit", defaultActivities, "Please enter an integer value"), maxActivities),
		offset: f.natural(args, "offset", 0),
		before: f.moment(args, "before", unreadable),
		after:  f.moment(args, "after", unreadable),
	}
	if out.limit == 0 {
		out.limit = maxActivities // 0 is no limit of its own
	}
	return out
}

// activityFilter reads the arguments of an action about the stream of one thing.
// Of a user's stream CKAN takes all kinds whatever is asked for, of a group's it
// leaves none out.
func activityFilter(args Args, kind string) (streamFilter, error) {
	f := faults{}
	if !args.Has("id") {
		f.add("id", "Missing value")
	}
	out := f.page(args)
	types, without := f.texts(args, "activity_types"), f.texts(args, "exclude_activity_types")
	if err := f.err(); err != nil {
		return out, err
	}
	switch kind {
	case "package":
		if args["activity_types"] != nil && args["exclude_activity_types"] != nil {
			return out, invalid("activity_types", "Cannot be used together with `exclude_activity_types")
		}
		out.types, out.without = types, without
	case "group", "organization":
		out.types = types
	}
	return out, nil
}

// ofPackage reports whether an activity is about a dataset, as CKAN tells it.
func (a activity) ofPackage() bool { return strings.Contains(a.kind, "package") }

// permissionLabels are CKAN's words for who sees an activity about a dataset.
func (v *viewer) permissionLabels(a activity) any {
	if len(a.labels) > 0 {
		return a.labels
	}
	if a.noun() != activityNouns[catalog.TypeDataset] {
		return nil
	}
	e := v.entry(a.object)
	switch {
	case e == nil:
		return nil
	case e.State == catalog.StateActive && e.Access == catalog.AccessPublic:
		return []string{"public"}
	}
	var out []string
	if v.s.cfg.Collaborators {
		out = append(out, "collaborator-"+e.ID)
	}
	if e.Owner != "" {
		return append(out, "member-"+e.Owner)
	}
	return append(out, "creator-"+e.Creator)
}

// activityFaults checks an activity written by hand: CKAN knows which kinds there
// are and what each is about.
func activityFaults(tx catalog.Tx, args Args, f faults) {
	object, kind := args.String("object_id"), args.String("activity_type")
	verb, noun, _ := strings.Cut(kind, " ")
	var types []catalog.Type
	message := ""
	switch known := verb == "new" || verb == "changed" || verb == "deleted"; {
	case known && (noun == "package" || noun == "resource view"), kind == "follow dataset":
		types, message = []catalog.Type{catalog.TypeDataset}, "Dataset not found"
	case (known && verb != "deleted" || verb == "follow") && noun == "user":
		message = "Not found: User"
	case (known || verb == "follow") && (noun == "group" || noun == "organization"):
		types, message = []catalog.Type{catalog.TypeGroup, catalog.TypeOrganization}, "Group not found: "+object
	default:
		if kind != "" {
			f.add("activity_type", "Not found: Activity type")
		}
		if object != "" {
			f.add("object_id", `There is no object_id validator for activity type "`+kind+`"`)
		}
		return
	}
	if object == "" {
		return
	}
	found := false
	if types == nil {
		u, err := tx.User(object)
		found = err == nil && u.ID == object
	} else if e, err := tx.Entry(object); err == nil {
		for _, t := range types {
			found = found || e.Type == t
		}
	}
	if !found {
		f.add("object_id", message)
	}
}
