package site

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/quality"
	"trio.example/catalog/round"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
	"trio.example/harvest/job"
	intake "trio.example/harvest/survey"
	"trio.example/search"
)

// Config is what the operator and the wiring decide.
type Config struct {
	// SiteURL is the public address without a final slash, e.g.
	// "https://daten.example.org". All absolute links are made from it, never
	// from the Host header.
	SiteURL string
	// Title names the portal; empty means the built-in name.
	Title catalog.Text
	// Version of the program, shown in the footer.
	Version string
	// Schema labels the fields; nil means the built-in definitions.
	Schema *schema.Set
	// Cities are the values of the facet "city", in order of display; empty
	// means the three founding cities.
	Cities []City
	// Operator fills the legal pages. What is empty there is shown as a marked
	// gap, so that a demo never looks like a real imprint.
	Operator Operator
	// Parse reads CKAN's query syntax from the search box. An error makes the
	// page search for the plain words and say so. Nil means plain words always.
	Parse func(q string) (search.Node, error)
	// Viewer returns the name of who is signed in, "" for nobody. Pages for
	// somebody signed in are never cached.
	Viewer func(ctx context.Context) string
	// DatasetRDF writes a dataset as RDF for an address like
	// /dataset/NAME.ttl; ext is rdf, ttl or jsonld. Nil hides those links.
	DatasetRDF func(c *gin.Context, name, ext string)
	// OrganizationRDF writes the catalogue of an organization.
	OrganizationRDF func(c *gin.Context, name, ext string)
	// CatalogRDF writes the first page of the feed for a program that asks the
	// start page for data. Nil gives it the page.
	CatalogRDF func(c *gin.Context, ext string)
	// Actions are shown on the pages about the API.
	Actions []APIAction
	// Rounds runs the survey of the offices; nil leaves its pages out.
	Rounds *round.Service
	// Intake takes files with answers of the survey; nil leaves its page out.
	Intake *intake.Intake
	// Registry is what datasets are edited in and former versions come from; nil
	// leaves those pages out.
	Registry *catalog.Registry
	// Files takes files for datasets; nil leaves their page out.
	Files Files
	// Check measures an entry as it would go to harvesters; nil leaves that out.
	Check func(ctx context.Context, e *catalog.Entry) (*quality.Checked, error)
	// Who names an account by its id, for those who may know it.
	Who func(ctx context.Context, id string) string
	// Harvests is the desk about sources; nil leaves its pages out.
	Harvests *job.Desk
	// Vocab is the folder of the operator's vocabularies; "" leaves the page about
	// them out.
	Vocab string
	// FetchTemplate reads a survey template from an address; nil leaves that out.
	FetchTemplate func(ctx context.Context, address string) ([]byte, error)
	// LoginPath is linked in the header; empty hides the link.
	LoginPath string
	// Accounts lets people sign in on the pages; nil leaves those pages out.
	Accounts *account.Desk
	// FeedPath is the address of the DCAT-AP.de feed for the footer; empty hides it.
	FeedPath string
}

// City is one of the cities of the cooperation.
type City struct {
	Value string // in the facet "city", also the name of its organization
	Label catalog.Text
}

// Operator is who runs the portal, as the law wants it named.
type Operator struct {
	Name           string // legal name
	Address        string // several lines
	Represented    string // who represents it
	Email, Phone   string
	VATID          string
	Supervisor     string // supervising authority
	Responsible    string // § 18 MStV
	DataProtection string // data protection officer, several lines
	// Imprint, Privacy, Accessibility, Contact and About replace the built-in
	// text of a page, in Markdown.
	Imprint, Privacy, Accessibility, Contact, About catalog.Text
	// Conformity is "full", "partial" or "none"; empty shows a gap.
	Conformity string
	// Exceptions lists what is not accessible and why.
	Exceptions catalog.Text
	// AuditDate and AuditMethod say when and how accessibility was tested.
	AuditDate   time.Time
	AuditMethod catalog.Text
}

func (c Config) withDefaults() (Config, error) {
	u, err := url.Parse(c.SiteURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return c, errors.New("site: SiteURL must be an absolute http or https address")
	}
	c.SiteURL = strings.TrimRight(c.SiteURL, "/")
	if c.Schema == nil {
		if c.Schema, err = schema.Default(); err != nil {
			return c, err
		}
	}
	if len(c.Title) == 0 {
		c.Title = catalog.DE("Trio – Offene Daten", "Trio – Open Data")
	}
	if len(c.Cities) == 0 {
		for _, v := range vocab.Cities() {
			c.Cities = append(c.Cities, City{v.Name, v.Short})
		}
	}
	c.Cities = slices.Clone(c.Cities)
	if c.Who == nil {
		c.Who = func(context.Context, string) string { return "" }
	}
	if c.Parse == nil {
		c.Parse = func(q string) (search.Node, error) { return plainWords(q), nil }
	}
	if c.Accounts != nil && c.LoginPath == "" {
		c.LoginPath = "/user/login"
	}
	if c.Viewer == nil {
		c.Viewer = func(context.Context) string { return "" }
	}
	return c, nil
}
