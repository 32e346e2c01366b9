package ckan

import "trio.example/catalog"

// encode writes JSON the way CKAN does: ASCII only, everything else escaped.
func encode(v any) ([]byte, error) {
	w := catalog.JSON{Out: make([]byte, 0, 4096), ASCII: true}
	w.Value(v)
	return w.Out, w.Err()
}
