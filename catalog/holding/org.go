package holding

import (
	"fmt"
	"strings"

	"github.com/gosimple/slug"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
)

// makeSlug turns a German title into a name: lower case, umlauts written out,
// cut to leave room for a suffix.
func makeSlug(s string) string {
	out := slug.MakeLang(s, "de")
	if len(out) > 70 {
		out = strings.Trim(out[:70], "-_")
	}
	if len(out) < 2 {
		out = "eintrag"
	}
	return out
}

// cityOrg returns the city's organization and makes it when it is missing.
func (d *Desk) cityOrg(tx catalog.WriteTx, by catalog.Actor, city vocab.City) (*catalog.Entry, error) {
	org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), city.Name)
	if err == nil || catalog.KindOf(err) != catalog.KindNotFound {
		return org, err
	}
	org = &catalog.Entry{ID: catalog.NewID(), Name: city.Name, Type: catalog.TypeOrganization, Fields: catalog.Fields{}}
	org.Fields.Set("title", city.Label.In("de"))
	org.Fields.Set("contributor_id", city.Contributor)
	org.Fields.Set("cooperation", true)
	return org, catalog.Named(d.reg.CreateIn(tx, by, org), "create", org)
}

// officeOrg returns the organization of an office below its city. It is made
// private: an office is named in public only once something of it is public.
func (d *Desk) officeOrg(tx catalog.WriteTx, by catalog.Actor, city vocab.City, office string) (*catalog.Entry, error) {
	parent, err := d.cityOrg(tx, by, city)
	if err != nil {
		return nil, err
	}
	// What is called like the office but lies elsewhere is somebody else's: it
	// must not get the answers.
	var name string
	for n := range maxNamesakes {
		name = city.Name + "-" + makeSlug(office)
		if n > 0 {
			name += fmt.Sprintf("-%d", n+1)
		}
		org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), name)
		if catalog.KindOf(err) == catalog.KindNotFound {
			break
		}
		if err != nil || below(tx, org, parent.ID) {
			return org, err
		}
	}
	org := &catalog.Entry{
		ID: catalog.NewID(), Name: name, Type: catalog.TypeOrganization, Owner: parent.ID, Access: catalog.AccessPrivate, Fields: catalog.Fields{},
	}
	org.Fields.Set("title", office)
	return org, catalog.Named(d.reg.CreateIn(tx, by, org), "create", org)
}

// maxNamesakes bounds the organizations that may be called like an office.
const maxNamesakes = 20

// below reports whether an organization lies under another one.
func below(tx catalog.Tx, org *catalog.Entry, parent string) bool {
	const maxDepth = 16
	for range maxDepth {
		if org.Type != catalog.TypeOrganization || org.Owner == "" {
			return false
		}
		if org.Owner == parent {
			return true
		}
		up, err := tx.Entry(org.Owner)
		if err != nil {
			return false
		}
		org = up
	}
	return false
}

// publishOrg opens an office's organization to the public.
func (d *Desk) publishOrg(tx catalog.WriteTx, by catalog.Actor, org *catalog.Entry) error {
	return d.reg.ChangeIn(tx, by, org, 0, func(e *catalog.Entry) error {
		e.Access, e.State = catalog.AccessPublic, catalog.StateActive
		return nil
	})
}

// themeGroups returns the ids of the groups of theme URIs; missing groups are made.
func (d *Desk) themeGroups(tx catalog.WriteTx, by catalog.Actor, themes []string) ([]string, error) {
	var ids []string
	for _, uri := range themes {
		c, ok := vocab.Lookup("theme", uri)
		if !ok {
			continue
		}
		name := strings.ToLower(c.Code)
		g, err := tx.EntryByName(catalog.TypeGroup.Namespace(), name)
		if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
			g = &catalog.Entry{ID: catalog.NewID(), Name: name, Type: catalog.TypeGroup, Fields: catalog.Fields{}}
			g.Fields.Set("title", c.Label.In("de"))
			g.Fields.Set("uri", c.URI)
			err = catalog.Named(d.reg.CreateIn(tx, by, g), "create", g)
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, g.ID)
	}
	return ids, nil
}
