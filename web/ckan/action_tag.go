package ckan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"trio.example/catalog"
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
	names, err := s.tags(ctx, c.Actor, c.Args.String("query"))
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
	names, err := s.tags(ctx, c.Actor, "")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(names, func(n string) bool { return n == id || tagID(n) == id })
	if i < 0 {
		return nil, notFound("")
	}
	out := shortTag(names[i])
	if c.Args.Bool("include_datasets", false) {
		res, err := s.packageSearch(ctx, &Call{Actor: c.Actor, Args: Args{"fq": `tags:"` + names[i] + `"`, "rows": "1000", "facet": false}})
		if err != nil {
			return nil, err
		}
		out["packages"] = res.(map[string]any)["results"]
	}
	return out, nil
}
