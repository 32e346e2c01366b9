package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

//go:embed assets
var assetFiles embed.FS

// StaticPrefix is where static files live.
const StaticPrefix = "/static/"

// Assets serves the static files under addresses that hold their checksum, so
// that browsers may keep them for ever. They are compressed once, at start.
type Assets struct {
	byURL  map[string]*asset
	byName map[string]string // name → address
	hash   string
}

type asset struct {
	data, zipped []byte
	contentType  string
}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png", ".ico": "image/x-icon",
}

// cssURL finds references from one asset to another.
var cssURL = regexp.MustCompile(`url\("?\./([a-zA-Z0-9/._-]+)"?\)`)

func loadAssets() (*Assets, error) {
	a := &Assets{byURL: map[string]*asset{}, byName: map[string]string{}}
	all := sha256.New()
	// Style sheets come second: they name other assets by their hashed address.
	for _, second := range []bool{false, true} {
		err := fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
			typ := assetTypes[path.Ext(name)]
			if err != nil || d.IsDir() || typ == "" || (path.Ext(name) == ".css") != second {
				return err
			}
			data, err := assetFiles.ReadFile(name)
			if err != nil {
				return err
			}
			if second {
				if data, err = a.resolve(data); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			sum := sha256.Sum256(data)
			fmt.Fprintf(all, "%s %x\n", name, sum)
			return a.add(strings.TrimPrefix(name, "assets/"), hex.EncodeToString(sum[:5]), typ, data)
		})
		if err != nil {
			return nil, fmt.Errorf("load assets: %w", err)
		}
	}
	a.hash = hex.EncodeToString(all.Sum(nil)[:6])
	return a, nil
}

// resolve replaces url(./NAME), NAME relative to the assets folder.
func (a *Assets) resolve(css []byte) ([]byte, error) {
	var missing error
	out := cssURL.ReplaceAllFunc(css, func(m []byte) []byte {
		name := string(cssURL.FindSubmatch(m)[1])
		if a.byName[name] == "" {
			missing = fmt.Errorf("no asset %q", name)
		}
		return []byte(`url("` + a.byName[name] + `")`)
	})
	return out, missing
}

func (a *Assets) add(name, hash, typ string, data []byte) error {
	as := &asset{data: data, contentType: typ}
	if path.Ext(name) != ".woff2" && path.Ext(name) != ".png" {
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return fmt.Errorf("make compressor: %w", err)
		}
		if _, err := w.Write(data); err != nil {
			return fmt.Errorf("compress: %w", err)
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("compress: %w", err)
		}
		if b.Len() < len(data) {
			as.zipped = b.Bytes()
		}
	}
	u := StaticPrefix + hash + "/" + path.Base(name)
	a.byURL[u], a.byName[name] = as, u
	return nil
}

// URL returns the address of a file of the assets folder, "" when there is none.
func (a *Assets) URL(name string) string { return a.byName[name] }

// Hash changes with any asset.
func (a *Assets) Hash() string { return a.hash }

// ServeHTTP serves GET and HEAD for what URL has named; everything else, old
// hashes included, is not found.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	as := a.byURL[r.URL.Path]
	if as == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	as.write(w, r)
}

// ServeFile serves a file under a fixed address, to be asked for again daily.
func (a *Assets) ServeFile(w http.ResponseWriter, r *http.Request, name string) {
	as := a.byURL[a.byName[name]]
	if as == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	as.write(w, r)
}

func (as *asset) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", as.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	if !strings.HasSuffix(as.contentType, "svg+xml") {
		h.Del("Content-Security-Policy")
	}
	data := as.data
	if as.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if AcceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			data = as.zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(data)
	}
}

// AcceptsGzip reports whether the client takes gzip; "gzip;q=0" says no.
func AcceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, err := mime.ParseMediaType("x/" + strings.TrimSpace(part))
		if err == nil && name == "x/gzip" {
			q, err := strconv.ParseFloat(params["q"], 64)
			return params["q"] == "" || err == nil && q > 0
		}
	}
	return false
}
