package ckan

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// draft turns a package dictionary into fields and parts of an entry. before
// is the stored entry on an update, nil on a create. Unknown keys at top level
// are dropped, as CKAN does.
func (s *Service) draft(tx catalog.Tx, by catalog.Actor, args Args, before *catalog.Entry) (*catalog.Entry, error) {
	e := &catalog.Entry{Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic, Fields: catalog.Fields{}}
	if before != nil {
		e = before.Clone()
		e.Fields = s.unseen(before)
	}
	faults := &apiError{Status: 409, Type: "Validation Error", Body: map[string]any{}}

	e.Name = args.String("name")
	for _, f := range s.defs.Of(e.Type).Fields {
		if f.CKAN.Key == "" || f.Kind == schema.KindTags || (f.Kind == schema.KindJSON && !f.City) || f.Name == "groups" {
			continue
		}
		if v, ok := args[f.CKAN.Key]; ok {
			if err := setValue(e.Fields, &f, v); err != nil {
				faults.Body[f.CKAN.Key] = []string{err.Error()}
			}
		}
	}
	if e.Fields.String("title") == "" {
		e.Fields.Set("title", e.Name)
	}
	if before != nil {
		e.Fields.Set("dataset_type", before.Fields.String("dataset_type")) // CKAN: a type stays
	}
	if e.Fields.String("dataset_type") == "dataset" {
		e.Fields.Set("dataset_type", nil)
	}
	if args.Has("private") && args.Bool("private", false) {
		e.Access = catalog.AccessPrivate
	} else {
		e.Access = catalog.AccessPublic
	}
	if st := args.String("state"); st != "" {
		e.State = catalog.State(st)
	}
	if t, err := time.Parse("2006-01-02T15:04:05.999999", args.String("metadata_modified")); err == nil && by.Sysadmin && (before == nil || !t.Equal(before.Modified)) {
		e.Stamp = t
	}
	var refused *apiError
	if err := s.draftOwner(tx, by, args, e, before); errors.As(err, &refused) {
		return nil, refused
	} else if err != nil {
		faults.Body["owner_org"] = []string{err.Error()}
	}
	if e.Owner == "" && e.Access != catalog.AccessPublic {
		faults.Body["private"] = []string{"Datasets with no organization can't be private."}
	}
	if err := draftTags(tx, args, e, faults); err != nil {
		return nil, err
	}
	if err := draftGroups(tx, by, args, e, before); err != nil {
		return nil, err
	}
	if err := s.draftExtras(args, e, faults); err != nil {
		return nil, err
	}
	if data, ok := args["plugin_data"].(map[string]any); ok && by.Sysadmin {
		e.Fields.Set("plugin_data", plain(data))
	}
	if err := s.draftResources(args, e, before, faults); err != nil {
		return nil, err
	}
	typ := e.Fields.String("dataset_type")
	if typ == "" {
		typ = "dataset"
	}
	s.checkType(e, typ, faults.Body)
	if len(faults.Body) > 0 {
		return nil, faults
	}
	return e, nil
}

// unseen returns the fields CKAN's dictionaries do not have; replacing a
// dataset by its dictionary must not lose them.
func (s *Service) unseen(before *catalog.Entry) catalog.Fields {
	out := catalog.Fields{}
	def := s.defs.Of(before.Type)
	for name, v := range before.Fields {
		// A field without a definition belongs to a type that is away at the moment.
		if f := def.Field(name); f == nil || f.CKAN == (schema.CKAN{}) {
			out.Set(name, v)
		}
	}
	return out
}

func setText(fields catalog.Fields, f *schema.Field, v any) error {
	switch v.(type) {
	case map[string]any, []any:
		return fmt.Errorf("Must be a Unicode string value") // CKAN's text, clients compare it
	}
	fields.Set(f.Name, toText(v))
	return nil
}

func (s *Service) draftOwner(tx catalog.Tx, by catalog.Actor, args Args, e, before *catalog.Entry) error {
	org := args.String("owner_org")
	if org == "" {
		if before != nil && !args.Has("owner_org") {
			return nil
		}
		if s.reg.Policy().UnownedDatasets {
			e.Owner = ""
			return nil
		}
		return fmt.Errorf("An organization must be provided") // CKAN's text
	}
	o, err := catalog.Find(tx, catalog.TypeOrganization.Namespace(), org)
	if err != nil || o.Type != catalog.TypeOrganization || o.State != catalog.StateActive {
		return fmt.Errorf("Organization does not exist") // CKAN's text
	}
	if e.Owner != o.ID && !by.CanCreateIn(o.ID) {
		if before == nil {
			return denied("User " + by.Name + " not authorized to add dataset to this organization")
		}
		return fmt.Errorf("You cannot add a dataset to this organization") // CKAN's text
	}
	e.Owner = o.ID
	return nil
}

var tagPattern = regexp.MustCompile(`^[\p{L}\p{N} ._-]*$`)

func draftTags(tx catalog.Tx, args Args, e *catalog.Entry, faults *apiError) error {
	var names, messages []string
	var controlled []any
	list, isList := args["tags"].([]any)
	if v := args["tags"]; v != nil && !isList {
		return integrity("tags", v, args)
	}
	if len(list) > 0 {
		for _, x := range list {
			m, ok := x.(map[string]any)
			if !ok {
				return integrity("tags", list, args)
			}
			name := toText(m["name"])
			if v := toText(m["vocabulary_id"]); v != "" {
				tag, fault := controlledTag(tx, v, name)
				if fault != "" {
					messages = append(messages, fault)
					continue
				}
				controlled = append(controlled, tag)
				continue
			}
			names = append(names, name)
		}
	} else {
		for _, t := range strings.Split(args.String("tag_string"), ",") {
			if t = strings.TrimSpace(t); t != "" {
				names = append(names, t)
			}
		}
	}
	for _, n := range names {
		messages = append(messages, tagNameFaults(n)...)
	}
	if messages != nil {
		faults.Body["tags"] = messages
	}
	slices.Sort(names)
	e.Fields.Set("tags", slices.Compact(names))
	e.Fields.Set("vocab_tags", controlled)
	return nil
}

// controlledTag finds a tag in its vocabulary; only tags that are there may be used.
func controlledTag(tx catalog.Tx, vocabulary, name string) (map[string]any, string) {
	v, err := findVocabulary(tx, vocabulary)
	if err != nil {
		return nil, "Tag vocabulary was not found."
	}
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: v.ID, Key: name})
	if err != nil || len(list) == 0 {
		return nil, fmt.Sprintf("Tag %s does not belong to vocabulary %s", name, v.Key)
	}
	return map[string]any{"id": list[0].ID, "name": name, "vocabulary_id": v.ID, "vocabulary": v.Key}, ""
}

func draftGroups(tx catalog.Tx, by catalog.Actor, args Args, e, before *catalog.Entry) error {
	list, given := args["groups"].([]any)
	if !given {
		if before != nil {
			e.Fields.Set("groups", before.Fields.Strings("groups"))
		}
		return nil
	}
	var ids []string
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return integrity("groups", list, args)
		}
		ref := toText(m["id"])
		if ref == "" {
			ref = toText(m["name"])
		}
		g, err := catalog.Find(tx, catalog.TypeGroup.Namespace(), ref)
		if err != nil || g.Type != catalog.TypeGroup {
			if by.Sysadmin {
				continue // CKAN ignores unknown groups of a sysadmin
			}
			return notFound("Group was not found.")
		}
		if !by.Sysadmin && by.Roles[g.ID] == "" && (before == nil || !slices.Contains(before.Fields.Strings("groups"), g.ID)) {
			return denied("User " + by.Name + " not authorized to edit these groups")
		}
		ids = append(ids, g.ID)
	}
	e.Fields.Set("groups", ids)
	return nil
}

// integrity is CKAN's answer to a value nested the wrong way.
func integrity(key string, got any, args Args) error {
	return &apiError{Status: 400, Type: "Integrity Error", Body: map[string]any{
		"message": fmt.Sprintf("Only lists of dicts can be placed against subschema ('%s',), not %s", key, pythonType(got)), "data": map[string]any(args),
	}}
}

func pythonType(v any) string {
	switch v.(type) {
	case string:
		return "<class 'str'>"
	case bool:
		return "<class 'bool'>"
	case json.Number:
		return "<class 'int'>"
	case []any:
		return "<class 'list'>"
	case map[string]any:
		return "<class 'dict'>"
	default:
		return "<class 'NoneType'>"
	}
}

// draftExtras takes DCAT fields from the extras (the legacy form) and from the
// top level (ckanext-scheming's form); other extras are kept as they are.
func (s *Service) draftExtras(args Args, e *catalog.Entry, faults *apiError) error {
	draftSubfields(args, e.Fields)
	known := map[string]*schema.Field{}
	def := s.defs.Of(e.Type)
	for i := range def.Fields {
		f := &def.Fields[i]
		if f.CKAN.Extra != "" {
			known[f.CKAN.Extra] = f
			if v, ok := args[f.CKAN.Extra]; ok {
				setExtra(e.Fields, f, v)
			}
		}
	}
	list, isList := args["extras"].([]any)
	if v, given := args["extras"]; given && v != nil && !isList {
		return integrity("extras", v, args)
	}
	seen := map[string]bool{}
	var rest, problems []any
	bad := false
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return integrity("extras", list, args)
		}
		if len(m) == 0 {
			continue // nothing is left of it when CKAN takes the dictionaries apart
		}
		key := toText(m["key"])
		if deleted, _ := m["deleted"].(bool); deleted {
			continue
		}
		problem := extraFaults(e.Type, key, m)
		problems, bad = append(problems, problem), bad || len(problem) > 0
		switch {
		case len(problem) > 0:
		case seen[key]:
			faults.Body["extras_validation"] = []string{fmt.Sprintf("Duplicate key %q", key)}
		case known[key] != nil:
			setExtra(e.Fields, known[key], m["value"])
		default:
			rest = append(rest, map[string]any{"key": key, "value": toText(m["value"])})
		}
		seen[key] = true
	}
	if bad {
		faults.Body["extras"] = problems
	}
	e.Fields.Set("extras", rest)
	return nil
}

// rootFields are CKAN's own fields, which no extra may be called like.
var rootFields = []string{
	"id", "name", "title", "notes", "owner_org", "private", "state", "type", "url", "version", "author", "author_email", "maintainer", "maintainer_email",
	"license_id", "resources", "tags", "tag_string", "groups", "extras", "metadata_created", "metadata_modified", "creator_user_id",
	"relationships_as_subject", "relationships_as_object", "plugin_data", "save", "return_to",
}

// rootGroupFields are those of groups and organizations.
var rootGroupFields = []string{
	"id", "name", "title", "description", "image_url", "image_display_url", "type", "state", "created", "is_organization", "approval_status", "extras",
	"groups", "tags", "users", "packages",
}

// extraFaults are CKAN's messages about one extra.
func extraFaults(typ catalog.Type, key string, m map[string]any) map[string]any {
	out, root := map[string]any{}, rootFields
	if typ != catalog.TypeDataset {
		root = rootGroupFields
	}
	switch {
	case key == "":
		out["key"] = []string{"Missing value"}
	case slices.Contains(root, key):
		out["key"] = []string{"There is a schema field with the same name"}
	}
	if _, given := m["value"]; !given {
		out["value"] = []string{"Missing value"}
	}
	return out
}

func setExtra(fields catalog.Fields, f *schema.Field, v any) {
	if f.Kind.List() {
		fields.Set(f.Name, parseList(v))
		return
	}
	if list := parseList(v); f.CKAN.JSON && len(list) > 0 {
		fields.Set(f.Name, list[0])
		return
	}
	fields.Set(f.Name, toText(v))
}

// draftResources builds the parts. Left out altogether they stay as they are.
func (s *Service) draftResources(args Args, e, before *catalog.Entry, faults *apiError) error {
	v, given := args["resources"]
	if !given {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		return integrity("resources", v, args)
	}
	e.Parts = nil
	errs, bad := make([]any, len(list)), false
	for i, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return integrity("resources", list, args)
		}
		p, problems, err := s.draftResource(m, before)
		if err != nil {
			return err
		}
		errs[i] = problems
		bad = bad || len(problems) > 0
		e.Parts = append(e.Parts, p)
	}
	if bad {
		faults.Body["resources"] = errs
	}
	return nil
}

// computed are keys of a resource that CKAN works out itself.
var computed = []string{"id", "package_id", "position", "state", "created", "metadata_modified", "upload", "clear_upload", "tracking_summary", "extras"}

func (s *Service) draftResource(m map[string]any, before *catalog.Entry) (catalog.Part, map[string]any, error) {
	p := catalog.Part{ID: toText(m["id"]), Fields: catalog.Fields{}}
	problems := map[string]any{}
	if p.ID != "" && !catalog.IsID(p.ID) {
		problems["id"] = []string{"Invalid id provided"}
	}
	known := map[string]bool{}
	for _, f := range s.defs.Of(catalog.TypeDataset).Parts {
		if f.CKAN.Key == "" {
			continue
		}
		known[f.CKAN.Key] = true
		v, ok := m[f.CKAN.Key]
		if !ok || v == nil || v == "" {
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
				if json.Unmarshal([]byte(text), &parsed) == nil {
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
	s.draftFile(m, &p, old, rest)
	if v, ok := rest["datastore_active"]; !ok && old.Fields.Map("extras")["datastore_active"] != nil {
		rest["datastore_active"] = old.Fields.Map("extras")["datastore_active"]
	} else if b, isBool := v.(bool); isBool && !b {
		delete(rest, "datastore_active")
	}
	p.Fields.Set("extras", plain(rest))
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

// guessFormat fills format and media type from the address of a new resource,
// and spells a known format as CKAN does.
func guessFormat(p *catalog.Part) {
	name := p.Fields.String("url")
	if u, err := url.Parse(name); err == nil && u.Path != "" {
		name = u.Path
	}
	ext := strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
	if p.Fields.String("mimetype") == "" {
		p.Fields.Set("mimetype", mediaTypes[ext])
	}
	format := strings.TrimSpace(p.Fields.String("format"))
	if format == "" && p.ID == "" && mediaTypes[ext] != "" {
		format = ext
	}
	p.Fields.Set("format", spellFormat(format))
}

// integer reads a whole number however it was written.
func (a Args) integer(name string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(a.String(name)), 10, 64)
	return n, err == nil
}

// plain brings decoded JSON into the form entries store.
func plain(m map[string]any) map[string]any {
	b, err := json.Marshal(m)
	if err != nil {
		return nil
	}
	var f catalog.Fields
	if err := json.Unmarshal(b, &f); err != nil {
		return nil
	}
	return f
}
