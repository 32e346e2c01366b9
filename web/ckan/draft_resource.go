package ckan

import (
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// draftResources builds the parts. Left out altogether they stay as they are.
func (s *Service) draftResources(tx catalog.Tx, args Args, e, before *catalog.Entry, faults *apiError) error {
	list, given, err := args.Dicts("resources")
	if err != nil || !given {
		return err
	}
	e.Parts = nil
	errs, bad := []any{}, false
	for _, m := range list {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(m)), func(k string) bool { return !slices.Contains(unread, k) }) {
			continue // CKAN passes over what has no keys
		}
		p, problems, err := s.draftResource(m, before, before != nil)
		if err != nil {
			return err
		}
		s.checkPart(s.cityType(e), &p, problems)
		if taken, err := partTaken(tx, p.ID, e, before); err != nil {
			return err
		} else if taken && problems["id"] == nil {
			problems["id"] = []string{"Resource id already exists."}
		}
		errs = append(errs, problems)
		bad = bad || len(problems) > 0
		e.Parts = append(e.Parts, p)
	}
	if bad {
		faults.Body["resources"] = errs
	}
	return nil
}

// partTaken reports whether the id given for a resource belongs to one of another
// dataset, or to one before it in the list.
func partTaken(tx catalog.Tx, id string, e, before *catalog.Entry) (bool, error) {
	same := func(p catalog.Part) bool { return p.ID == id }
	switch {
	case id == "":
		return false, nil
	case slices.ContainsFunc(e.Parts, same):
		return true, nil
	case before != nil && slices.ContainsFunc(before.Parts, same):
		return false, nil
	}
	_, err := tx.EntryByPart(id)
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return false, nil
	}
	return err == nil, err
}

// unread are keys of a resource that CKAN drops before it looks.
var unread = []string{"package_id", "position", "state"}

// textKeys are fields CKAN keeps as texts and we among the extras.
var textKeys = []string{"hash", "resource_type", "url_type", "mimetype_inner", "cache_url"}

// computed are keys of a resource that CKAN works out itself.
var computed = []string{"id", "package_id", "position", "state", "created", "metadata_modified", "upload", "clear_upload", "tracking_summary", "extras"}

// keeps are fields of a resource that an update without them leaves as they are,
// as CKAN does; all others are empty then.
var keeps = []string{"name", "format", "hash", "size", "cache_url", "cache_last_updated", "last_modified"}

// shownEmpty are fields of a resource that are never null.
var shownEmpty = []string{"url", "format", "hash"}

// draftResource turns the dictionary of a resource into a distribution; before is
// the dataset it may be in. CKAN guesses the media type whenever a dataset is
// updated, and not when it is made.
func (s *Service) draftResource(m map[string]any, before *catalog.Entry, guess bool) (catalog.Part, map[string]any, error) {
	p := catalog.Part{ID: toText(m["id"]), Fields: catalog.Fields{}}
	problems := map[string]any{}
	if p.ID != "" && !catalog.IsID(p.ID) {
		problems["id"] = []string{"Invalid id provided"}
	}
	known := map[string]bool{}
	m, err := withGroups(m, s.defs.Of(catalog.TypeDataset).Parts)
	if err != nil {
		return p, nil, err
	}
	for _, f := range s.defs.Of(catalog.TypeDataset).Parts {
		if f.CKAN.Key == "" {
			continue
		}
		known[f.CKAN.Key] = true
		v, ok := m[f.CKAN.Key]
		if !ok || v == nil || v == "" {
			continue
		}
		if f.Subfields != nil {
			if err := setValue(p.Fields, &f, v); err != nil {
				problems[f.CKAN.Key] = faultBody(err)
			}
			continue
		}
		switch f.Kind {
		case schema.KindInteger:
			n, ok := Args{"v": v}.integer("v")
			if !ok {
				problems[f.CKAN.Key] = []string{"Invalid integer"}
				continue
			}
			p.Fields.Set(f.Name, n)
		case schema.KindJSON:
			if text, ok := v.(string); ok {
				var parsed any
				if isJSON(text, &parsed) {
					v = parsed
				}
			}
			p.Fields.Set(f.Name, v)
		default:
			if !f.City {
				setExtra(p.Fields, &f, v)
			} else if err := setValue(p.Fields, &f, v); err != nil {
				problems[f.CKAN.Key] = []string{err.Error()}
			}
		}
	}
	p.Fields.Set("url", strings.TrimSpace(p.Fields.String("url")))
	rest := map[string]any{}
	for key, v := range m {
		if !known[key] && !slices.Contains(computed, key) && v != nil {
			if slices.Contains(textKeys, key) {
				v = toText(v)
			}
			rest[key] = v
		}
	}
	var old catalog.Part
	if before != nil && p.ID != "" {
		if i := slices.IndexFunc(before.Parts, func(o catalog.Part) bool { return o.ID == p.ID }); i >= 0 {
			old = before.Parts[i]
			p.Created, p.Modified = old.Created, old.Modified
			for name, v := range old.Fields {
				if s.defs.Of(catalog.TypeDataset).Part(name) == nil { // see unseen
					p.Fields.Set(name, v)
				}
			}
		}
	}
	if was := old.Fields.String("url"); was != "" && shownURL(was) == p.Fields.String("url") {
		p.Fields.Set("url", was) // it comes back as it was shown
	}
	resourceTimes(m, &p, rest, problems)
	s.keepRest(m, &p, old, rest)
	noteBlanks(s.defs.Of(catalog.TypeDataset).Parts, m, p.Fields, old.Fields, keeps, shownEmpty)
	s.draftFile(m, &p, old, rest)
	if v, ok := rest["datastore_active"]; !ok && old.Fields.Map("extras")["datastore_active"] != nil {
		rest["datastore_active"] = old.Fields.Map("extras")["datastore_active"]
	} else if b, isBool := v.(bool); isBool && !b {
		delete(rest, "datastore_active")
	}
	p.Fields.Set("extras", plain(rest))
	if _, given := m["mimetype"]; guess && !given && p.Fields.String("mimetype") == "" {
		p.Fields.Set("mimetype", mediaTypes[extension(&p)])
	}
	guessFormat(&p)
	return p, problems, nil
}

// draftFile takes an uploaded file over, keeps the stored one, or gives it up
// when the resource gets an address instead.
func (s *Service) draftFile(m map[string]any, p *catalog.Part, old catalog.Part, rest map[string]any) {
	if up, ok := m["upload"].(*upload); ok {
		up.named = true
		p.Fields.Set("upload", map[string]any{"sum": up.Sum, "name": up.Name, "type": up.Type})
		p.Fields.Set("url", up.Name)
		p.Fields.Set("size", up.Size)
		if p.Fields.String("mimetype") == "" {
			p.Fields.Set("mimetype", up.Type)
		}
		rest["last_modified"] = stamp(time.Now())
		delete(rest, "url_type")
		return
	}
	kept := old.Fields.Map("upload")
	if kept == nil || Args(m).Bool("clear_upload", false) {
		return
	}
	// The address of an upload is our own: what comes back in a dictionary is
	// the long form of it.
	name, _ := kept["name"].(string)
	if given := p.Fields.String("url"); given == "" || path.Base(given) == name || given == old.Fields.String("url") {
		p.Fields.Set("upload", kept)
		p.Fields.Set("url", name)
		delete(rest, "url_type")
	}
}

// resourceTimes reads the times that the dictionary of a resource gives.
func resourceTimes(m map[string]any, p *catalog.Part, rest, problems map[string]any) {
	for _, key := range []string{"created", "last_modified", "cache_last_updated"} {
		text := toText(m[key])
		if text == "" {
			delete(rest, key)
			continue
		}
		t, ok := catalog.ParseMoment(text)
		switch {
		case !ok:
			problems[key] = []string{"Date format incorrect"}
		case key == "created":
			if p.Created.IsZero() {
				p.Created = t
			}
		default:
			rest[key] = stamp(t)
		}
	}
}

// keepRest brings back what an update leaves as it is where it is not given.
func (s *Service) keepRest(m map[string]any, p *catalog.Part, old catalog.Part, rest map[string]any) {
	def := s.defs.Of(catalog.TypeDataset)
	for _, key := range keeps {
		if m[key] != nil {
			continue
		}
		for _, f := range def.Parts {
			if f.CKAN.Key == key && old.Fields[f.Name] != nil {
				p.Fields.Set(f.Name, old.Fields[f.Name])
			}
		}
		if v := old.Fields.Map("extras")[key]; v != nil {
			rest[key] = v
		}
	}
}

// extension is how the address of a resource ends.
func extension(p *catalog.Part) string {
	name := p.Fields.String("url")
	if u, err := url.Parse(name); err == nil && u.Path != "" {
		name = u.Path
	}
	return strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
}

// guessFormat fills the format from the address of a new resource, and spells a
// known one as CKAN does.
func guessFormat(p *catalog.Part) {
	ext := extension(p)
	format := strings.TrimSpace(p.Fields.String("format"))
	if format == "" && p.ID == "" && mediaTypes[ext] != "" {
		format = ext
	}
	p.Fields.Set("format", spellFormat(format))
}
