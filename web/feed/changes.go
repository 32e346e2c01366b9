package feed

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
)

// Change is a line of the public change log.
type Change struct {
	Seq int64     `json:"seq"`
	At  time.Time `json:"at"`
	// Op is create when a dataset becomes public, update, or delete when it
	// stops being so. Of what was deleted only the id is told.
	Op    catalog.Op `json:"op"`
	ID    string     `json:"id"`
	URL   string     `json:"url"`
	Name  string     `json:"name,omitempty"`
	Title string     `json:"title,omitempty"`
}

// changeList is the answer of /changes.
type changeList struct {
	Changes []Change `json:"changes"`
	// Last is the number to ask for next; Next the address that does so. More
	// says whether there is something at once.
	Last int64  `json:"last"`
	Next string `json:"next"`
	More bool   `json:"more"`
}

const (
	changesDefault = 100
	changesMax     = 1000
)

// changes answers with what happened after a number.
func (f *Feed) changes(c *gin.Context) {
	list, done := f.list(c)
	if done {
		return
	}
	c.JSON(http.StatusOK, list)
}

func (f *Feed) list(c *gin.Context) (list changeList, done bool) {
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=0, must-revalidate")
	number := func(name string, fallback, most int64) (int64, error) {
		s := c.Query(name)
		if s == "" {
			return fallback, nil
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 || n > most {
			return 0, catalog.Errorf(catalog.KindInvalid, "%s must be a whole number from 0 to %d", name, most)
		}
		return n, nil
	}
	after, err := number("after", 0, 1<<53)
	if err != nil {
		fail(c, err)
		return list, true
	}
	limit, err := number("limit", changesDefault, changesMax)
	if err != nil {
		fail(c, err)
		return list, true
	}
	seq, at, err := f.src.Version(c.Request.Context())
	if err != nil {
		fail(c, err)
		return list, true
	}
	if unchanged(c, fmt.Sprintf(`W/"changes-%d-%d-%d-%s"`, after, limit, seq, f.cfg.Version), at) {
		return list, true
	}
	found, err := f.src.Changes(c.Request.Context(), after, int(limit)+1)
	if err != nil {
		fail(c, err)
		return list, true
	}
	list = changeList{Changes: []Change{}, Last: after}
	for _, ch := range found {
		if int64(len(list.Changes)) == limit {
			list.More = true
			break
		}
		ch.URL = f.cfg.SiteURL + "/dataset/" + ch.ID
		list.Changes, list.Last = append(list.Changes, ch), ch.Seq
	}
	if !list.More { // what is no dataset is passed over for good
		list.Last = max(list.Last, seq)
	}
	list.Next = fmt.Sprintf("%s%s?after=%d&limit=%d", f.cfg.SiteURL, c.Request.URL.Path, list.Last, limit)
	return list, false
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID       string   `xml:"id"`
	Title    string   `xml:"title"`
	Updated  string   `xml:"updated"`
	Link     atomLink `xml:"link"`
	Category struct {
		Term string `xml:"term,attr"`
	} `xml:"category"`
}

type atomFeed struct {
	XMLName xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Author  string     `xml:"author>name"`
	Links   []atomLink `xml:"link"`
	Entries []atomEntry
}

// atom tells the same as an Atom feed (RFC 4287).
func (f *Feed) atom(c *gin.Context) {
	list, done := f.list(c)
	if done {
		return
	}
	out := atomFeed{
		ID: f.cfg.SiteURL + "/changes.atom", Title: f.cfg.Title, Updated: time.Unix(0, 0).UTC().Format(time.RFC3339), Author: f.cfg.Publisher,
		Links: []atomLink{{"self", f.cfg.SiteURL + c.Request.URL.RequestURI()}, {"next", list.Next}},
	}
	verb := map[catalog.Op]string{catalog.OpCreate: "Neu", catalog.OpUpdate: "Geändert", catalog.OpDelete: "Entfernt"}
	for _, ch := range list.Changes {
		e := atomEntry{ID: fmt.Sprintf("%s/changes#%d", f.cfg.SiteURL, ch.Seq), Updated: ch.At.UTC().Format(time.RFC3339Nano), Link: atomLink{"alternate", ch.URL}}
		e.Title = verb[ch.Op] + ": " + ch.Title
		if ch.Title == "" {
			e.Title = verb[ch.Op] + ": " + ch.ID
		}
		e.Category.Term = string(ch.Op)
		out.Updated = e.Updated
		out.Entries = append(out.Entries, e)
	}
	body, err := xml.MarshalIndent(out, "", " ")
	if err != nil {
		fail(c, err)
		return
	}
	c.Data(http.StatusOK, "application/atom+xml; charset=utf-8", append([]byte(xml.Header), body...))
}
