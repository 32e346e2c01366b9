package site

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"github.com/gin-gonic/gin"

	"trio.example/web/ui"
)

// sitemapSize is the number of datasets in one sitemap file; the protocol
// allows 50,000 addresses and each dataset has one in each language.
const sitemapSize = 20_000

// robots lets everything be read but the endless combinations of filters.
func (s *Site) robots(c *gin.Context) {
	s.send(c, "text/plain; charset=utf-8", []byte("User-agent: *\nDisallow: /api/\nDisallow: /s/\nDisallow: /survey\nDisallow: /harvest\nDisallow: /*?*&\nAllow: /\n\nSitemap: "+s.cfg.SiteURL+"/sitemap.xml\n"))
}

func (s *Site) send(c *gin.Context, contentType string, body []byte) {
	h := c.Writer.Header()
	setHeaders(h)
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "public, max-age=3600")
	ui.Send(c.Writer, c.Request, http.StatusOK, body)
}

// sitemap is the whole list, or an index of parts for a large catalogue.
func (s *Site) sitemap(c *gin.Context) {
	n := 0
	for _, err := range s.backend.PublicDatasets(c.Request.Context()) {
		if err != nil {
			s.Fail(c, err)
			return
		}
		n++
	}
	if n <= sitemapSize {
		s.sendSitemap(c, 0, true)
		return
	}
	var b bytes.Buffer
	b.WriteString(xml.Header + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for i := 0; i*sitemapSize < n; i++ {
		fmt.Fprintf(&b, "<sitemap><loc>%s/sitemap/%d.xml</loc></sitemap>\n", escape(s.cfg.SiteURL), i)
	}
	b.WriteString("</sitemapindex>\n")
	s.send(c, "application/xml; charset=utf-8", b.Bytes())
}

var sitemapFile = regexp.MustCompile(`^(\d{1,5})\.xml$`)

func (s *Site) sitemapPart(c *gin.Context) {
	m := sitemapFile.FindStringSubmatch(c.Param("file"))
	if m == nil {
		s.NotFound(c)
		return
	}
	i, err := strconv.Atoi(m[1])
	if err != nil {
		s.NotFound(c)
		return
	}
	s.sendSitemap(c, i, i == 0)
}

func (s *Site) sendSitemap(c *gin.Context, part int, fixed bool) {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">` + "\n")
	add := func(path, modified string) {
		for _, lang := range ui.Languages() {
			b.WriteString("<url><loc>" + escape(s.cfg.SiteURL+ui.Local(lang, path)) + "</loc>")
			if modified != "" {
				b.WriteString("<lastmod>" + modified + "</lastmod>")
			}
			for _, l := range ui.Languages() {
				b.WriteString(`<xhtml:link rel="alternate" hreflang="` + l + `" href="` + escape(s.cfg.SiteURL+ui.Local(l, path)) + `"/>`)
			}
			b.WriteString("</url>\n")
		}
	}
	if fixed {
		for _, p := range append([]string{"/", "/dataset", "/organization", "/group", "/quality", "/about", "/api-info"}, legalPaths()...) {
			add(p, "")
		}
	}
	i := 0
	for e, err := range s.backend.PublicDatasets(c.Request.Context()) {
		if err != nil {
			s.Fail(c, err)
			return
		}
		if i/sitemapSize == part {
			add("/dataset/"+e.Name, e.Modified.UTC().Format("2006-01-02T15:04:05Z"))
		}
		if i++; i/sitemapSize > part {
			break
		}
	}
	if part > 0 && i <= part*sitemapSize {
		s.NotFound(c)
		return
	}
	b.WriteString("</urlset>\n")
	s.send(c, "application/xml; charset=utf-8", b.Bytes())
}

func legalPaths() []string {
	var out []string
	for _, p := range legalPages {
		out = append(out, "/"+p)
	}
	return out
}

// opensearch lets browsers search here from their address bar.
func (s *Site) opensearch(lang string) gin.HandlerFunc {
	return func(c *gin.Context) {
		t := s.ui.Texts(lang)
		s.send(c, "application/opensearchdescription+xml; charset=utf-8", []byte(xml.Header+
			`<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">`+
			"<ShortName>"+escape(cut(s.cfg.Title.In(lang), 16))+"</ShortName>"+
			"<Description>"+escape(t.Get("opensearch.description"))+"</Description>"+
			`<Url type="text/html" template="`+escape(s.cfg.SiteURL+ui.Local(lang, "/dataset"))+`?q={searchTerms}"/>`+
			`<Image type="image/svg+xml">`+escape(s.cfg.SiteURL)+"/favicon.svg</Image>"+
			"<Language>"+lang+"</Language><InputEncoding>UTF-8</InputEncoding></OpenSearchDescription>\n"))
	}
}

func escape(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}
