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
)

// Desk imports and approves holdings.
type Desk struct {
	reg  *catalog.Registry
	defs *schema.Set
	tmpl *survey.Template
	// idBase is the address under which identifiers of datasets are minted,
	// without a final slash.
	idBase string
}

// NewDesk makes a desk. idBase is the portal's public address.
func NewDesk(reg *catalog.Registry, defs *schema.Set, tmpl *survey.Template, idBase string) *Desk {
	return &Desk{reg: reg, defs: defs, tmpl: tmpl, idBase: idBase}
}

// source is the Origin.Source of a city's holdings.
func source(city string) string { return "survey:" + city }
