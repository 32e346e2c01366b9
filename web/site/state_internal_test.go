package site

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestState_addressIsCanonical(t *testing.T) {
	t.Parallel()
	many := "?" + strings.Repeat("tags=x&", 3) + "tags=y"
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"?", ""}, {"?foo=1&_tags_limit=0&ext_bbox=1", ""},
		{"?page=1", ""}, {"?page=0", ""}, {"?page=-3", ""}, {"?page=x", ""}, {"?page=3&q=a", "?q=a&page=3"},
		{"?page=999999", fmt.Sprintf("?page=%d", maxPage)},
		{"?q=%20a%00%20%20b%ff", "?q=a+b"},
		{many, "?tags=x&tags=y"},
		{"?tags=&city=muenchen", "?city=muenchen"},
		{"?sort=name+asc", "?sort=title_string+asc"}, {"?sort=score+desc%2C+metadata_modified+desc&q=x", "?q=x&sort=score+desc%2C+metadata_modified+desc"},
		{"?sort=1;drop", ""},
		{"?ext_enddate=2021&ext_startdate=+2019-05+", "?ext_startdate=2019-05&ext_enddate=2021"}, {"?ext_startdate=31.5.2019&ext_enddate=05/2020", "?ext_startdate=2019-05-31&ext_enddate=2020-05"},
		{"?ext_startdate=gestern", "?ext_startdate=gestern"}, {"?ext_startdate=", ""},
		{"?organization=a&groups=b&res_format=CSV&license_id=l", "?groups=b&organization=a&res_format=CSV&license_id=l"},
	} {
		u, err := url.Parse("/dataset" + c.in)
		if err != nil {
			t.Fatal(err)
		}
		st := readState(u.Query())
		if got := st.query(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.in, got, c.want)
		}
		u2, err := url.Parse("/dataset" + st.query())
		if err != nil {
			t.Fatal(err)
		}
		if again := readState(u2.Query()).query(); again != st.query() {
			t.Errorf("%s: not stable: %q", c.in, again)
		}
	}
}

func TestPager_linksFewPages(t *testing.T) {
	t.Parallel()
	r := &request{}
	for _, c := range []struct {
		page, total int
		want        string
	}{
		{1, 5, ""}, {1, 21, "[1] 2"}, {2, 60, "1 [2] 3"}, {1, 2000, "[1] 2 3 … 100"}, {50, 2000, "1 … 48 49 [50] 51 52 … 100"},
		{100, 2000, "1 … 98 99 [100]"}, {4, 120, "1 2 3 [4] 5 6"}, {101, 2000, ""}, {5, 200, "1 … 3 4 [5] 6 7 … 10"},
	} {
		var parts []string
		for _, p := range r.pager("/dataset", state{page: c.page}, c.total).Pages {
			switch {
			case p.Number == 0:
				parts = append(parts, "…")
			case p.Current:
				parts = append(parts, fmt.Sprintf("[%d]", p.Number))
			default:
				parts = append(parts, fmt.Sprint(p.Number))
			}
		}
		if got := strings.Join(parts, " "); got != c.want {
			t.Errorf("page %d of %d: got %q, want %q", c.page, c.total, got, c.want)
		}
	}
}

func TestSafeURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.example/b?c=d#e": "https://a.example/b?c=d#e", "HTTP://A.example/": "http://A.example/",
		"javascript:alert(1)": "", " java\tscript:alert(1)": "", "data:text/html,x": "", "//a.example/x": "", "/intern": "", "ftp://a/b": "",
		"https://user:pw@a.example/": "", "https://": "", "http://a.example/\r\nX: y": "", "vbscript:x": "", "https://a.example/<script>": "",
	} {
		if got := safeURL(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for in, ok := range map[string]bool{"daten@example.org": true, "x@y@z": false, "a b@c.de": false, `"><script>@x`: false, "a@b.de?cc=x@y.de": false, "": false} {
		if got := safeMail(in) != ""; got != ok {
			t.Errorf("mail %q: %v", in, got)
		}
	}
	for in, want := range map[string]string{"+49 89 233-1": "tel:+49892331", "javascript:1": "", "12": ""} {
		if got := safeTel(in); got != want {
			t.Errorf("phone %q: %q", in, got)
		}
	}
}

func TestFormatLabel(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"csv": "CSV", ".CSV": "CSV", "GeoJson": "GeoJSON", "http://publications.europa.eu/resource/authority/file-type/CSV": "CSV",
		"WFS_SRVC": "WFS", "OGC WFS": "WFS", "geopackage": "GeoPackage", "GPKG": "GeoPackage", "": "", "text/csv": "CSV",
		strings.Repeat("x", 50): strings.Repeat("x", maxFormat) + "…",
	} {
		if got := formatLabel(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
