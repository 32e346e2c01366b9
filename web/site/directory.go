package site

import (
	"context"
	"slices"
	"strings"
	"sync"

	"trio.example/catalog"
)

// directory holds organizations and groups for labels on a page.
type directory struct {
	orgs, groups []*catalog.Entry // by title
	byKey        map[string]*catalog.Entry
}

// directoryCache keeps the anonymous reader's directory of one version.
type directoryCache struct {
	mu      sync.Mutex
	version int64
	dir     *directory
}

// maxOrgDepth bounds the walk through the hierarchy of organizations.
const maxOrgDepth = 16

func (r *request) directory() (*directory, error) {
	if r.viewer != "" {
		return r.loadDirectory(r.ctx)
	}
	r.dir.mu.Lock()
	defer r.dir.mu.Unlock()
	if r.dir.dir != nil && r.dir.version == r.version {
		return r.dir.dir, nil
	}
	d, err := r.loadDirectory(r.ctx)
	if err == nil {
		r.dir.dir, r.dir.version = d, r.version
	}
	return d, err
}

func (r *request) loadDirectory(ctx context.Context) (*directory, error) {
	d := &directory{byKey: map[string]*catalog.Entry{}}
	var err error
	if d.orgs, err = r.backend.Organizations(ctx); err != nil {
		return nil, err
	}
	if d.groups, err = r.backend.Groups(ctx); err != nil {
		return nil, err
	}
	for _, list := range [][]*catalog.Entry{d.orgs, d.groups} {
		slices.SortFunc(list, func(a, b *catalog.Entry) int {
			return strings.Compare(sortKey(a), sortKey(b))
		})
		for _, e := range list {
			d.byKey[string(e.Type)+":"+e.ID], d.byKey[string(e.Type)+":"+e.Name] = e, e
		}
	}
	return d, nil
}

func (d *directory) org(key string) *catalog.Entry {
	return d.byKey[string(catalog.TypeOrganization)+":"+key]
}

func (d *directory) group(key string) *catalog.Entry {
	return d.byKey[string(catalog.TypeGroup)+":"+key]
}

func (d *directory) children(id string) []*catalog.Entry {
	var out []*catalog.Entry
	for _, o := range d.orgs {
		if o.Owner == id {
			out = append(out, o)
		}
	}
	return out
}

// path returns an organization and those above it, the topmost first.
func (d *directory) path(o *catalog.Entry) []*catalog.Entry {
	var out []*catalog.Entry
	for ; o != nil && len(out) < maxOrgDepth; o = d.org(o.Owner) {
		out = append(out, o)
	}
	slices.Reverse(out)
	return out
}

// subtree returns the names of an organization and all below it.
func (d *directory) subtree(o *catalog.Entry, depth int) []string {
	out := []string{o.Name}
	if depth >= maxOrgDepth {
		return out
	}
	for _, c := range d.children(o.ID) {
		out = append(out, d.subtree(c, depth+1)...)
	}
	return out
}

var umlauts = strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "ss")

// sortKey orders titles as German dictionaries do.
func sortKey(e *catalog.Entry) string { return umlauts.Replace(strings.ToLower(titleOf(e))) }

func titleOf(e *catalog.Entry) string {
	if t := strings.TrimSpace(e.Fields.String("title")); t != "" {
		return t
	}
	return e.Name
}

// title is what an entry is called on pages; its name when it has no title.
func (r *request) title(e *catalog.Entry) string { return titleOf(e) }
