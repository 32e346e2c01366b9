package dcat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"github.com/gosimple/slug"

	"trio.example/catalog"
)

// Key names a resource within its source for good: its address, else its
// identifier, else its title.
func (r *Resource) Key() string {
	if r.IRI != "" {
		return r.IRI
	}
	for _, name := range []string{"identifier", "title"} {
		if s := r.Fields.String(name); s != "" {
			sum := sha256.Sum256([]byte(r.Type + "\x00" + name + "\x00" + s))
			return "urn:sha256:" + hex.EncodeToString(sum[:16])
		}
	}
	return "urn:sha256:" + r.Hash()
}

// Hash prints what was read, so that an unchanged resource is told at once.
// Records of its catalogue do not count: some catalogues date them anew every day.
func (r *Resource) Hash() string {
	fields := r.Fields
	if _, has := fields[records]; has {
		fields = maps.Clone(fields)
		delete(fields, records)
	}
	b, err := json.Marshal([]any{fields, r.Parts})
	if err != nil {
		return "" // values of entries always encode
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// Name proposes a name from the title; the caller makes it unique.
func (r *Resource) Name() string {
	const most = 80 // leaves room for a number
	s := slug.MakeLang(r.Fields.String("title"), "de")
	if len(s) > most {
		s = s[:most]
	}
	if len(s) < 2 || catalog.HasErrors(catalog.CheckName(s)) {
		return "datensatz-" + r.Hash()[:12]
	}
	return s
}

// Apply writes a resource into an entry, new or known. Fields that no RDF speaks
// for stay as they are; a distribution keeps its id when its address comes again.
func (m *Mapper) Apply(r *Resource, e *catalog.Entry) {
	fields := r.Fields.Clone()
	for _, f := range m.defs.Of(catalog.TypeDataset).Fields {
		if _, has := fields[f.Name]; has || f.RDF != nil || slices.Contains([]string{kept, records, "rdf_aside", "dataset_type", "license_id"}, f.Name) {
			continue
		}
		if v, had := e.Fields[f.Name]; had {
			fields[f.Name] = v
		}
	}
	e.Fields = fields
	parts := make([]catalog.Part, len(r.Parts))
	taken := map[string]bool{}
	for i, p := range r.Parts {
		parts[i] = catalog.Part{Fields: p.Fields.Clone()}
		for _, old := range e.Parts {
			if !taken[old.ID] && samePart(&old, &p) {
				parts[i].ID, taken[old.ID] = old.ID, true
				break
			}
		}
	}
	e.Parts = parts
}

func samePart(a, b *catalog.Part) bool {
	for _, name := range []string{"uri", "download_url", "url"} {
		if x, y := a.Fields.String(name), b.Fields.String(name); x != "" || y != "" {
			return x == y
		}
	}
	return a.Fields.String("name") == b.Fields.String("name")
}
