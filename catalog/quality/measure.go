package quality

import (
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/vocab"
)

// Share says how many of how many.
type Share struct {
	Met int `json:"met"`
	Of  int `json:"of"`
}

func (s *Share) add(met bool) {
	s.Of++
	if met {
		s.Met++
	}
}

// Plus adds two shares.
func (s Share) Plus(o Share) Share { return Share{s.Met + o.Met, s.Of + o.Of} }

// Part is the share as a number from 0 to 1.
func (s Share) Part() float64 {
	if s.Of == 0 {
		return 0
	}
	return float64(s.Met) / float64(s.Of)
}

// Result is what was measured of one dataset.
type Result struct {
	// Held is set for one that is not in the feed; Lacks says why.
	Held  bool     `json:"held,omitempty"`
	Lacks []string `json:"lacks,omitempty"` // codes such as held_back:dct:description
	// Met has a share for each of Metrics, in their order.
	Met []Share `json:"met"`
	// File is what the best single file meets of interoperability, a bit for each of
	// Metrics: what one file has and another lacks does not add up.
	File uint32 `json:"file,omitempty"`
	// GovData has a share for each of GovDataRules, in their order.
	GovData []Share `json:"govdata"`
	// HVD is nil for what is no high-value dataset, else how many violations of
	// the rules for those it has.
	HVD *int `json:"hvd,omitempty"`

	// published is the node that was measured, nil for one that is held back.
	published *rdfio.Node
	// findings are what publishing it reported.
	findings []catalog.Finding
}

// Links knows whether an address answered when it was last tried.
type Links func(address string) (reached bool)

// GovDataRules are the rules of GovData's dashboard.
func GovDataRules() []Metric {
	return []Metric{
		{Key: "gd_keyword", Label: catalog.DE("mindestens ein Schlagwort", "at least one keyword")},
		{Key: "gd_contributor", Label: catalog.DE("genau eine Kennung des Datenbereitstellers", "exactly one contributor id")},
		{Key: "gd_publisher", Label: catalog.DE("genau ein Herausgeber mit Namen", "exactly one publisher with a name")},
		{Key: "gd_licence", PerFile: true, Label: catalog.DE("Dateien mit Lizenz", "files with a licence")},
		{Key: "gd_one_licence", PerFile: true, Label: catalog.DE("Dateien mit höchstens einer Lizenz", "files with one licence at most")},
		{Key: "gd_licence_listed", PerFile: true, Label: catalog.DE("Lizenz aus der Liste", "licence from the list")},
		{Key: "gd_licence_open", PerFile: true, Label: catalog.DE("offene Lizenz", "open licence")},
	}
}

// Measure looks at a dataset as it goes to harvesters. A dataset that is held
// back is measured as it would go, so that its officer sees what it would earn.
func Measure(m *dcat.Mapper, e *catalog.Entry, orgs dcat.Lookup, links Links) *Result {
	n, findings := m.PublishLinked(e, orgs, dcat.Profile3)
	r := &Result{Held: n == nil, published: n, findings: findings}
	for _, f := range findings {
		if f.Severity == catalog.SeverityError {
			r.Lacks = append(r.Lacks, f.Code)
		}
	}
	if n == nil {
		n = m.Dataset(e, orgs, dcat.Profile3)
		dcat.Mend(n, dcat.Profile3)
	}
	r.Met = make([]Share, len(metrics))
	files := n.Get("dcat:distribution")
	for i, metric := range metrics {
		if !metric.PerFile {
			r.Met[i].add(ofDataset(metric.Key, n, r))
			continue
		}
		for _, o := range files {
			if o.Node != nil {
				r.Met[i].add(ofFile(metric.Key, o.Node, links))
			}
		}
		if len(files) == 0 {
			r.Met[i].Of = 1 // nothing to fetch at all earns nothing
		}
	}
	most := 0
	for _, o := range files {
		points, met := 0, uint32(0)
		for i, metric := range metrics {
			if o.Node != nil && metric.ofBestFile() && ofFile(metric.Key, o.Node, links) {
				points, met = points+metric.Points, met|1<<i
			}
		}
		if points > most {
			most, r.File = points, met
		}
	}
	r.govData(n, files)
	r.highValue(n)
	return r
}

// ofBestFile reports a metric of which, in one dataset, only the best file counts.
func (m Metric) ofBestFile() bool { return m.PerFile && m.Dimension == Interoperability }

func has(n *rdfio.Node, p string) bool { return len(n.Get(p)) > 0 }

func ofDataset(key string, n *rdfio.Node, r *Result) bool {
	switch key {
	case "keyword":
		return has(n, "dcat:keyword")
	case "theme":
		return has(n, "dcat:theme")
	case "spatial":
		return has(n, "dct:spatial")
	case "temporal":
		return has(n, "dct:temporal")
	case "conforms":
		return len(r.Lacks) == 0
	case "access_rights":
		return has(n, "dct:accessRights")
	case "access_rights_listed":
		return listed(n, "dct:accessRights", "access_right")
	case "contact":
		return has(n, "dcat:contactPoint")
	case "publisher":
		return has(n, "dct:publisher")
	case "issued":
		return has(n, "dct:issued")
	case "modified":
		return has(n, "dct:modified")
	}
	return false
}

func ofFile(key string, n *rdfio.Node, links Links) bool {
	switch key {
	case "access_reached":
		return answers(n, "dcat:accessURL", links)
	case "download":
		return has(n, "dcat:downloadURL")
	case "download_reached":
		return answers(n, "dcat:downloadURL", links)
	case "format":
		return has(n, "dct:format")
	case "media_type":
		return has(n, "dcat:mediaType")
	case "format_listed": // either will do: the metric is "format / media type from vocabulary"
		return listed(n, "dct:format", "file_type") || registered(n)
	case "format_open":
		c, ok := concept(n, "dct:format", "file_type")
		return ok && !c.Is("proprietary")
	case "format_readable":
		c, ok := concept(n, "dct:format", "file_type")
		return ok && c.Is("machine_readable")
	case "licence":
		return has(n, "dct:license")
	case "licence_listed":
		return listed(n, "dct:license", "licence")
	case "rights":
		return has(n, "dct:rights")
	case "size":
		return has(n, "dcat:byteSize")
	}
	return false
}

func answers(n *rdfio.Node, p string, links Links) bool {
	for _, o := range n.Get(p) {
		if o.IRI != "" && links(o.IRI) {
			return true
		}
	}
	return false
}

func concept(n *rdfio.Node, p, list string) (vocab.Concept, bool) {
	for _, o := range n.Get(p) {
		iri := o.IRI
		if o.Node != nil {
			iri = o.Node.IRI
		}
		if c, ok := vocab.Lookup(list, iri); ok && c.URI == iri {
			return c, true
		}
	}
	return vocab.Concept{}, false
}

func listed(n *rdfio.Node, p, list string) bool {
	_, ok := concept(n, p, list)
	return ok
}

// registered reports a media type of IANA.
func registered(n *rdfio.Node) bool {
	for _, o := range n.Get("dcat:mediaType") {
		if _, _, ok := strings.Cut(o.IRI, "://www.iana.org/assignments/media-types/"); ok {
			return true
		}
	}
	return false
}

func (r *Result) govData(n *rdfio.Node, files []rdfio.Object) {
	r.GovData = make([]Share, len(GovDataRules()))
	r.GovData[0].add(has(n, "dcat:keyword"))
	_, known := concept(n, "dcatde:contributorID", "contributor")
	r.GovData[1].add(known && len(n.Get("dcatde:contributorID")) == 1)
	p := n.Get("dct:publisher")
	r.GovData[2].add(len(p) == 1 && p[0].Node != nil && has(p[0].Node, "foaf:name"))
	for _, o := range files {
		if o.Node == nil {
			continue
		}
		l := o.Node.Get("dct:license")
		c, ok := concept(o.Node, "dct:license", "licence")
		r.GovData[3].add(len(l) > 0)
		r.GovData[4].add(len(l) <= 1)
		r.GovData[5].add(ok)
		r.GovData[6].add(ok && c.Is("open"))
	}
}

const hvdLaw = "http://data.europa.eu/eli/reg_impl/2023/138/oj"

// highValue counts what a dataset that claims to be of high value still lacks.
func (r *Result) highValue(n *rdfio.Node) {
	claims := has(n, "dcatap:hvdCategory")
	for _, o := range n.Get("dcatap:applicableLegislation") {
		claims = claims || strings.TrimSuffix(o.IRI, "/") == hvdLaw || o.Node != nil && o.Node.IRI == hvdLaw
	}
	if !claims {
		return
	}
	g := rdfio.NewGraph()
	g.AddNode(n)
	count := 0
	for _, f := range dcat.Check(g, dcat.ProfileHVD) {
		if f.Severity == catalog.SeverityError {
			count++
		}
	}
	if !has(n, "dcatap:applicableLegislation") {
		count++ // without it the shapes do not look at all
	}
	r.HVD = &count
}

// Points are those of one dataset: what any of its files meets is met, but of
// interoperability only the best file counts.
func (r *Result) Points() int {
	sum := 0
	for i := range metrics {
		if r.earned(i) {
			sum += metrics[i].Points
		}
	}
	return sum
}

func (r *Result) earned(metric int) bool {
	if metrics[metric].ofBestFile() {
		return r.File>>metric&1 == 1
	}
	return metric < len(r.Met) && r.Met[metric].Met > 0
}

// Gains lists the indexes of metrics that a dataset could still earn.
func (r *Result) Gains() []int {
	var out []int
	for i := range min(len(metrics), len(r.Met)) {
		if !r.earned(i) {
			out = append(out, i)
		}
	}
	return out
}

// Summary adds up many datasets: an organization, a source, the catalogue.
type Summary struct {
	Datasets int     `json:"datasets"`
	Held     int     `json:"held_back"`
	Met      []Share `json:"-"`
	GovData  []Share `json:"-"`
	// HVD counts high-value datasets, HVDComplete those that lack nothing.
	HVD         int `json:"hvd"`
	HVDComplete int `json:"hvd_complete"`
	// Ratings counts datasets by the grade of each.
	Ratings map[string]int `json:"ratings"`
}

// NewSummary makes an empty one.
func NewSummary() *Summary {
	return &Summary{Met: make([]Share, len(metrics)), GovData: make([]Share, len(GovDataRules())), Ratings: map[string]int{}}
}

// Add counts one dataset in.
func (s *Summary) Add(r *Result) {
	s.Datasets++
	if r.Held {
		s.Held++
	}
	for i := range min(len(s.Met), len(r.Met)) {
		s.Met[i] = s.Met[i].Plus(r.Met[i])
	}
	for i := range min(len(s.GovData), len(r.GovData)) {
		s.GovData[i] = s.GovData[i].Plus(r.GovData[i])
	}
	if r.HVD != nil {
		s.HVD++
		if *r.HVD == 0 {
			s.HVDComplete++
		}
	}
	s.Ratings[Rating(float64(r.Points()))]++
}

// Points are those of the whole: each indicator's points times the share of
// datasets (or files) that meet it, as the EU portal counts a catalogue.
func (s *Summary) Points() float64 {
	sum := 0.0
	for i, m := range metrics {
		sum += float64(m.Points) * s.Met[i].Part()
	}
	return sum
}

// Dimension returns what a dimension has earned of what it could.
func (s *Summary) Dimension(name string) (points float64, most int) {
	for i, m := range metrics {
		if m.Dimension == name {
			points += float64(m.Points) * s.Met[i].Part()
			most += m.Points
		}
	}
	return points, most
}
