// Package catalog holds the registry's nouns and rules: what an entry is, who
// may see and change it, how a change is recorded, and in which form problems
// are reported. It knows no SQL, no HTTP, no RDF and no search engine; those
// packages import this one, never the other way round.
package catalog
