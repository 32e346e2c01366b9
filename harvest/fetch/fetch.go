// Package fetch gets documents from other people's servers: bounded in size and
// time, polite, and never from inside one's own network.
package fetch

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"trio.example/catalog"
)

// Limits bound one document.
type Limits struct {
	// Bytes on the wire, Unpacked after gzip; Ratio between the two.
	Bytes, Unpacked int64
	Ratio           int64
	// Idle is how long nothing may come, Whole how long all may take.
	Idle, Whole time.Duration
	// Tries counts attempts; between them the pause doubles from Pause.
	Tries int
	Pause time.Duration
	// Wait bounds how long a server may ask to wait (Retry-After).
	Wait      time.Duration
	Redirects int
}

// Defaults suit catalogues.
func Defaults() Limits {
	return Limits{Bytes: 32 << 20, Unpacked: 64 << 20, Ratio: 200, Idle: 30 * time.Second, Whole: 10 * time.Minute, Tries: 4, Pause: time.Second, Wait: 10 * time.Minute, Redirects: 5}
}

// Client fetches for one source.
type Client struct {
	lim    Limits
	agent  string
	secret string
	host   string // only it gets the secret
	plain  bool   // the secret was given for http
	cache  string // folder of what was fetched before, "" for none
	client *http.Client
	pause  time.Duration // between requests as the operator says, -1 for robots.txt
	mu     sync.Mutex
	delays map[string]time.Duration // by host, as robots.txt says

	Requests, Reused int
}

// Options of a client.
type Options struct {
	Agent  string
	Limits Limits
	// Secret goes into Authorization, to the host of Base only.
	Secret, Base string
	// Inside allows addresses of this machine and of private networks.
	Inside bool
	// Cache is a folder for documents, so that an unchanged one is not sent again.
	Cache string
	// Pause between two requests; nil for what the host's robots.txt asks for.
	Pause *time.Duration
}

// New makes a client.
func New(o Options) *Client {
	c := &Client{lim: o.Limits, agent: o.Agent, secret: o.Secret, cache: o.Cache, pause: -1}
	if o.Pause != nil {
		c.pause = *o.Pause
	}
	inside := map[string]bool{}
	if u, err := url.Parse(o.Base); err == nil {
		c.host, c.plain = u.Host, u.Scheme == "http"
		if o.Inside {
			inside = allowed(u.Host, u.Scheme)
		}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	// Checked when the connection is made: a name cannot turn into an inner
	// address after it was looked at, and redirects are checked the same way.
	dialer.Control = func(_, address string, _ syscall.RawConn) error {
		if Outside(address) || inside[address] {
			return nil
		}
		return ErrInside
	}
	c.client = &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: o.Limits.Idle,
			MaxResponseHeaderBytes: 256 << 10, DisableCompression: true, MaxConnsPerHost: 2, IdleConnTimeout: 30 * time.Second, Proxy: nil,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > o.Limits.Redirects {
				return errRedirect
			}
			if req.URL.Scheme != "http" && req.URL.Scheme != "https" || req.URL.User != nil {
				return errRedirect
			}
			if req.Body != nil && (req.URL.Host != via[0].URL.Host || req.URL.Scheme != "https" && via[0].URL.Scheme == "https") {
				return errCarried
			}
			if !c.mayHaveSecret(req.URL) {
				req.Header.Del("Authorization")
			}
			return nil
		},
	}
	return c
}

// mayHaveSecret: the host of the source, and never less safely than it was named.
func (c *Client) mayHaveSecret(u *url.URL) bool {
	return c.secret != "" && u.Host == c.host && (u.Scheme == "https" || c.plain)
}

// errRedirect ends a chain of redirects.
var errRedirect = errors.New("redirected too often or to an address that is not allowed")

// errCarried: what is posted may hold a password or what nobody else may read; it
// goes to the host that was named, and never less safely.
var errCarried = errors.New("redirected to another host with what was sent")

// Close gives connections back.
func (c *Client) Close() { c.client.CloseIdleConnections() }

// Doc is a fetched document.
type Doc struct {
	Body []byte
	Type string // content type
	URL  string // after redirects
}

// busy holds back requests to hosts that asked to wait, for all sources.
var busy sync.Map // host → time.Time

// Get fetches an address. What fails for a moment is tried again; the error of
// the last try is a *catalog.Error with a sentence that says what happened. check,
// if not nil, looks at the document: one that was cut or garbled on its way is
// fetched again, and never kept.
func (c *Client) Get(ctx context.Context, address, accept string, check func(*Doc) error) (*Doc, error) {
	return c.ask(ctx, &question{address: address, accept: accept}, check)
}

// question is one request.
type question struct {
	address, accept string
	body            []byte // sent with POST when kind is set
	kind            string
}

func (c *Client) ask(ctx context.Context, q *question, check func(*Doc) error) (*Doc, error) {
	address := q.address
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, catalog.Errorf(catalog.KindInvalid, "%.200q ist keine Adresse mit http oder https.", address)
	}
	pause := c.lim.Pause
	for try := 1; ; try++ {
		if until, ok := busy.Load(u.Host); ok {
			if err := sleep(ctx, time.Until(until.(time.Time))); err != nil {
				return nil, err
			}
		}
		if err := c.turn(ctx, u); err != nil {
			return nil, err
		}
		doc, wait, err := c.once(ctx, u, q, check)
		if err == nil || ctx.Err() != nil {
			return doc, errors.Join(err, ctx.Err())
		}
		if wait > 0 {
			if wait > c.lim.Wait {
				return nil, err
			}
			busy.Store(u.Host, time.Now().Add(wait))
		}
		if try >= c.lim.Tries || !again(err) || ctx.Value(onceKey{}) != nil {
			return nil, err
		}
		if wait == 0 {
			if err := sleep(ctx, pause/2+rand.N(pause)); err != nil { //nolint:gosec // spreads requests, no secret
				return nil, err
			}
			pause *= 2
		}
	}
}

type onceKey struct{}

// Once asks what it gets a single time, without further tries.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

// Refused reports an error that has nothing to do with what the server holds at
// this address now: its network may not be asked, or it wants another secret.
func Refused(err error) bool {
	s := Status(err)
	return catalog.KindOf(err) == catalog.KindDenied || s == http.StatusUnauthorized || s == http.StatusForbidden || s == http.StatusNotFound || s == http.StatusGone
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// passing reports a status that may be another after a while. CKAN answers with a
// conflict while its search begins.
func passing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly:
		return true
	}
	return status >= 500
}

// permanent marks what another try would not mend.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

func again(err error) bool {
	var p permanent
	return !errors.As(err, &p)
}

func never(kind catalog.Kind, format string, args ...any) error {
	return permanent{catalog.Errorf(kind, format, args...)}
}

func (c *Client) once(ctx context.Context, u *url.URL, q *question, check func(*Doc) error) (*Doc, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, c.lim.Whole)
	defer cancel()
	req, err := q.request(ctx, u)
	if err != nil {
		return nil, 0, permanent{err}
	}
	accept := q.accept
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Encoding", "gzip")
	if c.mayHaveSecret(u) {
		req.Header.Set("Authorization", c.secret)
	}
	var old *kept
	if q.kind == "" {
		old = c.known(u.String(), accept)
	}
	if old != nil {
		if old.ETag != "" {
			req.Header.Set("If-None-Match", old.ETag)
		}
		if old.Modified != "" {
			req.Header.Set("If-Modified-Since", old.Modified)
		}
	}
	c.Requests++
	res, err := c.client.Do(req)
	if err != nil {
		return nil, 0, c.reason(u, err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotModified {
		if old == nil {
			return nil, 0, catalog.Errorf(catalog.KindUnavailable, "%s antwortet „unverändert“, obwohl noch nichts bekannt ist.", u.Redacted())
		}
		body, err := os.ReadFile(old.file)
		if err != nil {
			return nil, 0, err
		}
		c.Reused++
		doc := &Doc{body, old.Type, old.URL}
		if check != nil {
			if err := check(doc); err != nil {
				return nil, 0, errors.Join(err, c.Forget())
			}
		}
		return doc, 0, nil
	}
	if res.StatusCode != http.StatusOK {
		said := c.sentence(q, res, cancel)
		err := catalog.Errorf(catalog.KindUnavailable, "%s antwortet mit Status %d%s.", u.Redacted(), res.StatusCode, said)
		if !passing(res.StatusCode) {
			return nil, 0, permanent{status{err, res.StatusCode}}
		}
		wait := retryAfter(res.Header.Get("Retry-After"))
		if wait > c.lim.Wait {
			err = catalog.Errorf(catalog.KindUnavailable, "%s antwortet mit Status %d%s und bittet um eine Pause bis %s; so lange wird nicht gewartet.", u.Redacted(), res.StatusCode, said, time.Now().Add(wait).UTC().Format("02.01.2006 15:04 MST"))
		}
		return nil, wait, err
	}
	body, err := c.read(res, cancel)
	if err != nil {
		return nil, 0, c.reason(u, err)
	}
	doc := &Doc{body, res.Header.Get("Content-Type"), res.Request.URL.String()}
	if check != nil {
		if err := check(doc); err != nil {
			return nil, 0, err
		}
	}
	if q.kind != "" {
		return doc, 0, nil
	}
	return doc, 0, c.remember(u.String(), accept, doc, res.Header)
}

// reason turns transport errors into sentences.
func (c *Client) reason(u *url.URL, err error) error {
	var known *catalog.Error
	var dns *net.DNSError
	var netErr net.Error
	at := u.Redacted()
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, ErrInside):
		if to := target(err); to != "" && to != at {
			return never(catalog.KindDenied, "%s leitet weiter zu %.300s; das liegt in einem privaten Netz und wird nicht abgefragt.", at, to)
		}
		return never(catalog.KindDenied, "%s liegt in einem privaten Netz und wird nicht abgefragt.", at)
	case errors.As(err, &dns):
		return catalog.Errorf(catalog.KindUnavailable, "Den Rechner von %s gibt es nicht.", at)
	case errors.As(err, &netErr) && netErr.Timeout(), errors.Is(err, context.DeadlineExceeded), errors.Is(err, errIdle):
		return catalog.Errorf(catalog.KindUnavailable, "%s antwortet nicht in der erlaubten Zeit.", at)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return catalog.Errorf(catalog.KindUnavailable, "Die Antwort von %s bricht mittendrin ab.", at)
	case errors.Is(err, errCarried):
		return never(catalog.KindDenied, "%s leitet weiter zu %.300s; was gesendet wird, geht nur an den genannten Rechner.", at, target(err))
	case errors.Is(err, errRedirect):
		return never(catalog.KindInvalid, "%s leitet zu oft oder auf eine unzulässige Adresse weiter.", at)
	}
	return catalog.Errorf(catalog.KindUnavailable, "%s ist nicht erreichbar: %s", at, plainCause(err))
}

// target is the address whose request failed, which a redirect may have named.
func target(err error) string {
	var u *url.Error
	if !errors.As(err, &u) {
		return ""
	}
	to, err := url.Parse(u.URL)
	if err != nil {
		return ""
	}
	return to.Redacted()
}

// plainCause leaves out the address that net/http repeats.
func plainCause(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

func retryAfter(s string) time.Duration {
	const longest = 366 * 24 * time.Hour // a number of any length is no more than "not this year"
	s = strings.TrimSpace(s)
	if s != "" && strings.Trim(s, "0123456789") == "" {
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil {
			return longest
		}
		return min(longest, time.Duration(n)*time.Second)
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(longest, max(0, time.Until(t)))
	}
	return 0
}

var errIdle = errors.New("nothing came for too long")

// read takes the body within all bounds.
func (c *Client) read(res *http.Response, cancel context.CancelFunc) ([]byte, error) {
	idle := time.AfterFunc(c.lim.Idle, cancel)
	defer idle.Stop()
	wire := &counter{r: res.Body, limit: c.lim.Bytes, seen: func() { idle.Reset(c.lim.Idle) }}
	var in io.Reader = wire
	at := res.Request.URL.Redacted()
	packed := false
	switch how := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding"))); how {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(wire)
		if err != nil {
			return nil, c.cut(at, wire, err)
		}
		defer z.Close()
		in, packed = z, true
	default:
		return nil, never(catalog.KindInvalid, "Die Antwort von %s ist auf eine Art gepackt, um die nicht gebeten wurde (%.40q).", at, how)
	}
	out := make([]byte, 0, min(max(res.ContentLength, 64<<10), 4<<20))
	buf := make([]byte, 64<<10)
	for {
		n, err := in.Read(buf)
		out = append(out, buf[:n]...)
		if int64(len(out)) > c.lim.Unpacked || packed && len(out) > 1<<20 && int64(len(out)) > c.lim.Ratio*wire.n {
			return nil, never(catalog.KindTooLarge, "Die Antwort von %s ist ausgepackt zu groß (mehr als %d MB oder das %d-fache).", at, c.lim.Unpacked>>20, c.lim.Ratio)
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, c.cut(at, wire, err)
		}
	}
}

func (c *Client) cut(at string, wire *counter, err error) error {
	switch {
	case wire.n > wire.limit:
		return never(catalog.KindTooLarge, "Die Antwort von %s ist größer als %d MB.", at, c.lim.Bytes>>20)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, new(flate.CorruptInputError)):
		return catalog.Errorf(catalog.KindUnavailable, "Die Antwort von %s ist nicht richtig gepackt (gzip).", at)
	case errors.Is(err, context.Canceled):
		return errIdle
	}
	return err
}

// counter counts and bounds what comes over the wire.
type counter struct {
	r        io.Reader
	n, limit int64
	seen     func()
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if n > 0 {
		c.seen()
	}
	if c.n > c.limit {
		return n, errors.New("too large")
	}
	return n, err
}

// kept is what the cache knows of a document.
type kept struct {
	URL, Type, ETag, Modified string
	Of                        string // address asked for, against collisions
	file                      string
}

func (c *Client) place(address, accept string) string {
	sum := sha256.Sum256([]byte(address + "\n" + accept))
	return filepath.Join(c.cache, hex.EncodeToString(sum[:16]))
}

func (c *Client) known(address, accept string) *kept {
	if c.cache == "" {
		return nil
	}
	at := c.place(address, accept)
	b, err := os.ReadFile(at + ".json")
	var k kept
	if err != nil || json.Unmarshal(b, &k) != nil || k.Of != address {
		return nil
	}
	if _, err := os.Stat(at); err != nil {
		return nil
	}
	k.file = at
	return &k
}

// Kept is the last good answer of an address, nil for one that is not kept.
func (c *Client) Kept(address, accept string) *Doc {
	old := c.known(address, accept)
	if old == nil {
		return nil
	}
	body, err := os.ReadFile(old.file)
	if err != nil {
		return nil
	}
	return &Doc{body, old.Type, old.URL}
}

func (c *Client) remember(address, accept string, d *Doc, h http.Header) error {
	if c.cache == "" || h.Get("ETag") == "" && h.Get("Last-Modified") == "" {
		return nil
	}
	if err := os.MkdirAll(c.cache, 0o700); err != nil {
		return err
	}
	at := c.place(address, accept)
	b, err := json.Marshal(kept{URL: d.URL, Type: d.Type, ETag: h.Get("ETag"), Modified: h.Get("Last-Modified"), Of: address})
	if err != nil {
		return err
	}
	// The description goes away first: a crash leaves a document that nobody
	// takes for the one described.
	if err := os.Remove(at + ".json"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cache: %w", err)
	}
	if err := os.WriteFile(at, d.Body, 0o600); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return os.WriteFile(at+".json", b, 0o600)
}

// Forget drops what the cache holds, so that everything is asked for anew: after
// a run that could not use it.
func (c *Client) Forget() error {
	if c.cache == "" {
		return nil
	}
	return os.RemoveAll(c.cache)
}
