package quality_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/quality"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
)

const site = "https://daten.example.org"

var admin = catalog.System("test")

type portal struct {
	*testing.T
	store *sqlstore.Store
	reg   *catalog.Registry
	book  *quality.Book
}

func open(t *testing.T) *portal {
	t.Helper()
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &portal{t, store, catalog.NewRegistry(store, defs), quality.New(store, dcat.NewMapper(defs, site), site)}
}

func (p *portal) create(e *catalog.Entry) *catalog.Entry {
	p.Helper()
	if _, err := p.reg.Create(p.Context(), admin, e); err != nil {
		p.Fatal(err)
	}
	return e
}

func (p *portal) report(org string) *quality.Report {
	p.Helper()
	r, err := p.book.Report(p.Context(), org, -1)
	if err != nil {
		p.Fatal(err)
	}
	return r
}

func full(name, owner string) *catalog.Entry {
	return &catalog.Entry{Name: name, Type: catalog.TypeDataset, Owner: owner, Fields: catalog.Fields{
		"title": "Titel " + name, "notes": "Text", "tags": []any{"Baum"}, "theme": []any{"http://publications.europa.eu/resource/authority/data-theme/ENVI"},
		"spatial_uri": "http://publications.europa.eu/resource/authority/place/DEU_AGB", "temporal_start": "2020", "access_rights": "http://publications.europa.eu/resource/authority/access-right/PUBLIC",
		"contact_name": "Amt", "contact_email": "amt@example.org", "license_id": "cc-zero", "contributor_id": "http://dcat-ap.de/def/contributors/stadtAugsburg",
	}, Parts: []catalog.Part{{Fields: catalog.Fields{
		"url": "https://example.org/a.csv", "download_url": "https://example.org/a.csv", "format": "CSV", "mimetype": "text/csv", "size": int64(7), "rights": "Frei", "license": "http://dcat-ap.de/def/licenses/cc-zero",
	}}}}
}

// TestPoints_areEarnedOneByOne: each value taken away costs exactly the points
// of what it stands for.
func TestPoints_areEarnedOneByOne(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	for i, c := range []struct {
		without, inFile string
		points          int
	}{
		{"", "", 405}, {"tags", "", 375}, {"theme", "", 375}, {"spatial_uri", "", 385}, {"temporal_start", "", 385}, {"access_rights", "", 390}, {"contact_email", "", 385},
		{"", "download_url", 355}, {"", "format", 345}, {"", "size", 400}, {"", "rights", 400}, {"notes", "", 375},
	} {
		e := full(fmt.Sprintf("d-%d", i), city.ID)
		delete(e.Fields, c.without)
		delete(e.Parts[0].Fields, c.inFile)
		p.create(e)
		if c.inFile == "format" { // without it the media type still says what it is
			c.points = 405 - 20 - 20 - 20
		}
		if err := p.book.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := p.store.Update(t.Context(), admin, func(tx catalog.WriteTx) error {
			return tx.PutLink(&catalog.Link{URL: "https://example.org/a.csv", Checked: time.Now(), Next: time.Now().Add(time.Hour), Status: 200, Reached: true, History: []byte("[]")})
		}); err != nil {
			t.Fatal(err)
		}
		if err := p.book.Again(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, d := range p.report("").Datasets {
			if d.Entry.ID == e.ID {
				got = d.Points
			}
		}
		if got != c.points {
			t.Errorf("without %s%s: %d points, want %d", c.without, c.inFile, got, c.points)
		}
	}
}

func TestReport_followsChangesAndKnowsWhatIsHeldBack(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	office := p.create(&catalog.Entry{Name: "amt", Type: catalog.TypeOrganization, Owner: city.ID, Fields: catalog.Fields{"title": "=Amt"}})
	a := p.create(full("aa", city.ID))
	b := full("bb", office.ID)
	delete(b.Fields, "notes")
	b.Fields["title"] = "=HYPERLINK(1)"
	p.create(b)
	hidden := full("geheim", city.ID)
	hidden.Access = catalog.AccessPrivate
	p.create(hidden)
	r := p.report("")
	if r.Summary.Datasets != 2 || r.Held != 1 || len(r.Orgs) != 1 || r.Orgs[0].Datasets != 2 {
		t.Fatalf("%+v %+v", r.Summary, r.Orgs)
	}
	if r := p.report("amt"); r.Summary.Datasets != 1 || r.Held != 1 || len(r.Datasets[0].Result.Lacks) != 1 || r.Datasets[0].Result.Lacks[0] != "held_back:dct:description" {
		t.Errorf("office: %+v %+v", r.Summary, r.Datasets[0].Result)
	}
	if _, err := p.book.Report(t.Context(), "nichts", 0); catalog.KindOf(err) != catalog.KindNotFound {
		t.Errorf("unknown organization: %v", err)
	}
	var out bytes.Buffer
	if err := quality.WriteCSV(csv.NewWriter(&out), site, p.report("")); err != nil || !strings.Contains(out.String(), ";'=HYPERLINK(1);") || strings.Contains(out.String(), "geheim") {
		t.Errorf("CSV: %v\n%s", err, out.String())
	}
	change := func(e *catalog.Entry, fn func(*catalog.Entry)) {
		t.Helper()
		if _, _, err := p.reg.Change(t.Context(), admin, e.Type.Namespace(), e.ID, 0, func(e *catalog.Entry) error { fn(e); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	change(b, func(e *catalog.Entry) { e.Fields["notes"] = "Text" })
	if r := p.report(""); r.Held != 0 {
		t.Errorf("mended, still held back: %+v", r.Summary)
	}
	change(a, func(e *catalog.Entry) { e.Access = catalog.AccessPrivate })
	if r := p.report(""); r.Summary.Datasets != 1 {
		t.Errorf("what is no longer public still counts: %+v", r.Summary)
	}
	change(office, func(e *catalog.Entry) { e.Access = catalog.AccessPrivate })
	change(city, func(e *catalog.Entry) { e.Access = catalog.AccessPrivate })
	if r := p.report(""); r.Held != 1 || r.Datasets[0].Result.Lacks[0] != "held_back:dct:publisher" {
		t.Errorf("without a publisher that may be named: %+v %+v", r.Summary, r.Datasets[0].Result)
	}
}

func TestSummary_weighsByShares(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	p.create(full("aa", city.ID))
	b := full("bb", city.ID)
	delete(b.Fields, "tags")
	p.create(b)
	one := p.report("")
	// No link was checked: neither 50 nor 30 points are earned.
	if one.Points() != 405-80-15 || quality.Rating(one.Points()) != "good" {
		t.Errorf("%v points", one.Points())
	}
	if one.Works[0].Metric.Key != "access_reached" || one.Works[0].Gain != 50 || one.Works[2].Metric.Key != "keyword" || one.Works[2].Gain != 15 {
		t.Errorf("%+v", one.Works)
	}
	for _, day := range []string{"2026-01-01", "2026-01-02", "2026-01-02"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.book.Keep(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	d := quality.NewDocument(p.report("augsburg"))
	if len(d.Days) != 2 || d.Days[1].Day != "2026-01-02" || d.Days[1].Points != 310 || d.Scope != "augsburg" {
		t.Errorf("%+v", d)
	}
	if keys := slices.Sorted(maps.Keys(d.Metrics)); len(keys) != 23 || d.Metrics["keyword"] != (quality.Share{Met: 1, Of: 2}) {
		t.Errorf("%v", d.Metrics)
	}
}

func TestMetrics_giveThePointsOfTheStandard(t *testing.T) {
	t.Parallel()
	sum := map[string]int{}
	for _, m := range quality.Metrics() {
		sum[m.Dimension] += m.Points
		sum[""] += m.Points
		if m.Label.In("de") == m.Label.In("en") && m.Key != "format" || m.Remedy.In("de") == "" || m.Remedy.In("en") == "" {
			t.Errorf("%s has no texts", m.Key)
		}
	}
	want := map[string]int{quality.Findability: 100, quality.Accessibility: 100, quality.Interoperability: 110, quality.Reusability: 75, quality.Contextuality: 20, "": quality.MaxPoints}
	if !maps.Equal(sum, want) {
		t.Errorf("%v", sum)
	}
}

// TestReport_bySource: harvested datasets are summed up by their source; sources
// that not everybody may know do not appear.
func TestReport_bySource(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	other := p.create(&catalog.Entry{Name: "muenchen", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "München"}})
	if _, err := p.store.Update(t.Context(), admin, func(tx catalog.WriteTx) error {
		for _, s := range []*catalog.HarvestSource{{ID: "s1", Name: "offen", Owner: city.ID}, {ID: "s2", Name: "innen", Owner: city.ID, Inside: true}} {
			if err := tx.PutHarvestSource(s); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i, source := range []string{"s1", "s1", "s1", "s2", "fort"} {
		e := full("d"+source+string(rune('a'+i)), city.ID)
		e.Origin = &catalog.Origin{Source: "harvest:" + source, Key: string(rune('a' + i))}
		if i == 1 {
			delete(e.Fields, "notes")
		}
		if i == 2 {
			e.Access = catalog.AccessPrivate
		}
		p.create(e)
	}
	p.create(full("eigener", other.ID))
	for _, scope := range []string{"", "augsburg"} {
		r := p.report(scope)
		if len(r.Sources) != 1 || r.Sources[0].Source.Name != "offen" || r.Sources[0].Datasets != 2 || r.Sources[0].Held != 1 || r.Sources[0].Points <= 0 || r.Sources[0].Points > quality.MaxPoints {
			t.Errorf("%q: %+v", scope, r.Sources)
		}
	}
	if r := p.report("muenchen"); len(r.Sources) != 0 {
		t.Errorf("muenchen: %+v", r.Sources)
	}
}

// TestPoints_ofSeveralFiles: what one file has of interoperability does not stand for
// another; the work list still names it.
func TestPoints_ofSeveralFiles(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	points := func(name string, parts ...catalog.Fields) (int, string) {
		t.Helper()
		e := full(name, city.ID)
		e.Fields.Set("uri", "https://alt.example.org/"+name) // what comes from elsewhere gets no media type by its format
		part := e.Parts[0]
		e.Parts = nil
		for _, fields := range parts {
			one := catalog.Part{Fields: part.Fields.Clone()}
			for k, v := range fields {
				one.Fields.Set(k, v)
			}
			e.Parts = append(e.Parts, one)
		}
		p.create(e)
		if err := p.book.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, d := range p.report("").Datasets {
			if d.Entry.ID == e.ID {
				var gains []string
				for _, i := range d.Result.Gains() {
					gains = append(gains, quality.Metrics()[i].Key)
				}
				return d.Points, strings.Join(gains, " ")
			}
		}
		t.Fatal("not measured")
		return 0, ""
	}
	whole, _ := points("eins", catalog.Fields{})
	bare := catalog.Fields{"mimetype": ""}
	pdf := catalog.Fields{"format": "PDF", "mimetype": "application/pdf", "url": "https://example.org/a.pdf", "download_url": "https://example.org/a.pdf"}
	both, gains := points("zwei", pdf, bare)
	if both != whole-10 || !strings.Contains(gains, "media_type") {
		t.Errorf("%d points for two files that lack something each, %d for one that lacks nothing; to gain: %s", both, whole, gains)
	}
	if got, gains := points("drei", pdf, bare, catalog.Fields{"url": "https://example.org/b.csv"}); got != whole || strings.Contains(gains, "media_type") {
		t.Errorf("%d points with one good file of three, want %d; to gain: %s", got, whole, gains)
	}
}

// TestCountPublished: the fast count is that of the entries, also while the pieces
// lag behind the public log.
func TestCountPublished(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	all := catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}, Access: catalog.AccessPublic}
	var list []*catalog.Entry
	for i := range 4 {
		list = append(list, p.create(full(fmt.Sprintf("z-%d", i), city.ID)))
	}
	count := func(want int, f catalog.EntryFilter) {
		t.Helper()
		err := p.store.View(t.Context(), func(tx catalog.Tx) error {
			n, err := p.book.CountPublished(tx, f)
			if n != want {
				t.Errorf("%d datasets, want %d", n, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	count(0, all)
	if err := p.book.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	count(4, all)
	held := full("z-held", city.ID)
	delete(held.Fields, "notes")
	p.create(held)
	if _, _, err := p.reg.Change(t.Context(), admin, catalog.TypeDataset.Namespace(), list[0].ID, 0, func(e *catalog.Entry) error { e.Access = catalog.AccessPrivate; return nil }); err != nil {
		t.Fatal(err)
	}
	count(3, all) // hidden at once, though its piece is still there
	if err := p.book.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	count(3, all)
	narrow := all
	narrow.Owners = []string{"nobody"}
	count(0, narrow)
}

// TestReport_isSharedUntilSomethingIsMeasured: everybody may ask for it, and a list of
// all datasets was as large as the catalogue.
func TestReport_isSharedUntilSomethingIsMeasured(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	for i := range 6 {
		e := full(fmt.Sprintf("d-%d", i), city.ID)
		if i%2 == 0 {
			delete(e.Fields, "tags")
		}
		p.create(e)
	}
	report := func(org string, most int) *quality.Report {
		t.Helper()
		r, err := p.book.Report(t.Context(), org, most)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	all, worst, none := report("augsburg", -1), report("augsburg", 2), report("augsburg", 0)
	if len(all.Datasets) != 6 || len(worst.Datasets) != 2 || len(none.Datasets) != 0 || none.Summary.Datasets != 6 {
		t.Errorf("%d, %d and %d listed of %d", len(all.Datasets), len(worst.Datasets), len(none.Datasets), none.Summary.Datasets)
	}
	for i, d := range worst.Datasets {
		if d.Points != all.Datasets[i].Points || d.Entry.Name != all.Datasets[i].Entry.Name || d.Points >= all.Datasets[5].Points {
			t.Errorf("the worst: %+v", d.Entry)
		}
		if d.Entry.Fields.String("title") == "" || d.Entry.Fields["notes"] != nil || d.Entry.Parts != nil {
			t.Errorf("as much as the catalogue: %+v", d.Entry)
		}
	}
	if again := report("augsburg", 2); again.Summary != worst.Summary {
		t.Error("it was made twice")
	}
	whole := report("", 0)
	if whole.Summary == none.Summary || len(whole.Orgs) != 1 {
		t.Errorf("the whole: %+v", whole)
	}
	p.create(full("neu", city.ID))
	if r := report("augsburg", 2); r.Summary.Datasets != 7 {
		t.Errorf("after a change: %+v", r.Summary)
	}
	if err := p.book.Keep(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if r := report("augsburg", 2); len(r.Days) != 1 {
		t.Errorf("the day that was kept: %v", r.Days)
	}
	before := report("", 0)
	if err := p.book.Again(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := report("", 0); r.Summary == before.Summary {
		t.Error("measured anew, and the old one is told")
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := p.book.Report(stopped, "", 0); err == nil {
		t.Error("nobody waits for it")
	}
}
