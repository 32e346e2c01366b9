package ckan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/search"
)

// tagID gives a free tag a stable id: tags are words of datasets and have no
// row of their own.
func tagID(name string) string {
	sum := sha256.Sum256([]byte("tag\x00" + name))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// tags lists the tags of datasets the reader may see; no other tag exists for them.
func (s *Service) tags(ctx context.Context, by catalog.Actor, query string) ([]string, error) {
	counts, err := s.facetCounts(ctx, by, "tags")
	if err != nil {
		return nil, err
	}
	out := []string{}
	for name := range counts {
		if strings.Contains(strings.ToLower(name), strings.ToLower(query)) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

func shortTag(name string) map[string]any {
	return map[string]any{"id": tagID(name), "name": name, "display_name": name, "vocabulary_id": nil}
}

func (s *Service) tagList(ctx context.Context, c *Call) (any, error) {
	query := strings.TrimSpace(cmp.Or(c.Args.String("query"), c.Args.String("q")))
	if id := c.Args.String("vocabulary_id"); id != "" {
		return s.vocabularyTags(ctx, id, query, c.Args)
	}
	names, err := s.tags(ctx, c.Actor, query)
	if err != nil || !c.Args.Bool("all_fields", false) {
		return names, err
	}
	out := make([]any, len(names))
	for i, n := range names {
		out[i] = shortTag(n)
	}
	return out, nil
}

func (s *Service) tagShow(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	if v := c.Args.String("vocabulary_id"); v != "" {
		return s.vocabularyTag(ctx, c, v, id)
	}
	names, err := s.tags(ctx, c.Actor, "")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(names, func(n string) bool { return n == id || tagID(n) == id })
	if i < 0 {
		return nil, notFound("")
	}
	out := shortTag(names[i])
	return out, s.tagPackages(ctx, c, out, "tags", names[i])
}

// tagPackages adds the datasets of a tag where they are asked for.
func (s *Service) tagPackages(ctx context.Context, c *Call, out map[string]any, field, name string) error {
	if !c.Args.Bool("include_datasets", false) {
		return nil
	}
	_, results, err := s.datasets(ctx, &Call{Actor: c.Actor, Args: Args{"fq": field + `:"` + name + `"`, "rows": "1000", "facet": false}})
	out["packages"] = results
	return err
}

// vocabularyTags lists the tags of a vocabulary, used or not.
func (s *Service) vocabularyTags(ctx context.Context, id, query string, args Args) (any, error) {
	out := []any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v, err := findVocabulary(tx, id)
		if err != nil && query != "" {
			return nil // CKAN finds nothing in a vocabulary that is not there
		}
		if err != nil {
			return notFound("could not find vocabulary '" + id + "'")
		}
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: v.ID})
		for _, t := range list {
			switch {
			case !containsAll(t.Key, []string{query}):
			case args.Bool("all_fields", false):
				out = append(out, vocabTagDict(t))
			default:
				out = append(out, t.Key)
			}
		}
		return err
	})
	return out, err
}

func (s *Service) vocabularyTag(ctx context.Context, c *Call, vocabulary, id string) (any, error) {
	var out map[string]any
	var field string
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v, err := findVocabulary(tx, vocabulary)
		if err != nil {
			return notFound("could not find vocabulary '" + vocabulary + "'")
		}
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTag, Parent: v.ID})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(t *catalog.Record) bool { return t.ID == id || t.Key == id })
		if i < 0 {
			return notFound("")
		}
		out, field = vocabTagDict(list[i]), "vocab_"+search.FieldKey(v.Key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.tagPackages(ctx, c, out, field, toText(out["name"]))
}
