package schema

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"trio.example/catalog"
)

// CityType is a type of dataset, organization or group that a city declares in
// the manner of ckanext-scheming: fields of its own, and rules for fields that
// are there already. It needs no Go.
type CityType struct {
	Entry catalog.Type // dataset, organization or group
	Name  string       // CKAN's type, e.g. "geodaten"
	Label catalog.Text
	About catalog.Text
	// Fields belong to the entry, Parts to each resource.
	Fields, Parts []CityField
	// Source is the file as it was read, for the scheming_* actions.
	Source map[string]any
}

// CityField is one field of a CityType.
type CityField struct {
	Name     string // CKAN's key
	Label    catalog.Text
	Help     catalog.Text
	Required bool
	Choices  []Choice
	Default  string
	Kind     Kind
	Pattern  string // "url", "email" or empty: what a text has to look like
	// Subfields are what each group of a repeating field consists of, nil for others.
	Subfields []CityField
	// Blanks is how many groups a form begins with, Once that there is one only.
	Blanks int
	Once   bool
}

// Choice is one allowed value.
type Choice struct {
	Value string
	Label catalog.Text
}

// maxTypes and maxCityFields bound what a folder may declare, maxTypeFile a file in bytes.
const (
	maxTypes      = 100
	maxCityFields = 500
	maxTypeFile   = 1 << 20
)

// Extend adds the types of a folder's *.yaml files. All faults are reported
// together, with file and field; then nothing is added.
func (s *Set) Extend(fsys fs.FS) error {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return fmt.Errorf("list types: %w", err)
	}
	if len(names) == 0 {
		return errors.New("the folder of types holds no *.yaml file")
	}
	if len(names) > maxTypes {
		return fmt.Errorf("more than %d types", maxTypes)
	}
	var faults []error
	var types []*CityType
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err == nil && len(data) > maxTypeFile {
			err = fmt.Errorf("larger than %d bytes", maxTypeFile)
		}
		var t *CityType
		if err == nil {
			t, err = parseType(data)
		}
		if err == nil && slices.ContainsFunc(types, func(o *CityType) bool { return o.Entry == t.Entry && o.Name == t.Name }) {
			err = fmt.Errorf("type %q is declared twice", t.Name)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
			continue
		}
		types = append(types, t)
	}
	next := s.clone()
	for _, t := range types {
		if err := next.add(t); err != nil {
			faults = append(faults, fmt.Errorf("type %q: %w", t.Name, err))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	*s = *next
	return nil
}

func (s *Set) clone() *Set {
	c := &Set{byType: map[catalog.Type]*Definition{}, types: slices.Clone(s.types)}
	for t, d := range s.byType {
		n := *d
		n.Fields, n.Parts = slices.Clone(d.Fields), slices.Clone(d.Parts)
		c.byType[t] = &n
	}
	return c
}

// add takes a type's own fields into the definition of its kind of entry.
func (s *Set) add(t *CityType) error {
	d := s.byType[t.Entry]
	if d == nil {
		return fmt.Errorf("entries of kind %q do not exist", t.Entry)
	}
	var faults []error
	merge := func(have []Field, own []CityField) []Field {
		for _, f := range own {
			i := slices.IndexFunc(have, func(x Field) bool { return x.CKAN.Key == f.Name || x.CKAN.Extra == f.Name || x.Name == f.Name })
			if i < 0 {
				have = append(have, f.field())
				continue
			}
			if have[i].City && have[i].Kind != f.Kind {
				faults = append(faults, fmt.Errorf("field %q is %s here and %s in another type", f.Name, f.Kind, have[i].Kind))
			}
			if err := have[i].join(f); err != nil {
				faults = append(faults, err)
			}
		}
		return have
	}
	d.Fields, d.Parts = merge(d.Fields, t.Fields), merge(d.Parts, t.Parts)
	var err error
	if d.fields, err = check(d.Fields); err != nil {
		faults = append(faults, err)
	}
	if d.parts, err = check(d.Parts); err != nil {
		faults = append(faults, err)
	}
	s.types = append(s.types, t)
	return errors.Join(faults...)
}

// maxText bounds a text of a city's field, in runes.
const maxText = 20_000

func (f CityField) field() Field {
	out := Field{
		Name: f.Name, Kind: f.Kind, Label: f.Label, Help: f.Help, Visibility: catalog.LevelPublic, CKAN: CKAN{Key: f.Name},
		Index: Index{Text: f.Kind == KindText || f.Kind == KindMarkdown || f.Kind == KindTexts, Exact: f.Name}, City: true,
	}
	if f.Kind == KindText || f.Kind == KindMarkdown {
		out.Max = maxText
	}
	if f.Subfields != nil {
		out.Max, out.Blanks, out.Once = maxGroups, f.Blanks, f.Once
	}
	for _, sub := range f.Subfields {
		out.Subfields = append(out.Subfields, sub.field())
	}
	return out
}

// CityTypes returns the declared types of a kind of entry in the order of their names.
func (s *Set) CityTypes(kind catalog.Type) []*CityType {
	var out []*CityType
	for _, t := range s.types {
		if t.Entry == kind {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *CityType) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// CityType returns a declared type, nil when there is none of that name.
func (s *Set) CityType(kind catalog.Type, name string) *CityType {
	for _, t := range s.types {
		if t.Entry == kind && t.Name == name {
			return t
		}
	}
	return nil
}

// Fingerprint changes with the declared types; the index is built by them.
func (s *Set) Fingerprint() string {
	if len(s.types) == 0 {
		return ""
	}
	h := fnv.New64a()
	for _, d := range []catalog.Type{catalog.TypeDataset, catalog.TypeOrganization, catalog.TypeGroup} {
		for _, f := range slices.Concat(s.byType[d].Fields, s.byType[d].Parts) {
			if f.City {
				fmt.Fprintf(h, "%s %s %s\n", d, f.Name, f.Kind)
				for _, sub := range f.Subfields {
					fmt.Fprintf(h, " %s %s\n", sub.Name, sub.Kind)
				}
			}
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// typeKeys name a type, by the kind of entry, as in ckanext-scheming.
var typeKeys = map[string]catalog.Type{
	"dataset_type": catalog.TypeDataset, "organization_type": catalog.TypeOrganization, "group_type": catalog.TypeGroup,
}

var typeName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

func parseType(data []byte) (*CityType, error) {
	var raw map[string]any
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&raw); err != nil {
		return nil, errors.New(yaml.FormatError(err, false, true))
	}
	t := &CityType{Source: raw}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for key, v := range raw {
		switch kind := typeKeys[key]; {
		case kind != "" && t.Entry != "":
			fault("names more than one of dataset_type, organization_type and group_type")
		case kind != "":
			t.Entry = kind
			t.Name, _ = v.(string)
		case key == "about":
			t.About = text(v)
		case key == "label":
			t.Label = text(v)
		case key == "dataset_fields" || key == "fields":
			t.Fields = fields(v, fault)
		case key == "resource_fields":
			t.Parts = fields(v, fault)
		case !slices.Contains([]string{"scheming_version", "about_url", "before_validators", "after_validators", "instances"}, key):
			fault("unknown key %q", key)
		}
	}
	if !typeName.MatchString(t.Name) {
		fault("one of dataset_type, organization_type and group_type must name the type: lower-case letters, digits, - and _")
	}
	if count(t.Fields)+count(t.Parts) > maxCityFields {
		fault("more than %d fields", maxCityFields)
	}
	if len(t.Parts) > 0 && t.Entry != catalog.TypeDataset {
		fault("only a dataset has resource_fields")
	}
	return t, errors.Join(faults...)
}

// text reads a label: one text, or one for each language.
func text(v any) catalog.Text {
	switch v := v.(type) {
	case string:
		return catalog.DE(v, v)
	case map[string]any:
		out := catalog.Text{}
		for lang, x := range v {
			out[lang] = fmt.Sprint(x)
		}
		for _, pair := range [][2]string{{"de", "en"}, {"en", "de"}} {
			if out[pair[0]] == "" {
				out[pair[0]] = out[pair[1]]
			}
		}
		return out
	default:
		return nil
	}
}

// presentation are keys of ckanext-scheming that say how a form looks; they are
// passed on to clients and change nothing here.
var presentation = []string{
	"form_snippet", "display_snippet", "form_placeholder", "form_attrs", "form_include_blank_choice", "form_languages", "display_property", "help_inline", "help_allow_html",
	"select_size", "sorted_choices", "default_jinja2", "start_form_page", "output_validators", "create_validators", "help_text", "label", "classes", "form_select_attrs", "required_language",
	"upload_label", "upload_field", "upload_clear", "label_time", "label_tz", "display_email_name_field", "form_alert_warning", "error_snippet", "form_restrict_choices_to",
	"repeating_label",
}

func fields(v any, fault func(string, ...any)) []CityField {
	list, ok := v.([]any)
	if !ok {
		fault("fields must be a list")
		return nil
	}
	var out []CityField
	seen := map[string]bool{}
	for i, x := range list {
		m, ok := x.(map[string]any)
		name, _ := m["field_name"].(string)
		if !ok || !fieldName.MatchString(name) {
			fault("field %d: field_name must be lower-case letters, digits and _", i+1)
			continue
		}
		if seen[name] {
			fault("field %q is declared twice", name)
		}
		seen[name] = true
		out = append(out, cityField(name, m, func(format string, args ...any) { fault("field %q: "+format, append([]any{name}, args...)...) }))
	}
	return out
}

func cityField(name string, m map[string]any, fault func(string, ...any)) CityField {
	f := CityField{Name: name, Kind: KindText, Label: text(m["label"]), Help: text(m["help_text"])}
	if f.Label == nil {
		f.Label = catalog.DE(name, name)
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch v := m[key]; key {
		case "field_name":
		case "required":
			f.Required, _ = v.(bool)
		case "default":
			f.Default = fmt.Sprint(v)
		case "choices":
			f.Choices = choices(v, fault)
		case "preset":
			f.preset(fmt.Sprint(v), fault)
		case "validators":
			f.validators(fmt.Sprint(v), fault)
		case "repeating_subfields":
			f.repeat(v, fault)
		case "form_blanks":
			f.Blanks, _ = strconv.Atoi(fmt.Sprint(v))
		case "repeating_once":
			f.Once, _ = v.(bool)
		case "choices_helper", "subfields":
			fault("%s is not possible here", key)
		default:
			if !slices.Contains(presentation, key) {
				fault("unknown key %q", key)
			}
		}
	}
	return f
}

func choices(v any, fault func(string, ...any)) []Choice {
	list, ok := v.([]any)
	if !ok {
		fault("choices must be a list of value and label")
		return nil
	}
	var out []Choice
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok || m["value"] == nil {
			fault("a choice needs a value")
			continue
		}
		c := Choice{Value: fmt.Sprint(m["value"]), Label: text(m["label"])}
		if c.Label == nil {
			c.Label = catalog.DE(c.Value, c.Value)
		}
		out = append(out, c)
	}
	return out
}

// preset takes over what one of ckanext-scheming's presets means for the value.
func (f *CityField) preset(name string, fault func(string, ...any)) {
	switch name {
	case "title", "dataset_slug", "group_slug", "organization_slug", "dataset_organization", "select", "radio", "resource_format_autocomplete", "markdown_text":
	case "tag_string_autocomplete":
		f.Kind = KindTags
	case "multiple_checkbox", "multiple_select", "multiple_text":
		f.Kind = KindTexts
	case "date", "datetime", "datetime_tz":
		f.Kind = KindDate
	case "markdown":
		f.Kind = KindMarkdown
	case "json_object":
		f.Kind = KindJSON
	case "resource_url_upload", "organization_url_upload", "group_url_upload", "url":
	default:
		fault("unknown preset %q", name)
	}
}

// validators takes over those of CKAN's validators that make sense without Python.
func (f *CityField) validators(list string, fault func(string, ...any)) {
	for v := range strings.FieldsSeq(list) {
		switch v {
		case "ignore_missing", "unicode_safe", "ignore_empty", "scheming_choices", "scheming_multiple_choice", "strip_value", "name_validator", "package_name_validator", "default",
			"group_name_validator", "package_version_validator", "owner_org_validator", "tag_string_convert", "remove_whitespace", "if_empty_guess_format", "clean_format", "if_empty_same_as(name)":
		case "not_empty", "scheming_required", "not_missing":
			f.Required = true
		case "isodate", "scheming_isodatetime", "scheming_isodatetime_tz", "convert_to_json_if_date", "convert_to_json_if_datetime":
			f.Kind = KindDate
		case "int_validator", "is_positive_integer", "natural_number_validator":
			f.Kind = KindInteger
		case "boolean_validator":
			f.Kind = KindBoolean
		case "url_validator":
			f.Pattern = "url"
		case "email_validator":
			f.Pattern = "email"
		case "scheming_valid_json_object", "scheming_load_json":
			f.Kind = KindJSON
		case "scheming_multiple_text", "as_list":
			f.Kind = KindTexts
		default:
			fault("unknown validator %q", v)
		}
	}
}

// ChoiceLabel is what a city calls a value of one of its fields that has
// choices, nil for any other value.
func (s *Set) ChoiceLabel(kind catalog.Type, field, value string) catalog.Text {
	for _, t := range s.CityTypes(kind) {
		for _, f := range slices.Concat(t.Fields, t.Parts) {
			if f.Name != field {
				continue
			}
			for _, c := range f.Choices {
				if c.Value == value {
					return c.Label
				}
			}
		}
	}
	return nil
}
