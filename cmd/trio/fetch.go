package main

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// maxPages bounds how far a feed is followed; nobody's has so many.
const maxPages = 1000

// acceptRDF asks for the syntaxes that can be read.
const acceptRDF = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7"

// isURL tells an address from a file name.
func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// fetchPages reads a document and, if it is a page of a feed, those that follow.
// Links that leave the host are not followed.
func fetchPages(ctx context.Context, first string, each func(page string, g *rdfio.Graph) error) error {
	client := &http.Client{Timeout: 2 * time.Minute}
	seen := map[string]bool{}
	for page := first; page != ""; {
		if seen[page] || len(seen) == maxPages {
			return catalog.Errorf(catalog.KindInvalid, "Die Seiten des Feeds führen im Kreis oder nehmen kein Ende: %s", page)
		}
		seen[page] = true
		g, err := fetchRDF(ctx, client, page)
		if err != nil {
			return err
		}
		if err := each(page, g); err != nil {
			return err
		}
		if page, err = nextPage(page, g); err != nil {
			return err
		}
	}
	return nil
}

func fetchRDF(ctx context.Context, client *http.Client, address string) (*rdfio.Graph, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %s ist keine Adresse", errUsage, address)
	}
	req.Header.Set("Accept", acceptRDF)
	req.Header.Set("User-Agent", "trio/"+version)
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s ist nicht erreichbar: %w", address, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, catalog.Errorf(catalog.KindUnavailable, "%s antwortet mit Status %d.", address, res.StatusCode)
	}
	format, ok := formatOf(res)
	if !ok {
		return nil, catalog.Errorf(catalog.KindInvalid, "%s liefert kein RDF, sondern %.60q.", address, res.Header.Get("Content-Type"))
	}
	lim := rdfio.DefaultLimits
	lim.Base = res.Request.URL.String() // where redirects led
	return rdfio.Read(ctx, io.Reader(res.Body), format, lim)
}

// formatOf trusts the content type; a general one leaves it to the ending.
func formatOf(res *http.Response) (rdfio.Format, bool) {
	typ, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	for _, f := range []rdfio.Format{rdfio.Turtle, rdfio.RDFXML, rdfio.JSONLD, rdfio.NTriples, rdfio.N3} {
		if known, _, _ := strings.Cut(f.MediaType(), ";"); typ == known {
			return f, true
		}
	}
	switch typ {
	case "application/x-turtle":
		return rdfio.Turtle, true
	case "text/rdf+n3", "application/n3":
		return rdfio.N3, true
	case "", "application/octet-stream", "text/plain", "application/xml", "text/xml", "application/json":
		return rdfio.FormatOf(path.Ext(res.Request.URL.Path))
	}
	return "", false
}

// nextPage finds the following page in either spelling of Hydra, as address or
// as text.
func nextPage(page string, g *rdfio.Graph) (string, error) {
	for _, name := range []string{"hydra:next", "hydra:nextPage"} {
		for _, class := range []string{"hydra:PagedCollection", "hydra:PartialCollectionView"} {
			for _, s := range g.OfType(class) {
				for _, o := range g.Objects(s, name) {
					base, err1 := url.Parse(page)
					next, err2 := url.Parse(o.Value)
					if err1 != nil || err2 != nil {
						continue
					}
					next = base.ResolveReference(next)
					if next.Host != base.Host || next.Scheme != base.Scheme {
						return "", catalog.Errorf(catalog.KindInvalid, "Die nächste Seite des Feeds liegt auf einem anderen Rechner: %s", next)
					}
					return next.String(), nil
				}
			}
		}
	}
	return "", nil
}
