package dcat

import (
	"slices"

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
