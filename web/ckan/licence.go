package ckan

import (
	"context"

	"trio.example/catalog/vocab"
)

// truth is how CKAN's licence list writes a truth value.
func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func (s *Service) licenseList(_ context.Context, _ *Call) (any, error) {
	out := []any{}
	for _, l := range vocab.CKANLicences() {
		out = append(out, map[string]any{
			"id": l.ID, "title": l.Title, "url": l.URL, "status": "active", "maintainer": "", "family": "", "is_generic": truth(l.Generic),
			"domain_content": truth(l.DomainContent), "domain_data": truth(l.DomainData), "domain_software": truth(l.DomainSoft),
			"od_conformance": l.OpenDefinition, "osd_conformance": l.OpenSource,
		})
	}
	return out, nil
}

// addLicence fills the keys of a package that follow from its licence.
func (s *Service) addLicence(d map[string]any, id string) {
	l, ok := vocab.CKANLicenceByID(id)
	d["isopen"] = ok && l.Open
	d["license_title"] = d["license_id"]
	if !ok {
		return
	}
	d["license_title"] = l.Title
	if l.URL != "" {
		d["license_url"] = l.URL
	}
}

func (s *Service) licenceTitle(id string) string {
	if l, ok := vocab.CKANLicenceByID(id); ok {
		return l.Title
	}
	return id
}
