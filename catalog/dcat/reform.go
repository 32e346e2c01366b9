package dcat

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog/rdfio"
	"trio.example/catalog/vocab"
)

// labelled are properties whose text stands for a node with a label.
var labelled = map[string]struct{ class, by string }{
	rdfio.Expand("dct:publisher"): {"foaf:Agent", "foaf:name"}, rdfio.Expand("dct:creator"): {"foaf:Agent", "foaf:name"}, rdfio.Expand("dct:contributor"): {"foaf:Agent", "foaf:name"},
	rdfio.Expand("geodcatap:custodian"): {"foaf:Agent", "foaf:name"}, rdfio.Expand("geodcatap:originator"): {"foaf:Agent", "foaf:name"}, rdfio.Expand("dct:rightsHolder"): {"foaf:Agent", "foaf:name"},
	rdfio.Expand("adms:identifier"): {"adms:Identifier", "skos:notation"}, rdfio.Expand("dct:rights"): {"dct:RightsStatement", "rdfs:label"},
	rdfio.Expand("dct:provenance"): {"dct:ProvenanceStatement", "rdfs:label"}, rdfio.Expand("dct:spatial"): {"dct:Location", "skos:prefLabel"}, rdfio.Expand("dct:conformsTo"): {"dct:Standard", "dct:title"},
}

// germanDate is a date as people write it here.
var germanDate = regexp.MustCompile(`^\d{1,2}\.\d{1,2}\.\d{4}$`)

// reform turns a value into the kind its property has: address, node or text.
func reform(p string, o rdfio.Object, literal bool) (rdfio.Object, bool) {
	is := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return rdfio.Expand(n) == p })
	}
	text := strings.TrimSpace(o.Text)
	isText := o.Node == nil && o.IRI == ""
	switch {
	case is("dct:issued", "dct:modified", "dcat:startDate", "dcat:endDate") && isText && germanDate.MatchString(text):
		return dateLiteral(text)
	case literal && isText:
		return o, text != ""
	case literal && o.IRI != "":
		return rdfio.Object{Text: o.IRI}, true
	case literal:
		return o, false
	case is("vcard:hasEmail", "foaf:mbox", "vcard:hasTelephone"):
		return reach(p, o)
	case is("dcat:mediaType", "dcat:compressFormat", "dcat:packageFormat") && isText:
		if o, ok := mediaType(text); ok {
			return o, true
		}
		c, ok := vocab.Lookup("file_type", text)
		if !ok {
			return o, false
		}
		return mediaType(c.Attr["media_type"])
	case is("dct:temporal") && isText:
		return period(text)
	case is("dcat:mediaType", "dcat:compressFormat", "dcat:packageFormat"):
		return rdfio.IRI(strings.Replace(iriOf(o), "http://www.iana.org", "https://www.iana.org", 1)), iriOf(o) != ""
	}
	if isText && needsNode(p) {
		if text == "" {
			return o, false
		}
		if l, ok := labelled[p]; ok && !absolute(text) {
			n := &rdfio.Node{Types: []string{rdfio.Expand(l.class)}}
			n.Add(l.by, o)
			return rdfio.Object{Node: n}, true
		}
		if is("dcat:contactPoint") && strings.Contains(text, "@") {
			n := &rdfio.Node{Types: []string{rdfio.Expand("vcard:Organization")}}
			if mail, ok := rdfio.CleanIRI("mailto:" + strings.TrimPrefix(text, "mailto:")); ok {
				n.Add("vcard:hasEmail", rdfio.IRI(mail))
			}
			return rdfio.Object{Node: n}, true
		}
		if iri, ok := rdfio.CleanIRI(text); ok {
			o = rdfio.IRI(iri)
		} else if !listed(p) {
			return o, false
		}
	}
	// A bare address where a described node is wanted.
	if want := ranges[p]; o.IRI != "" && o.Node == nil && want.class != "" {
		switch {
		case want.cheap:
			o = rdfio.Object{Node: &rdfio.Node{IRI: o.IRI, Types: []string{want.class}}}
		case bareAllowed(p):
		default:
			return o, false
		}
	}
	return o, true
}

// sound mends a literal that does not have the form of its datatype, which strict
// readers refuse with all that stands around it: a date gets the datatype it has
// (2024-03-01 is no xsd:dateTime), anything else is a plain text. What stands for a
// date and is none (30 February) is refused.
func sound(o rdfio.Object) (rdfio.Object, bool) {
	if o.Node != nil || o.IRI != "" || o.Datatype == "" || rdfio.WellFormed(o.Text, o.Datatype) {
		return soundGeometry(o), true
	}
	switch rdfio.Compact(o.Datatype) {
	case "xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth":
		return dateLiteral(strings.TrimSpace(o.Text))
	}
	if text := strings.TrimSpace(o.Text); text != o.Text && rdfio.WellFormed(text, o.Datatype) {
		return rdfio.Object{Text: text, Datatype: o.Datatype}, true
	}
	return rdfio.Object{Text: o.Text}, true
}

// period reads two dates with a slash between them (ISO 8601).
func period(s string) (rdfio.Object, bool) {
	from, to, ok := strings.Cut(s, "/")
	n := &rdfio.Node{Types: []string{rdfio.Expand("dct:PeriodOfTime")}}
	for p, v := range map[string]string{"dcat:startDate": from, "dcat:endDate": to} {
		if v = strings.TrimSpace(v); v == "" || v == ".." {
			continue
		}
		o, fits := dateLiteral(v)
		if !fits {
			return rdfio.Object{}, false
		}
		n.Add(p, o)
	}
	slices.SortFunc(n.Props, func(a, b rdfio.Prop) int { return -strings.Compare(a.Predicate, b.Predicate) })
	return rdfio.Object{Node: n}, ok && len(n.Props) > 0
}

// mergeGeometries makes one node of several that state the same place in
// different notations: the profile allows one.
func mergeGeometries(n *rdfio.Node) {
	list := n.Get("locn:geometry")
	if len(list) < 2 {
		return
	}
	sum := &rdfio.Node{Types: []string{rdfio.Expand("locn:Geometry")}}
	for _, o := range list {
		if o.Node == nil || o.Node.IRI != "" {
			return
		}
		for _, p := range o.Node.Props {
			if len(sum.Get(p.Predicate)) > 0 {
				return
			}
			sum.Add(p.Predicate, p.Objects...)
		}
	}
	set(n, rdfio.Expand("locn:geometry"), []rdfio.Object{{Node: sum}})
}

// bareAllowed are properties with a range whose targets need no description.
func bareAllowed(p string) bool {
	return slices.ContainsFunc([]string{
		"dct:license", "dct:rights", "dct:provenance", "dct:conformsTo", "foaf:page", "dcat:landingPage", "foaf:homepage", "odrl:hasPolicy", "dcatap:applicableLegislation",
		"prov:wasGeneratedBy", "locn:geometry", "gsp:hasGeometry", "dct:rightsHolder", "vcard:hasAddress", "dct:hasPart", "dct:isPartOf", "dcat:catalog", "dcat:record", "dcat:dataset", "dcat:service",
	}, func(n string) bool { return rdfio.Expand(n) == p })
}

// needsNode reports properties whose values are addresses or nodes.
func needsNode(p string) bool {
	if ranges[p].class != "" || listed(p) {
		return true
	}
	return slices.ContainsFunc([]string{
		"dcat:accessURL", "dcat:downloadURL", "dcat:endpointURL", "dcat:endpointDescription", "dct:references", "dct:relation", "dct:isReferencedBy", "dct:hasVersion", "dct:isVersionOf",
		"dcat:isVersionOf", "vcard:hasURL", "dcatap:hvdCategory", "prov:agent", "foaf:primaryTopic", "spdx:algorithm", "dct:type", "dcatde:qualityProcessURI", "dcat:themeTaxonomy",
	}, func(n string) bool { return rdfio.Expand(n) == p })
}

var listedIn = map[string]string{
	"dct:format": "file_type", "dct:license": "licence", "dct:language": "language", "dct:accrualPeriodicity": "frequency", "dct:accessRights": "access_right", "dcatap:availability": "availability",
	"dcat:theme": "theme", "adms:status": "distribution_status", "dcatde:contributorID": "contributor", "dcatde:politicalGeocodingLevelURI": "geocoding_level",
}

// listed reports properties whose values come from a vocabulary, so that a word
// may stand for a member of it.
func listed(p string) bool { return listedIn[rdfio.Compact(p)] != "" }

func absolute(s string) bool {
	_, ok := rdfio.CleanIRI(s)
	return ok && (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://"))
}

func iriOf(o rdfio.Object) string {
	if o.Node != nil {
		return o.Node.IRI
	}
	return o.IRI
}

// reach writes e-mail addresses and telephone numbers as mailto: and tel:, also
// those that an older profile wraps in a node with vcard:hasValue.
func reach(p string, o rdfio.Object) (rdfio.Object, bool) {
	s := strings.TrimSpace(o.Text)
	if i := iriOf(o); i != "" {
		s = i
	} else if o.Node != nil {
		for _, v := range o.Node.Get("vcard:hasValue") {
			s = valueOf(v)
		}
	}
	scheme := "mailto:"
	if strings.HasSuffix(p, "Telephone") {
		scheme = "tel:"
	}
	rest, had := strings.CutPrefix(s, scheme)
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") { // some portals give a page
		iri, ok := rdfio.CleanIRI(s)
		return rdfio.IRI(iri), ok
	}
	if rest == "" || scheme == "mailto:" && !had && !strings.Contains(rest, "@") {
		return o, false
	}
	if scheme == "tel:" {
		rest = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || strings.ContainsRune("+-.;=,*#", r) || had && r > ' ' {
				return r
			}
			return -1
		}, rest)
	}
	iri, ok := rdfio.CleanIRI(scheme + rest)
	return rdfio.IRI(iri), ok
}

// rule brings a value into line with one rule of the profile.
func (m *mender) rule(r *rule, p string, o rdfio.Object) (rdfio.Object, bool) {
	switch r.check {
	case "scheme":
		for _, scheme := range r.list {
			if vocab.InScheme(scheme, iriOf(o)) {
				return o, true
			}
			// The lists of GovData are spelled with http and without www.
			if _, rest, ok := strings.Cut(iriOf(o), "://www.dcat-ap.de/"); ok && vocab.InScheme(scheme, "http://dcat-ap.de/"+rest) {
				return rdfio.IRI("http://dcat-ap.de/" + rest), true
			}
		}
		word := iriOf(o)
		if word == "" {
			word = o.Text
		}
		for _, scheme := range r.list {
			if c, ok := vocab.Newer(scheme, word); ok {
				return newer(scheme, c), true
			}
		}
		if to := inList(r.list, word); to != "" {
			return rdfio.IRI(to), true
		}
		if iriOf(o) != "" && r.severity != "error" {
			return o, true
		}
		return called(r.list, o)
	case "pattern":
		return o, r.pattern.MatchString(iriOf(o))
	case "datatype":
		return typed(r, o)
	case "class":
		if p == rdfio.Expand("spdx:algorithm") {
			return algorithm(o)
		}
		return o, o.Node != nil || p == rdfio.Expand("dct:isPartOf") || p == rdfio.Expand("dct:hasPart") || p == rdfio.Expand("dct:isVersionOf") || bareAllowed(p)
	case "kind":
		switch r.value {
		case "Literal":
			return o, o.Node == nil && o.IRI == ""
		case "IRI":
			if o.Node != nil && o.Node.IRI != "" && classOf(o.Node.Types) == "" {
				return rdfio.IRI(o.Node.IRI), true // nothing is said that the profile knows
			}
			return o, iriOf(o) != ""
		default:
			return o, o.Node != nil || o.IRI != ""
		}
	}
	return o, true
}

// called finds the member of a list by the name of a node that has no address: an
// extent labelled "GeoJSON", a licence document with a title.
func called(schemes []string, o rdfio.Object) (rdfio.Object, bool) {
	if o.Node == nil || o.Node.IRI != "" {
		return o, false
	}
	for _, by := range []string{"skos:prefLabel", "rdfs:label", "dct:title", "dct:identifier", "skos:notation", "rdf:value"} {
		for _, v := range o.Node.Get(by) {
			if to := inList(schemes, valueOf(v)); to != "" {
				return rdfio.IRI(to), true
			}
		}
	}
	return o, false
}

// newer describes a concept that the lists of validators do not have yet: what the
// document says of it counts there.
func newer(scheme string, c vocab.Concept) rdfio.Object {
	n := &rdfio.Node{IRI: c.URI, Types: []string{rdfio.Expand("skos:Concept")}}
	n.Add("skos:prefLabel", rdfio.Text(c.Label["de"], "de"), rdfio.Text(c.Label["en"], "en"))
	n.Add("skos:inScheme", rdfio.IRI(scheme))
	return rdfio.Object{Node: n}
}

// typed gives a literal the datatype of the profile if its text has the form.
func typed(r *rule, o rdfio.Object) (rdfio.Object, bool) {
	text := strings.TrimSpace(o.Text)
	if slices.Contains(r.list, o.Datatype) && rdfio.WellFormed(o.Text, o.Datatype) {
		return o, true
	}
	for _, d := range r.list {
		s := text
		if rdfio.Compact(d) == "xsd:nonNegativeInteger" {
			if f, err := strconv.ParseFloat(s, 64); err == nil && f >= 0 && f < 1<<62 && f == float64(int64(f)) {
				s = strconv.FormatInt(int64(f), 10)
			}
		}
		if s != "" && rdfio.WellFormed(s, d) {
			return rdfio.Object{Text: s, Datatype: d}, true
		}
	}
	return o, false
}

// algorithm writes the name of a hash algorithm as SPDX does.
func algorithm(o rdfio.Object) (rdfio.Object, bool) {
	s := iriOf(o)
	if s == "" {
		s = o.Text
	}
	if strings.HasPrefix(s, spdxAlgorithm) {
		return rdfio.IRI(s), true
	}
	s = strings.ToLower(s)
	for _, mark := range []string{"hashalgorithms/", "checksumalgorithm_", "#"} {
		if _, rest, ok := strings.Cut(s, mark); ok {
			s = rest
		}
	}
	s = strings.NewReplacer("/", "", "-", "").Replace(s)
	for _, known := range []string{"md2", "md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"} {
		if s == known {
			return rdfio.IRI(spdxAlgorithm + known), true
		}
	}
	return o, false
}
