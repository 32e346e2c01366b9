package site

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/search"
)

// hit is one dataset in a list.
type hit struct {
	Title   template.HTML
	URL     string
	Snippet template.HTML
	// FoundIn names the fields the words were found in.
	FoundIn   []string
	Org       link
	City      string
	Modified  time.Time
	Frequency string
	Licence   licence
	Formats   []format
	// Hidden is set when not everybody may see it.
	Hidden bool
}

// snippetLength is the length of a description in a list, in letters.
const snippetLength = 220

func (r *request) hit(e *catalog.Entry, found search.Hit, d *directory) hit {
	h := hit{
		Title: template.HTML(template.HTMLEscapeString(r.title(e))), //nolint:gosec // escaped
		URL:   r.local("/dataset/" + e.Name), Modified: e.Modified,
		Hidden:    e.Access != catalog.AccessPublic || e.State != catalog.StateActive,
		Formats:   formats(e),
		Frequency: r.concept("frequency", e.Fields.String("frequency")),
		Licence:   r.datasetLicence(e),
	}
	if o := d.org(e.Owner); o != nil {
		h.Org = link{r.title(o), r.local("/organization/" + o.Name)}
		if path := d.path(o); path[0] != o {
			h.City = r.cityLabel(path[0].Name, d)
		}
	}
	if t := fragment(found, "title"); stripMarks(t) == r.title(e) {
		h.Title = marked(t)
	}
	if n := fragment(found, "notes"); n != "" {
		h.Snippet = marked(cutMarked(mdSigns.ReplaceAllString(markup.ReplaceAllString(n, " "), "$2"), snippetLength+80))
	} else {
		h.Snippet = template.HTML(template.HTMLEscapeString(r.text.plain(e.Fields.String("notes"), snippetLength))) //nolint:gosec // escaped
	}
	for _, name := range r.foundFields(found) {
		if !slices.Contains(h.FoundIn, name) {
			h.FoundIn = append(h.FoundIn, name)
		}
	}
	return h
}

// markup is what of HTML and tables disturbs in a snippet.
var markup = regexp.MustCompile("<[^>\x02\x03]{0,300}>|[|~]+")

func fragment(h search.Hit, field string) string {
	if f := h.Fragments[field]; len(f) > 0 {
		return f[0]
	}
	return ""
}

func stripMarks(s string) string { return strings.NewReplacer("\x02", "", "\x03", "").Replace(s) }

// cutMarked cuts a fragment without leaving a mark open.
func cutMarked(s string, n int) string {
	c := cut(s, n)
	if len(c) == len(s) {
		return s
	}
	if strings.Count(c, "\x02") > strings.Count(c, "\x03") {
		c += "\x03"
	}
	return c + " …"
}

// foundFields names the fields with a match. Fields of the index without a
// label of ours are left out: they would explain nothing.
func (r *request) foundFields(h search.Hit) []string {
	def := r.cfg.Schema.Of(catalog.TypeDataset)
	var names, out []string
	for field, frags := range h.Fragments {
		if len(frags) > 0 && strings.Contains(strings.Join(frags, ""), "\x02") {
			names = append(names, field)
		}
	}
	slices.Sort(names)
	// Title and description first: they matter most.
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	for _, name := range names {
		part, isPart := strings.CutPrefix(name, "res_")
		if f := def.Field(name); f != nil && f.Visibility == catalog.LevelPublic {
			out = append(out, f.Label.In(r.lang))
		} else if f := def.Part(part); isPart && f != nil {
			out = append(out, r.t.Get("hit.part", f.Label.In(r.lang)))
		}
	}
	return out
}

func rank(field string) int {
	if i := slices.Index([]string{"title", "notes", "tags"}, field); i >= 0 {
		return i
	}
	return 9
}
