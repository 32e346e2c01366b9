package dcat

import (
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

var inSeries = rdfio.Expand("dcat:inSeries")

// bareSeries takes out the series that a document only names: the field keeps
// the address, and it is written where the series is known.
func bareSeries(n *rdfio.Node) {
	for i := range n.Props {
		if p := &n.Props[i]; p.Predicate == inSeries {
			p.Objects = slices.DeleteFunc(slices.Clone(p.Objects), func(o rdfio.Object) bool { return o.Node == nil && o.IRI != "" })
		}
	}
	n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
}

// series links a dataset with the series that its field names by id or address.
// Each is described as far as its class demands (DCAT-AP.de 3.0, DatasetSeries), so
// that a harvester that cuts out the dataset has it; one that is not here, or is
// hidden, is not named.
func (m *Mapper) series(n *rdfio.Node, e *catalog.Entry, known Lookup) {
	for _, ref := range e.Fields.Strings("in_series") {
		s := known(ref)
		if s == nil || s.ID == e.ID || s.Fields.String("dataset_type") != TypeSeries {
			continue
		}
		whole := m.Dataset(s, known, Profile3)
		short := &rdfio.Node{IRI: whole.IRI, Types: whole.Types}
		for _, p := range []string{"dct:title", "dct:description", "dct:publisher"} {
			short.Add(p, whole.Get(p)...)
		}
		if !Complete(short, Profile3) {
			continue
		}
		// What the dataset's source said of the series may be out of date.
		set(n, inSeries, append(slices.DeleteFunc(slices.Clone(n.Get("dcat:inSeries")), func(o rdfio.Object) bool {
			return o.IRI == short.IRI || o.Node != nil && o.Node.IRI == short.IRI
		}), rdfio.Object{Node: short}))
	}
}

// namePublisher gives the publisher of a series an address, if it has none: the
// series is described with each of its members too, and nodes without one would
// make as many publishers of it.
func (m *Mapper) namePublisher(n *rdfio.Node, e *catalog.Entry) {
	list := n.Get("dct:publisher")
	for i, o := range list {
		if o.Node != nil && o.Node.IRI == "" {
			named := *o.Node
			named.IRI = m.site + "/dataset/" + e.ID + "#herausgeber"
			list[i].Node = &named
		}
	}
}

// before3 are properties of 3.0 by the names that 2.0 has for them.
var before3 = map[string]string{
	"geodcatap:originator": "dcatde:originator", "geodcatap:custodian": "dcatde:maintainer", "dcat:version": "owl:versionInfo", "dcat:hasVersion": "dct:hasVersion", "dcat:isVersionOf": "dct:isVersionOf",
}

// older writes a dataset as 2.0 does: by the names of before, and without series,
// which are datasets there. What belongs to one points to it by dct:isVersionOf,
// the half of 2.0's collections that is not deprecated.
func (m *Mapper) older(n *rdfio.Node, e *catalog.Entry, known Lookup) {
	props := n.Props
	n.Props = nil
	for _, p := range props {
		switch then := before3[rdfio.Compact(p.Predicate)]; {
		case p.Predicate == inSeries:
		case then != "":
			n.Add(then, p.Objects...)
		default:
			n.Add(p.Predicate, p.Objects...)
		}
	}
	for _, ref := range e.Fields.Strings("in_series") {
		if s := known(ref); s != nil && s.ID != e.ID && s.Fields.String("dataset_type") == TypeSeries {
			to := rdfio.IRI(m.IRI(s))
			if !slices.Contains(n.Get("dct:isVersionOf"), to) {
				n.Add("dct:isVersionOf", to)
			}
		}
	}
}

// collection is the type by which datasets were collections before there were
// series (2.0, conventions K14 to K18).
const collection = "http://dcat-ap.de/def/datasetTypes/collection"

// collections makes series of a graph's collections, and their datasets members:
// by dct:hasVersion of the one or dct:isVersionOf of the other. One with
// distributions is a dataset for all its type says.
func collections(g *rdfio.Graph) map[rdfio.Term]bool {
	out := map[rdfio.Term]bool{}
	for _, s := range g.OfType("dcat:Dataset") {
		if !s.IsIRI() || len(g.Objects(s, "dcat:distribution")) > 0 || !slices.ContainsFunc(g.Objects(s, "dct:type"), func(t rdfio.Term) bool {
			return strings.Replace(strings.Replace(t.Value, "https:", "http:", 1), "//www.", "//", 1) == collection
		}) {
			continue
		}
		out[s] = true
	}
	if len(out) == 0 {
		return out
	}
	datasets := map[rdfio.Term]bool{}
	for _, d := range g.OfType("dcat:Dataset") {
		datasets[d] = !out[d]
		for _, of := range g.Objects(d, "dct:isVersionOf") {
			if out[of] && !out[d] {
				g.Add(d, inSeries, of)
			}
		}
	}
	for s := range out {
		for _, member := range g.Objects(s, "dct:hasVersion") {
			if datasets[member] {
				g.Add(member, inSeries, s)
			}
		}
	}
	return out
}

// Lookup finds a public entry by its id, and a series also by its address; nil
// when there is none to be shown.
type Lookup func(ref string) *catalog.Entry

// Public looks entries up for everybody. It looks the whole way up to the city at
// once and remembers, so that it answers when the snapshot is closed.
func Public(tx catalog.Tx) Lookup {
	seen := map[string]*catalog.Entry{}
	var look func(ref string, depth int) *catalog.Entry
	look = func(ref string, depth int) *catalog.Entry {
		const maxDepth = 16
		if e, known := seen[ref]; known || ref == "" || depth > maxDepth {
			return e
		}
		seen[ref] = nil
		e, err := Find(tx, ref)
		if err != nil || !catalog.CanSee(catalog.Anonymous, e) {
			return nil
		}
		seen[ref] = e
		look(e.Owner, depth+1)
		return e
	}
	return func(ref string) *catalog.Entry { return look(ref, 0) }
}

// Find finds what an id, or the address of a published dataset, names, whoever
// asks.
func Find(tx catalog.Tx, ref string) (*catalog.Entry, error) {
	if _, ok := rdfio.CleanIRI(ref); ok {
		id, err := tx.AddressHolder(ref)
		if err != nil || id == "" {
			return nil, catalog.Errorf(catalog.KindNotFound, "not found")
		}
		ref = id
	}
	return tx.Entry(ref)
}
