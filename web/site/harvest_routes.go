package site

import (
	"github.com/gin-gonic/gin"

	"trio.example/web/ui"
)

// registerHarvest adds the pages about sources, for who edits datasets of their
// organizations.
func (s *Site) registerHarvest(r gin.IRouter) {
	for _, lang := range ui.Languages() {
		get := func(path string, f func(*request) error) {
			h := s.personalPage(lang, false, f)
			r.GET(ui.Local(lang, path), h)
			r.HEAD(ui.Local(lang, path), h)
		}
		post := func(path string, f func(*request) error) {
			r.POST(ui.Local(lang, path), s.personalPage(lang, false, f))
		}
		get("/harvest", (*request).sources)
		get("/harvest/new", (*request).sourceNew)
		post("/harvest/new", (*request).sourceSave)
		if s.cfg.Vocab != "" {
			get("/harvest/words", (*request).words)
			post("/harvest/words", (*request).wordsDo)
		}
		get("/harvest/source/:source", (*request).source)
		post("/harvest/source/:source", (*request).sourceDo)
		get("/harvest/source/:source/edit", (*request).sourceEdit)
		post("/harvest/source/:source/edit", (*request).sourceSave)
		get("/harvest/source/:source/record", (*request).sourceRecord)
		post("/harvest/source/:source/record", (*request).recordDecide)
		get("/harvest/source/:source/disputes", (*request).sourceDisputes)
		get("/harvest/source/:source/duplicates", (*request).sourceDuplicates)
		post("/harvest/source/:source/duplicates", (*request).sourceSeparate)
		get("/harvest/source/:source/job/:job", (*request).sourceJob)
		post("/harvest/source/:source/job/:job", (*request).sourceJobDo)
		post("/harvest/source/:source/job/:job/repair", (*request).sourceRepair)
		get("/harvest/source/:source/job/:job/report.csv", (*request).sourceReportCSV)
		get("/harvest/source/:source/job/:job/report.json", (*request).sourceReportJSON)
	}
}
