package vocab

import "sync"

// CKANLicence is a row of CKAN's license_list. The texts "True" and "False" are
// CKAN's own.
type CKANLicence struct {
	ID, Title, URL                        string
	DomainContent, DomainData, DomainSoft bool
	Generic, Open                         bool
	OpenDefinition, OpenSource            string // conformance
}

var ckanLicences = sync.OnceValue(func() []CKANLicence {
	rows, err := table("ckan_licence")
	if err != nil {
		panic(err)
	}
	var out []CKANLicence
	seen := map[string]bool{}
	for _, r := range rows[1:] {
		seen[r[0]] = true
		out = append(out, CKANLicence{ID: r[0], Title: r[1], URL: r[2], DomainContent: r[3] == "yes", DomainData: r[4] == "yes", DomainSoft: r[5] == "yes",
			OpenDefinition: r[7], OpenSource: r[8], Generic: r[9] == "yes", Open: r[7] == "approved"})
	}
	for _, c := range List("licence") {
		id := c.Attr["ckan"]
		if seen[id] {
			continue
		}
		l := CKANLicence{ID: id, Title: c.Label["de"], URL: c.Attr["url"], DomainContent: true, DomainData: true, Open: c.Is("open"), OpenDefinition: "not reviewed", OpenSource: "not reviewed"}
		if l.URL == "" {
			l.URL = c.URI
		}
		if l.Open {
			l.OpenDefinition = "approved"
		}
		out = append(out, l)
	}
	return out
})

// CKANLicences lists CKAN's default licences and, beside them, those of DCAT-AP.de.
func CKANLicences() []CKANLicence { return ckanLicences() }

// CKANLicenceByID finds one of them.
func CKANLicenceByID(id string) (CKANLicence, bool) {
	for _, l := range ckanLicences() {
		if l.ID == id {
			return l, true
		}
	}
	return CKANLicence{}, false
}
