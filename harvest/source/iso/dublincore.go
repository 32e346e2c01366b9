package iso

import (
	"strings"

	"trio.example/catalog/vocab"
)

// dublinCore reads a csw:Record, which says little but is what every catalogue
// service can give.
func (m *mapping) dublinCore() {
	r, f := m.root, m.Fields
	m.ID = r.at("identifier")
	for _, id := range r.all("identifier") {
		if v := id.value(); v != m.ID {
			f.Set("alternate_identifier", add(f.Strings("alternate_identifier"), v))
		}
	}
	m.Resource = m.ID
	f.Set("identifier", m.ID)
	if isAddress(m.ID) {
		f.Set("uri", m.ID)
	}
	f.Set("title", r.at("title"))
	text := r.at("abstract")
	if text == "" {
		text = r.at("description")
	}
	f.Set("notes", text)
	kind := strings.ToLower(r.at("type"))
	kind = kind[strings.LastIndexAny(kind, "/#")+1:]
	if kind == "service" {
		f.Set("dcat_type", typeService)
	}
	m.Service = kind == "service"
	var tags, themes []string
	for _, s := range r.all("subject") {
		word := s.value()
		tags = add(tags, plain(word))
		themes = addThemes(themes, themesOf()["topic:"+fold(word)]...)
		if strings.Contains(strings.ToLower(s.attr("scheme")), "inspire") {
			themes = addThemes(themes, themesOf()["inspire:"+fold(word)]...)
		}
		themes = addThemes(themes, themesOf()["inspire:"+fold(word)]...)
	}
	const most = 500
	f.Set("tags", tags[:min(len(tags), most)])
	f.Set("theme", themes)
	f.Set("modified", day(r.at("modified")))
	f.Set("issued", day(firstOf(r.at("issued"), r.at("created"), r.at("date"))))
	f.Set("publisher_name", clip(firstOf(r.at("publisher"), r.at("creator")), 300))
	f.Set("author", clip(r.at("creator"), 300))
	f.Set("contributor_name", clip(r.at("contributor"), 300))
	if c, ok := vocab.Lookup("language", r.at("language")); ok {
		f.Set("language", []string{c.URI})
	}
	f.Set("provenance", clip(r.at("provenance"), 5000))
	m.dcRights()
	m.dcPlace()
	m.dcLinks()
}

func (m *mapping) dcRights() {
	for _, r := range append(m.root.all("rights"), append(m.root.all("license"), m.root.all("accessRights")...)...) {
		text := r.value()
		if text == "" || text == "otherRestrictions" || text == "license" || m.access(text, r.Name == "accessRights") {
			continue
		}
		m.use.read(text, r.attr("resource"), r.Name == "license")
	}
	m.Fields.Set("license_id", m.use.ckan)
}

// dcPlace: corners are written east first, unless the coordinate system says
// otherwise.
func (m *mapping) dcPlace() {
	var words, crsList []string
	for _, s := range m.root.all("spatial|coverage") {
		if g := epsg.FindString(s.value()); g != "" {
			crsList = add(crsList, crs("", s.value(), ""))
			continue
		}
		words = add(words, s.value())
	}
	m.Fields.Set("conforms_to", crsList)
	m.Fields.Set("spatial_text", clip(strings.Join(words, ", "), 500))
	var boxes []box
	for _, b := range m.root.all("BoundingBox|WGS84BoundingBox") {
		low, high := strings.Fields(b.at("LowerCorner")), strings.Fields(b.at("UpperCorner"))
		if len(low) != 2 || len(high) != 2 {
			continue
		}
		if b.Name == "BoundingBox" && strings.Contains(b.attr("crs"), "4326") && strings.HasPrefix(b.attr("crs"), "urn:") {
			low[0], low[1], high[0], high[1] = low[1], low[0], high[1], high[0]
		}
		if one, ok := boxOf(low[0], low[1], high[0], high[1]); ok && len(boxes) < maxBoxes {
			boxes = append(boxes, one)
		}
	}
	m.Fields.Set("spatial", geoJSON(boxes))
}

func (m *mapping) dcLinks() {
	for _, l := range m.root.all("URI|references|source|relation") {
		link := l.value()
		if !isAddress(link) && !strings.HasPrefix(link, "ftp://") {
			continue
		}
		how := firstOf(l.attr("protocol"), l.attr("scheme"))
		p, known := protocolOf(how)
		if !known {
			p, known = byQuery(link)
		}
		if !known {
			p.format, known = fileType(link, how, "", l.attr("name"))
		}
		if !known && l.Name != "URI" {
			m.page(link)
			continue
		}
		part := m.part(link, l.attr("name"), l.attr("description"), p.format)
		if p.service {
			part.Fields.Set("access_services", []any{m.asked(link, firstOf(l.attr("name"), m.Fields.String("title")))})
		}
		m.Parts = append(m.Parts, part)
	}
}
