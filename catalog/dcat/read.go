package dcat

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// Resource is a dataset, series or service read from a catalogue.
type Resource struct {
	IRI string // "" for one that its source gives none
	// Type is CKAN's type of entry: dataset, dataset_series or data_service.
	Type   string
	Fields catalog.Fields
	Parts  []catalog.Part // without ids
	// Findings say what was written otherwise (info) and what was put aside
	// (warning), Aside holds the statements that the profile does not know.
	Findings []catalog.Finding
	Aside    []string
}

// The types of entry that the profile's classes become.
const (
	TypeSeries  = "dataset_series"
	TypeService = "data_service"
)

// Document is what was read from one catalogue.
type Document struct {
	Resources []*Resource
	// Catalogs are the nodes of the catalogues themselves, without the links to
	// what they hold.
	Catalogs []*rdfio.Node
	// Findings are those about the catalogues themselves.
	Findings []catalog.Finding
	// Unused counts triples that belong to nothing that was read: descriptions
	// of vocabularies, paging, catalogue records of other documents.
	Unused int
}

// maxAside bounds what an entry keeps of statements that nobody knows.
const maxAside = 200

// Read turns a graph into resources ready to become entries, in the order of
// the document. Values are mended on the way (see Mend); nothing that the
// profile knows is lost: what the fields cannot hold is kept beside them.
func (m *Mapper) Read(g *rdfio.Graph) *Document {
	collected := collections(g)
	f := newForest(g)
	f.collections = collected
	doc := &Document{}
	about := m.recordsOf(f)
	read := func(s rdfio.Term, kind string) {
		n, aside := f.tree(s, nil)
		var kept []rdfio.Object
		if list := about[s.Value]; s.IsIRI() && list != nil {
			kept = list.records
			aside = append(aside, list.aside...)
		}
		res := m.resource(n, kind, aside)
		if kept != nil {
			res.Fields[records] = pack(kept)
		}
		doc.Resources = append(doc.Resources, res)
	}
	series := map[rdfio.Term]bool{}
	for _, s := range g.OfType("dcat:DatasetSeries") {
		series[s] = true
		read(s, TypeSeries)
	}
	for _, s := range g.OfType("dcat:Dataset") {
		switch {
		case series[s]:
		case collected[s]:
			read(s, TypeSeries)
			last := doc.Resources[len(doc.Resources)-1]
			last.Findings = append(last.Findings, catalog.Finding{Severity: catalog.SeverityInfo, Code: "collection", Field: "dct:type", Row: s.Value,
				Message: catalog.DE("Die Sammlung (Profil 2.0) wurde als Datensatzserie übernommen.", "The collection (profile 2.0) was taken over as a dataset series.")})
		default:
			read(s, "dataset")
		}
	}
	for _, s := range g.OfType("dcat:DataService") {
		if !f.used[s] { // those of distributions were read with them
			read(s, TypeService)
		}
	}
	for _, s := range g.OfType("dcat:Catalog") {
		n, aside := f.tree(s, nil)
		eachNode(n, func(n *rdfio.Node) { // of catalogues within it too
			n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool {
				return slices.Contains([]string{"dcat:dataset", "dcat:record", "dcat:service"}, rdfio.Compact(p.Predicate))
			})
		})
		doc.Findings = append(doc.Findings, Mend(n, Profile3)...)
		if len(aside) > 0 {
			doc.Findings = append(doc.Findings, unknown(n.IRI, aside))
		}
		doc.Catalogs = append(doc.Catalogs, n)
	}
	for _, s := range g.Subjects() {
		if !f.used[s] {
			for _, p := range g.Predicates(s) {
				doc.Unused += len(g.Objects(s, p))
			}
		}
	}
	return doc
}

// old2 are properties that only 2.0 has; they are kept in fields and written in
// that profile.
var old2 = []string{"dcatde:politicalGeocodingURI", "dcatde:geocodingDescription", "dcatde:legalBasis", "dcatde:qualityProcessURI", "dct:hasVersion", "dct:isVersionOf", "dcat:granularity"}

func (m *Mapper) resource(n *rdfio.Node, kind string, aside []left) *Resource {
	res := &Resource{Type: kind, Fields: catalog.Fields{}}
	if iri, ok := rdfio.CleanIRI(n.IRI); ok {
		res.IRI, n.IRI = iri, iri
	}
	def := m.defs.Of(catalog.TypeDataset)
	// What 3.0 calls deprecated goes into its fields before it is taken out.
	before, old := &rdfio.Node{}, outdated(n)
	for _, p := range n.Props {
		if now := modern(p.Predicate); !old[p.Predicate] && (slices.Contains(old2, rdfio.Compact(now)) || now == inSeries) {
			before.Add(now, p.Objects...)
		}
	}
	bareSeries(n)
	findings, mended := mend(n, Profile3)
	res.Findings = findings
	read(def.Fields, before, res.Fields)
	parts := n.Get("dcat:distribution")
	n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return p.Predicate == rdfio.Expand("dcat:distribution") })
	read(def.Fields, n, res.Fields)
	if kind != "dataset" {
		res.Fields.Set("dataset_type", kind)
	}
	if strings.HasPrefix(res.IRI, "http") && !strings.HasPrefix(res.IRI, m.site+"/") {
		res.Fields.Set("uri", res.IRI)
	}
	for _, o := range parts {
		if o.Node != nil {
			res.Parts = append(res.Parts, m.part(o.Node))
		}
	}
	res.Findings = append(res.Findings, m.normal(res)...)
	written := &rdfio.Node{}
	m.fields(written, def.Fields, res.Fields, Profile3)
	res.Fields.Set(kept, keep(def.Fields, res.Fields, n, written))
	i := 0
	for _, o := range parts {
		if o.Node == nil {
			continue
		}
		fields, written := res.Parts[i].Fields, &rdfio.Node{}
		m.fields(written, def.Parts, fields, Profile3)
		checksum(written, fields)
		fields.Set(kept, keep(def.Parts, fields, o.Node, written))
		i++
	}
	res.Fields.Set("license_id", cmp.Or(commonLicence(res.Parts), datasetLicence(aside)))
	for _, l := range slices.Concat(mended, aside) {
		if len(res.Aside) < maxAside {
			res.Aside = append(res.Aside, l.String())
		}
	}
	if len(res.Aside) > 0 {
		res.Fields.Set("rdf_aside", res.Aside)
	}
	if len(aside) > 0 {
		res.Findings = append(res.Findings, unknown(res.IRI, aside))
	}
	return res
}

// unknown reports in one line what the profile does not know.
func unknown(iri string, aside []left) catalog.Finding {
	var names []string
	for _, l := range aside {
		if n := rdfio.Compact(l.predicate); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	const most = 8
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return catalog.Finding{Severity: catalog.SeverityInfo, Code: "unknown_property", Row: iri,
		Message: catalog.DE("Das Profil kennt diese Eigenschaften nicht, sie wurden beiseitegelegt: "+strings.Join(names, ", "), "The profile does not know these properties, they were put aside: "+strings.Join(names, ", "))}
}

func (m *Mapper) part(n *rdfio.Node) catalog.Part {
	def := m.defs.Of(catalog.TypeDataset).Parts
	p := catalog.Part{Fields: catalog.Fields{}}
	if strings.HasPrefix(n.IRI, "http") && !strings.HasPrefix(n.IRI, m.site+"/") {
		p.Fields.Set("uri", n.IRI)
	}
	read(def, n, p.Fields)
	if c := n.Get("spdx:checksum"); len(c) == 1 && c[0].Node != nil {
		for _, v := range c[0].Node.Get("spdx:checksumValue") {
			p.Fields.Set("hash", strings.ToLower(v.Text))
		}
		for _, v := range c[0].Node.Get("spdx:algorithm") {
			p.Fields.Set("hash_algorithm", strings.TrimPrefix(v.IRI, spdxAlgorithm))
		}
	}
	return p
}

// normal brings the fields into the form in which the registry takes them. What
// it refuses stays with the kept statements only.
func (m *Mapper) normal(res *Resource) []catalog.Finding {
	var out []catalog.Finding
	for _, f := range m.defs.Normalize(&catalog.Entry{Type: catalog.TypeDataset, Fields: res.Fields, Parts: res.Parts}) {
		if f.Severity != catalog.SeverityError {
			continue
		}
		fields, name := res.Fields, f.Field
		if rest, ok := strings.CutPrefix(f.Field, "resources."); ok {
			index, field, _ := strings.Cut(rest, ".")
			i, err := strconv.Atoi(index)
			if err != nil || i >= len(res.Parts) {
				continue
			}
			fields, name = res.Parts[i].Fields, field
		}
		delete(fields, name)
		f.Severity, f.Row = catalog.SeverityWarning, res.IRI
		out = append(out, f)
	}
	return out
}

// datasetLicence is the licence that some catalogues state at the dataset, where
// the profile has no place for it.
func datasetLicence(aside []left) string {
	for _, l := range aside {
		if l.predicate == rdfio.Expand("dct:license") {
			if c, ok := vocab.Lookup("licence", l.object.Value); ok {
				return c.Attr["ckan"]
			}
		}
	}
	return ""
}

// commonLicence is CKAN's id of the licence that all distributions share.
func commonLicence(parts []catalog.Part) string {
	id := ""
	for i, p := range parts {
		c, ok := vocab.Lookup("licence", p.Fields.String("license"))
		if !ok || i > 0 && c.Attr["ckan"] != id {
			return ""
		}
		id = c.Attr["ckan"]
	}
	return id
}

// read fills fields from a node, by the same table that writes them.
func read(defs []schema.Field, n *rdfio.Node, values catalog.Fields) {
	for i := range defs {
		f := &defs[i]
		r := f.RDF
		if r == nil || f.Visibility != catalog.LevelPublic || values[f.Name] != nil {
			continue
		}
		from := n
		if r.In == "adms:identifier" {
			var list []string
			for _, o := range n.Get(r.In) {
				if o.Node != nil {
					for _, v := range o.Node.Get(r.Predicate) {
						list = append(list, v.Text)
					}
				}
			}
			values.Set(f.Name, list)
			continue
		}
		if r.In != "" {
			if from = pick(n.Get(r.In), r); from == nil {
				continue
			}
		}
		if r.As == "geometry" {
			if text := geometryOf(from); len([]rune(text)) <= f.Max { // half a geometry is none
				values.Set(f.Name, text)
			}
			continue
		}
		if r.As == "node" {
			values.Set(f.Name, from.IRI)
			continue
		}
		fill(f, from.Get(r.Predicate), values)
	}
}

// pick chooses the nested node that speaks for a field: with a group, the first
// without an address. A place may also be where its address is described.
func pick(list []rdfio.Object, r *schema.RDF) *rdfio.Node {
	own := slices.ContainsFunc(list, func(o rdfio.Object) bool { return o.Node != nil && o.Node.IRI == "" })
	if i := slices.IndexFunc(list, func(o rdfio.Object) bool { return o.Node != nil && geometryOf(o.Node) != "" }); r.As == "geometry" && !own && i >= 0 {
		return list[i].Node
	}
	for _, o := range list {
		if o.Node != nil && (r.Group == "" || o.Node.IRI == "") && (r.Group != "" || r.As != "node" || o.Node.IRI != "") {
			return o.Node
		}
	}
	return nil
}

func fill(f *schema.Field, objects []rdfio.Object, values catalog.Fields) {
	objects = slices.Clone(objects)
	best(objects)
	var list []string
	for _, o := range objects {
		s := plain(f.RDF.As, o)
		if l, named := labelled[rdfio.Expand(f.RDF.Predicate)]; s == "" && named && o.Node != nil {
			for _, v := range o.Node.Get(l.by) { // it has only a name
				s = cmp.Or(s, v.Text)
			}
		}
		if s != "" && !slices.Contains(list, s) {
			if f.Kind == schema.KindTags && o.Lang != "" && !strings.HasPrefix(strings.ToLower(o.Lang), "de") && len(list) > 0 {
				continue // keywords of other languages stay with what is kept
			}
			list = append(list, s)
		}
	}
	switch {
	case len(list) == 0:
	case f.Kind.List():
		if f.Max > 0 && len(list) > f.Max {
			list = list[:f.Max]
		}
		values.Set(f.Name, list)
	case f.Kind == schema.KindInteger:
		if n, err := strconv.ParseInt(list[0], 10, 64); err == nil {
			values.Set(f.Name, n)
		}
	default:
		s := list[0]
		if r := []rune(s); f.Max > 0 && len(r) > f.Max {
			if f.RDF.As == "geoliteral" {
				return // half a geometry is none; the whole stays with what is kept
			}
			s = string(r[:f.Max])
		}
		values.Set(f.Name, s)
	}
}

// plain is the text in which CKAN's clients and forms see a value.
func plain(as string, o rdfio.Object) string {
	switch as {
	case "mailto":
		return strings.TrimPrefix(iriOf(o), "mailto:")
	case "tel":
		return strings.TrimPrefix(iriOf(o), "tel:")
	case "mediatype":
		return strings.TrimPrefix(iriOf(o), ianaBase)
	case "filetype":
		if c, ok := vocab.Lookup("file_type", iriOf(o)); ok {
			return c.Code
		}
		return iriOf(o)
	case "statement":
		if o.Node != nil {
			if v := o.Node.Get("rdfs:label"); len(v) > 0 {
				return v[0].Text
			}
		}
		return o.IRI
	case "iri":
		return iriOf(o)
	}
	return cmp.Or(o.Text, iriOf(o))
}
