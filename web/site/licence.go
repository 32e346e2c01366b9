package site

import (
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// licence is a licence in words people understand.
type licence struct {
	Value, Label, URL string
	// Short is the name for narrow places.
	Short string
	// Class is free, by, sa, restricted or unknown.
	Class string
}

// licence explains a licence's id or URI; the zero licence when there is none.
func (r *request) licence(value string) licence {
	value = strings.TrimSpace(value)
	if value == "" {
		return licence{}
	}
	l := licence{Value: value, Label: value, URL: safeURL(value), Class: "unknown"}
	if c, ok := vocab.Lookup("licence", value); ok {
		l.Label, l.Class = c.Label.In(r.lang), licenceClass(c)
		if l.URL = safeURL(c.Attr["url"]); l.URL == "" {
			l.URL = safeURL(c.URI)
		}
		l.Short = shortLicence[c.Code]
	} else if c, ok := vocab.CKANLicenceByID(value); ok {
		l.Label, l.URL = c.Title, safeURL(c.URL)
	}
	if l.Short == "" {
		l.Short = l.Label
	}
	return l
}

// shortLicence names the usual licences by their own abbreviations.
var shortLicence = map[string]string{
	"dl-by-de/2.0": "dl-de/by-2-0", "dl-zero-de/2.0": "dl-de/zero-2-0", "dl-by-de/1.0": "dl-de/by-1-0", "cc-by/4.0": "CC BY 4.0",
	"cc-by-sa/4.0": "CC BY-SA 4.0", "cc-by-de/3.0": "CC BY 3.0 DE", "cc-zero": "CC0 1.0", "odbl": "ODbL 1.0", "odby": "ODC-BY 1.0",
}

// licenceClass sorts the licences of the list by what they ask of a reuser.
// "unknown" promises nothing.
func licenceClass(c vocab.Concept) string {
	code := strings.ToLower(c.Code)
	switch {
	case strings.HasPrefix(code, "other-open"), code == "apache", code == "bsd", code == "gpl/3.0", code == "mozilla":
		return "unknown"
	case !c.Is("open"):
		return "restricted"
	case strings.Contains(code, "-sa"), code == "odbl", code == "gfdl":
		return "sa"
	case c.Is("attribution"), strings.HasPrefix(code, "geonutz"):
		return "by"
	default:
		return "free"
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
