package ckan

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/gosimple/slug"

	"trio.example/catalog"
	"trio.example/catalog/blob"
)

// upload is a file that came with a form. It is received and stays only if the
// action stores an entry that names it.
type upload struct {
	Name string // the client's file name, cleaned
	Sum  string // SHA-256 of the content
	Size int64
	Type string // guessed from the name, never from what the client claims
	// Sniffed is the type its first bytes look like.
	Sniffed string

	staged *blob.Staged
	named  bool // an entry names it
}

// keepFiles puts the files that the action's entry names in their place.
func (c *Call) keepFiles() error {
	for _, v := range c.Args {
		if u, ok := v.(*upload); ok && u.named {
			if err := u.staged.Keep(); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropFiles removes the files that nothing names.
func (a Args) dropFiles(ctx context.Context) {
	for _, v := range a {
		if u, ok := v.(*upload); ok {
			if err := u.staged.Drop(); err != nil {
				slog.WarnContext(ctx, "a refused upload was not removed", "error", err)
			}
		}
	}
}

// takeBack removes files that were put in their place by an action that failed
// after that.
func (s *Service) takeBack(ctx context.Context, c *Call) {
	for _, v := range c.Args {
		if u, ok := v.(*upload); ok && u.named && u.staged.Kept() {
			if err := s.forget(ctx, u.Sum); err != nil {
				slog.WarnContext(ctx, "a file that nothing names was not removed", "error", err)
			}
		}
	}
}

// forget removes a stored file unless something names it: an entry, one of its
// former states, a record or an import.
func (s *Service) forget(ctx context.Context, sum string) error {
	return s.cfg.Files.Remove(sum, func() (named bool, err error) {
		err = s.reg.Store().View(context.WithoutCancel(ctx), func(tx catalog.Tx) error {
			named, err = tx.NamesContent(sum)
			return err
		})
		return named, err
	})
}

// Bounds of the time a form may take: it may be large, but it has to move.
const (
	patience     = 30 * time.Second // without a byte
	leastRate    = 8 << 10          // bytes a second on average, once patience is over
	answerWithin = 10 * time.Minute // after the last byte
)

// moving lets a body take its time as long as it moves; the server's own limit
// for a whole request suits small ones.
type moving struct {
	io.ReadCloser
	control *http.ResponseController
	start   time.Time
	n       int64
}

func (m *moving) Read(p []byte) (int, error) {
	now := time.Now()
	if took := now.Sub(m.start); took > patience && float64(m.n) < took.Seconds()*leastRate {
		return 0, os.ErrDeadlineExceeded
	}
	// A connection without deadlines, as in tests, has none to move.
	_ = m.control.SetReadDeadline(now.Add(patience))
	_ = m.control.SetWriteDeadline(now.Add(patience + answerWithin))
	n, err := m.ReadCloser.Read(p)
	m.n += int64(n)
	return n, err
}

// maxParts bounds the parts of a multipart form.
const maxParts = 1000

// readMultipart streams a form: texts become arguments, files go straight to
// the file store, so that their size costs no memory. Files of anonymous
// callers are not stored.
func (s *Service) readMultipart(w http.ResponseWriter, r *http.Request, b bounds) (args Args, err error) {
	if b.upload {
		r.Body = &moving{ReadCloser: r.Body, control: http.NewResponseController(w), start: time.Now()}
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.cfg.MaxUpload+maxBody)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, badRequest("the form could not be read")
	}
	values := map[string][]string{}
	args = Args{}
	defer func() {
		if err != nil {
			args.dropFiles(r.Context())
		}
	}()
	left := b.body
	for n := 0; ; n++ {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n >= maxParts {
			return nil, badRequest("the form could not be read")
		}
		name := p.FormName()
		if p.FileName() != "" {
			if !b.upload {
				continue
			}
			u, err := s.storeUpload(p, name)
			if err != nil {
				return nil, err
			}
			if old, twice := args[name].(*upload); twice {
				Args{name: old}.dropFiles(r.Context())
			}
			args[name] = u
			continue
		}
		text, err := io.ReadAll(io.LimitReader(p, left+1))
		if left -= int64(len(text)); err != nil || left < 0 {
			return nil, &apiError{Status: http.StatusRequestEntityTooLarge, Plain: "Request body too large"}
		}
		values[name] = append(values[name], string(text))
	}
	more, err := fromValues(values)
	for k, v := range more {
		if args[k] == nil {
			args[k] = v
		}
	}
	return args, err
}

func (s *Service) storeUpload(p *multipart.Part, field string) (*upload, error) {
	if s.cfg.Files == nil || s.cfg.MaxUpload <= 0 {
		return nil, invalid(field, "File uploads are switched off")
	}
	content := &sniff{Reader: p}
	staged, err := s.cfg.Files.Stage(content, s.cfg.MaxUpload)
	switch {
	case catalog.KindOf(err) == catalog.KindTooLarge:
		return nil, invalid(field, "File upload too large")
	case err != nil:
		var cut *http.MaxBytesError
		if errors.As(err, &cut) {
			return nil, invalid(field, "File upload too large")
		}
		return nil, badRequest("the form could not be read")
	}
	name := fileName(p.FileName())
	typ, _, _ := strings.Cut(mime.TypeByExtension(path.Ext(name)), ";")
	if known := mediaTypes[strings.TrimPrefix(path.Ext(name), ".")]; known != "" {
		typ = known
	}
	return &upload{Name: name, Sum: staged.Sum, Size: staged.Size, Type: typ, Sniffed: content.contentType(), staged: staged}, nil
}

var unsafeInName = regexp.MustCompile(`[^a-z0-9_. -]+`)

// fileName cleans a client's file name by CKAN's rule: base name only, lower
// case, few characters, at most 100.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = slug.Substitute(strings.ToLower(name), map[string]string{"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
	name = strings.ReplaceAll(unsafeInName.ReplaceAllString(name, ""), " ", "-")
	if ext := path.Ext(name); len(ext) > 21 {
		name = strings.TrimSuffix(name, ext) + ext[:21]
	}
	if len(name) > 100 {
		ext := path.Ext(name)
		name = name[:100-len(ext)] + ext
	}
	for len(name) < 3 {
		name += "_"
	}
	return name
}

// mediaTypes are those of the formats that catalogues hold; the system's own
// table differs from machine to machine.
var mediaTypes = map[string]string{
	"csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "json": "application/json", "geojson": "application/geo+json",
	"xml": "application/xml", "html": "text/html", "htm": "text/html", "pdf": "application/pdf", "zip": "application/zip", "gz": "application/gzip",
	"xls": "application/vnd.ms-excel", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"ods": "application/vnd.oasis.opendocument.spreadsheet", "odt": "application/vnd.oasis.opendocument.text", "doc": "application/msword",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "rdf": "application/rdf+xml", "ttl": "text/turtle",
	"jsonld": "application/ld+json", "n3": "text/n3", "nt": "application/n-triples", "kml": "application/vnd.google-earth.kml+xml",
	"kmz": "application/vnd.google-earth.kmz", "gml": "application/gml+xml", "gpkg": "application/geopackage+sqlite3", "png": "image/png",
	"jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml", "tif": "image/tiff", "tiff": "image/tiff",
	"parquet": "application/vnd.apache.parquet", "yaml": "application/yaml", "yml": "application/yaml", "py": "text/x-python", "rtf": "application/rtf",
}
