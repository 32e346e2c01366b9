package ckan

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// draft turns a package dictionary into fields and parts of an entry. before
// is the stored entry on an update, nil on a create. Unknown keys at top level
// are dropped, as CKAN does.
func (s *Service) draft(tx catalog.Tx, by catalog.Actor, args Args, before *catalog.Entry) (*catalog.Entry, error) {
	if args["type"] == nil {
		args = maps.Clone(args)
		args["type"] = "dataset" // faults show it, as in CKAN
	}
	e := &catalog.Entry{Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic, Fields: catalog.Fields{}}
	if before != nil {
		e = before.Clone()
		e.Fields = s.unseen(before)
	}
	faults := &apiError{Status: 409, Type: "Validation Error", Body: map[string]any{}}

	switch name := args["name"]; {
	case truthy(name):
		e.Name = toText(name)
	case name != nil || before == nil: // left out, a name stays
		e.Name = ""
	}
	if err := draftName(tx, e, faults.Body); err != nil {
		return nil, err
	}
	args, err := withGroups(args, s.defs.Of(e.Type).Fields)
	if err != nil {
		return nil, err
	}
	for _, f := range s.defs.Of(e.Type).Fields {
		if f.CKAN.Key == "" || f.Kind == schema.KindTags || (f.Kind == schema.KindJSON && !f.City) || f.Name == "groups" {
			continue
		}
		if v, ok := args[f.CKAN.Key]; ok {
			if err := setValue(e.Fields, &f, v); err != nil {
				faults.Body[f.CKAN.Key] = faultBody(err)
			}
		}
	}
	noteBlanks(s.defs.Of(e.Type).Fields, args, e.Fields, nil, nil, []string{"title"}) // an empty title becomes the name
	if v, given := args["title"]; given && !truthy(v) {
		e.Fields.Set("title", nil)
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
	switch private, given := args["private"]; {
	case !given || private == nil: // as it was: an update that does not name it publishes nothing
	case isYes(private):
		e.Access = catalog.AccessPrivate
	default:
		e.Access = catalog.AccessPublic
	}
	if st := args.String("state"); st != "" && (before != nil || by.Sysadmin) { // CKAN: a new dataset's state is no editor's choice
		e.State = catalog.State(st)
	}
	if text := args.String("metadata_modified"); text != "" && by.Sysadmin {
		t, ok := catalog.ParseMoment(text)
		switch {
		case !ok:
			faults.Body["metadata_modified"] = []string{"Date format incorrect"}
		case before == nil || !t.Equal(before.Modified):
			e.Stamp = t
		}
	}
	if err := draftGroups(tx, by, args, e, before); err != nil { // rights come before rules
		return nil, err
	}
	var refused *apiError
	if err := s.draftOwner(tx, by, args, e, before); errors.As(err, &refused) {
		return nil, refused
	} else if err != nil {
		faults.Body["owner_org"] = []string{err.Error()}
	}
	if err := relationFaults(args, faults.Body); err != nil {
		return nil, err
	}
	if e.Owner == "" && e.Access != catalog.AccessPublic {
		faults.Body["private"] = []string{"Datasets with no organization can't be private."}
	}
	if err := draftTags(tx, args, e, faults); err != nil {
		return nil, err
	}
	groups := readSubfields(args, faults.Body)
	var former catalog.Fields
	if before != nil {
		former = before.Fields
	}
	if err := s.draftExtras(by, args, e, faults, groups.first(e.Fields, former)); err != nil {
		return nil, err
	}
	groups.keep(s.mapper, e.Fields)
	draftTexts(e, before, faults.Body)
	if v, given := args["plugin_data"]; given && v != nil {
		data, err := reviseObject(args, "plugin_data")
		if err != nil {
			faults.Body["plugin_data"] = []string{"The value should be a valid JSON object"}
		}
		if by.Sysadmin {
			e.Fields.Set("plugin_data", plain(data))
		}
	}
	if err := s.draftResources(tx, args, e, before, faults); err != nil {
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

// draftName checks the name of a dataset; CKAN has two rules about its length
// and tells both.
func draftName(tx catalog.Tx, e *catalog.Entry, f faults) error {
	if e.Name == "" && e.ID != "" {
		f.add("name", nameFault(""), `Name "" length is less than minimum 2`)
		return nil
	}
	f.findings(catalog.CheckName(e.Name))
	if other, err := tx.EntryByName(packages, e.Name); err == nil && other.ID != e.ID && other.State != catalog.StateDeleted {
		f.add("name", "That URL is already in use.")
	} else if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return err
	}
	switch n := len([]rune(e.Name)); {
	case n == 1:
		f.add("name", fmt.Sprintf("Name %q length is less than minimum 2", e.Name))
	case n > catalog.MaxName:
		f.add("name", fmt.Sprintf("Name %q length is more than maximum %d", e.Name, catalog.MaxName))
	}
	return nil
}

// draftTexts checks the texts of a dataset that CKAN has rules for. An address
// that was stored otherwise, such as a harvested one, may stay as it is.
func draftTexts(e, before *catalog.Entry, f faults) {
	const maxVersion = 100
	for _, name := range []string{"author_email", "maintainer_email"} {
		v := strings.TrimSpace(e.Fields.String(name))
		if v != "" && !emailPattern.MatchString(v) && (before == nil || before.Fields.String(name) != v) {
			f.add(name, fmt.Sprintf("Email %s is not a valid format", v))
		}
		e.Fields.Set(name, v)
	}
	if len([]rune(e.Fields.String("version"))) > maxVersion {
		f.add("version", fmt.Sprintf("Version must be a maximum of %d characters long", maxVersion))
	}
}

// truthy is what Python takes for true: zero, nothing and what is empty is not.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case json.Number:
		f, err := v.Float64()
		return err != nil || f != 0
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// isYes reads a truth value of a dictionary: these words are yes, all else is no.
func isYes(v any) bool {
	return slices.Contains(yes, strings.ToLower(toText(v)))
}

func setText(fields catalog.Fields, f *schema.Field, v any) error {
	fields.Set(f.Name, toText(v)) // CKAN writes objects and lists as JSON
	return nil
}

func (s *Service) draftOwner(tx catalog.Tx, by catalog.Actor, args Args, e, before *catalog.Entry) error {
	org := args.String("owner_org")
	if org == "" {
		if before != nil && args["owner_org"] == nil {
			return nil
		}
		if s.reg.Policy().UnownedDatasets {
			if before != nil && before.Owner != "" && !by.CanMove(before) {
				return fmt.Errorf("You cannot move this dataset to another organization") // CKAN's text
			}
			e.Owner = ""
			return nil
		}
		return fmt.Errorf("An organization must be provided") // CKAN's text
	}
	o, err := catalog.Find(tx, catalog.TypeOrganization.Namespace(), org)
	if err != nil || o.Type != catalog.TypeOrganization || o.State != catalog.StateActive {
		if before == nil && !by.Sysadmin {
			return denied("User " + by.Name + " not authorized to add dataset to this organization")
		}
		return fmt.Errorf("Organization does not exist") // CKAN's text
	}
	if before != nil && e.Owner != o.ID && !by.CanMove(before) {
		return fmt.Errorf("You cannot move this dataset to another organization") // CKAN's text
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
	from := "tags"
	var names []string
	var messages []any // texts, and what is said about one field of a tag
	var controlled []any
	list, _, err := args.Dicts("tags")
	if err != nil {
		return err
	}
	if len(list) > 0 {
		for _, m := range list {
			name := toText(m["name"])
			if v := toText(m["vocabulary_id"]); v != "" {
				tag, fault := controlledTag(tx, v, name)
				if fault != nil {
					messages = append(messages, fault)
					continue
				}
				controlled = append(controlled, tag)
				continue
			}
			names = append(names, name)
		}
	} else {
		from = "tag_string"
		for _, t := range strings.Split(args.String("tag_string"), ",") {
			if t = strings.TrimSpace(t); t != "" {
				names = append(names, t)
			}
		}
	}
	for _, n := range names {
		if list := tagNameFaults(n); list != nil {
			messages = append(messages, strings.Join(list, ", "))
		}
	}
	if messages != nil {
		faults.Body[from] = messages
	}
	slices.Sort(names)
	e.Fields.Set("tags", slices.Compact(names))
	e.Fields.Set("vocab_tags", controlled)
	return nil
}

// controlledTag finds a tag in its vocabulary; only tags that are there may be used.
func controlledTag(tx catalog.Tx, vocabulary, name string) (tag map[string]any, fault any) {
	v, err := findVocabulary(tx, vocabulary)
	if err != nil {
		return nil, map[string]any{"vocabulary_id": []string{"Tag vocabulary was not found."}}
	}
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: v.ID, Key: name})
	if err != nil || len(list) == 0 {
		return nil, fmt.Sprintf("Tag %s does not belong to vocabulary %s", name, v.Key)
	}
	return map[string]any{"id": list[0].ID, "name": name, "vocabulary_id": v.ID, "vocabulary": v.Key}, nil
}

func draftGroups(tx catalog.Tx, by catalog.Actor, args Args, e, before *catalog.Entry) error {
	list, _, err := args.Dicts("groups")
	if err != nil {
		return err
	}
	if args["groups"] == nil {
		if before != nil {
			e.Fields.Set("groups", before.Fields.Strings("groups"))
		}
		return nil
	}
	var ids []string
	for _, m := range list {
		if ref(m) == "" {
			continue
		}
		g, err := catalog.Find(tx, catalog.TypeGroup.Namespace(), ref(m))
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
	return badNesting(fmt.Sprintf("Only lists of dicts can be placed against subschema ('%s',), not %s", key, pythonType(got)), args)
}

func badNesting(message string, args Args) error {
	return &apiError{Status: 400, Type: "Integrity Error", Body: map[string]any{"message": message, "data": map[string]any(args)}}
}

// sentData makes a fault of nesting show what the client sent, not what its
// arguments were laid over.
func sentData(err error, sent Args) error {
	var a *apiError
	if errors.As(err, &a) && a.Type == "Integrity Error" {
		a.Body["data"] = map[string]any(sent)
	}
	return err
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
// top level (ckanext-scheming's form); other extras are kept as they are. Fields that
// are settled are not set to the value they are named with.
func (s *Service) draftExtras(by catalog.Actor, args Args, e *catalog.Entry, faults *apiError, settled map[string]string) error {
	known := map[string]*schema.Field{}
	def := s.defs.Of(e.Type)
	for i := range def.Fields {
		f := &def.Fields[i]
		if f.CKAN.Extra != "" {
			known[f.CKAN.Extra] = f
			if v, ok := args[f.CKAN.Extra]; ok && (settled[f.Name] == "" || toText(v) != settled[f.Name]) {
				setExtra(e.Fields, f, v)
			}
		}
	}
	list, _, err := args.Dicts("extras")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	var rest, problems []any
	var sent []map[string]any
	bad := false
	for _, m := range list {
		key := toText(m["key"])
		if deleted, _ := m["deleted"].(bool); deleted {
			continue
		}
		problem := extraFaults(by, e.Type, key, m)
		problems, bad = append(problems, problem), bad || len(problem) > 0
		switch {
		case len(problem) > 0:
		case seen[key]:
			faults.Body["extras_validation"] = []string{fmt.Sprintf("Duplicate key %q", key)}
		case known[key] != nil && settled[known[key].Name] != "" && toText(m["value"]) == settled[known[key].Name]:
			seen[key] = true
			continue
		case known[key] != nil:
			setExtra(e.Fields, known[key], m["value"])
		default:
			rest = append(rest, map[string]any{"key": key, "value": toText(m["value"])})
		}
		sent = append(sent, map[string]any{"key": key, "value": toText(m["value"])})
		seen[key] = true
	}
	if bad {
		faults.Body["extras"] = problems
	}
	e.Fields.Set("extras", rest)
	if !bad {
		s.noteExtras(e, sent)
	}
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
func extraFaults(by catalog.Actor, typ catalog.Type, key string, m map[string]any) map[string]any {
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
	switch id := toText(m["id"]); {
	case id == "":
	case !by.Sysadmin:
		out["id"] = []string{"The input field id was not expected."}
	case !catalog.IsID(id):
		out["id"] = []string{"Invalid id provided"}
	}
	return out
}

func setExtra(fields catalog.Fields, f *schema.Field, v any) {
	if s, ok := v.(string); ok && f.Kind == schema.KindConcepts && !strings.HasPrefix(strings.TrimSpace(s), "[") && !strings.Contains(s, "://") {
		// Older extensions list languages and themes with commas between them.
		var list []string
		for _, one := range strings.Split(s, ",") {
			if one = strings.TrimSpace(one); one != "" {
				list = append(list, one)
			}
		}
		fields.Set(f.Name, list)
		return
	}
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
