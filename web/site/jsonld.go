package site

import (
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"trio.example/catalog"
)

// Google Dataset Search wants descriptions within these lengths.
const (
	minDescription = 50
	maxDescription = 5000
)

// datasetLD describes a dataset in schema.org's terms. json.Marshal writes <,
// > and & as \u escapes, so that no value can close the script element.
func (r *request) datasetLD(e *catalog.Entry, v *datasetView) template.JS {
	f := e.Fields
	url := r.cfg.SiteURL + "/dataset/" + e.Name
	desc := r.text.plain(f.String("notes"), maxDescription-2)
	if len([]rune(desc)) < minDescription {
		desc = strings.TrimSpace(desc + " " + r.t.Get("dataset.described", v.Title, r.cfg.Title.In(r.lang)))
	}
	m := map[string]any{
		"@context": "https://schema.org/", "@type": "Dataset", "@id": url, "url": url,
		"name": v.Title, "description": desc, "inLanguage": "de", "isAccessibleForFree": true,
		"dateModified":          e.Modified.UTC().Format(time.RFC3339),
		"datePublished":         e.Created.UTC().Format(time.RFC3339),
		"includedInDataCatalog": map[string]any{"@type": "DataCatalog", "name": r.cfg.Title.In("de"), "url": r.cfg.SiteURL + "/"},
	}
	set := func(key string, value any, ok bool) {
		if ok {
			m[key] = value
		}
	}
	publisher := r.cfg.Title.In("de")
	if v.Org.Label != "" {
		publisher = v.Org.Label
	}
	org := map[string]any{"@type": "Organization", "name": publisher}
	if v.Contact.Mailto != "" {
		org["contactPoint"] = map[string]any{"@type": "ContactPoint", "contactType": "customer service", "email": v.Contact.Email}
	}
	m["creator"], m["publisher"] = org, org
	set("license", v.Licence.URL, v.Licence.URL != "")
	set("identifier", f.String("identifier"), f.String("identifier") != "")
	set("keywords", f.Strings("tags"), len(f.Strings("tags")) > 0)
	set("spatialCoverage", map[string]any{"@type": "Place", "name": v.Area}, v.Area != "")
	if m["spatialCoverage"] == nil && v.City != "" {
		m["spatialCoverage"] = map[string]any{"@type": "Place", "name": v.City}
	}
	from, to := f.String("temporal_start"), f.String("temporal_end")
	if from != "" || to != "" {
		if from == "" {
			from = ".."
		}
		if to == "" {
			to = ".."
		}
		m["temporalCoverage"] = from + "/" + to
	}
	var dist []any
	for _, file := range v.Files {
		if file.URL == "" {
			continue
		}
		d := map[string]any{"@type": "DataDownload", "name": file.Name, "contentUrl": file.URL}
		if file.Format.Label != "" {
			d["encodingFormat"] = file.Format.Label
		}
		if file.Licence.URL != "" {
			d["license"] = file.Licence.URL
			if m["license"] == nil {
				m["license"] = file.Licence.URL
			}
		}
		dist = append(dist, d)
	}
	set("distribution", dist, len(dist) > 0)
	return scriptJSON(m)
}

func scriptJSON(v any) template.JS {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return template.JS(b) //nolint:gosec // json.Marshal escapes <, > and &
}
