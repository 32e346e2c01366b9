package source_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
	"trio.example/harvest/fetch"
	"trio.example/harvest/source"
)

// shared is where the samples of real catalogues lie, beside the checkout.
const shared = "../../../shared"

// reading is what came of a source.
type reading struct {
	records  []*source.Record
	warnings []catalog.Finding
	complete bool
	requests int
	err      error
}

func (r *reading) sound() (n int) {
	for _, rec := range r.records {
		if !rec.Failed() {
			n++
		}
	}
	return n
}

// definitions are read once for all tests.
var definitions = sync.OnceValues(schema.Default)

func read(t *testing.T, kind, address string, config map[string]string) *reading {
	t.Helper()
	return readWith(t, kind, address, config, "")
}

// readWith reads with a folder of what was fetched before.
func readWith(t *testing.T, kind, address string, config map[string]string, cache string) *reading {
	t.Helper()
	k, ok := source.KindOf(kind)
	if !ok {
		t.Fatalf("no kind %s", kind)
	}
	defs, err := definitions()
	if err != nil {
		t.Fatal(err)
	}
	lim := fetch.Defaults()
	lim.Pause, lim.Tries, lim.Idle = time.Millisecond, 2, 5*time.Second
	client := fetch.New(fetch.Options{Agent: "test", Limits: lim, Base: address, Inside: true, Cache: cache, Pause: new(time.Duration)})
	defer client.Close()
	out := &reading{}
	out.complete, out.err = k.Read(t.Context(), &source.Reader{
		URL: address, Client: client, Mapper: dcat.NewMapper(defs, "https://daten.example.org"), Defs: defs, Config: config,
		Emit: func(r *source.Record) error { out.records = append(out.records, r); return nil },
		Warn: func(f catalog.Finding) { out.warnings = append(out.warnings, f) },
	})
	out.requests = client.Requests
	return out
}

// oracle is what an independent reader found in a sample.
type oracle struct {
	Error       string
	Records     json.RawMessage
	Datasets    *int
	RDFDatasets *int `json:"rdf_datasets"`
	ISO         *int `json:"iso_records"`
	DC          *int `json:"dc_records"`
	Resources   *int
	Distros     *int `json:"distributions"`
	WithTitle   *int `json:"with_title"`
}

func (o *oracle) count() (int, bool) {
	n := 0
	if json.Unmarshal(o.Records, &n) == nil {
		return n, true
	}
	for _, p := range []*int{o.Datasets, o.RDFDatasets} {
		if p != nil {
			return *p, true
		}
	}
	if o.ISO != nil && o.DC != nil {
		return *o.ISO + *o.DC, true
	}
	return 0, false
}

// kindsOf says which reader takes the files of a folder of samples.
var kindsOf = map[string]string{"arcgis-hub": "arcgishub", "ckan": "ckan", "csw": "csw", "datajson": "datajson", "dcat": "dcat", "iso19139": "waf"}

// TestSamples_areHarvestedWhole: every document of real catalogues gives as many
// records as an independent reader counts; what fails has a finding.
func TestSamples_areHarvestedWhole(t *testing.T) {
	t.Parallel()
	root := filepath.Join(shared, "samples", "harvest")
	text, err := os.ReadFile(filepath.Join(root, "EXPECTED.json"))
	if err != nil {
		t.Skip("no samples beside this checkout; the tables of each kind have documents of their own")
	}
	var expected map[string]*oracle
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(sampleServer(root))
	defer srv.Close()
	checked := 0
	for name, o := range expected {
		kind := kindsOf[filepath.Dir(name)]
		if kind == "" {
			continue // no catalogue in a form that anybody harvests
		}
		checked++
		address := srv.URL + "/" + name
		if kind == "ckan" {
			address = srv.URL + "/ckan/" + strings.TrimSuffix(filepath.Base(name), ".json")
		}
		r := read(t, kind, address, nil)
		want, counted := o.count()
		switch {
		case o.Error != "":
			if r.err == nil && len(r.warnings) == 0 {
				t.Errorf("%s: read without a word although it is broken (%s)", name, o.Error)
			}
			continue
		case !counted:
			t.Errorf("%s: the oracle does not count", name)
			continue
		}
		want += extra[name]
		if strings.HasPrefix(name, "csw/pycsw-Record_") {
			want = 1 // one Dublin Core record, which the reader does not count
		}
		if len(r.warnings) == 1 && r.warnings[0].Code == "hidden" {
			continue // it says of itself that it is private
		}
		// The next pages of a sample lie on the server that it was taken from.
		elsewhere := r.err != nil && strings.Contains(r.err.Error(), "auf einem anderen Rechner")
		if r.err != nil && !elsewhere || len(r.records) != want {
			t.Errorf("%s: %d records, want %d: %v %v", name, len(r.records), want, r.err, r.warnings)
		}
		for _, rec := range r.records {
			if rec.Failed() && name != "arcgis-hub/koop-hub-dataset.json" {
				t.Errorf("%s: %s failed: %+v", name, rec.GUID, rec.Findings)
			}
		}
		if kind == "waf" || kind == "csw" && o.RDFDatasets == nil {
			sameRecords(t, name, o, r)
		}
		parts := 0
		for _, rec := range r.records {
			parts += len(rec.Parts)
		}
		for _, p := range []*int{o.Resources, o.Distros} {
			if p != nil && parts < *p-undescribed[name] {
				t.Errorf("%s: %d distributions, want %d", name, parts, *p)
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d samples were checked", checked)
	}
}

// sameRecords compares identifiers and titles, as far as the oracle lists them.
func sameRecords(t *testing.T, name string, o *oracle, r *reading) {
	t.Helper()
	var list []struct{ Identifier, Title string }
	if err := json.Unmarshal(o.Records, &list); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	titles := map[string]string{}
	for _, rec := range r.records {
		titles[rec.GUID] = rec.Fields.String("title")
	}
	for _, want := range list {
		got, ok := titles[want.Identifier]
		if !ok || want.Title != "" && strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want.Title), " ") {
			t.Errorf("%s: %s has the title %q, want %q", name, want.Identifier, got, want.Title)
		}
	}
}

// extra counts what is taken besides datasets: services, members of series and
// datasets of catalogues inside catalogues. Undescribed are distributions under
// addresses to which no dataset links.
var (
	extra = map[string]int{
		"dcat/udata-udata.xml": 1, "datajson/gsa-dcatus3_0_series_with_members.json": 2, "datajson/gsa-dcatus3_0_with_services.json": 2,
		"datajson/gsa-dcatus3_0_service_no_identifier.json": 1, "datajson/gsa-dcatus3_0_nested_catalog.json": 2, "datajson/gsa-dcatus3_0_series_member_also_top_level.json": 3,
	}
	undescribed = map[string]int{"dcat/udata-catalog.xml": 2}
)

// sampleServer serves the files as they are, and lists of packages as CKAN does.
func sampleServer(root string) http.Handler {
	files := http.FileServer(http.Dir(root))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, "/ckan/")
		if name, _, search := strings.Cut(name, "/api/3/action/package_search"); ok && search {
			if err := servePackages(w, r, filepath.Join(root, "ckan", name+".json")); err != nil {
				http.Error(w, err.Error(), http.StatusNotFound)
			}
			return
		}
		files.ServeHTTP(w, r)
	})
}

func servePackages(w http.ResponseWriter, r *http.Request, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var list []json.RawMessage
	if json.Unmarshal(text, &list) != nil {
		var one struct {
			Result json.RawMessage
		}
		if err := json.Unmarshal(text, &one); err != nil {
			return err
		}
		if json.Unmarshal(one.Result, &list) != nil {
			list = []json.RawMessage{one.Result}
		}
	}
	start := 0
	if _, err := fmt.Sscan(r.URL.Query().Get("start"), &start); err != nil {
		return err
	}
	page := list[min(start, len(list)):]
	page = page[:min(len(page), 500)]
	if page == nil {
		page = []json.RawMessage{}
	}
	return json.NewEncoder(w).Encode(map[string]any{"success": true, "result": map[string]any{"count": len(list), "results": page}})
}

// TestProfileSamples_areHarvested: what lies beside the profile as RDF is read or
// refused with a sentence.
func TestProfileSamples_areHarvested(t *testing.T) {
	t.Parallel()
	root := filepath.Join(shared, "dcat-ap-de", "samples")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no samples beside this checkout; the tables of each kind have documents of their own")
	}
	srv := httptest.NewServer(http.FileServer(http.Dir(root)))
	defer srv.Close()
	total, files, empty, refused := 0, 0, 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".ttl", ".rdf", ".jsonld", ".xml", ".nt":
		default:
			return nil
		}
		files++
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		r := read(t, "dcat", srv.URL+"/"+filepath.ToSlash(rel), nil)
		total += len(r.records)
		switch {
		case r.err != nil:
			refused++
			t.Logf("refused %s: %v", rel, r.err)
			if r.err.Error() == "" {
				t.Errorf("%s: refused without a sentence", rel)
			}
		case len(r.records) == 0:
			empty++
			t.Logf("empty %s", rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d datasets, %d without datasets, %d refused", files, total, empty, refused)
	if files == 0 || total < files/2 {
		t.Errorf("%d datasets in %d files", total, files)
	}
}
