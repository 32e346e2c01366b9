package quality

import (
	"context"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
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
		n := c.published
		if c.Findings = c.findings; n == nil {
			return nil
		}
		older, err := tx.OlderAt(n.IRI, e.ID)
		if err != nil {
			return err
		}
		if older {
			c.Held = true
			c.Findings = append(c.Findings, HeldAtAddress(e, n.IRI))
			return nil
		}
		c.Findings = append(c.Findings, dcat.CheckNode(n)...)
		return nil
	})
	return c, err
}
