package dcat

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/vocab"
)

// Info describes the catalogue as a whole.
type Info struct {
	Title, Description, Publisher string
	Modified                      time.Time
	// Parts are the organizations whose catalogues make up the whole.
	Parts []*catalog.Entry
	// Profile is the one the catalogue is written in; 3.0 where it is left out.
	Profile Profile
}

// Held names what a catalogue holds: the IRIs of the page's datasets, of its
// services and series, and of its own records about them. A series is no dataset to
// the profile's rules and is linked as a resource.
type Held struct{ Datasets, Services, Series, Records []string }

// Hold adds an entry by its class (a short name), IRI and id. Records about what
// comes from another catalogue are that one's.
func (m *Mapper) Hold(h *Held, class, iri, id string) {
	switch class {
	case "dcat:DataService":
		h.Services = append(h.Services, iri)
	case "dcat:DatasetSeries":
		h.Series = append(h.Series, iri)
	default:
		h.Datasets = append(h.Datasets, iri)
	}
	if strings.HasPrefix(iri, m.site+"/") {
		h.Records = append(h.Records, m.RecordIRI(id))
	}
}

func (h *Held) link(n *rdfio.Node) {
	for _, iri := range h.Datasets {
		n.Add("dcat:dataset", rdfio.IRI(iri))
	}
	for _, iri := range h.Services {
		n.Add("dcat:service", rdfio.IRI(iri))
	}
	for _, iri := range h.Series {
		n.Add("dcat:resource", rdfio.IRI(iri))
	}
	for _, iri := range h.Records {
		n.Add("dcat:record", rdfio.IRI(iri))
	}
}

// Catalog builds the node of the catalogue, with links to what it holds.
func (m *Mapper) Catalog(info Info, held Held) *rdfio.Node {
	n := &rdfio.Node{IRI: m.site + "/", Types: []string{rdfio.Expand("dcat:Catalog")}}
	n.Add("dct:title", rdfio.Text(info.Title, "de"))
	n.Add("dct:description", rdfio.Text(info.Description, "de"))
	p := &rdfio.Node{IRI: m.site + "/#herausgeber", Types: []string{rdfio.Expand("foaf:Organization")}}
	p.Add("foaf:name", rdfio.Text(info.Publisher, "de"))
	p.Add("dct:type", rdfio.IRI(localAuth))
	n.Add("dct:publisher", rdfio.Object{Node: p})
	n.Add("foaf:homepage", rdfio.IRI(m.site+"/"))
	n.Add("dct:language", rdfio.IRI(authority+"language/DEU"))
	n.Add("dct:license", rdfio.IRI(licenceBase+"dl-zero-de/2.0"))
	n.Add("dcat:themeTaxonomy", rdfio.IRI(authority+"data-theme"))
	if !info.Modified.IsZero() {
		n.Add("dct:modified", moment(info.Modified))
	}
	for _, c := range vocab.Cities() {
		n.Add("dct:spatial", rdfio.Object{Node: &rdfio.Node{IRI: c.Place, Types: []string{rdfio.Expand("dct:Location")}}})
	}
	for _, org := range info.Parts {
		n.Add("dcat:catalog", rdfio.Object{Node: m.PartCatalog(info, org, Held{})})
	}
	held.link(n)
	return n
}

// origins is the field in which an organization holds how the catalogues that its
// datasets came from describe themselves, by their addresses.
const origins = "rdf_catalogs"

// maxOrigins bounds the catalogues kept of one organization.
const maxOrigins = 50

// KeepOrigins notes in an organization how catalogues that were read describe
// themselves; PartCatalog repeats it. One whose date alone moved stays as it is.
func (m *Mapper) KeepOrigins(org *catalog.Entry, catalogs []*rdfio.Node) {
	m.KeepPacked(org, PackOrigins(catalogs))
}

// PackOrigins is the form in which descriptions of catalogues wait to be kept.
func PackOrigins(catalogs []*rdfio.Node) map[string]any {
	out := map[string]any{}
	for _, n := range catalogs {
		if len(out) < maxOrigins {
			out[n.IRI] = pack([]rdfio.Object{{Node: n}})
		}
	}
	return out
}

// KeepPacked is KeepOrigins for what PackOrigins made. It reports whether there
// was anything new.
func (m *Mapper) KeepPacked(org *catalog.Entry, found map[string]any) (changed bool) {
	known := maps.Clone(org.Fields.Map(origins))
	if known == nil {
		known = map[string]any{}
	}
	for _, iri := range sortedKeys(found) {
		old, have := known[iri]
		if !strings.HasPrefix(iri, "http") || strings.HasPrefix(iri, m.site+"/") || len(known) >= maxOrigins && !have {
			continue
		}
		if have && reflect.DeepEqual(undated(old), undated(found[iri])) {
			continue
		}
		known[iri], changed = found[iri], true
	}
	if changed {
		org.Fields[origins] = known
	}
	return changed
}

// undated is a description without the moment when it was last touched, which some
// portals say is now.
func undated(packed any) []any {
	list := unpack(packed)
	for _, o := range list {
		if o.Node != nil {
			o.Node.Props = slices.DeleteFunc(o.Node.Props, func(p rdfio.Prop) bool { return rdfio.Compact(p.Predicate) == "dct:modified" })
		}
	}
	return pack(list)
}

// origin lists the catalogues an organization's datasets came from, as far as
// their descriptions keep the profile and they are not held as datasets: a catalogue
// is a dataset to DCAT, and such a one is there already. Parts that nobody described
// as a catalogue stay unsaid: the profile wants a whole one where one is linked.
func origin(org *catalog.Entry, held Held, profile Profile) []*rdfio.Node {
	known := org.Fields.Map(origins)
	var out []*rdfio.Node
	described := map[string]bool{}
	for _, iri := range sortedKeys(known) {
		for _, o := range unpack(known[iri]) {
			if o.Node == nil || slices.Contains(held.Datasets, o.Node.IRI) || slices.Contains(held.Series, o.Node.IRI) {
				continue
			}
			if Mend(o.Node, profile); Complete(o.Node, profile) {
				out = append(out, o.Node)
				described[o.Node.IRI] = true
			}
		}
	}
	for _, n := range out {
		eachNode(n, func(n *rdfio.Node) {
			for i := range n.Props { // files are described with their datasets
				for j, o := range n.Props[i].Objects {
					if o.Node != nil && fileMark(o.Node) != "" {
						n.Props[i].Objects[j] = rdfio.Object{Node: &rdfio.Node{IRI: o.Node.IRI, Types: withoutFile(o.Node.Types)}}
					}
				}
			}
			for _, p := range []string{rdfio.Expand("dct:hasPart"), rdfio.Expand("dcat:catalog")} {
				if parts := n.Get(p); len(parts) > 0 {
					set(n, p, slices.DeleteFunc(slices.Clone(parts), func(o rdfio.Object) bool { return !described[iriOf(o)] }))
				}
			}
			n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
		})
	}
	return out
}

// withoutFile are the classes of something that is said elsewhere to be a file.
func withoutFile(types []string) []string {
	return slices.DeleteFunc(slices.Clone(types), func(t string) bool { return t == rdfio.Expand("dcat:Distribution") })
}

// eachNode walks over a tree, from its root down.
func eachNode(n *rdfio.Node, do func(*rdfio.Node)) {
	do(n)
	for _, p := range n.Props {
		for _, o := range p.Objects {
			if o.Node != nil {
				eachNode(o.Node, do)
			}
		}
	}
}

// PartCatalog builds the node of the catalogue of one organization, a part of
// the whole.
func (m *Mapper) PartCatalog(info Info, org *catalog.Entry, held Held) *rdfio.Node {
	at := m.site + "/organization/" + org.ID
	n := &rdfio.Node{IRI: at + "#katalog", Types: []string{rdfio.Expand("dcat:Catalog")}}
	name := org.Fields.String("title")
	if name == "" {
		name = org.Name
	}
	description := org.Fields.String("description")
	if description == "" {
		description = info.Description + ": " + name
	}
	n.Add("dct:title", rdfio.Text(info.Title+": "+name, "de"))
	n.Add("dct:description", rdfio.Text(description, "de"))
	n.Add("dct:publisher", rdfio.Object{Node: m.agent(org)})
	n.Add("foaf:homepage", rdfio.IRI(m.site+"/organization/"+org.Name))
	n.Add("dct:language", rdfio.IRI(authority+"language/DEU"))
	n.Add("dct:license", rdfio.IRI(licenceBase+"dl-zero-de/2.0"))
	n.Add("dcat:themeTaxonomy", rdfio.IRI(authority+"data-theme"))
	if !info.Modified.IsZero() {
		n.Add("dct:modified", moment(info.Modified))
	}
	for _, c := range vocab.Cities() {
		if c.Contributor == org.Fields.String("contributor_id") {
			n.Add("dct:spatial", rdfio.Object{Node: &rdfio.Node{IRI: c.Place, Types: []string{rdfio.Expand("dct:Location")}}})
		}
	}
	for _, c := range origin(org, held, cmp.Or(info.Profile, Profile3)) {
		n.Add("dcat:catalog", rdfio.Object{Node: c})
	}
	held.link(n)
	return n
}
