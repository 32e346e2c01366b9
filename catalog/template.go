package catalog

import "time"

// Template is a survey template that is kept here, in one version.
type Template struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Title   Text   `json:"title"`
	// City is the code of the city that keeps it, as the document says.
	City string `json:"city,omitempty"`
	// Extends is the reference of its base, "" for a complete template.
	Extends string `json:"extends,omitempty"`
	Status  string `json:"status"`
	SHA256  string `json:"sha256"`
	// Origin is the file or address it was adopted from, "" for one written here.
	Origin   string    `json:"origin,omitempty"`
	Creator  string    `json:"creator,omitempty"` // user id
	Created  time.Time `json:"created,omitzero"`
	Released time.Time `json:"released,omitzero"`
}

// Ref names the template with its version.
func (t *Template) Ref() string { return t.ID + "@" + t.Version }

// The states of a template.
const (
	TemplateDraft     = "draft"
	TemplatePublished = "published"
	TemplateRetired   = "retired"
)

// TemplateTx reads templates.
type TemplateTx interface {
	// Template gives a template and its document.
	Template(id, version string) (*Template, []byte, error)
	// Templates lists them by id, the oldest version first.
	Templates() ([]*Template, error)
}

// TemplateWriteTx stores them.
type TemplateWriteTx interface {
	PutTemplate(t *Template, doc []byte) error
	DeleteTemplate(id, version string) error
}
