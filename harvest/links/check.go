// Package links asks whether the addresses of distributions answer: politely,
// one request at a time per host, and never inside one's own network.
package links

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"syscall"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

// Options say how to ask.
type Options struct {
	// Agent names the portal to those who are asked.
	Agent string
	// Pause lies between two requests to one host; Timeout bounds one request.
	Pause, Timeout time.Duration
	// Hosts is how many hosts are asked at once.
	Hosts int
	// Inside allows addresses of this machine and of private networks.
	Inside bool
	// Progress, if set, is called after each address.
	Progress func(done, total int)

	outside  func(address string) bool // may be asked; nil for what lies in the public internet
	resolver *net.Resolver             // nil for that of the machine
}

// Defaults suit a nightly run.
func Defaults() Options {
	return Options{Agent: "trio-links/1", Pause: time.Second, Timeout: 20 * time.Second, Hosts: 8}
}

// Result adds up a run.
type Result struct {
	Checked int `json:"checked"`
	Reached int `json:"reached"`
	Broken  int `json:"broken"`
	// Changed counts addresses that answer otherwise than the last time.
	Changed int `json:"changed"`
}

// past is a line of a link's history.
type past struct {
	At      time.Time `json:"at"`
	Status  int       `json:"status"`
	Message string    `json:"message,omitempty"`
}

const (
	maxHistory   = 20
	maxRedirects = 5
	// perRun bounds how many addresses are read from the store at once.
	perRun = 2000
)

// How long until an address is asked again.
const (
	day     = 24 * time.Hour
	afterOK = 14 * day
	maxWait = 30 * day
)

// Check asks all addresses that are due and stores how they answered.
func Check(ctx context.Context, store catalog.Store, o Options) (*Result, error) {
	c := &checker{store: store, o: o, client: client(o)}
	for {
		var due []*catalog.Link
		err := store.View(ctx, func(tx catalog.Tx) error {
			var err error
			due, err = tx.LinksDue(time.Now(), perRun)
			return err
		})
		if err != nil || len(due) == 0 {
			return &c.result, err
		}
		if err := c.run(ctx, due); err != nil {
			return &c.result, err
		}
	}
}

type checker struct {
	store  catalog.Store
	o      Options
	client *http.Client
	mu     sync.Mutex
	result Result
}

func (c *checker) run(ctx context.Context, due []*catalog.Link) error {
	byHost := map[string][]*catalog.Link{}
	for _, l := range due {
		host := ""
		if u, err := url.Parse(l.URL); err == nil {
			host = u.Host
		}
		byHost[host] = append(byHost[host], l)
	}
	slots := make(chan struct{}, max(1, c.o.Hosts))
	var wait sync.WaitGroup
	var failed error
	for _, list := range byHost {
		slots <- struct{}{}
		wait.Add(1)
		go func() {
			defer func() { <-slots; wait.Done() }()
			for i, l := range list {
				if i > 0 {
					select {
					case <-ctx.Done():
					case <-time.After(c.o.Pause):
					}
				}
				if err := c.one(ctx, l, len(due)); err != nil {
					c.mu.Lock()
					failed = errors.Join(failed, err)
					c.mu.Unlock()
					return
				}
			}
		}()
	}
	wait.Wait()
	return failed
}

func (c *checker) one(ctx context.Context, l *catalog.Link, total int) error {
	status, wait, err := c.ask(ctx, l.URL)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now := time.Now().UTC()
	was, first := l.Reached, l.Checked.Unix() <= 0
	busy := status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
	if !busy || first { // who is busy now is not gone: what was known holds
		l.Reached = err == nil && status >= 200 && status < 300
	}
	if l.Checked, l.Status = now, status; l.Reached {
		l.Fails = 0
	} else {
		l.Fails++
	}
	next := afterOK
	switch {
	case busy:
		next = max(day, min(wait, maxWait))
	case !l.Reached:
		next = min(day<<min(l.Fails-1, 5), maxWait)
	}
	l.Next = now.Add(next + time.Duration(rand.Int64N(int64(day/4)))) // not all in the same hour
	var history []past
	if json.Unmarshal(l.History, &history) != nil {
		history = nil
	}
	p := past{At: now.Truncate(time.Second), Status: status}
	if err != nil {
		p.Message = reason(err)
	}
	history = append([]past{p}, history[:min(len(history), maxHistory-1)]...)
	if l.History, err = json.Marshal(history); err != nil {
		return err
	}
	by := catalog.System("links")
	by.Bulk = true
	if _, err := c.store.Update(ctx, by, func(tx catalog.WriteTx) error { return tx.PutLink(l) }); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result.Checked++
	if l.Reached {
		c.result.Reached++
	} else {
		c.result.Broken++
	}
	if l.Reached != was || first {
		c.result.Changed++
	}
	if c.o.Progress != nil {
		c.o.Progress(c.result.Checked, total)
	}
	return nil
}

// ask sends HEAD, and GET to those who do not know it; of a body nothing is read.
func (c *checker) ask(ctx context.Context, address string) (status int, wait time.Duration, err error) {
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		req, err := http.NewRequestWithContext(ctx, method, address, nil)
		if err != nil {
			return 0, 0, err
		}
		req.Header.Set("User-Agent", c.o.Agent)
		req.Header.Set("Accept", "*/*")
		res, err := c.client.Do(req)
		if err != nil {
			return 0, 0, err
		}
		res.Body.Close()
		status = res.StatusCode
		if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
			wait = time.Duration(min(seconds, int(maxWait/time.Second))) * time.Second
		} else if t, err := http.ParseTime(res.Header.Get("Retry-After")); err == nil {
			wait = time.Until(t)
		}
		if status < 400 || status == http.StatusTooManyRequests {
			return status, wait, nil
		}
	}
	return status, wait, nil
}

func client(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: o.Timeout / 2, Resolver: o.resolver}
	outside := o.outside
	if outside == nil {
		outside = fetch.Outside
	}
	if !o.Inside {
		// Checked when the connection is made: a name cannot turn into an inner
		// address after it was looked at, and redirects are checked the same way.
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			if !outside(address) {
				return fetch.ErrInside
			}
			return nil
		}
	}
	return &http.Client{
		Timeout: o.Timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: o.Timeout / 2, ResponseHeaderTimeout: o.Timeout,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true, Proxy: nil,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errors.New("too many redirects")
			}
			if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
				return errors.New("redirect to another scheme")
			}
			return nil
		},
	}
}

// reason is short and names nothing of the inside.
func reason(err error) string {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.Is(err, fetch.ErrInside):
		return "not asked: private network"
	case errors.As(err, &dns):
		return "the host name does not exist"
	case errors.As(err, &netErr) && netErr.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	}
	return "no answer"
}
