package holding

import (
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// hvdLegislation is the ELI of the regulation on high-value datasets.
const hvdLegislation = "http://data.europa.eu/eli/reg_impl/2023/138/oj"

// converter fills a dataset from a holding's answers, field by field as the
// definitions say. It reads public answers only; an answer of any other
// visibility pre-fills a form at most and never reaches the dataset.
type converter struct {
	desk    *Desk
	city    vocab.City
	answers catalog.Fields
}

func (d *Desk) converter(city vocab.City, h *catalog.Entry) *converter {
	return &converter{desk: d, city: city, answers: catalog.Fields(h.Fields.Map("answers"))}
}

// dataset returns fields and the fields of the one distribution, nil when there
// is no public address.
func (c *converter) dataset() (fields, part catalog.Fields) {
	def := c.desk.defs.Of(catalog.TypeDataset)
	fields = c.fill(def.Fields)
	part = c.fill(def.Parts)
	localID := c.answers.String("B_localid")
	fields.Set("identifier", c.desk.idBase+"/id/"+c.city.Name+"/"+url.PathEscape(localID))
	fields.Set("access_rights", accessPublic)
	if len(fields.Strings("hvd_category")) > 0 {
		fields.Set("applicable_legislation", []string{hvdLegislation})
		part.Set("applicable_legislation", []string{hvdLegislation})
	}
	address := part.String("url")
	if !PublicAddress(address) {
		return fields, nil
	}
	fields.Set("url", address)
	part.Set("name", fields.String("title"))
	if format := formatOf(address); format != "" {
		part.Set("format", format)
	}
	if c.attributionNeeded() && part.String("attribution") == "" {
		part.Set("attribution", c.city.Label.In("de")+", "+c.answers.String("A_org2"))
	}
	return fields, part
}

const (
	accessPublic    = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
	accessNonPublic = "http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC"
)

func (c *converter) fill(defs []schema.Field) catalog.Fields {
	out := catalog.Fields{}
	for i := range defs {
		f := &defs[i]
		q := c.desk.tmpl.Question(f.Survey.Question)
		if q == nil || q.Visibility != catalog.LevelPublic || f.Visibility != catalog.LevelPublic {
			continue
		}
		values := c.values(f, q)
		switch {
		case len(values) == 0:
		case f.Kind.List():
			out.Set(f.Name, values)
		default:
			out.Set(f.Name, values[0])
		}
	}
	return out
}

// values turns one answer into the values of a field.
func (c *converter) values(f *schema.Field, q *survey.Question) []string {
	answer := c.answers.Strings(q.ID)
	if s := c.answers.String(q.ID); len(answer) == 0 && s != "" {
		answer = []string{s}
	}
	switch f.Survey.Via {
	case "contributor":
		return []string{c.city.Contributor}
	case "place":
		return []string{c.city.Place}
	case "level":
		return []string{"http://dcat-ap.de/def/politicalGeocoding/Level/municipality"}
	case "contact_name":
		if c.answers.String("A_funcmail") == "" {
			return nil // a name without an address is no contact
		}
	case "keywords":
		return c.keywords(answer)
	case "muster":
		return models(answer)
	case "crs":
		return crsURIs(answer)
	case "uri", "ckan", "label":
		return c.options(q, answer, f.Survey.Via)
	}
	return answer
}

// options looks chosen options up in the template; one without the wanted
// attribute (“unknown”, “none”) gives no value.
func (c *converter) options(q *survey.Question, codes []string, attr string) []string {
	var out []string
	for _, code := range codes {
		o := c.desk.tmpl.Option(q.Options, code)
		if o == nil {
			continue
		}
		value := map[string]string{"uri": o.URI, "ckan": o.CKAN, "label": o.Label.In("de")}[attr]
		if core := c.desk.tmpl.Option(q.Options, c.desk.tmpl.Broadest(q, code)); value == "" && core != nil {
			value = map[string]string{"uri": core.URI, "ckan": core.CKAN}[attr]
		}
		if value != "" {
			out = append(out, value)
		}
	}
	return out
}

// keywords adds the label of the model dataset, as the conventions handbook of
// DCAT-AP.de recommends.
func (c *converter) keywords(words []string) []string {
	out := slices.Clone(words)
	muster := c.answers.String("B_muster")
	if m, ok := vocab.Model(muster); ok {
		muster = m.Label.In("de")
	}
	if muster != "" && !strings.HasPrefix(muster, "http") {
		parts := strings.Split(muster, " - ")
		out = append(out, parts[len(parts)-1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// models gives the addresses of model datasets, also of those named by label; an
// address of an older version of their catalogue is kept as it was given.
func models(answer []string) []string {
	var out []string
	for _, s := range answer {
		if m, ok := vocab.Model(s); ok {
			out = append(out, m.URI)
		} else if strings.HasPrefix(s, "http") {
			out = append(out, s)
		}
	}
	return out
}

// attributionNeeded reports whether the licence asks for a mention of the source.
func (c *converter) attributionNeeded() bool {
	code := c.answers.String(qLicence)
	return code == "dlby" || code == "ccby"
}

var epsg = regexp.MustCompile(`(?i)^\s*EPSG[: ]*([0-9]{4,6})\s*$`)

// crsURIs writes a coordinate system as the OGC's URI; other texts are left out.
func crsURIs(in []string) []string {
	var out []string
	for _, s := range in {
		if m := epsg.FindStringSubmatch(s); m != nil {
			out = append(out, "http://www.opengis.net/def/crs/EPSG/0/"+m[1])
		}
	}
	return out
}

// formatOf guesses a format from the ending of an address; a page has none.
func formatOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	ext := strings.TrimPrefix(path.Ext(u.Path), ".")
	if c, ok := vocab.Lookup("file_type", ext); ok && ext != "" {
		return c.Code
	}
	return ""
}

// PublicAddress reports whether an address can be meant for the public: http or
// https, a host name with a dot that is not of an inner network, no password.
func PublicAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback()
	}
	if !strings.Contains(host, ".") {
		return false
	}
	labels := strings.Split(host, ".")
	inner := []string{"intern", "internal", "local", "lan", "intranet", "localhost", "corp", "home"}
	return !slices.Contains(inner, labels[len(labels)-1]) && !slices.Contains(labels, "intern")
}
