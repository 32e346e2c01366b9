package quality

import (
	"encoding/csv"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// RatingLabel names a grade in words.
func RatingLabel(rating string) catalog.Text {
	switch rating {
	case "excellent":
		return catalog.DE("ausgezeichnet", "excellent")
	case "good":
		return catalog.DE("gut", "good")
	case "sufficient":
		return catalog.DE("ausreichend", "sufficient")
	}
	return catalog.DE("mangelhaft", "bad")
}

// DimensionLabel names a dimension in words.
func DimensionLabel(d string) catalog.Text {
	return map[string]catalog.Text{
		Findability:      catalog.DE("Auffindbarkeit", "Findability"),
		Accessibility:    catalog.DE("Zugänglichkeit", "Accessibility"),
		Interoperability: catalog.DE("Interoperabilität", "Interoperability"),
		Reusability:      catalog.DE("Nachnutzbarkeit", "Reusability"),
		Contextuality:    catalog.DE("Kontext", "Contextuality"),
	}[d]
}

// Document is a report as programs read it.
type Document struct {
	Scope    string              `json:"scope"` // name of the organization, "" for the whole
	Points   float64             `json:"points"`
	Max      int                 `json:"max"`
	Rating   string              `json:"rating"`
	Datasets int                 `json:"datasets"`
	Held     int                 `json:"held_back"`
	HVD      Share               `json:"hvd_complete"`
	Ratings  map[string]int      `json:"ratings"`
	Metrics  map[string]Share    `json:"metrics"`
	GovData  map[string]Share    `json:"govdata"`
	Days     []dayLine           `json:"history"`
	Works    []workLine          `json:"works"`
	Orgs     map[string]orgShort `json:"organizations"`
	Sources  map[string]orgShort `json:"sources"`
}

type orgShort struct {
	Points   float64 `json:"points"`
	Datasets int     `json:"datasets"`
	Held     int     `json:"held_back"`
}

type dayLine struct {
	Day      string  `json:"day"`
	Points   float64 `json:"points"`
	Datasets int     `json:"datasets"`
	Held     int     `json:"held_back"`
}

type workLine struct {
	Metric   string       `json:"metric"`
	Remedy   catalog.Text `json:"remedy"`
	Datasets int          `json:"datasets"`
	Gain     float64      `json:"gain"`
}

// NewDocument turns a report into its document.
func NewDocument(r *Report) *Document {
	d := &Document{
		Points: round(r.Points()), Max: MaxPoints, Rating: Rating(r.Points()), Datasets: r.Summary.Datasets, Held: r.Held,
		HVD: Share{r.HVDComplete, r.HVD}, Ratings: r.Ratings, Metrics: map[string]Share{}, GovData: map[string]Share{},
		Days: []dayLine{}, Works: []workLine{}, Orgs: map[string]orgShort{}, Sources: map[string]orgShort{},
	}
	if r.Scope != nil {
		d.Scope = r.Scope.Name
	}
	for i, m := range metrics {
		d.Metrics[m.Key] = r.Met[i]
	}
	for i, m := range GovDataRules() {
		d.GovData[m.Key] = r.GovData[i]
	}
	for _, x := range r.Days {
		d.Days = append(d.Days, dayLine{x.Day, round(x.Points), x.Datasets, x.Held})
	}
	for _, w := range r.Works {
		d.Works = append(d.Works, workLine{w.Metric.Key, w.Metric.Remedy, w.Datasets, round(w.Gain)})
	}
	for _, s := range r.Sources {
		d.Sources[s.Source.Name] = orgShort{round(s.Points), s.Datasets, s.Held}
	}
	for _, o := range r.Orgs {
		d.Orgs[o.Org.Name] = orgShort{round(o.Points()), o.Datasets, o.Held}
	}
	return d
}

// round keeps one decimal.
func round(f float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', 1, 64), 64)
	if err != nil {
		return f
	}
	return r
}

// WriteCSV writes the work list: one dataset a line, worst first, with what it
// lacks and what each step would earn. Cells that a spreadsheet would take for a
// formula are made harmless.
func WriteCSV(w *csv.Writer, site string, r *Report) error {
	w.Comma = ';'
	head := []string{"punkte", "datensatz", "titel", "adresse", "im_feed", "fehlt"}
	for _, m := range metrics {
		head = append(head, m.Key)
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for _, d := range r.Datasets {
		inFeed := "ja"
		if d.Result.Held {
			inFeed = "nein"
		}
		var lacks []string
		for _, i := range d.Result.Gains() {
			lacks = append(lacks, metrics[i].Label.In("de")+" (+"+strconv.Itoa(metrics[i].Points)+")")
		}
		line := []string{strconv.Itoa(d.Points), d.Entry.Name, d.Entry.Fields.String("title"), site + "/dataset/" + d.Entry.Name, inFeed, strings.Join(lacks, ", ")}
		for i := range metrics {
			s := d.Result.Met[i]
			line = append(line, strconv.Itoa(s.Met)+"/"+strconv.Itoa(s.Of))
		}
		for i := range line {
			line[i] = catalog.CSVCell(line[i])
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
