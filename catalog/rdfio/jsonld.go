package rdfio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/piprate/json-gold/ld"
)

// noRemote refuses to fetch contexts from elsewhere.
type noRemote struct{ asked string }

// LoadDocument implements the document loader of JSON-LD.
func (r *noRemote) LoadDocument(u string) (*ld.RemoteDocument, error) {
	r.asked = u
	return nil, errors.New("remote contexts are not fetched: " + u)
}

// parseJSONLD reads JSON-LD. The library drops statements without a word whose
// addresses it does not like (one with a blank, a host with an underscore, one of
// 2,083 letters, a relative one) and texts whose language is none: these go through it in disguise,
// and are mended or reported further on like those of the other syntaxes.
func parseJSONLD(ctx context.Context, g *Graph, data []byte, lim Limits) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return jsonFault(data, err, dec.InputOffset())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("line %d: something follows the document", at(data, int(dec.InputOffset())))
	}
	loader := &noRemote{}
	opts := ld.NewJsonLdOptions(lim.Base)
	opts.DocumentLoader = loader
	proc := ld.NewJsonLdProcessor()
	expanded, err := proc.Expand(doc, opts)
	if err != nil {
		if loader.asked != "" {
			return contextError(loader.asked)
		}
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	d := disguise{names: map[string]string{}, truth: map[string]string{}}
	found, err := proc.ToRDF(d.all(expanded), opts)
	if err != nil {
		return err
	}
	set, ok := found.(*ld.RDFDataset)
	if !ok {
		return fmt.Errorf("unexpected result %T", found)
	}
	for _, name := range slices.Sorted(maps.Keys(set.Graphs)) {
		for i, q := range set.Graphs[name] {
			const often = 1024
			if i%often == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if err := take(g, lim, d.term(q.Subject), d.term(q.Predicate).Value, d.term(q.Object)); err != nil {
				return err
			}
		}
	}
	return nil
}

type contextError string

func (r contextError) Error() string {
	return fmt.Sprintf("Der JSON-LD-Kontext %.300q steht auf einem anderen Server und wird nicht geholt; er muss im Dokument selbst stehen.", string(r))
}

// jsonFault says in which line a JSON text is none.
func jsonFault(data []byte, err error, offset int64) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		offset = int64(len(data))
	}
	return fmt.Errorf("line %d: %w", at(data, int(offset)), err)
}

// disguise gives names to addresses that a library would drop.
type disguise struct{ names, truth map[string]string }

const disguised = "urn:x-odd-address:"

func (d *disguise) iri(s string) string {
	switch {
	case s == "", strings.HasPrefix(s, disguised):
	case strings.HasPrefix(s, "http:"), strings.HasPrefix(s, "https:"):
		if ld.IsURL(s) {
			return s
		}
	case strings.Contains(s, ":"), strings.HasPrefix(s, "@"): // and relative ones, where there is no base
		return s
	}
	if name := d.names[s]; name != "" {
		return name
	}
	name := disguised + strconv.Itoa(len(d.names))
	d.names[s], d.truth[name] = name, s
	return name
}

var soundLanguage = regexp.MustCompile(`^[a-zA-Z]+(-[a-zA-Z0-9]+)*$`)

// all goes through a document in expanded form.
func (d *disguise) all(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = d.all(v[i])
		}
	case map[string]any:
		if _, isValue := v["@value"]; isValue {
			d.value(v)
			return v
		}
		for _, key := range slices.Collect(maps.Keys(v)) {
			switch key {
			case "@id":
				if s, ok := v[key].(string); ok {
					v[key] = d.iri(s)
				}
			case "@type":
				if list, ok := v[key].([]any); ok {
					for i := range list {
						if s, ok := list[i].(string); ok {
							list[i] = d.iri(s)
						}
					}
				}
			case "@index":
			default:
				inner := d.all(v[key])
				if name := d.iri(key); name != key {
					delete(v, key)
					v[name] = inner
				}
			}
		}
	}
	return v
}

func (d *disguise) value(v map[string]any) {
	if s, ok := v["@type"].(string); ok {
		v["@type"] = d.iri(s)
	}
	if s, ok := v["@language"].(string); ok && !soundLanguage.MatchString(s) {
		if s = strings.ReplaceAll(s, "_", "-"); soundLanguage.MatchString(s) {
			v["@language"] = s
		} else {
			delete(v, "@language")
		}
	}
}

func (d *disguise) term(n ld.Node) Term {
	switch n := n.(type) {
	case ld.BlankNode:
		return Term{Kind: 'b', Value: strings.TrimPrefix(n.Attribute, "_:")}
	case ld.Literal:
		return literal(n.Value, n.Language, d.real(n.Datatype))
	default:
		return Term{Kind: 'i', Value: d.real(n.GetValue())}
	}
}

func (d *disguise) real(iri string) string {
	if s, ok := d.truth[iri]; ok {
		return s
	}
	return iri
}
