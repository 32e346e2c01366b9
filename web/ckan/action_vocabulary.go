package ckan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
)

// errNoID is how CKAN's actions about vocabularies miss an id.
var errNoID = plainInvalid("id", "id not in data")

func vocabTagDict(r *catalog.Record) map[string]any {
	return map[string]any{"id": r.ID, "name": r.Key, "display_name": r.Key, "vocabulary_id": r.Parent}
}

func vocabDict(tx catalog.Tx, v *catalog.Record) (map[string]any, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: v.ID})
	tags := make([]any, len(list))
	for i, t := range list {
		tags[i] = vocabTagDict(t)
	}
	return map[string]any{"id": v.ID, "name": v.Key, "tags": tags}, err
}

// findVocabulary looks a vocabulary up by id or name.
func findVocabulary(tx catalog.Tx, idOrName string) (*catalog.Record, error) {
	for _, f := range []catalog.RecordFilter{{Kind: catalog.RecordVocabulary, ID: idOrName}, {Kind: catalog.RecordVocabulary, Key: idOrName}} {
		list, err := tx.Records(f)
		if err != nil {
			return nil, err
		}
		if idOrName != "" && len(list) > 0 {
			return list[0], nil
		}
	}
	return nil, catalog.Errorf(catalog.KindNotFound, "vocabulary not found")
}

// tagNameFaults are CKAN's messages about a tag's name.
func tagNameFaults(n string) (out []string) {
	switch l := len([]rune(n)); {
	case l == 0:
		return []string{"Missing value"}
	case l < 2:
		out = append(out, fmt.Sprintf(`Tag "%s" length is less than minimum 2`, n))
	case l > 100:
		out = append(out, fmt.Sprintf(`Tag "%s" length is more than maximum 100`, n))
	}
	if !tagPattern.MatchString(n) {
		out = append(out, fmt.Sprintf(`Tag "%s" can only contain alphanumeric characters, spaces (" "), hyphens ("-"), underscores ("_") or dots (".")`, n))
	}
	return out
}

// vocabTags reads the argument tags of a vocabulary.
func vocabTags(args Args) ([]string, error) {
	list, _, err := args.Dicts("tags")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range list {
		name, ok := m["name"].(string)
		if !ok || name == "" {
			return nil, &apiError{Status: 409, Type: "Validation Error", Body: map[string]any{"tags": []any{map[string]any{"name": []string{"Missing value"}}}}}
		}
		if f := tagNameFaults(name); f != nil {
			return nil, invalid("tags", strings.Join(f, ", "))
		}
		names = append(names, name)
	}
	return names, nil
}

func (s *Service) vocabularyList(ctx context.Context, _ *Call) (any, error) {
	out := []any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordVocabulary})
		for _, r := range list {
			d, err := vocabDict(tx, r)
			if err != nil {
				return err
			}
			out = append(out, d)
		}
		return err
	})
	return out, err
}

func (s *Service) vocabularyShow(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, errNoID
	}
	var out map[string]any
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		r, err := findVocabulary(tx, id)
		if err != nil {
			return notFound(fmt.Sprintf(`Could not find vocabulary "%s"`, id))
		}
		out, err = vocabDict(tx, r)
		return err
	})
	return out, err
}

func vocabularyName(tx catalog.Tx, args Args, self string) (string, error) {
	name, isText := args["name"].(string)
	f := faults{}
	switch l := len([]rune(name)); {
	case !isText && !args.Empty("name"):
		f.add("name", "Must be a string")
	case name == "":
		f.add("name", "Missing value")
	case l < 2:
		f.add("name", "Name must be at least 2 characters long")
	case l > 100:
		f.add("name", "Name must be a maximum of 100 characters long")
	default:
		have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordVocabulary, Key: name})
		if err != nil {
			return "", err
		}
		if len(have) > 0 && have[0].ID != self {
			f.add("name", "That vocabulary name is already in use.")
		}
	}
	return name, f.err()
}

func (s *Service) vocabularyCreate(ctx context.Context, c *Call) (any, error) {
	if c.Args.Has("id") {
		return nil, invalid("id", "The input field id was not expected.")
	}
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		name, err := vocabularyName(tx, c.Args, "")
		if err != nil {
			return err
		}
		tags, err := vocabTags(c.Args)
		if err != nil {
			return err
		}
		r := &catalog.Record{Kind: catalog.RecordVocabulary, Key: name}
		if err := tx.PutRecord(r); err != nil {
			return err
		}
		if err := s.setVocabTags(tx, c, r.ID, tags); err != nil {
			return err
		}
		out, err = vocabDict(tx, r)
		return err
	})
	return out, err
}

// setVocabTags makes the vocabulary hold just these tags; those that stay keep
// their ids, those that go leave their datasets as well.
func (s *Service) setVocabTags(tx catalog.WriteTx, c *Call, vocabulary string, names []string) error {
	have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: vocabulary})
	if err != nil {
		return err
	}
	var kept, gone []string
	for _, t := range have {
		if slices.Contains(names, t.Key) {
			kept = append(kept, t.Key)
			continue
		}
		gone = append(gone, t.ID)
		if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordTag, ID: t.ID}); err != nil {
			return err
		}
	}
	if len(gone) > 0 {
		if _, err := s.retag(tx, c, func(l *tagLists) { l.dropControlled(gone...) }); err != nil {
			return err
		}
	}
	for _, n := range names {
		if !slices.Contains(kept, n) {
			if err := tx.PutRecord(&catalog.Record{Kind: catalog.RecordTag, Parent: vocabulary, Key: n}); err != nil {
				return err
			}
			kept = append(kept, n)
		}
	}
	return nil
}

func (s *Service) vocabularyUpdate(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, errNoID
	}
	var out map[string]any
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		r, err := findVocabulary(tx, id)
		if err != nil {
			return notFound(fmt.Sprintf(`Could not find vocabulary "%s"`, id))
		}
		if c.Args.Has("name") {
			before := r.Key
			if r.Key, err = vocabularyName(tx, c.Args, r.ID); err != nil {
				return err
			}
			if err := tx.PutRecord(r); err != nil {
				return err
			}
			if r.Key != before {
				if err := s.renameVocabulary(tx, c, r); err != nil {
					return err
				}
			}
		}
		if c.Args.Has("tags") {
			tags, err := vocabTags(c.Args)
			if err != nil {
				return err
			}
			if err := s.setVocabTags(tx, c, r.ID, tags); err != nil {
				return err
			}
		}
		out, err = vocabDict(tx, r)
		return err
	})
	c.Wrote(seq)
	return out, err
}

func (s *Service) vocabularyDelete(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, errNoID
	}
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		r, err := findVocabulary(tx, id)
		if err != nil {
			return notFound(fmt.Sprintf(`Could not find vocabulary "%s"`, id))
		}
		tags, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: r.ID, Limit: 1})
		if err != nil {
			return err
		}
		if len(tags) > 0 {
			return withMessage(409, "Validation Error", "Cannot delete a vocabulary that still has tags")
		}
		_, err = tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordVocabulary, ID: r.ID})
		return err
	})
	return nil, err
}

func (s *Service) tagCreate(ctx context.Context, c *Call) (any, error) {
	if c.Args.Has("id") {
		return nil, invalid("id", "The input field id was not expected.")
	}
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		f := faults{}
		name, isText := c.Args["name"].(string)
		if !isText || name == "" {
			f.add("name", "Missing value")
		} else if msgs := tagNameFaults(name); msgs != nil {
			f.add("name", msgs...)
		}
		var vocabulary *catalog.Record
		if v := c.Args.String("vocabulary_id"); v == "" {
			f.add("vocabulary_id", "Missing value")
		} else if found, err := findVocabulary(tx, v); err != nil {
			f.add("vocabulary_id", "Tag vocabulary was not found.")
		} else {
			vocabulary = found
		}
		if err := f.err(); err != nil {
			return err
		}
		have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: vocabulary.ID, Key: name})
		if err != nil {
			return err
		}
		if len(have) > 0 {
			return invalid("vocabulary_id", fmt.Sprintf("Tag %s already belongs to vocabulary %s", name, vocabulary.ID))
		}
		r := &catalog.Record{Kind: catalog.RecordTag, Parent: vocabulary.ID, Key: name}
		out = vocabTagDict(r)
		if err := tx.PutRecord(r); err != nil {
			return err
		}
		out["id"] = r.ID
		return nil
	})
	return out, err
}

// tagSearch answers tag_search and, with names only, tag_autocomplete.
func (s *Service) tagSearch(ctx context.Context, c *Call) (any, error) {
	found, total, err := s.findTags(ctx, c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"count": total, "results": found}, nil
}

func (s *Service) tagAutocomplete(ctx context.Context, c *Call) (any, error) {
	found, _, err := s.findTags(ctx, c)
	names := []string{}
	for _, t := range found {
		names = append(names, t.(map[string]any)["name"].(string))
	}
	return names, err
}

func (s *Service) findTags(ctx context.Context, c *Call) (found []any, total int, err error) {
	terms := append(c.Args.List("query"), c.Args.List("q")...)
	for i := range terms {
		terms[i] = strings.TrimSpace(terms[i])
	}
	if fields, ok := c.Args["fields"].(map[string]any); ok { // the older form
		terms = append(terms, toText(fields["tag"]), toText(fields["tags"]))
	}
	terms = slices.DeleteFunc(terms, func(t string) bool { return t == "" })
	limit, err := c.Args.Natural("limit", 1000)
	if err != nil {
		return nil, 0, err
	}
	offset, err := c.Args.Natural("offset", 0)
	if err != nil {
		return nil, 0, err
	}
	found = []any{}
	if len(terms) == 0 {
		return found, 0, nil
	}
	var all []any
	if v := c.Args.String("vocabulary_id"); v != "" {
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			r, err := findVocabulary(tx, v)
			if err != nil {
				return nil //nolint:nilerr // CKAN finds nothing in a vocabulary that is not there
			}
			list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: r.ID})
			for _, t := range list {
				if containsAll(t.Key, terms) {
					all = append(all, map[string]any{"id": t.ID, "name": t.Key, "vocabulary_id": t.Parent})
				}
			}
			return err
		})
	} else {
		var names []string
		names, err = s.tags(ctx, c.Actor, terms[0])
		for _, n := range names {
			if containsAll(n, terms) {
				all = append(all, map[string]any{"id": tagID(n), "name": n, "vocabulary_id": nil})
			}
		}
	}
	if err != nil {
		return nil, 0, err
	}
	offset = min(offset, len(all))
	found = append(found, all[offset:min(len(all), offset+cmp.Or(limit, len(all)))]...)
	return found, len(all), nil
}
