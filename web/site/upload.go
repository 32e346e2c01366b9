package site

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/web/ui"
)

// Files takes files for datasets.
type Files interface {
	// MaxUpload is the size of the largest one, 0 where none are taken.
	MaxUpload() int64
	// FileOfPage takes the multipart form of the request: the file as upload, name
	// and description, and as resource the id of what it replaces.
	FileOfPage(c *gin.Context, by catalog.Actor, dataset string) error
}

// uploadView is the page on which a file is put into a dataset.
type uploadView struct {
	Self, Back string
	MaxMB      int64
	Replace    []choice
}

func (s *Site) registerUpload(r gin.IRouter, lang string) {
	const address = "/dataset/upload/:name"
	r.GET(ui.Local(lang, address), s.personalPage(lang, false, (*request).uploadPage))
	r.POST(ui.Local(lang, address), s.streamedPage(lang, (*request).saveUpload))
}

// uploadPath is where a file is put into an entry, "" where that is not possible.
func (r *request) uploadPath(e *catalog.Entry) string {
	if r.cfg.Files == nil || r.cfg.Files.MaxUpload() == 0 || e.ID == "" {
		return ""
	}
	return r.local("/dataset/upload/" + e.Name)
}

func (r *request) uploadPage() error {
	e, err := r.editable()
	if err != nil {
		return err
	}
	if r.uploadPath(e) == "" {
		return catalog.Errorf(catalog.KindNotFound, "not found")
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	self := "/dataset/upload/" + e.Name
	v := &uploadView{Self: r.local(self), Back: r.local("/dataset/edit/" + e.Name), MaxMB: r.cfg.Files.MaxUpload() >> 20}
	for i, p := range e.Parts {
		name, _ := p.Fields.Map("upload")["name"].(string)
		label := r.t.Get("edit.file", i+1, cmp.Or(p.Fields.String("name"), name, p.Fields.String("url")))
		v.Replace = append(v.Replace, choice{p.ID, label, p.ID == r.c.Query("resource")})
	}
	crumbs := r.datasetCrumbs(e, d, r.t.Get("edit.crumb"))
	crumbs[len(crumbs)-1].URL = v.Back
	crumbs = append(slices.Clone(crumbs), link{Label: r.t.Get("upload.crumb")})
	return r.person("upload", &page{Title: r.t.Get("upload.title", r.title(e)), Path: self, Nav: "dataset", Crumbs: crumbs, Body: v})
}

func (r *request) saveUpload() error {
	e, err := r.editable()
	if err != nil {
		return err
	}
	if r.uploadPath(e) == "" {
		return catalog.Errorf(catalog.KindNotFound, "not found")
	}
	if !strings.HasPrefix(r.c.ContentType(), "multipart/form-data") {
		return catalog.Errorf(catalog.KindInvalid, "form not readable")
	}
	err = r.cfg.Files.FileOfPage(r.c, r.by, e.ID)
	r.c.Request.PostForm = url.Values{} // nothing else reads the rest of the body
	if err != nil {
		return r.again(err, r.uploadPage)
	}
	return r.see("/dataset/edit/"+e.Name, "edit.uploaded")
}
