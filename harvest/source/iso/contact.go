package iso

import "strings"

// party is an office as a record names it. Names of persons are not taken: what
// people want to reach is the office.
type party struct {
	role, name, email, url, phone, street, zip, city, country string
}

func partyOf(n *Node) party {
	p := party{role: n.first("role").code()}
	if n.Name == "CI_Responsibility" { // ISO 19115-3
		org := n.first("party/CI_Organisation")
		if org == nil {
			org = n.first("party/CI_Individual")
			p.name = org.at("positionName")
		} else {
			p.name = org.at("name")
		}
		p.reach(org)
		return p
	}
	if p.name = n.at("organisationName"); p.name == "" {
		p.name = n.at("positionName")
	}
	p.reach(n)
	return p
}

func (p *party) reach(n *Node) {
	c := n.first("contactInfo/CI_Contact")
	a := c.first("address/CI_Address")
	p.email = strings.TrimPrefix(a.at("electronicMailAddress"), "mailto:")
	if e, _, several := strings.Cut(p.email, ";"); several {
		p.email = strings.TrimSpace(e)
	}
	p.street, p.zip, p.city, p.country = a.at("deliveryPoint"), a.at("postalCode"), a.at("city"), a.at("country")
	p.url = c.at("onlineResource/CI_OnlineResource/linkage")
	if p.phone = c.at("phone/CI_Telephone/voice"); p.phone == "" {
		p.phone = c.at("phone/CI_Telephone/number")
	}
	if !isAddress(p.url) {
		p.url = ""
	}
}

// contacts go to the field of their role; the first of each role counts.
func (m *mapping) contacts() {
	byRole := map[string]party{}
	take := func(list []*Node, as string) {
		for _, n := range list {
			p := partyOf(n)
			if as != "" {
				p.role = as
			}
			if _, taken := byRole[p.role]; !taken && (p.name != "" || p.email != "" || p.url != "") {
				byRole[p.role] = p
			}
		}
	}
	const either = "CI_ResponsibleParty|CI_Responsibility"
	take(m.ident.all("pointOfContact/"+either), "")
	take(m.ident.all("citation/CI_Citation/citedResponsibleParty/"+either), "")
	take(m.root.all("distributionInfo/MD_Distribution/distributor/MD_Distributor/distributorContact/"+either), "distributor")
	take(m.root.all("contact/"+either), "metadata")
	f := m.Fields
	set := func(name, value string) {
		const most = 300
		f.Set(name, clip(value, most))
	}
	for role, field := range map[string]string{"owner": "rights_holder", "rightsHolder": "rights_holder", "author": "author", "custodian": "maintainer", "originator": "originator", "publisher": "publisher"} {
		p, ok := byRole[role]
		if !ok {
			continue
		}
		name := field
		if field == "publisher" {
			name = "publisher_name"
		}
		set(name, p.name)
		if field != "rights_holder" {
			f.Set(field+"_email", p.email)
			f.Set(field+"_url", p.url)
		}
	}
	if f.String("publisher_name") == "" { // DCAT wants one: who answers for the data
		for _, role := range []string{"owner", "custodian", "pointOfContact", "distributor", "metadata"} {
			if p := byRole[role]; p.name != "" {
				set("publisher_name", p.name)
				break
			}
		}
	}
	for _, role := range []string{"pointOfContact", "distributor", "custodian", "owner", "publisher", "metadata"} {
		p, ok := byRole[role]
		if !ok {
			continue
		}
		set("contact_name", p.name)
		f.Set("contact_email", p.email)
		f.Set("contact_url", p.url)
		f.Set("contact_phone", p.phone)
		set("contact_street", p.street)
		f.Set("contact_zip", clip(p.zip, 30))
		set("contact_city", p.city)
		set("contact_country", p.country)
		return
	}
}
