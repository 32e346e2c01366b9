package ckan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
)

// MaxUpload is the size of the largest file that may be uploaded, 0 where there
// is no uploading.
func (s *Service) MaxUpload() int64 {
	if s.cfg.Files == nil {
		return 0
	}
	return max(s.cfg.MaxUpload, 0)
}

// FileOfPage takes a form of the pages with a file: as a new resource of the
// dataset, or in the place of the one the field resource names. It is streamed
// and bounded as uploads of the API are. The caller has seen to it that the form
// comes from our own page.
func (s *Service) FileOfPage(c *gin.Context, by catalog.Actor, dataset string) error {
	args, err := s.readMultipart(c.Writer, c.Request, signedIn)
	if err != nil {
		return s.pageError(err)
	}
	ctx := c.Request.Context()
	defer args.dropFiles(ctx)
	call := &Call{Actor: by}
	up, ok := args["upload"].(*upload)
	if !ok || up.Size == 0 {
		return catalog.Invalid(uploadFinding("upload_missing", catalog.DE("Es wurde keine Datei gewählt, oder sie ist leer.", "No file was chosen, or it is empty."),
			catalog.DE("Eine Datei wählen.", "Choose a file.")))
	}
	run := s.resourceCreate
	call.Args = Args{"package_id": dataset, "upload": up, "url": up.Name}
	for _, name := range []string{"name", "description"} {
		if text := strings.TrimSpace(args.String(name)); text != "" {
			call.Args[name] = text
		}
	}
	if id := args.String("resource"); id != "" {
		if err := s.ofDataset(ctx, dataset, id); err != nil {
			return err
		}
		run = s.resourcePatch
		call.Args["id"] = id
		delete(call.Args, "package_id")
		// Type and format follow the new file; what it is called stays, unless said.
		call.Args["mimetype"] = up.Type
		if p := (&catalog.Part{Fields: catalog.Fields{"url": up.Name}}); path.Ext(up.Name) != "" {
			guessFormat(p)
			call.Args["format"] = cmp.Or(p.Fields.String("format"), strings.ToUpper(strings.TrimPrefix(path.Ext(up.Name), ".")))
		}
	}
	if _, err := s.run(ctx, c, call, &Action{Run: run}); err != nil {
		return s.pageError(err)
	}
	return nil
}

// ofDataset refuses a resource that belongs to another dataset.
func (s *Service) ofDataset(ctx context.Context, dataset, id string) error {
	return s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		e, err := catalog.Find(tx, packages, dataset)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(e.Parts, func(p catalog.Part) bool { return p.ID == id }) {
			return catalog.Invalid(uploadFinding("resource_gone", catalog.DE("Diese Datei gibt es im Datensatz nicht mehr.", "This file is no longer in the dataset."),
				catalog.DE("Noch einmal wählen, was sie ersetzen soll.", "Choose again what it is to replace.")))
		}
		return nil
	})
}

func uploadFinding(code string, message, remedy catalog.Text) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityError, Code: code, Field: "upload", Message: message, Remedy: remedy}
}

// pageError puts an answer in CKAN's words into those of the pages.
func (s *Service) pageError(err error) error {
	a := asAPIError(err)
	var ours *catalog.Error
	if a == nil || errors.As(err, &ours) {
		return err
	}
	switch _, aboutFile := a.Body["upload"]; {
	case a.Status == http.StatusForbidden:
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	case a.Status == http.StatusNotFound:
		return catalog.Errorf(catalog.KindNotFound, "not found")
	case aboutFile && s.MaxUpload() == 0:
		return catalog.Invalid(uploadFinding("upload_off", catalog.DE("Dateien können hier nicht hochgeladen werden.", "Files cannot be uploaded here."), nil))
	case aboutFile, a.Status == http.StatusRequestEntityTooLarge:
		mb := s.MaxUpload() >> 20
		return catalog.Invalid(uploadFinding("upload_too_large", catalog.DE(fmt.Sprintf("Die Datei ist zu groß: höchstens %d MB.", mb), fmt.Sprintf("The file is too large: at most %d MB.", mb)),
			catalog.DE("Sie packen, teilen oder an anderer Stelle ablegen und im Formular die Adresse eintragen.", "Pack it, split it, or store it elsewhere and enter its address in the form.")))
	case a.Status == http.StatusBadRequest:
		return catalog.Invalid(uploadFinding("upload_cut", catalog.DE("Die Datei kam nicht vollständig an; gespeichert wurde nichts.", "The file did not arrive whole; nothing was saved."), catalog.DE("Noch einmal hochladen.", "Upload it again.")))
	}
	var list []catalog.Finding
	for field, v := range a.Body {
		for _, text := range parseTexts(v) {
			list = append(list, catalog.Finding{Severity: catalog.SeverityError, Code: "refused", Field: field, Message: catalog.DE(field+": "+text, field+": "+text)})
		}
	}
	slices.SortFunc(list, func(x, y catalog.Finding) int { return strings.Compare(x.Field, y.Field) })
	return catalog.Invalid(list...)
}

// parseTexts are the texts of a message in CKAN's forms.
func parseTexts(v any) []string {
	switch v := v.(type) {
	case []string:
		return v
	default:
		return []string{toText(v)}
	}
}
