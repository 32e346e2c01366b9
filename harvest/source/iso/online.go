package iso

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// distributions turns online resources into distributions; what only informs, and
// the record itself in another form, becomes the landing page or documentation.
func (m *mapping) distributions() {
	d := m.root.first("distributionInfo/MD_Distribution")
	formats := formatsOf(d)
	list := append(d.all("transferOptions/MD_DigitalTransferOptions/onLine/CI_OnlineResource"), d.all("distributor/MD_Distributor/distributorTransferOptions/MD_DigitalTransferOptions/onLine/CI_OnlineResource")...)
	const most = 500
	for _, r := range list[:min(len(list), most)] {
		m.online(r, formats)
	}
	if len(list) > most {
		m.warn("too_many_resources", "resources", "Der Datensatz hat mehr als 500 Verweise; die übrigen fehlen.", "The record has more than 500 links; the others are missing.")
	}
}

// formatsOf lists what the record says about formats as a whole.
func formatsOf(d *Node) (out []string) {
	if d == nil {
		return nil
	}
	for _, f := range append(d.all("distributionFormat/MD_Format"), d.all("distributor/MD_Distributor/distributorFormat/MD_Format")...) {
		name := f.at("name")
		if name == "" {
			name = f.at("formatSpecificationCitation/CI_Citation/title")
		}
		out = add(out, name)
	}
	return out
}

func (m *mapping) online(r *Node, formats []string) {
	link := strings.TrimSpace(r.at("linkage"))
	if !isAddress(link) && !strings.HasPrefix(link, "ftp://") {
		if link != "" {
			m.warn("bad_link", "resources.url", "Ein Verweis ist keine Adresse und fehlt.", "A link is no address and is missing.")
		}
		return
	}
	if slices.ContainsFunc(m.Parts, func(p catalog.Part) bool { return p.Fields.String("url") == link }) {
		return
	}
	how := r.at("protocol")
	name, kind := r.at("name"), r.first("name").href()
	p, known := protocolOf(how)
	if !known {
		p, known = protocolOf(r.at("applicationProfile"))
	}
	if !known {
		p, known = byQuery(link)
	}
	if t := r.first("name/MimeFileType").attr("type"); t != "" {
		kind = t
	}
	if !known {
		p.format, known = fileType(link, how, kind, name)
	}
	function := r.first("function").code()
	informs := function == "information" || function == "search" || function == "browsing" || function == "order"
	if strings.Contains(strings.ToLower(link), "getrecordbyid") || !known && informs || !known && function == "" && isPage(how) {
		m.page(link)
		return
	}
	if !known && len(formats) == 1 && (function == "download" || strings.Contains(strings.ToUpper(how), "DOWNLOAD")) {
		p.format, _ = fileFormat(formats[0])
		if p.format == "" {
			p.format = formats[0]
		}
	}
	part := m.part(link, name, r.at("description"), p.format)
	if function == "download" && !p.service {
		part.Fields.Set("download_url", link)
	}
	if p.service {
		part.Fields.Set("access_services", []any{m.asked(link, firstOf(name, m.Fields.String("title")))})
	}
	m.Parts = append(m.Parts, part)
}

// isPage reports protocols that only mean an address to look at.
func isPage(protocol string) bool {
	p := strings.ToUpper(protocol)
	return strings.HasPrefix(p, "WWW:LINK") && !strings.Contains(p, "DOWNLOAD") && strings.Contains(p, "METADATA") || strings.Contains(p, "-RELATED") || strings.Contains(p, "-METADATA-URL")
}

func (m *mapping) page(link string) {
	if m.Fields.String("url") == "" {
		m.Fields.Set("url", link)
	} else if link != m.Fields.String("url") {
		m.Fields.Set("documentation", add(m.Fields.Strings("documentation"), link))
	}
}

func (m *mapping) part(link, name, description, format string) catalog.Part {
	f := catalog.Fields{}
	f.Set("url", link)
	f.Set("name", clip(name, 500))
	f.Set("description", clip(description, 20_000))
	f.Set("format", format)
	f.Set("license", m.use.uri)
	f.Set("attribution", clip(m.use.attribution, 1000))
	if m.use.uri == "" && len(m.use.words) > 0 {
		f.Set("rights", clip(strings.Join(m.use.words, "\n"), 2000))
	}
	return catalog.Part{Fields: f}
}

// asked describes a service at an address.
func (m *mapping) asked(link, title string) map[string]any {
	s := map[string]any{"title": title, "endpoint_url": []any{endpoint(link)}}
	if strings.Contains(strings.ToLower(link), "getcapabilities") {
		s["endpoint_description"] = link
	}
	if m.use.uri != "" {
		s["license"] = m.use.uri
	}
	return s
}

// endpoint is the address without the parameters of one request.
func endpoint(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	q := u.Query()
	for key := range q {
		switch strings.ToLower(key) {
		case "request", "service", "version", "acceptversions":
			q.Del(key)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// byQuery tells services by their parameters and paths.
func byQuery(link string) (protocol, bool) {
	u, err := url.Parse(link)
	if err != nil {
		return protocol{}, false
	}
	for key, values := range u.Query() {
		if strings.EqualFold(key, "service") {
			return protocolOf("ogc:" + values[0])
		}
	}
	low := strings.ToLower(u.Path)
	switch {
	case strings.Contains(low, "/rest/services/"):
		return protocolOf("esri:rest")
	case strings.HasSuffix(low, "/mapserver"), strings.HasSuffix(low, "/wmsserver"), strings.HasSuffix(low, "/wms"):
		return protocolOf("ogc:wms")
	case strings.HasSuffix(low, "/wfs"), strings.HasSuffix(low, "/wfsserver"):
		return protocolOf("ogc:wfs")
	}
	return protocol{}, false
}

// fileType finds a format in a media type, the ending of the address or a name.
func fileType(link, how, kind, name string) (string, bool) {
	for _, s := range []string{kind, how} {
		if !strings.Contains(s, "/") && !strings.HasPrefix(strings.ToUpper(s), "WWW:DOWNLOAD-") {
			continue // a word that may mean anything
		}
		if f, ok := fileFormat(s); ok {
			return f, true
		}
	}
	if u, err := url.Parse(link); err == nil {
		if f, ok := fileFormat(path.Ext(u.Path)); ok {
			return f, true
		}
		for _, key := range []string{"format", "outputFormat", "outputformat", "f"} {
			if f, ok := fileFormat(u.Query().Get(key)); ok {
				return f, true
			}
		}
	}
	return fileFormat(path.Ext(name))
}

func fileFormat(s string) (string, bool) {
	if s == "" || len(s) > 100 {
		return "", false
	}
	c, ok := vocab.Lookup("file_type", s)
	return c.Code, ok
}

// service reads the record of a service: where it is asked and what it serves.
func (m *mapping) service() {
	kind := m.ident.at("serviceType")
	p, ok := protocolOf(kind)
	for _, v := range m.ident.all("serviceTypeVersion") {
		if !ok {
			p, ok = protocolOf(v.value())
		}
	}
	if !ok {
		p, ok = protocolOf(m.Fields.String("title"))
	}
	if !ok {
		p = protocol{map[string]string{"view": "WMS_SRVC", "download": "WFS_SRVC", "discovery": "CSW"}[strings.ToLower(kind)], true}
	}
	for _, on := range m.ident.all("operatesOn") {
		for _, id := range []string{on.attr("uuidref"), on.attr("href"), on.at("MD_DataIdentification/citation/CI_Citation/identifier/*/code")} {
			m.OperatesOn = add(m.OperatesOn, id)
		}
	}
	for _, id := range m.ident.all("coupledResource/SV_CoupledResource/identifier") {
		m.OperatesOn = add(m.OperatesOn, id.value())
	}
	for _, op := range m.ident.all("containsOperations/SV_OperationMetadata") {
		if !strings.EqualFold(op.at("operationName"), "GetCapabilities") {
			continue
		}
		link := op.at("connectPoint/CI_OnlineResource/linkage")
		if !isAddress(link) || slices.ContainsFunc(m.Parts, func(p catalog.Part) bool { return endpoint(p.Fields.String("url")) == endpoint(link) }) {
			continue
		}
		m.Parts = append(m.Parts, m.part(link, m.Fields.String("title"), "", p.format))
	}
	serves := []any{}
	for _, id := range m.OperatesOn {
		if isAddress(id) {
			serves = append(serves, id)
		}
	}
	for i := range m.Parts {
		f := m.Parts[i].Fields
		s := m.asked(f.String("url"), m.Fields.String("title"))
		if len(serves) > 0 {
			s["serves_dataset"] = serves
		}
		if own, known := byQuery(f.String("url")); f.String("format") == "" && known {
			f.Set("format", own.format)
		} else if f.String("format") == "" {
			f.Set("format", p.format)
		}
		f.Set("access_services", []any{s})
	}
}
