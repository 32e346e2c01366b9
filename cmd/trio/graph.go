package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// maxFeed bounds a feed of many pages, in triples: what a small machine holds.
const maxFeed = 10_000_000

// loadGraph reads a file, or the pages of a feed as one graph.
func loadGraph(e *env, name string) (*rdfio.Graph, error) {
	if !isURL(name) {
		return loadFile(e, name)
	}
	g := rdfio.NewGraph()
	err := fetchPages(e.ctx, name, func(_ string, page *rdfio.Graph) error {
		g.Merge(page)
		if g.Len() > maxFeed {
			return catalog.Errorf(catalog.KindTooLarge, "Der Feed hat mehr als %d Tripel.", maxFeed)
		}
		return nil
	})
	return g, err
}

func loadFile(e *env, name string) (*rdfio.Graph, error) {
	format, ok := rdfio.FormatOf(filepath.Ext(name))
	if !ok {
		return nil, fmt.Errorf("%w: %s: the ending must be ttl, n3, rdf, xml, jsonld or nt", errUsage, name)
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, catalog.Errorf(catalog.KindNotFound, "Die Datei %s lässt sich nicht öffnen: %s", name, reason(err))
	}
	defer in.Close()
	return rdfio.Read(e.ctx, in, format, rdfio.DefaultLimits)
}

// reason says in German why a file did not open.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "Es gibt sie nicht."
	case errors.Is(err, fs.ErrPermission):
		return "Der Zugriff ist nicht erlaubt."
	}
	return err.Error()
}
