package site

import (
	"context"
	"iter"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/quality"
	"trio.example/search"
)

// Backend is what the pages read from. Every method answers for the reader in
// the context and returns only what this reader may know of; an absent or
// hidden thing is a *catalog.Error of KindNotFound. Entries are the caller's own.
type Backend interface {
	// Search answers a query. The backend fills in the reader's labels; the
	// entries stand in the order of the hits. Sort fields are "score",
	// "title_string" and "metadata_modified", facets "city", "organization",
	// "groups", "tags", "res_format" and "license_id".
	Search(ctx context.Context, q search.Query) (*search.Result, []*catalog.Entry, error)
	// Suggest finds what a text that is being typed could become, at most limit
	// of each kind.
	Suggest(ctx context.Context, text string, limit int) ([]Suggestion, error)
	// Dataset, Organization and Group find by id or name.
	Dataset(ctx context.Context, idOrName string) (*catalog.Entry, error)
	Organization(ctx context.Context, idOrName string) (*catalog.Entry, error)
	Group(ctx context.Context, idOrName string) (*catalog.Entry, error)
	// Series finds the series that a dataset names, by the names it uses, and the
	// public datasets that name this one as theirs, in order of their titles.
	Series(ctx context.Context, dataset *catalog.Entry) (Series, error)
	// Organizations and Groups list the active ones.
	Organizations(ctx context.Context) ([]*catalog.Entry, error)
	Groups(ctx context.Context) ([]*catalog.Entry, error)
	// Counts are the numbers of the start page.
	Counts(ctx context.Context) (Counts, error)
	// PublicDatasets walks all public datasets in stable order, for the
	// sitemap: whoever asks, it never yields anything else.
	PublicDatasets(ctx context.Context) iter.Seq2[catalog.Head, error]
	// Quality measures the public datasets, of all organizations for "", and
	// lists the worst, at most so many, or all of them for -1. Readers share the
	// report.
	Quality(ctx context.Context, org string, most int) (*quality.Report, error)
	// Version is the newest number of the public change log, which drives the
	// tags of pages, and the one of the whole log, which the index follows: a tag
	// made of that one would count what is not public.
	Version(ctx context.Context) (public, all int64)
}

// Counts are the numbers of the start page.
type Counts struct {
	Datasets, Distributions, Organizations int
	// Modified is the time of the newest change, zero when there is none.
	Modified time.Time
}

// Series are the ties between a dataset and its series.
type Series struct {
	// Of are the series by how the dataset names them.
	Of map[string]*catalog.Entry
	// Members are at most MaxMembers of the datasets that name this one, All counts
	// them.
	Members []*catalog.Entry
	All     int
}

// MaxMembers bounds the datasets of a series that its page lists.
const MaxMembers = 500

// Suggestion is a place that a text being typed may lead to. Kind is tag,
// organization, group or dataset; Count is the number of datasets with a tag.
type Suggestion struct {
	Kind, Name, Title string
	Count             int
}
