package site

import (
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// licence is a licence in words people understand.
type licence struct {
	Value, Label, URL string
	// Class is free, by, sa, restricted or unknown.
	Class string
}

// licence explains a licence's id or URI; the zero licence when there is none.
func (r *request) licence(value string) licence {
	value = strings.TrimSpace(value)
	if value == "" {
		return licence{}
	}
	l := licence{Value: value, Label: value, URL: safeURL(value)}
	key := value
	if c, ok := vocab.Lookup("licence", value); ok {
		l.Label, key = c.Label.In(r.lang), c.Code+" "+c.URI
		if u := safeURL(c.URI); u != "" {
			l.URL = u
		}
		if l.Label == "" {
			l.Label = value
		}
	}
	l.Class = licenceClass(key)
	return l
}

// licenceClass reads the kind of a licence off its code. Only well-known marks
// count; everything else is "unknown" and promises nothing.
func licenceClass(code string) string {
	code = strings.ToLower(code)
	has := func(marks ...string) bool {
		for _, m := range marks {
			if strings.Contains(code, m) {
				return true
			}
		}
		return false
	}
	switch {
	case has("-nc", "/nc", "-nd", "closed", "restrict", "other-freeware"):
		return "restricted"
	case has("by-sa", "odbl", "gfdl", "share"):
		return "sa"
	case has("zero", "cc0", "pddl", "public-domain", "publicdomain", "geonutz"):
		return "free"
	case has("dl-by", "dl-de-by", "dl-de/by", "cc-by", "/by/", "odc-by", "odby", "-by-", "-by/", "officialwork"):
		return "by"
	default:
		return "unknown"
	}
}

// partLicence is a distribution's licence, else the dataset's.
func (r *request) partLicence(e *catalog.Entry, p *catalog.Part) licence {
	if l := r.licence(p.Fields.String("license")); l.Label != "" {
		return l
	}
	return r.licence(e.Fields.String("license_id"))
}

// datasetLicence is the licence of all distributions when they agree.
func (r *request) datasetLicence(e *catalog.Entry) licence {
	l := r.licence(e.Fields.String("license_id"))
	if l.Label != "" || len(e.Parts) == 0 {
		return l
	}
	l = r.partLicence(e, &e.Parts[0])
	for i := range e.Parts {
		if r.partLicence(e, &e.Parts[i]).Value != l.Value {
			return licence{}
		}
	}
	return l
}

// sentence says in one sentence what a licence allows.
func (r *request) sentence(l licence) string {
	switch l.Class {
	case "free":
		return r.t.Get("licence.free")
	case "by":
		return r.t.Get("licence.by")
	case "sa":
		return r.t.Get("licence.sa")
	case "restricted":
		return r.t.Get("licence.restricted")
	case "unknown":
		return r.t.Get("licence.unknown")
	default:
		return r.t.Get("licence.missing")
	}
}

// attribution is the line a licence demands, ready to copy: the one the office
// gave, else one made of publisher, title, licence and address.
func (r *request) attribution(e *catalog.Entry, p *catalog.Part, publisher string) string {
	if p != nil {
		if a := p.Fields.String("attribution"); a != "" {
			return a
		}
	}
	l := r.datasetLicence(e)
	if p != nil {
		l = r.partLicence(e, p)
	}
	if l.Class != "by" && l.Class != "sa" {
		return ""
	}
	parts := []string{}
	for _, s := range []string{publisher, r.title(e), l.Label, l.URL, r.cfg.SiteURL + "/dataset/" + e.Name} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return r.t.Get("attribution", strings.Join(parts, ", "))
}
