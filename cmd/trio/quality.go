package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/quality"
	"trio.example/harvest/links"
)

// QualityCmd tells how well the public datasets are described.
type QualityCmd struct {
	Org  string `arg:"" optional:"" name:"organization" help:"Organization, with those below it; without one the whole catalogue."`
	CSV  bool   `help:"Print the work list, one dataset a line, as CSV."`
	JSON bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (QualityCmd) Help() string {
	return "Points are those of the EU portal (at most 405; from 351 excellent). What is worth most stands first.\n\nExamples:\n  trio quality\n  trio quality augsburg --csv > arbeit.csv\n  trio quality --json"
}

func (c *core) book(site string) *quality.Book {
	return quality.New(c.store, dcat.NewMapper(c.defs, site), site)
}

// Run measures what is not measured yet and prints.
func (q *QualityCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		most := 0
		if q.CSV {
			most = -1
		}
		r, err := k.book(e.cfg.SiteURL).Report(e.ctx, q.Org, most)
		if err != nil {
			return err
		}
		switch {
		case q.CSV:
			return quality.WriteCSV(csv.NewWriter(e.stdout), e.cfg.SiteURL, r)
		case q.JSON:
			return e.json(quality.NewDocument(r))
		}
		e.printf("%s: %.0f von %d Punkten (%s)\n", plural(r.Summary.Datasets, "Datensatz", "Datensätze"), r.Points(), quality.MaxPoints, quality.RatingLabel(quality.Rating(r.Points())).In("de"))
		if r.Held > 0 {
			e.printf("%s nicht im Feed, weil Pflichtangaben fehlen oder ein älterer dieselbe Adresse hat.\n", plural(r.Held, "Datensatz steht", "Datensätze stehen"))
		}
		for _, d := range quality.Dimensions() {
			points, most := r.Dimension(d)
			e.printf("  %-22s %5.1f von %d\n", quality.DimensionLabel(d).In("de"), points, most)
		}
		for _, w := range r.Works {
			e.printf("  +%4.1f  %-28s fehlt bei %s. %s\n", w.Gain, w.Metric.Label.In("de"), plural(w.Datasets, "Datensatz", "Datensätzen"), w.Metric.Remedy.In("de"))
		}
		for _, o := range r.Orgs {
			e.printf("  %-40.40s %5.0f Punkte, %s\n", o.Org.Fields.String("title"), o.Points(), plural(o.Datasets, "Datensatz", "Datensätze"))
		}
		return nil
	})
}

// LinksCmd holds the commands about the addresses of distributions.
type LinksCmd struct {
	Check  LinksCheckCmd  `cmd:"" help:"Ask all addresses whose time has come."`
	Broken LinksBrokenCmd `cmd:"" help:"List addresses that do not answer."`
}

// LinksCheckCmd asks addresses.
type LinksCheckCmd struct {
	Inside bool `help:"Also ask addresses of this machine and of private networks."`
	JSON   bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (LinksCheckCmd) Help() string {
	return "One request at a time per host, a second apart. What answered is asked again after two weeks, what did not after a day, then ever later.\n\nExample:\n  trio links check"
}

// Run asks and says how many answered.
func (l *LinksCheckCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		o := links.Defaults()
		o.Inside, o.Progress = l.Inside, e.progress("Adressen prüfen").step
		r, err := checkLinks(e.ctx, k, e.cfg, k.book(e.cfg.SiteURL), o)
		if err != nil {
			return err
		}
		if l.JSON {
			return e.json(r)
		}
		e.printf("%s geprüft: %d antworten, %d nicht; %d anders als beim letzten Mal.\n", plural(r.Checked, "Adresse", "Adressen"), r.Reached, r.Broken, r.Changed)
		return nil
	})
}

// LinksBrokenCmd lists what does not answer.
type LinksBrokenCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (LinksBrokenCmd) Help() string { return "Example:\n  trio links broken --json" }

// Run lists, longest broken first.
func (l *LinksBrokenCmd) Run(e *env) error {
	const most = 10_000
	type line struct {
		URL     string          `json:"url"`
		Status  int             `json:"status"`
		Fails   int             `json:"fails"`
		Checked time.Time       `json:"checked"`
		History json.RawMessage `json:"history"`
	}
	return e.withData(func(k *core) error {
		out := []line{}
		err := k.store.View(e.ctx, func(tx catalog.Tx) error {
			list, err := tx.LinksBroken(most)
			for _, b := range list {
				out = append(out, line{b.URL, b.Status, b.Fails, b.Checked, b.History})
			}
			return err
		})
		if err != nil || l.JSON {
			if err != nil {
				return err
			}
			return e.json(out)
		}
		for _, b := range out {
			status := "keine Antwort"
			if b.Status > 0 {
				status = fmt.Sprintf("Status %d", b.Status)
			}
			e.printf("%s: %s, %s\n", strings.TrimSpace(b.URL), status, plural(b.Fails, "Versuch", "Versuche"))
		}
		return nil
	})
}
