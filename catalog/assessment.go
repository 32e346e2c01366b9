package catalog

import (
	"iter"
	"time"
)

// Assessment is what was measured of a public dataset; package quality gives
// Detail its meaning.
type Assessment struct {
	Entry, Owner string
	// Held is set when the dataset is not in the feed.
	Held   bool
	Points int
	Detail []byte
	// Turtle is the dataset as it goes to harvesters, nil when it is held back;
	// Marks are what package dcat has to describe only once in a document.
	Turtle []byte
	Marks  []string
	// IRI names the dataset to harvesters; "" when it lacks what the feed demands.
	// Of several with one address the first made is in the feed.
	IRI string
	// Series are the series it names, by id or address.
	Series []string
}

// Fragment is a published dataset, ready to be copied into a document.
type Fragment struct {
	Entry   string
	Created time.Time
	IRI     string
	Turtle  []byte
	Marks   []string
}

// QualityDay is the state of a scope at the end of a day.
type QualityDay struct {
	Day   string // 2026-01-31
	Scope string // "" for the whole catalogue, else the organization's id
	// Points are those of the whole scope, 0 to 405.
	Points         float64
	Datasets, Held int
}

// Link is an address of a distribution and how it answered.
type Link struct {
	URL           string
	Checked, Next time.Time
	// Status is the HTTP status, 0 when there was no answer.
	Status  int
	Reached bool
	// Fails counts the attempts in a row that failed.
	Fails int
	// History is JSON: what happened before, newest first.
	History []byte
}

// SourceAssessment sums up the datasets of a source of harvests.
type SourceAssessment struct {
	Origin         string // as in Origin.Source
	Datasets, Held int
	Points         float64 // of a dataset on average
}

// QualityTx reads what was measured.
type QualityTx interface {
	// Assessments lists those of some organizations, all without owners.
	Assessments(owners []string) iter.Seq2[Assessment, error]
	// Fragments lists the published ones among the entries of a filter, in order
	// of creation. The bytes are only good until the next one.
	Fragments(f EntryFilter) iter.Seq2[Fragment, error]
	// AssessedBySource sums up those of harvested datasets of some organizations,
	// by the source they came from.
	AssessedBySource(owners []string) ([]SourceAssessment, error)
	CountFragments(f EntryFilter) (int, error)
	// CountAllFragments counts all, without looking at their entries: a hundred
	// times faster. They are those of public datasets where the measurements go as
	// far as the public log.
	CountAllFragments() (int, error)
	// CountHeld counts public datasets that are not in the feed.
	CountHeld(owners []string) (int, error)
	// HeldBack lists the ids of those datasets.
	HeldBack() ([]string, error)
	// AddressHolder returns the id of the first made of the datasets with an
	// address, "" for none: the one that goes to harvesters by it.
	AddressHolder(iri string) (string, error)
	// OlderAt reports whether an older dataset than this one has an address.
	OlderAt(iri, entryID string) (bool, error)
	// SeriesMembers lists the public datasets that name a series by one of these
	// ids and addresses.
	SeriesMembers(refs []string) ([]string, error)
	// Misplaced lists the datasets with an address that are in the feed though
	// another one holds it, or are not though they hold it.
	Misplaced(iri string) ([]string, error)
	// AddressOf returns the address under which a dataset was measured.
	AddressOf(entryID string) (string, error)
	// Follower returns how far somebody has read the public log, 0 for nobody.
	Follower(name string) (int64, error)
	QualityDays(scope string, limit int) ([]QualityDay, error)
	Link(url string) (*Link, error)
	// LinksDue lists addresses whose next check has come.
	LinksDue(now time.Time, limit int) ([]*Link, error)
	// LinksBroken lists addresses that did not answer, longest first.
	LinksBroken(limit int) ([]*Link, error)
}

// QualityWriteTx stores it. None of this is a change of the catalogue.
type QualityWriteTx interface {
	PutAssessment(a Assessment) error
	DeleteAssessment(entryID string) error
	SetFollower(name string, seq int64) error
	// DropFollowers forgets all whose name begins so, but one.
	DropFollowers(prefix, but string) error
	PutQualityDay(d QualityDay) error
	PutLink(l *Link) error
	DeleteLink(url string) error
}
