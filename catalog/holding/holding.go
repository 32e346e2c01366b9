// Package holding is the way of a survey answer into the catalogue: a record
// becomes a holding, a person approves it, and what may go out becomes a
// dataset. The survey's own rules live in catalog/survey; the registry writes.
package holding

import (
	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/survey"
)

// Status is where a holding stands between office and publication.
type Status string

// The stages, with the codes of the survey template.
const (
	StatusDraft     Status = "draft" // incomplete, back at the office
	StatusSubmitted Status = "subm"
	StatusReturned  Status = "retn"
	StatusApproved  Status = "appr" // approved, waiting for its connection
	StatusPublished Status = "publ"
	StatusWithdrawn Status = "with" // taken out of the public again
)

// Desk imports and approves holdings.
type Desk struct {
	reg  *catalog.Registry
	defs *schema.Set
	tmpl *survey.Template
	// idBase is the address under which identifiers of datasets are minted,
	// without a final slash.
	idBase string
	// find gives the template a holding was answered with.
	find func(tx catalog.Tx, ref string) *survey.Template
	// moved hears of holdings whose dataset was opened or closed by hand.
	moved func(tx catalog.WriteTx, by catalog.Actor, holdingID string, s Status) error
}

// UseTemplates tells where templates other than the desk's own are kept.
func (d *Desk) UseTemplates(find func(tx catalog.Tx, ref string) *survey.Template) { d.find = find }

// forHolding is the desk for a holding: it judges by the template of its answers, nil
// where that is not known any more. Which answers are public stands there.
func (d *Desk) forHolding(tx catalog.Tx, h *catalog.Entry) *Desk {
	ref := h.Fields.String("template")
	if ref == "" || ref == d.tmpl.Ref() {
		return d
	}
	if d.find != nil {
		if t := d.find(tx, ref); t != nil {
			return d.With(t)
		}
	}
	return nil
}

// NewDesk makes a desk. idBase is the portal's public address.
func NewDesk(reg *catalog.Registry, defs *schema.Set, tmpl *survey.Template, idBase string) *Desk {
	return &Desk{reg: reg, defs: defs, tmpl: tmpl, idBase: idBase}
}

// source is the Origin.Source of a city's holdings.
func source(city string) string { return "survey:" + city }
