package site

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
)

// suggestion is a line of the list under the search box.
type suggestion struct {
	Kind  string `json:"kind"` // as people read it
	Text  string `json:"text"`
	URL   string `json:"url"`
	Count int    `json:"count,omitempty"`
}

const (
	suggestEach = 3
	maxSuggest  = 100 // characters
)

// suggest answers the search box while somebody types. The text stays out of
// logs, as every query does.
func (s *Site) suggest(lang string) gin.HandlerFunc {
	return func(c *gin.Context) {
		r := s.request(c, lang)
		c.Header("Cache-Control", "no-store")
		list, err := s.backend.Suggest(r.ctx, clean(c.Query("q"), maxSuggest), suggestEach)
		if err != nil {
			c.JSON(http.StatusServiceUnavailable, []suggestion{})
			return
		}
		out := []suggestion{}
		for _, x := range list {
			o := suggestion{Kind: r.t.Get("suggest." + x.Kind), Text: x.Title, Count: x.Count, URL: r.local("/" + x.Kind + "/" + url.PathEscape(x.Name))}
			if x.Kind == "tag" {
				o.URL = r.local("/dataset") + state{filters: map[string][]string{"tags": {x.Name}}, page: 1}.query()
			}
			out = append(out, o)
		}
		c.JSON(http.StatusOK, out)
	}
}
