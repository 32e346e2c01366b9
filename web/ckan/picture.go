package ckan

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/web/session"
)

// Accounts and groups have a picture: an address elsewhere, or a file that is
// uploaded as image_upload and then named by image_url. CKAN's defaults apply:
// at most 2 MB, PNG, GIF or JPEG by name and by content, so that nothing which
// can hold script is ever shown from the portal's own address.

const maxPicture = 2 << 20

var pictureTypes = map[string]string{"image/png": ".png", "image/gif": ".gif", "image/jpeg": ".jpg"}

// pictureName checks an uploaded picture and returns the name it is stored under.
func (u *upload) pictureName(now time.Time) (string, error) {
	// mime.TypeByExtension reads files of the system; the names that count are few.
	declared := map[string]string{".png": "image/png", ".gif": "image/gif", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".jpe": "image/jpeg"}[path.Ext(u.Name)]
	if declared == "" {
		t, _, _ := strings.Cut(mime.TypeByExtension(path.Ext(u.Name)), ";")
		return "", fmt.Errorf("Type %s is not supported", t)
	}
	if pictureTypes[u.Sniffed] == "" {
		return "", fmt.Errorf("Type %s is not supported", u.Sniffed)
	}
	if u.Size > maxPicture {
		return "", fmt.Errorf("File upload too large")
	}
	base := strings.TrimSuffix(u.Name, path.Ext(u.Name))
	return now.Format("2006-01-02-150405.000000") + "-" + base + pictureTypes[u.Sniffed], nil
}

// draftPicture takes an uploaded picture over into image_url. old is the present
// value: an uploaded picture stays until another comes, another address is given, or
// clear_upload is set. The name of a file is no address: ckanapi sends the name that
// the picture had where it comes from.
func draftPicture(tx catalog.WriteTx, c *Call, owner, old string, isNew bool, f faults) (value string, changes bool, err error) {
	if u, ok := c.Args["image_upload"].(*upload); ok {
		name, err := u.pictureName(tx.Now())
		if err != nil {
			f.add("image_upload", err.Error())
			return "", false, nil
		}
		u.named = true
		return name, true, nil
	}
	if isNew || old == "" || strings.Contains(old, "/") {
		return "", false, nil
	}
	given := c.Args.String("image_url")
	switch {
	case c.Args.Bool("clear_upload", false):
		return "", given == old || given == "", nil
	case given == "":
		return old, true, nil
	case strings.Contains(given, "/"):
		return "", false, nil
	}
	have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordPicture, Parent: owner, Key: old, Limit: 1})
	return old, len(have) > 0, err
}

// keepPicture notes which file a picture's name means, and forgets the one before.
func (s *Service) keepPicture(tx catalog.WriteTx, c *Call, owner, name string) error {
	place := catalog.RecordFilter{Kind: catalog.RecordPicture, Parent: owner}
	records, err := tx.Records(place)
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Key != name {
			if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordPicture, ID: r.ID}); err != nil {
				return err
			}
		}
	}
	u, ok := c.Args["image_upload"].(*upload)
	if !ok || !u.named {
		return nil
	}
	err = tx.PutRecord(&catalog.Record{Kind: catalog.RecordPicture, Parent: owner, Key: name, Fields: catalog.Fields{"sum": u.Sum, "type": u.Sniffed}})
	if err != nil {
		return err
	}
	return c.keepFiles()
}

// pictureURL is the address under which a picture is shown.
func (s *Service) pictureURL(kind, value string) string {
	if value == "" || hasPrefixFold(value, "http") {
		return value
	}
	return s.cfg.SiteURL + "/uploads/" + kind + "/" + value
}

// picture sends an uploaded picture to those who may see whom it shows.
func (s *Service) picture(c *gin.Context) {
	by := session.Actor(c)
	var found *catalog.Record
	err := s.reg.Store().View(c.Request.Context(), func(tx catalog.Tx) error {
		records, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordPicture, Key: c.Param("file")})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(records, func(r *catalog.Record) bool { return s.showsPicture(tx, by, c.Param("kind"), r.Parent) })
		if i < 0 {
			return notFound("")
		}
		found = records[i]
		return nil
	})
	if err != nil {
		c.String(http.StatusNotFound, "Dieses Bild gibt es nicht.\n")
		return
	}
	s.sendFile(c, stored{sum: found.Fields.String("sum"), typ: found.Fields.String("type"), changed: found.Created})
}

// showsPicture reports whether the reader may see whose picture it is.
func (s *Service) showsPicture(tx catalog.Tx, by catalog.Actor, kind, owner string) bool {
	switch kind {
	case "group":
		e, err := tx.Entry(owner)
		return err == nil && catalog.CanSee(by, e)
	case "user":
		u, err := tx.User(owner)
		return err == nil && u.State == catalog.StateActive && s.seesUsers(by) == nil
	}
	return false
}

// sniff passes a file on and keeps its first bytes.
type sniff struct {
	io.Reader
	head []byte
}

const sniffLen = 512 // what http.DetectContentType looks at

func (s *sniff) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	s.head = append(s.head, p[:min(n, sniffLen-len(s.head))]...)
	return n, err
}

func (s *sniff) contentType() string {
	t, _, _ := strings.Cut(http.DetectContentType(s.head), ";")
	return t
}
