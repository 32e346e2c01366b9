// Package site serves the public catalogue: start page, search, datasets,
// organizations, themes, legal pages and what search engines read. It shows
// exactly what its Backend hands out for the reader of a request and knows
// neither the store nor the index behind it. Pages are complete HTML without
// scripts, in German below / and in English below /en/.
package site
