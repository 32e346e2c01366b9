package site

import (
	"bytes"
	"encoding/xml"
	"net/http"

	"github.com/gin-gonic/gin"

	"trio.example/web/ui"
)

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
