package quality

import (
	"context"
	"maps"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// maxRounds ends measure should datasets change as fast as they are measured; the
// change log leads to them again.
const maxRounds = 16

// measure reads, measures and stores datasets, and then those that depend on
// them: another one with the same address gets its place in the feed, or loses
// it; the datasets of a series say what it is called.
func (b *Book) measure(ctx context.Context, ids []string) error {
	// A member that was measured together with its series could not see it yet: it
	// is measured again too.
	told := map[string]bool{}
	for range maxRounds {
		misplaced, members, err := b.pass(ctx, ids)
		if err != nil {
			return err
		}
		ids = misplaced
		for _, id := range members {
			if !told[id] { // two series may name each other
				told[id] = true
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			return nil
		}
	}
	return nil
}

// pass measures some datasets and returns which ones, of these or others, are in
// the feed now that should not be or the other way round, and which name one of
// them as their series.
func (b *Book) pass(ctx context.Context, ids []string) (misplaced, members []string, err error) {
	var found []catalog.Assessment
	var gone []string
	links, addresses := map[string]bool{}, map[string]bool{}
	err = b.store.View(ctx, func(tx catalog.Tx) error {
		orgs := dcat.Public(tx)
		for _, id := range ids {
			was, err := tx.AddressOf(id)
			if err != nil {
				return err
			}
			addresses[was] = true
			e, err := tx.Entry(id)
			if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
				return err
			}
			if err != nil || e.Type != catalog.TypeDataset || !catalog.CanSee(catalog.Anonymous, e) {
				gone = append(gone, id)
				continue
			}
			var linkErr error
			r := Measure(b.mapper, e, orgs, func(address string) bool {
				own, reached, err := b.reached(tx, e, address)
				if err != nil {
					linkErr = err
				}
				if !own {
					links[address] = true
				}
				return reached
			})
			if linkErr != nil {
				return linkErr
			}
			a := catalog.Assessment{Entry: id, Owner: e.Owner, Series: e.Fields.Strings("in_series")}
			if r.published != nil {
				a.IRI = r.published.IRI
				addresses[a.IRI] = true
				if err := b.yield(tx, e, r); err != nil {
					return err
				}
			}
			detail, err := encode(r)
			if err != nil {
				return err
			}
			a.Held, a.Points, a.Detail = r.Held, r.Points(), detail
			if r.published != nil {
				a.Marks = dcat.Marks(r.published)
				dcat.Once{}.Link(r.published)
				if a.Turtle, err = rdfio.Fragment(r.published); err != nil {
					return err
				}
			}
			found = append(found, a)
		}
		for address := range links { // keep those that are new
			if _, err := tx.Link(address); err == nil {
				delete(links, address)
			} else if catalog.KindOf(err) != catalog.KindNotFound {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	delete(addresses, "")
	_, err = b.store.Update(ctx, writer, func(tx catalog.WriteTx) error {
		misplaced = nil // a transaction may run twice
		for _, a := range found {
			if err := tx.PutAssessment(a); err != nil {
				return err
			}
		}
		for _, id := range gone {
			if err := tx.DeleteAssessment(id); err != nil {
				return err
			}
		}
		for address := range links {
			if err := tx.PutLink(&catalog.Link{URL: address, History: []byte("[]")}); err != nil {
				return err
			}
		}
		for iri := range addresses {
			others, err := tx.Misplaced(iri)
			if err != nil {
				return err
			}
			misplaced = append(misplaced, others...)
		}
		members, err = tx.SeriesMembers(slices.AppendSeq(slices.Clone(ids), maps.Keys(addresses)))
		return err
	})
	return misplaced, members, err
}

// HeldAddress is why a dataset is held back whose address an older one has.
const HeldAddress = "held_back:address"

// HeldAtAddress reports it to the officer of the dataset.
func HeldAtAddress(e *catalog.Entry, iri string) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityError, Code: HeldAddress, Field: "uri", Row: iri,
		Message: catalog.DE("„"+e.Name+"“ steht nicht im Feed: Ein älterer Datensatz hat dieselbe Adresse.", "\""+e.Name+"\" is not in the feed: an older dataset has the same address."),
		Remedy:  catalog.DE("Die Adresse im Herkunftskatalog (uri) entfernen oder einen der beiden Datensätze löschen.", "Remove the IRI in the catalogue of origin (uri), or delete one of the two datasets.")}
}

// yield holds a dataset back when an older one has its address: harvesters know a
// dataset by it, and would take the two for one that contradicts itself.
func (b *Book) yield(tx catalog.Tx, e *catalog.Entry, r *Result) error {
	older, err := tx.OlderAt(r.published.IRI, e.ID)
	if err != nil || !older {
		return err
	}
	r.Held, r.published = true, nil
	r.Lacks = append(r.Lacks, HeldAddress)
	return nil
}

// reached says whether an address answered. Files uploaded here are there.
func (b *Book) reached(tx catalog.Tx, e *catalog.Entry, address string) (own, reached bool, err error) {
	for i := range e.Parts {
		if e.Parts[i].FileURL(b.site, e.ID) == address {
			return true, true, nil
		}
	}
	l, err := tx.Link(address)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			err = nil
		}
		return false, false, err
	}
	return false, l.Reached, nil
}
