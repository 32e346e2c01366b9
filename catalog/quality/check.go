package quality

import (
	"context"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// Checked is what an entry would be like at harvesters as it is now, stored or not.
type Checked struct {
	*Result
	// Findings are what breaks the rules of DCAT-AP.de 3.0 and what they recommend;
	// Field is the property.
	Findings []catalog.Finding
}

// Check measures an entry for its officer, whoever may see it.
func (b *Book) Check(ctx context.Context, e *catalog.Entry) (*Checked, error) {
	c := &Checked{}
	err := b.store.View(ctx, func(tx catalog.Tx) error {
		known := dcat.Public(tx)
		var linkErr error
		c.Result = Measure(b.mapper, e, known, func(address string) bool {
			_, reached, err := b.reached(tx, e, address)
			if err != nil {
				linkErr = err
			}
			return reached
		})
		if linkErr != nil {
			return linkErr
		}
		n, held := b.mapper.Publish(e, known, dcat.Profile3)
		c.Findings = held
		if n == nil {
			return nil
		}
		if older, err := tx.OlderAt(n.IRI, e.ID); err != nil || older {
			c.Held = older
			c.Findings = append(c.Findings, HeldAtAddress(e, n.IRI))
			return err
		}
		g := rdfio.NewGraph()
		g.AddNode(n)
		c.Findings = append(c.Findings, dcat.Check(g, dcat.Profile3)...)
		return nil
	})
	return c, err
}
