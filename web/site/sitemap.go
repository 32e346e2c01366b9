package site

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/web/ui"
)

// sitemapSize is the number of datasets in one sitemap file; the protocol
// allows 50,000 addresses and each dataset has one in each language.
const sitemapSize = 20_000

// maxSitemaps bounds what is kept of sitemaps, packed: some of a million datasets.
const maxSitemaps = 32 << 20

// sitemap is the whole list, or an index of parts for a large catalogue.
func (s *Site) sitemap(c *gin.Context) {
	s.perState(c, func(ctx context.Context) ([]byte, error) {
		n := 0
		for _, err := range s.backend.PublicDatasets(ctx) {
			if err != nil {
				return nil, err
			}
			n++
		}
		if n <= sitemapSize {
			return s.sitemapOf(ctx, 0)
		}
		var b bytes.Buffer
		b.WriteString(xml.Header + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
		for i := 0; i*sitemapSize < n; i++ {
			fmt.Fprintf(&b, "<sitemap><loc>%s/sitemap/%d.xml</loc></sitemap>\n", escape(s.cfg.SiteURL), i)
		}
		b.WriteString("</sitemapindex>\n")
		return b.Bytes(), nil
	})
}

var sitemapFile = regexp.MustCompile(`^(0|[1-9]\d{0,4})\.xml$`)

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
	s.perState(c, func(ctx context.Context) ([]byte, error) { return s.sitemapOf(ctx, i) })
}

// perState sends XML that follows from the public change log alone: it is made once
// for each state of it, kept packed, and not sent to who has it. Making nothing
// means that there is no such file.
func (s *Site) perState(c *gin.Context, render func(context.Context) ([]byte, error)) {
	ctx := c.Request.Context()
	version, _ := s.backend.Version(ctx) // before it is made: what comes later has another tag
	key := fmt.Sprintf("%s-%s-%s", strconv.FormatInt(version, 36), s.stamp, c.Request.URL.Path)
	tag := fmt.Sprintf(`"%s-%s"`, strconv.FormatInt(version, 36), s.stamp)
	h := c.Writer.Header()
	packed := s.sitemaps.Get(key)
	if packed == nil {
		body, err := render(ctx)
		if err != nil {
			s.Fail(c, err)
			return
		}
		if body == nil {
			s.NotFound(c)
			return
		}
		var b bytes.Buffer
		if err := ui.Pack(&b, body); err != nil {
			s.Fail(c, err)
			return
		}
		packed = b.Bytes()
		s.sitemaps.Put(key, packed)
	}
	setHeaders(h)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", "W/"+tag)
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(c.GetHeader("If-None-Match"), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "application/xml; charset=utf-8")
	ui.SendPacked(c.Writer, c.Request, http.StatusOK, packed)
}

// sitemapOf makes a part, nil for one that is not there.
func (s *Site) sitemapOf(ctx context.Context, part int) ([]byte, error) {
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
	if part == 0 {
		for _, p := range append([]string{"/", "/dataset", "/organization", "/group", "/quality", "/about", "/api-info"}, legalPaths()...) {
			add(p, "")
		}
	}
	i := 0
	for e, err := range s.backend.PublicDatasets(ctx) {
		if err != nil {
			return nil, err
		}
		if i/sitemapSize == part {
			add("/dataset/"+e.Name, e.Modified.UTC().Format("2006-01-02T15:04:05Z"))
		}
		if i++; i/sitemapSize > part {
			break
		}
	}
	if part > 0 && i <= part*sitemapSize {
		return nil, nil
	}
	b.WriteString("</urlset>\n")
	return b.Bytes(), nil
}
