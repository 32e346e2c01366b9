package source

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
	"trio.example/harvest/source/iso"
)

// The bounds of a folder on the web.
const (
	wafDepth   = 5
	wafFolders = 2000
	maxFailed  = 10 // files in a row
)

// readWAF reads a web accessible folder: its listing, the folders below, and each
// XML file in them. An address that is no folder but a document is read as such.
func readWAF(ctx context.Context, r *Reader) (complete bool, err error) {
	w := &wafWalk{isoReader: newISO(r), listed: map[string]bool{}}
	base, err := url.Parse(r.URL)
	if err != nil {
		return false, catalog.Errorf(catalog.KindInvalid, "%.200q ist keine Adresse.", r.URL)
	}
	if w.root = base.Path; strings.HasSuffix(w.root, ".html") || strings.HasSuffix(w.root, ".htm") || strings.HasSuffix(w.root, ".xml") {
		w.root = path.Dir(w.root)
	}
	w.root = strings.TrimRight(w.root, "/") + "/"
	if err := w.folder(ctx, base, 0); err != nil {
		return false, err
	}
	if err := w.coupled(); err != nil {
		return false, err
	}
	return !w.lost, nil
}

type wafWalk struct {
	*isoReader
	root   string
	listed map[string]bool
	files  int
	failed int // files in a row
}

// folder reads a listing. Only what lies below the source's own address is
// followed, so that a link cannot lead elsewhere.
func (w *wafWalk) folder(ctx context.Context, at *url.URL, depth int) error {
	if w.listed[at.String()] || depth > wafDepth {
		return nil
	}
	if w.listed[at.String()] = true; len(w.listed) > wafFolders {
		return catalog.Errorf(catalog.KindTooLarge, "Der Ordner hat mehr als %d Unterordner.", wafFolders)
	}
	var links []*url.URL
	var document []*iso.Node
	single := false
	_, err := w.Client.Get(ctx, at.String(), "text/html, application/xml;q=0.9, */*;q=0.1", func(doc *fetch.Doc) error {
		links, document, single = nil, nil, false
		body := doc.Text()
		start := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 4096)]))
		switch {
		case bytes.HasPrefix(start, []byte("<?xml")) && !bytes.Contains(start, []byte("<html")), !bytes.Contains(start, []byte("<html")) && bytes.Contains(start, []byte("isotc211")):
			single = true
			var err error
			document, err = iso.Records(body)
			return err
		case len(start) == 0:
			return catalog.Errorf(catalog.KindInvalid, "%s ist leer.", at.Redacted())
		case !bytes.Contains(start, []byte("<")):
			return catalog.Errorf(catalog.KindInvalid, "%s ist weder eine Dateiliste noch XML.", at.Redacted())
		case bytes.Contains(start, []byte("<html")) && !ends(body):
			return catalog.Errorf(catalog.KindInvalid, "Die Dateiliste %s bricht mittendrin ab.", at.Redacted())
		}
		base := at
		if u, err := url.Parse(doc.URL); err == nil {
			base = u
		}
		var err error
		links, err = hrefs(body, base)
		return err
	})
	if err != nil {
		return err
	}
	if single {
		return w.readISO(document, at.String())
	}
	files, elsewhere := 0, 0
	for _, u := range links {
		if u.Host != at.Host || u.Scheme != at.Scheme || u.User != nil || !strings.HasPrefix(u.Path, w.root) || u.RawQuery != "" {
			if strings.HasSuffix(strings.ToLower(u.Path), ".xml") {
				elsewhere++
			}
			continue
		}
		switch {
		case strings.HasSuffix(strings.ToLower(u.Path), ".xml"):
			files++
			if err := w.file(ctx, u); err != nil {
				return err
			}
		case strings.HasSuffix(u.Path, "/"):
			files++
			if err := w.folder(ctx, u, depth+1); err != nil {
				return err
			}
		}
	}
	if files == 0 && elsewhere > 0 {
		return catalog.Errorf(catalog.KindInvalid, "Alle %d XML-Dateien der Liste %s liegen anderswo als unter der Adresse der Quelle.", elsewhere, at.Redacted())
	}
	if files == 0 && depth == 0 && !looksListed(links) {
		return catalog.Errorf(catalog.KindInvalid, "%s ist eine Webseite, aber keine Dateiliste: Kein Verweis führt zu einer XML-Datei.", at.Redacted())
	}
	return nil
}

// looksListed tells an empty folder from a page about something else: a listing
// has a link to the folder above or to sort it.
func looksListed(links []*url.URL) bool {
	for _, u := range links {
		if strings.HasPrefix(u.RawQuery, "C=") || strings.HasSuffix(u.Path, "/") {
			return true
		}
	}
	return false
}

// file reads one file. One that fails is reported, and what it held last time
// stays; where nobody knows that, nothing is taken for deleted.
func (w *wafWalk) file(ctx context.Context, u *url.URL) error {
	if w.listed[u.String()] {
		return nil
	}
	w.listed[u.String()] = true
	if w.files++; w.files > MaxRecords {
		return catalog.Errorf(catalog.KindTooLarge, "Der Ordner hat mehr als %d Dateien.", MaxRecords)
	}
	var nodes []*iso.Node
	const accept = "application/xml, text/xml;q=0.9, */*;q=0.1"
	_, err := w.Client.Get(ctx, u.String(), accept, func(doc *fetch.Doc) (err error) {
		nodes, err = iso.Records(doc.Text())
		return err
	})
	switch {
	case err == nil:
		w.failed = 0
		return w.readISO(nodes, u.String())
	case ctx.Err() != nil:
		return ctx.Err()
	}
	told, tellErr := w.asBefore(u, accept, message(err))
	if tellErr != nil {
		return tellErr
	}
	if !told {
		w.lost = true
		w.Warn(broken(u.String(), fmt.Errorf("%s: %s", u.Redacted(), message(err))))
	}
	if w.failed++; w.failed >= maxFailed {
		return err // the server is down, and asking on would not help it
	}
	return nil
}

// asBefore tells which records a file held last time: those failed and are not
// missing. Where that is not known nothing may be taken for deleted.
func (w *wafWalk) asBefore(u *url.URL, accept, why string) (bool, error) {
	doc := w.Client.Kept(u.String(), accept)
	if doc == nil {
		return false, nil
	}
	nodes, err := iso.Records(doc.Text())
	if err != nil || len(nodes) == 0 {
		return false, nil
	}
	for _, n := range nodes {
		rec := iso.Map(n)
		if rec.ID == "" {
			return false, nil
		}
		f := fault("file_failed", rec.ID, fmt.Sprintf("Die Datei %s ist nicht lesbar: %s", u.Redacted(), why), fmt.Sprintf("The file %s cannot be read: %s", u.Redacted(), why))
		f.Remedy = catalog.DE("Was davon gespeichert ist, bleibt. Beim Betreiber der Quelle nachfragen.", "What is stored of it stays. Ask whoever runs the source.")
		if _, err := w.emit(&Record{GUID: rec.ID, Fields: catalog.Fields{"title": rec.Fields.String("title")}, Findings: []catalog.Finding{f}}); err != nil {
			return false, err
		}
	}
	return true, nil
}

// ends reports a page that came whole.
func ends(body []byte) bool {
	tail := bytes.ToLower(body[max(0, len(body)-4096):])
	return bytes.Contains(tail, []byte("</html>")) || bytes.Contains(tail, []byte("</body>"))
}

// hrefs lists the addresses that a page links to, in order.
func hrefs(body []byte, base *url.URL) ([]*url.URL, error) {
	const most = MaxRecords
	var out []*url.URL
	z := html.NewTokenizer(bytes.NewReader(body))
	z.SetMaxBuf(1 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out, nil // the end; a cut listing has no end tag
		case html.StartTagToken:
			name, more := z.TagName()
			if string(name) != "a" {
				continue
			}
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				if string(key) != "href" {
					continue
				}
				if u, err := base.Parse(strings.TrimSpace(string(value))); err == nil {
					u.Fragment = ""
					out = append(out, u)
				}
			}
			if len(out) > most {
				return nil, catalog.Errorf(catalog.KindTooLarge, "Die Dateiliste hat mehr als %d Einträge.", most)
			}
		}
	}
}
