package fetch

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The bounds of what a server may ask of us in robots.txt.
const (
	maxRobots = 64 << 10
	maxDelay  = 10 * time.Second
)

// paces holds per host when it may be asked again, for all sources.
var paces sync.Map // host → *pace

type pace struct {
	mu   sync.Mutex
	next time.Time
}

// turn waits until a host may be asked again and takes the place.
func (c *Client) turn(ctx context.Context, u *url.URL) error {
	delay := c.delay(ctx, u)
	if delay <= 0 {
		return ctx.Err()
	}
	v, _ := paces.LoadOrStore(u.Host, &pace{})
	p := v.(*pace)
	p.mu.Lock()
	now := time.Now()
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(delay)
	p.mu.Unlock()
	return sleep(ctx, time.Until(at))
}

// delay between two requests to a host: what the operator says, else what its
// robots.txt asks for. It is asked once per run; a host without one has none.
func (c *Client) delay(ctx context.Context, u *url.URL) time.Duration {
	if c.pause >= 0 {
		return c.pause
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if d, ok := c.delays[u.Host]; ok {
		return d
	}
	if c.delays == nil {
		c.delays = map[string]time.Duration{}
	}
	d := c.robots(ctx, u)
	c.delays[u.Host] = d
	return d
}

func (c *Client) robots(ctx context.Context, u *url.URL) time.Duration {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return 0
	}
	req.Header.Set("User-Agent", c.agent)
	res, err := c.client.Do(req)
	if err != nil {
		return 0 // the request itself will say what is wrong with the host
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxRobots))
	if err != nil {
		return 0
	}
	return crawlDelay(text, c.agent)
}

// crawlDelay finds the pause that is meant for us: in the group of our name, else
// in that of everybody.
func crawlDelay(text []byte, agent string) time.Duration {
	own, _, _ := strings.Cut(strings.ToLower(agent), "/")
	var general, ours time.Duration
	named := false
	var group []string
	listed := false // the group has rules already: the next name begins a new one
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxRobots)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		key, value, ok := strings.Cut(line, ":")
		value = strings.ToLower(strings.TrimSpace(value))
		if !ok {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(strings.TrimPrefix(key, "\uFEFF"))) {
		case "user-agent":
			if listed {
				group, listed = nil, false
			}
			group = append(group, value)
			named = named || own != "" && value != "*" && value != "" && strings.HasPrefix(own, value)
			continue
		case "crawl-delay":
			seconds, err := strconv.ParseFloat(value, 64)
			if err != nil || seconds < 0 || seconds > 1e6 {
				break
			}
			d := min(time.Duration(seconds*float64(time.Second)), maxDelay)
			for _, name := range group {
				switch {
				case name == "*":
					general = d
				case own != "" && name != "" && strings.HasPrefix(own, name):
					ours = d
				}
			}
		}
		listed = true
	}
	if named {
		return ours
	}
	return general
}
