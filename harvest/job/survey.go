package job

import (
	"context"
	"fmt"

	"trio.example/catalog"
	"trio.example/harvest/source"
)

// Intake takes a file of survey answers into waiting holdings. It returns what
// became of its records by action, and what is wrong with them.
type Intake func(ctx context.Context, city, name string, data []byte, dryRun bool) (map[string]int, []catalog.Finding, error)

// SetIntake says where answers of the survey go.
func (e *Engine) SetIntake(fn Intake) { e.intake = fn }

// survey runs a source of survey answers. Each file is taken whole or not at all,
// and taking one again changes nothing: cut off, the next run goes on.
func (e *Engine) survey(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob, kind source.Kind, dryRun bool) error {
	if e.intake == nil {
		return catalog.Errorf(catalog.KindInvalid, "Antworten der Abfrage nimmt dieses Programm hier nicht an.")
	}
	if f := kind.Check(src.Config); len(f) > 0 {
		return catalog.Invalid(f...)
	}
	client := e.client(src)
	defer client.Close()
	p := &planner{Engine: e, src: src, job: job}
	files, failed := 0, 0
	var last error
	r := &source.Reader{URL: src.URL, Client: client, Defs: e.defs, Config: src.Config, Secret: src.Secret, Warn: p.warn}
	err := kind.Files(ctx, r, func(name string, data []byte) error {
		files++
		counts, findings, err := e.intake(ctx, src.Config["city"], name, data, dryRun)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			last = err
			p.warn(catalog.Finding{Severity: catalog.SeverityError, Code: "file_failed", File: name, Message: catalog.DE(name+": "+explain(err), name+": "+explain(err)),
				Remedy: catalog.DE("Die Datei berichtigen und noch einmal abgeben; die anderen wurden genommen.", "Mend the file and hand it in again; the others were taken.")})
			return nil
		}
		for action, n := range counts {
			job.Counts[action] += n
			job.Seen += n
		}
		for _, f := range findings {
			if f.File == "" {
				f.File = name
			}
			p.warn(f)
		}
		return nil
	})
	job.Requests, job.Reused = client.Requests, client.Reused
	if err != nil {
		return err
	}
	if files > 0 && failed == files {
		return last
	}
	job.Partial = failed > 0
	if p.told > maxFindings {
		job.Findings = append(job.Findings, catalog.Finding{Severity: catalog.SeverityInfo, Code: "more",
			Message: catalog.DE(fmt.Sprintf("Und %d weitere Meldungen.", p.told-maxFindings), fmt.Sprintf("And %d more findings.", p.told-maxFindings))})
	}
	return nil
}
