package site

import (
	"bytes"
	"fmt"
	"io"

	"trio.example/catalog"
	"trio.example/catalog/round"
	rules "trio.example/catalog/survey"
	intake "trio.example/harvest/survey"
)

// sheet sends the form as a workbook, with what was entered already.
func (r *request) sheet() error {
	a, rows, err := r.cfg.Rounds.Sheet(r.ctx, r.by, r.c.Param("token"))
	if err != nil {
		return r.gone(err)
	}
	var out bytes.Buffer
	if err := intake.WriteForm(&out, a.Template, rows); err != nil {
		return err
	}
	r.saveAs("abfrage.xlsx", sheetType, out.Bytes())
	return nil
}

// sheetFilled takes a workbook that was filled offline. Each bad cell is named;
// the others are taken.
func (r *request) sheetFilled() error {
	file, head, err := r.c.Request.FormFile("form")
	if err != nil {
		return r.again(catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "file_missing", Message: catalog.DE("Bitte die ausgefüllte Datei auswählen.", "Choose the filled file.")}), r.tasks)
	}
	defer file.Close()
	a, _, err := r.cfg.Rounds.Sheet(r.ctx, r.by, r.c.Param("token"))
	if err != nil {
		return r.gone(err)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxUpload+1))
	if err != nil {
		return err
	}
	f, err := intake.ReadBytes(r.ctx, cut(head.Filename, 200), data, a.Template, intake.Options{City: a.City.Code})
	if err != nil {
		return r.again(err, r.tasks)
	}
	var lines []round.Filled
	for i := range f.Records {
		rec := &f.Records[i]
		if rec.Outcome == rules.OutcomeSuperseded {
			continue
		}
		lines = append(lines, round.Filled{Ref: fmt.Sprint(rec.Ref), Answers: rec.Answers})
	}
	out, err := r.cfg.Rounds.FillIn(r.ctx, r.by, r.c.Param("token"), lines)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return r.gone(err)
		}
		return r.again(err, r.tasks)
	}
	r.filled = &filledView{Text: r.t.Get("sheet.report", out.Answers, out.New, out.Rejected)}
	for i := range f.Records {
		for _, x := range f.Records[i].Findings {
			// What is only missing the task list tells; here stands what was typed and not understood.
			if len(x.Code) > 8 && x.Code[:8] == "invalid:" || len(x.Code) > 6 && x.Code[:6] == "fuzzy:" {
				r.filled.Cells = append(r.filled.Cells, x.Cell+": "+r.findingText(x))
			}
		}
	}
	for _, x := range out.Findings {
		r.filled.Cells = append(r.filled.Cells, x.Row+": "+r.findingText(x))
	}
	const most = 100
	r.filled.Cells = r.filled.Cells[:min(len(r.filled.Cells), most)]
	return r.tasks()
}

// filledView is what became of a form that was uploaded.
type filledView struct {
	Text  string
	Cells []string
}

// takeExample takes answers of another city's holding over.
func (r *request) takeExample() error {
	if _, err := r.cfg.Rounds.TakeOver(r.ctx, r.by, r.c.Param("token"), r.c.Param("holding"), r.form("example")); err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return r.gone(err)
		}
		return r.again(err, r.check)
	}
	return r.see(r.base()+"/holding/"+r.c.Param("holding"), "taken")
}
