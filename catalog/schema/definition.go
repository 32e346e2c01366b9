// Package schema reads the field definitions: one YAML file per type of entry,
// from which validation, CKAN keys, RDF, index, facets, labels, visibility and
// forms follow. Adding a simple field means adding one YAML entry and no Go.
package schema

import "trio.example/catalog"

// Definition describes one type of entry.
type Definition struct {
	Type  catalog.Type `yaml:"type"`
	Label catalog.Text `yaml:"label"`
	// Fields belong to the entry, Parts to each of its distributions.
	Fields []Field `yaml:"fields"`
	Parts  []Field `yaml:"parts"`

	fields, parts map[string]*Field
}

// Field describes one field. It is the single source for everything the
// product knows about it.
type Field struct {
	Name string `yaml:"name"`
	Kind Kind   `yaml:"kind"`
	// Label and Help are shown at forms, pages, facets and findings.
	Label catalog.Text `yaml:"label"`
	Help  catalog.Text `yaml:"help"`
	// Required is "mandatory" (without it the entry is not valid),
	// "recommended" (a warning) or empty.
	Required string `yaml:"required"`
	// Visibility is the most open circle that may read the value:
	// public, partner, internal or restricted.
	Visibility catalog.Level `yaml:"visibility"`
	// Max bounds the length of a text in runes, or the number of list items.
	Max int `yaml:"max"`
	// Vocab names the controlled vocabulary of a concept (package vocab).
	Vocab string `yaml:"vocab"`
	CKAN  CKAN   `yaml:"ckan"`
	RDF   *RDF   `yaml:"rdf"`
	Index Index  `yaml:"index"`
	// Facet is the facet's name in search, empty for none.
	Facet string `yaml:"facet"`
	// Survey names the answer this field is filled from.
	Survey Survey `yaml:"survey"`
	// City marks a field that a city declared (CityType).
	City bool `yaml:"-"`
	// Subfields are what each group of a repeating field consists of; such a field
	// is of kind json and holds a list of objects. Only cities declare them.
	Subfields []Field `yaml:"-"`
	// Blanks is how many groups a form begins with, Once that there is one only.
	Blanks int  `yaml:"-"`
	Once   bool `yaml:"-"`
}

// Kind is the type of a field's value. Each kind has one normal form, see
// normalise.go.
type Kind string

// The kinds: text is one line, markdown several; concept is the URI of a
// vocabulary entry, date keeps its precision (2024, 2024-03, 2024-03-15 or a
// full time); the plural kinds are lists.
const (
	KindText     Kind = "text"
	KindMarkdown Kind = "markdown"
	KindTags     Kind = "tags"
	KindTexts    Kind = "texts"
	KindConcept  Kind = "concept"
	KindConcepts Kind = "concepts"
	KindURI      Kind = "uri"
	KindURIs     Kind = "uris"
	KindEmail    Kind = "email"
	KindPhone    Kind = "phone"
	KindDate     Kind = "date"
	KindInteger  Kind = "integer"
	KindDecimal  Kind = "decimal"
	KindBoolean  Kind = "boolean"
	KindJSON     Kind = "json"
)

// CKAN says where CKAN's clients find the value: Key at top level of the
// package or resource, Extra among its extras (JSON: a list as JSON text).
type CKAN struct {
	Key   string `yaml:"key"`
	Extra string `yaml:"extra"`
	JSON  bool   `yaml:"json"`
}

// RDF maps a field to a triple. In nests it in a node of class Class that hangs
// on the entry by predicate In; fields with the same In and Group share that node.
type RDF struct {
	Predicate string `yaml:"predicate"`
	// As is the form of the object: text (literal in German), literal, iri,
	// mailto, tel, date, decimal, nonNegativeInteger, duration, mediatype,
	// filetype, geometry and geoliteral (GeoJSON or WKT), statement (a node of
	// class Class with the text as its label), node (the IRI of the node of In).
	As    string `yaml:"as"`
	Group string `yaml:"group"`
	Class string `yaml:"class"` // class of the object (with As iri) or of the node (with In)
	In    string `yaml:"in"`
	// Profiles limits the triple to some profiles ("2.0"); empty means all.
	Profiles []string `yaml:"profiles"`
}

// Index says how the value enters the search index.
type Index struct {
	// Text puts it into full text; Boost weighs it against the other fields.
	Text  bool    `yaml:"text"`
	Boost float64 `yaml:"boost"`
	// Exact, Date and Number make it a filterable field of that name.
	Exact  string `yaml:"exact"`
	Date   string `yaml:"date"`
	Number string `yaml:"number"`
}

// Survey names the question whose answer fills a field when a holding becomes
// a dataset, and how the answer is turned into a value: "" copies text and
// dates, "uri" takes the option's URI, "label" its German label, others are
// named transforms of the converter.
type Survey struct {
	Question string `yaml:"question"`
	Via      string `yaml:"via"`
}

// Field returns an entry field by name, nil when there is none.
func (d *Definition) Field(name string) *Field { return d.fields[name] }

// Part returns a distribution field by name, nil when there is none.
func (d *Definition) Part(name string) *Field { return d.parts[name] }

// Address reports whether values are identifiers or addresses, not words.
func (k Kind) Address() bool {
	switch k {
	case KindConcept, KindConcepts, KindURI, KindURIs:
		return true
	default:
		return false
	}
}

// List reports whether values of this kind are lists.
func (k Kind) List() bool {
	switch k {
	case KindTags, KindTexts, KindConcepts, KindURIs:
		return true
	default:
		return false
	}
}
