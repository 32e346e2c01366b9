package site

import (
	"github.com/gin-gonic/gin"

	"trio.example/web/ui"
)

// Register adds all public routes. CKAN's addresses come with and without the
// final slash, because both are in bookmarks.
func (s *Site) Register(r gin.IRouter) {
	for _, lang := range ui.Languages() {
		get := func(path string, f func(*request) error) {
			h := s.page(lang, f)
			r.GET(ui.Local(lang, path), h)
			r.HEAD(ui.Local(lang, path), h)
		}
		get("/", (*request).start)
		get("/dataset", (*request).search)
		get("/dataset/", (*request).search)
		get("/dataset/:name", (*request).dataset)
		get("/dataset/:name/resource/:id", (*request).resource)
		get("/organization", (*request).organizations)
		get("/organization/", (*request).organizations)
		get("/organization/:name", (*request).organization)
		get("/group", (*request).groups)
		get("/group/", (*request).groups)
		get("/group/:name", (*request).group)
		get("/quality", (*request).quality)
		get("/quality/:name", (*request).quality)
		get("/about", (*request).about)
		get("/api-info", (*request).apiInfo)
		get("/api-info/:action", (*request).apiAction)
		r.GET(ui.Local(lang, "/suggest"), s.suggest(lang))
		for _, name := range legalPages {
			get("/"+name, func(r *request) error { return r.legal(name) })
		}
		if s.cfg.Registry != nil {
			s.registerHistory(r, lang)
			s.registerEdit(r, lang)
			s.registerUpload(r, lang)
			s.registerRepair(r, lang)
		}
		if s.cfg.Accounts != nil {
			s.accountRoutes(r, lang)
		}
	}
	if s.cfg.Rounds != nil {
		s.registerSurvey(r)
	}
	if s.cfg.Harvests != nil {
		s.registerHarvest(r)
	}
	plain := func(path string, h gin.HandlerFunc) {
		r.GET(path, h)
		r.HEAD(path, h)
	}
	plain("/quality.csv", s.qualityCSV)
	plain("/robots.txt", s.robots)
	plain("/sitemap.xml", s.sitemap)
	plain("/sitemap/:file", s.sitemapPart)
	plain("/opensearch.xml", s.opensearch("de"))
	plain("/en/opensearch.xml", s.opensearch("en"))
	plain("/favicon.svg", func(c *gin.Context) { s.ui.Assets().ServeFile(c.Writer, c.Request, "favicon.svg") })
	plain("/favicon.ico", func(c *gin.Context) { s.ui.Assets().ServeFile(c.Writer, c.Request, "favicon.svg") })
	plain(ui.StaticPrefix+"*path", func(c *gin.Context) { s.ui.Assets().ServeHTTP(c.Writer, c.Request) })
}
