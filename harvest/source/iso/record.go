package iso

import (
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// Record is what a metadata record says, in the fields of a dataset.
type Record struct {
	// ID identifies the record in its catalogue, Resource what it describes.
	ID, Resource string
	// Service is set for services; OperatesOn identifies the datasets it serves,
	// by record or resource.
	Service    bool
	OperatesOn []string
	Fields     catalog.Fields
	Parts      []catalog.Part
	Findings   []catalog.Finding
	// Source is the element that all this was read from.
	Source *Node `json:"-"`
}

const (
	typeGeodata = "http://publications.europa.eu/resource/authority/dataset-type/GEOSPATIAL"
	typeService = "http://publications.europa.eu/resource/authority/dataset-type/DSCRP_SERV"
	hvdLaw      = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
)

// Map reads a record of ISO 19139, ISO 19115-3 or Dublin Core.
func Map(n *Node) *Record {
	m := &mapping{Record: &Record{Fields: catalog.Fields{}, Source: n}, root: n}
	if n.Large {
		m.Findings = append(m.Findings, catalog.Finding{Severity: catalog.SeverityError, Code: "too_large",
			Message: catalog.DE(fmt.Sprintf("Ein Datensatz ist größer als %d MB oder hat mehr als %d Elemente.", maxRecord>>20, maxNodes), fmt.Sprintf("A record is larger than %d MB or has more than %d elements.", maxRecord>>20, maxNodes))})
		return m.Record
	}
	switch n.Name {
	case "MD_Metadata", "MI_Metadata":
		m.iso()
	default:
		m.dublinCore()
	}
	return m.Record
}

type mapping struct {
	*Record
	root  *Node
	ident *Node // identification of the resource
	use   licence
}

func (m *mapping) warn(code, field, de, en string, remedy ...catalog.Text) {
	f := catalog.Finding{Severity: catalog.SeverityWarning, Code: code, Field: field, Row: m.ID, Message: catalog.DE(de, en)}
	if len(remedy) > 0 {
		f.Remedy = remedy[0]
	}
	m.Findings = append(m.Findings, f)
}

func (m *mapping) iso() {
	r := m.root
	if m.ID = r.at("fileIdentifier"); m.ID == "" {
		m.ID = r.at("metadataIdentifier/MD_Identifier/code")
	}
	// Some leave out the element between.
	if m.ident = r.first("identificationInfo"); m.ident.first("citation") == nil {
		m.ident = r.first("identificationInfo/*")
	}
	level := r.first("hierarchyLevel").code()
	if level == "" {
		level = r.first("metadataScope/MD_MetadataScope/resourceScope").code()
	}
	m.Service = strings.EqualFold(level, "service") || m.ident != nil && strings.HasPrefix(m.ident.Name, "SV_")
	switch {
	case m.Service:
		m.Fields.Set("dcat_type", typeService)
	case level == "series":
		m.Fields.Set("dcat_type", typeGeodata)
		m.extra("hierarchy_level", level)
	case level == "dataset":
		m.Fields.Set("dcat_type", typeGeodata)
	}
	citation := m.ident.first("citation/CI_Citation")
	m.Fields.Set("title", citation.at("title"))
	m.Fields.Set("notes", m.notes(citation))
	m.identifiers(citation)
	m.dates(citation)
	m.keywords()
	m.extent()
	m.reference()
	m.languages()
	m.contacts()
	m.rights()
	m.upkeep()
	m.distributions()
	if m.Service {
		m.service()
	}
}

func (m *mapping) notes(citation *Node) string {
	text := m.ident.at("abstract")
	if p := m.ident.at("purpose"); p != "" && !strings.Contains(text, p) && text != "" {
		text += "\n\n" + p
	}
	if text == "" {
		return citation.at("alternateTitle")
	}
	return text
}

// identifiers: the resource's own goes first, the record's is kept beside it.
func (m *mapping) identifiers(citation *Node) {
	var all []string
	for _, id := range citation.all("identifier/MD_Identifier|RS_Identifier") {
		code, space := id.at("code"), id.at("codeSpace")
		if h := id.first("code").href(); isAddress(h) {
			code = h
		}
		if code != "" && space != "" && !strings.Contains(code, space) {
			if isAddress(space) {
				code = strings.TrimRight(space, "/#") + "/" + code
			} else {
				code = space + ":" + code
			}
		}
		if code != "" && !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	if len(all) > 0 {
		m.Resource = all[0]
	}
	if m.ID == "" {
		m.ID = m.Resource
	}
	id := m.Resource
	if id == "" {
		id = m.ID
	}
	m.Fields.Set("identifier", id)
	if isAddress(id) {
		m.Fields.Set("uri", id)
	}
	rest := all[min(1, len(all)):]
	if m.ID != id && !slices.Contains(rest, m.ID) {
		rest = append(rest, m.ID)
	}
	m.Fields.Set("alternate_identifier", rest)
	if parent := m.root.at("parentIdentifier|parentMetadata"); parent != "" {
		m.extra("parent_identifier", parent)
	}
	m.Fields.Set("version", citation.at("edition"))
}

func (m *mapping) extra(key, value string) {
	m.Fields.Set("extras", append(anys(m.Fields.Maps("extras")), map[string]any{"key": key, "value": value}))
}

func anys(list []map[string]any) []any {
	out := []any{}
	for _, m := range list {
		out = append(out, m)
	}
	return out
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// dates: what is not a date is left to the check of fields, which names it.
func (m *mapping) dates(citation *Node) {
	found := map[string]string{}
	for _, d := range citation.all("date/CI_Date") {
		kind, at := d.first("dateType").code(), day(d.at("date"))
		if at != "" && at > found[kind] {
			found[kind] = at
		}
	}
	issued := found["publication"]
	if issued == "" {
		issued = found["released"]
	}
	if issued == "" {
		issued = found["creation"]
	}
	m.Fields.Set("issued", issued)
	for _, kind := range []string{"revision", "lastRevision", "lastUpdate"} {
		if found[kind] != "" {
			m.Fields.Set("modified", found[kind])
		}
	}
}

// day leaves out a time of day that says nothing.
func day(s string) string {
	s, _, _ = strings.Cut(s, "T00:00:00")
	return s
}

func (m *mapping) languages() {
	var out []string
	for _, l := range append(m.ident.all("language"), m.ident.all("defaultLocale/PT_Locale/language")...) {
		code := l.code()
		if c, ok := vocab.Lookup("language", code); ok && !slices.Contains(out, c.URI) {
			out = append(out, c.URI)
		}
	}
	m.Fields.Set("language", out)
}

// upkeep: how often it is updated, where it comes from, how fine it is.
func (m *mapping) upkeep() {
	for _, n := range m.ident.all("resourceMaintenance/MD_MaintenanceInformation/maintenanceAndUpdateFrequency") {
		code := n.code()
		if c, ok := vocab.Lookup("frequency", code); ok {
			m.Fields.Set("frequency", c.URI)
			break
		} else if code != "" && code != "unknown" {
			m.warn("unknown:frequency:"+code, "frequency", fmt.Sprintf("Die Aktualisierung „%.100s“ ist unbekannt.", code), fmt.Sprintf("The update frequency %.100q is unknown.", code))
		}
	}
	var lines []string
	lineage := append(m.root.all("dataQualityInfo/DQ_DataQuality/lineage/LI_Lineage"), m.root.all("resourceLineage/LI_Lineage")...)
	for _, l := range lineage {
		lines = add(lines, l.at("statement"))
	}
	if len(lines) == 0 { // the steps say it in pieces
		for _, l := range lineage {
			for _, p := range append(l.all("processStep/*/description"), l.all("source/*/description")...) {
				lines = add(lines, p.value())
			}
		}
	}
	const most = 5000
	m.Fields.Set("provenance", clip(strings.Join(lines, "\n"), most))
	var meters []string
	for _, d := range m.ident.all("spatialResolution/MD_Resolution/distance/*") {
		if s, ok := inMeters(d.Text, d.attr("uom")); ok {
			meters = add(meters, s)
		}
	}
	m.Fields.Set("spatial_resolution_in_meters", meters)
	for _, n := range m.ident.all("spatialResolution/MD_Resolution/equivalentScale/MD_RepresentativeFraction/denominator") {
		if v := n.value(); v != "" {
			m.extra("scale", "1:"+v)
			break
		}
	}
}

func add(list []string, s string) []string {
	if s != "" && !slices.Contains(list, s) {
		list = append(list, s)
	}
	return list
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
