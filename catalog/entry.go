package catalog

import (
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"time"
)

// Type names a kind of entry. Each type has a definition file in
// catalog/schema/definitions.
type Type string

// The types of entry. Organizations and groups are entries too, so that they
// share history, visibility and change log with everything else.
const (
	TypeDataset      Type = "dataset"
	TypeHolding      Type = "holding"
	TypeOrganization Type = "organization"
	TypeGroup        Type = "group"
)

// Namespace returns the name space in which names of this type are unique.
// CKAN keeps datasets of all types in one, organizations and groups in another.
func (t Type) Namespace() string {
	switch t {
	case TypeOrganization, TypeGroup:
		return "group"
	case TypeHolding:
		return "holding"
	default:
		return "package"
	}
}

// State is where an entry stands in its life.
type State string

// The states of an entry.
const (
	StateActive  State = "active"
	StateDraft   State = "draft"
	StateDeleted State = "deleted"
)

// Access says to whom an active entry is open.
type Access string

// Access values: everybody, the cities of the cooperation, or the owner only.
const (
	AccessPublic  Access = "public"
	AccessPartner Access = "partner"
	AccessPrivate Access = "private"
)

// Entry is the one model behind datasets, holdings (rows of the data-silo
// survey), organizations, groups and, later, online services and registers.
type Entry struct {
	ID   string `json:"id"`   // UUID
	Name string `json:"name"` // unique in Type.Namespace
	Type Type   `json:"type"`
	// Owner is the id of the organization it belongs to; for an organization
	// its parent. Empty means nobody but a sysadmin.
	Owner  string `json:"owner,omitempty"`
	State  State  `json:"state"`
	Access Access `json:"access"`
	// Rev counts the entry's revisions from 1 and drives ETags and conflict checks.
	Rev int64 `json:"rev"`
	// Creator is the id of the user who made it.
	Creator string `json:"creator,omitempty"`
	// Fields holds the values by field name, as the schema types them.
	Fields Fields `json:"fields"`
	// Parts are a dataset's distributions (CKAN: resources), in order.
	Parts  []Part  `json:"parts,omitempty"`
	Origin *Origin `json:"origin,omitempty"`
	// Stamp, when set, becomes Modified at the next write instead of its time: a
	// catalogue moved from elsewhere keeps its dates.
	Stamp time.Time `json:"-"`
	// Created and Modified are UTC with microseconds.
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
}

// SurveyCity is the organization of the city whose holding a dataset was made from,
// "" for any other entry. The dataset itself belongs to the office.
func (e *Entry) SurveyCity() string {
	if e.Type != TypeDataset || e.Origin == nil || e.Origin.Source != OriginHolding {
		return ""
	}
	return Fields(e.Fields.Map("converted")).String("city")
}

// Part is one distribution of a dataset.
type Part struct {
	ID       string    `json:"id"`
	Fields   Fields    `json:"fields"`
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
}

// FileURL returns the public address of a file uploaded to this portal, "" for
// a distribution that lies elsewhere. site is the portal's address without a
// final slash; the address holds ids and outlives a new name of the dataset.
func (p *Part) FileURL(site, entryID string) string {
	name, _ := p.Fields.Map("upload")["name"].(string)
	if name == "" {
		return ""
	}
	return site + "/dataset/" + entryID + "/resource/" + p.ID + "/download/" + url.PathEscape(name)
}

// Origin says where an entry came from; (Source, Key) is unique, so importing
// again updates and never doubles.
type Origin struct {
	Source string `json:"source"` // e.g. "survey:muenchen"
	Key    string `json:"key"`    // the source's own identifier
	Hash   string `json:"hash,omitempty"`
	// Updated is the source's own time of change, zero when it has none.
	Updated time.Time `json:"updated,omitzero"`
}

// OriginHolding is the source of datasets that were made from a holding; the key is
// its id.
const OriginHolding = "holding"

// Clone returns a deep copy, so that a caller may change it freely.
func (e *Entry) Clone() *Entry {
	if e == nil {
		return nil
	}
	c := *e
	c.Fields = e.Fields.Clone()
	c.Parts = make([]Part, len(e.Parts))
	for i, p := range e.Parts {
		p.Fields = p.Fields.Clone()
		c.Parts[i] = p
	}
	if e.Origin != nil {
		o := *e.Origin
		c.Origin = &o
	}
	return &c
}

// NewID returns a random UUID (version 4).
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// IsID reports whether s has the shape of a UUID in lower case.
func IsID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
