package dcat

import (
	"maps"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
)

// Group is a repeating field of ckanext-dcat's schemas for ckanext-scheming: a list of
// objects, of which fields here hold the first.
type Group struct {
	Key, Predicate string
	// Parts are the fields that hold a part of the first; More are the properties of
	// parts that no field holds.
	Parts, More map[string]string
}

// Groups are the repeating fields of datasets. That of attributions is a field itself.
var Groups = []Group{
	{"publisher", "dct:publisher", map[string]string{"name": "publisher_name", "email": "publisher_email", "url": "publisher_url", "type": "publisher_type", "uri": "publisher_uri"}, map[string]string{"identifier": "dct:identifier"}},
	{"creator", "dct:creator", map[string]string{"name": "author", "email": "author_email", "url": "author_url", "type": "author_type"}, map[string]string{"uri": "", "identifier": "dct:identifier"}},
	{"contact", "dcat:contactPoint", map[string]string{"name": "contact_name", "email": "contact_email", "telephone": "contact_phone", "url": "contact_url", "uri": "contact_uri"}, map[string]string{"identifier": "vcard:hasUID"}},
	{"spatial_coverage", "dct:spatial", map[string]string{"uri": "spatial_uri", "text": "spatial_text", "geom": "spatial", "bbox": "spatial_bbox", "centroid": "spatial_centroid"}, nil},
	{"temporal_coverage", "dct:temporal", map[string]string{"start": "temporal_start", "end": "temporal_end"}, nil},
	{"qualified_relation", "dcat:qualifiedRelation", nil, map[string]string{"uri": "", "relation": "dct:relation", "role": "dcat:hadRole"}},
}

// MaxGroup bounds the objects of a group.
const MaxGroup = 100

// Item is an object of a group, of what text finds for each of its parts.
func (g *Group) Item(text func(part string) string) catalog.Fields {
	item := catalog.Fields{}
	for _, parts := range []map[string]string{g.Parts, g.More} {
		for part := range parts {
			item.Set(part, text(part))
		}
	}
	return item
}

// KeepGroup keeps what a list of a group says beyond the fields. These hold its first
// object already and have the last word about it. Once somebody edits one of them,
// they speak alone.
func (m *Mapper) KeepGroup(g *Group, fields catalog.Fields, list []catalog.Fields) {
	if len(list) > 0 {
		for part, field := range g.Parts {
			list[0].Set(part, fields.String(field))
		}
	}
	defs := m.defs.Of(catalog.TypeDataset).Fields
	name := rdfio.Compact(rdfio.Expand(g.Predicate))
	store := maps.Clone(fields.Map(kept))
	if store == nil {
		store = map[string]any{}
	}
	delete(store, name)
	more := len(list) > 1 || slices.ContainsFunc(list, func(item catalog.Fields) bool {
		for part := range g.More {
			if item.String(part) != "" {
				return true
			}
		}
		return false
	})
	if more {
		source := &rdfio.Node{}
		for _, item := range list {
			if n := m.grouped(g, item); n != nil {
				source.Add(g.Predicate, rdfio.Object{Node: n})
			}
		}
		maps.Copy(store, keep(defs, fields, source, &rdfio.Node{}))
	}
	fields.Set(kept, store)
}

// grouped describes one object of a group.
func (m *Mapper) grouped(g *Group, item catalog.Fields) *rdfio.Node {
	values, class := catalog.Fields{}, "dcat:Relationship"
	for part, field := range g.Parts {
		if f := m.defs.Of(catalog.TypeDataset).Field(field); f != nil && f.RDF != nil {
			values.Set(field, item.String(part))
			class = f.RDF.Class
		}
	}
	n := &rdfio.Node{Types: []string{rdfio.Expand(class)}}
	if iri, ok := rdfio.CleanIRI(item.String("uri")); ok {
		n.IRI = iri
	}
	for _, inner := range m.nested(m.defs.Of(catalog.TypeDataset).Fields, values, Profile3) {
		n.Props = append(n.Props, inner.node.Props...)
	}
	for _, part := range slices.Sorted(maps.Keys(g.More)) {
		text := item.String(part)
		switch predicate := g.More[part]; {
		case text == "" || predicate == "":
		case predicate == "dct:identifier":
			n.Add(predicate, rdfio.Object{Text: text})
		default:
			addIRI(n, predicate, text)
		}
	}
	if len(n.Props) == 0 && n.IRI == "" {
		return nil
	}
	return n
}

// ShowGroup lists all objects of a group where fields do not hold them: nil if they do.
func (m *Mapper) ShowGroup(g *Group, fields catalog.Fields) []catalog.Fields {
	defs := m.defs.Of(catalog.TypeDataset).Fields
	entry, _ := fields.Map(kept)[rdfio.Compact(rdfio.Expand(g.Predicate))].(map[string]any)
	if s, _ := entry["s"].(string); entry == nil || s != stateOf(defs, rdfio.Expand(g.Predicate), fields) {
		return nil
	}
	var out []catalog.Fields
	more := false
	for _, o := range unpack(entry["o"]) {
		item := catalog.Fields{}
		item.Set("uri", iriOf(o))
		if n := o.Node; n != nil {
			bare := &rdfio.Node{Types: n.Types, Props: n.Props}
			root := &rdfio.Node{Props: []rdfio.Prop{{Predicate: rdfio.Expand(g.Predicate), Objects: []rdfio.Object{{Node: bare}}}}}
			values := catalog.Fields{}
			read(defs, root, values)
			for part, field := range g.Parts {
				if part != "uri" {
					item.Set(part, values.String(field))
				}
			}
			for part, predicate := range g.More {
				for _, v := range n.Get(predicate) {
					if item.String(part) == "" {
						item.Set(part, valueOf(v))
					}
				}
			}
		}
		for part := range g.More {
			more = more || item.String(part) != ""
		}
		if len(item) > 0 {
			out = append(out, item)
		}
	}
	if len(out) < 2 && !more {
		return nil
	}
	return out
}

// nestedNode is a node built from the fields that share it.
type nestedNode struct {
	in   string
	node *rdfio.Node
}

// nested builds the nodes of fields that are said of something the entry points to.
func (m *Mapper) nested(defs []schema.Field, values catalog.Fields, profile Profile) (out []nestedNode) {
	at := map[string]int{}
	for i := range defs {
		f := &defs[i]
		if !writes(f, profile) || f.RDF.In == "" || f.RDF.In == "adms:identifier" {
			continue
		}
		objects := objects(f, values)
		if len(objects) == 0 {
			continue
		}
		key := f.RDF.In + " " + f.RDF.Group
		k, known := at[key]
		if !known {
			k = len(out)
			at[key] = k
			out = append(out, nestedNode{f.RDF.In, &rdfio.Node{Types: []string{rdfio.Expand(f.RDF.Class)}}})
		}
		if f.RDF.As == "node" {
			out[k].node.IRI = objects[0].IRI
		} else {
			out[k].node.Add(f.RDF.Predicate, objects...)
		}
	}
	for _, inner := range out {
		if profile != Profile2 {
			placed(inner.node)
		}
	}
	return out
}

// writes reports a field that goes out in a profile.
func writes(f *schema.Field, profile Profile) bool {
	return f.RDF != nil && f.Visibility == catalog.LevelPublic && (len(f.RDF.Profiles) == 0 || slices.Contains(f.RDF.Profiles, string(profile)))
}
