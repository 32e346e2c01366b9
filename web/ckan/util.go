package ckan

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/web/session"
)

// registerUtil mounts the older addresses that CKAN's own widgets call.
func (s *Service) registerUtil(r gin.IRouter) {
	for _, base := range []string{"/api/util", "/api/1/util", "/api/2/util"} {
		r.GET(base+"/dataset/autocomplete", s.utilDatasetAutocomplete)
		r.GET(base+"/tag/autocomplete", s.util("tag_autocomplete", "query", "incomplete", 10, wrapped("Name")))
		r.GET(base+"/resource/format_autocomplete", s.util("format_autocomplete", "q", "incomplete", 5, wrapped("Format")))
		r.GET(base+"/user/autocomplete", s.util("user_autocomplete", "q", "q", 20, bare))
		r.GET(base+"/group/autocomplete", s.util("group_autocomplete", "q", "q", 20, bare))
		r.GET(base+"/organization/autocomplete", s.util("organization_autocomplete", "q", "q", 20, bare))
	}
	for _, base := range []string{"/api/i18n/:lang", "/api/1/i18n/:lang", "/api/2/i18n/:lang"} {
		r.GET(base, func(c *gin.Context) {
			if !slices.Contains(locales, c.Param("lang")) {
				writeJSON(c, http.StatusBadRequest, "Bad request: Unknown locale: "+c.Param("lang"))
				return
			}
			writeJSON(c, http.StatusOK, map[string]any{})
		})
	}
	r.GET("/util/redirect", func(c *gin.Context) {
		target := c.Query("url")
		switch {
		case target == "":
			c.String(http.StatusBadRequest, "Es fehlt der Parameter url.\n")
		case !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.ContainsAny(target, "\\\r\n\t"):
			c.String(http.StatusForbidden, "Weitergeleitet wird nur innerhalb dieses Portals.\n")
		default:
			c.Redirect(http.StatusFound, target)
		}
	})
}

// locales are the languages CKAN has; of another it says that it is unknown.
// Texts for its own scripts are none of ours, so that each is an empty object.
var locales = strings.Fields(`am ar bg bs ca cs_CZ da_DK de el en en_AU en_GB es es_AR eu fa_IR fi fr gl gl_ES he hr hu id is it ja km ko_KR lt lv mk
	mn_MN my_MM nb_NO ne ne_NP nl no pl pt_BR pt_PT ro ru sk sl sq sr sr_Latn sv th tl tr uk uk_UA vi zh_Hans_CN zh_Hant_TW de_DE en_US`)

func bare(list []any) any { return list }

// wrapped puts texts into the older form {"ResultSet": {"Result": [{KEY: text}]}}.
func wrapped(key string) func([]any) any {
	return func(list []any) any {
		out := make([]any, len(list))
		for i, x := range list {
			out[i] = map[string]any{key: x}
		}
		return map[string]any{"ResultSet": map[string]any{"Result": out}}
	}
}

// util answers an older address with an action of the table.
func (s *Service) util(action, arg, query string, limit int, form func([]any) any) gin.HandlerFunc {
	return func(c *gin.Context) {
		cors(c)
		list := []any{}
		if q := c.Query(query); q != "" {
			args := Args{arg: q, "limit": cmp.Or(c.Query("limit"), strconv.Itoa(limit)), "ignore_self": c.Query("ignore_self"), "vocabulary_id": c.Query("vocabulary_id")}
			out, err := s.byName[action].Run(c.Request.Context(), &Call{Actor: session.Actor(c), Args: args})
			if e := asAPIError(err); err != nil && e != nil {
				writeJSON(c, e.Status, e.Body)
				return
			}
			if err != nil {
				internal(c, err)
				return
			}
			switch l := out.(type) {
			case []any:
				list = l
			case []string:
				list = anyList(l)
			}
		}
		writeJSON(c, http.StatusOK, form(list))
	}
}

// groupAutocomplete answers group_autocomplete and organization_autocomplete.
func (s *Service) groupAutocomplete(typ catalog.Type) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		q, err := c.Args.Given("q")
		if err != nil {
			return nil, err
		}
		q = strings.TrimSpace(q)
		limit, err := c.Args.Natural("limit", 20)
		if err != nil {
			return nil, err
		}
		out := []any{}
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			groups, err := s.viewer(tx, c.Actor).groups(typ, nil, "")
			for _, g := range groups {
				if len(out) < limit && strings.Contains(strings.ToLower(g.Name+"\n"+title(g)), strings.ToLower(q)) {
					out = append(out, map[string]any{"id": g.ID, "name": g.Name, "title": g.Fields.String("title")})
				}
			}
			return err
		})
		return out, err
	}
}

// formatAutocomplete lists the formats of visible datasets, most used first.
func (s *Service) formatAutocomplete(ctx context.Context, c *Call) (any, error) {
	q, err := c.Args.Required("q")
	if err != nil {
		return nil, err
	}
	limit, err := c.Args.Natural("limit", 5)
	if err != nil {
		return nil, err
	}
	counts, err := s.facetCounts(ctx, c.Actor, "res_format")
	if err != nil {
		return nil, err
	}
	byName := map[string]int{}
	for f, n := range counts {
		if strings.Contains(strings.ToLower(f), strings.ToLower(q)) {
			byName[strings.ToLower(f)] += n
		}
	}
	names := []string{}
	for f := range byName {
		names = append(names, f)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(byName[b], byName[a]), cmp.Compare(a, b)) })
	return names[:min(limit, len(names))], nil
}

// groupPackageShow answers group_package_show.
func (s *Service) groupPackageShow(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	rows := strconv.Itoa(maxRows)
	if v := c.Args.String("limit"); v != "" {
		if n, ok := c.Args.integer("limit"); !ok || n < 0 {
			return nil, withMessage(409, "Validation Error", "Limit must be a positive integer")
		}
		rows = v
	}
	name, field := "", "groups"
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		g, err := s.findGroup(tx, c.Actor, id)
		if err != nil {
			return err
		}
		if name = g.Name; g.Type == catalog.TypeOrganization {
			field = "organization"
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	_, results, err := s.datasets(ctx, &Call{Actor: c.Actor, Args: Args{"fq": field + `:"` + name + `"`, "rows": rows, "facet": false}})
	return results, err
}
