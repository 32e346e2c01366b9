package links_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"trio.example/harvest/fetch"
	"trio.example/harvest/links"
)

// names is a server for names that tells every name's address; the first question
// for each kind is answered by first, all others by then.
func names(t *testing.T, first, then string) (r *net.Resolver, asked *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	asked = &atomic.Int32{}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA {
				ip := then
				if asked.Add(1) == 1 {
					ip = first
				}
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: [4]byte(net.ParseIP(ip).To4())},
				}}
			}
			out, err := m.Pack()
			if err != nil {
				continue
			}
			if _, err := conn.WriteTo(out, from); err != nil {
				return
			}
		}
	}()
	to := conn.LocalAddr().String()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", to)
	}}, asked
}

// TestCheck_aRedirectLeadsNotInside: a server outside sends the portal to one
// inside, by address and by name.
func TestCheck_aRedirectLeadsNotInside(t *testing.T) {
	t.Parallel()
	var outer, inner atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inner.Add(1) }))
	defer inside.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		outer.Add(1)
		switch r.URL.Path {
		case "/address":
			http.Redirect(w, r, inside.URL, http.StatusFound)
		case "/name":
			http.Redirect(w, r, "http://innen.example:"+port+"/", http.StatusTemporaryRedirect)
		case "/twice":
			http.Redirect(w, r, "/address", http.StatusMovedPermanently)
		}
	}))
	defer outside.Close()
	// What the test calls outside is one address of this machine, as the connection is made to it.
	at := strings.TrimPrefix(outside.URL, "http://")
	resolver, _ := names(t, "127.0.0.1", "127.0.0.1")
	o := quick()
	o.Inside, o.Timeout = false, time.Minute
	store := open(t, outside.URL+"/here", outside.URL+"/address", outside.URL+"/name", outside.URL+"/twice")
	r, err := links.Check(t.Context(), store, o.InNet(func(address string) bool { return address == at }, resolver))
	if err != nil || r.Checked != 4 || r.Reached != 1 || !link(t, store, outside.URL+"/here").Reached {
		t.Errorf("%+v %v", r, err)
	}
	if inner.Load() != 0 || outer.Load() < 5 {
		t.Errorf("%d requests inside, %d outside", inner.Load(), outer.Load())
	}
}

// TestCheck_aNameThatTurnsInside: what a name said when it was looked at does not
// count, only where the connection goes to.
func TestCheck_aNameThatTurnsInside(t *testing.T) {
	t.Parallel()
	var knocked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { knocked.Add(1) }))
	defer srv.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(srv.URL, "http://"), ":")
	resolver, asked := names(t, "93.184.216.34", "127.0.0.1")
	// Somebody looks at the name first and finds it harmless.
	ips, err := resolver.LookupHost(t.Context(), "wechselhaft.example")
	if err != nil || len(ips) != 1 || !fetch.Outside(net.JoinHostPort(ips[0], port)) {
		t.Fatalf("%v %v", ips, err)
	}
	o := quick()
	o.Inside, o.Timeout = false, time.Minute
	store := open(t, "http://wechselhaft.example:"+port+"/")
	r, err := links.Check(t.Context(), store, o.InNet(nil, resolver))
	if err != nil || r.Checked != 1 || r.Reached != 0 {
		t.Errorf("%+v %v", r, err)
	}
	if knocked.Load() != 0 || asked.Load() < 2 {
		t.Errorf("%d requests inside, the name was asked for %d times", knocked.Load(), asked.Load())
	}
	// The same way is open to who is allowed in: the test's server does answer.
	o.Inside = true
	store = open(t, "http://wechselhaft.example:"+port+"/")
	if r, err := links.Check(t.Context(), store, o.InNet(nil, resolver)); err != nil || r.Reached != 1 || knocked.Load() == 0 {
		t.Errorf("%+v %v, %d requests", r, err, knocked.Load())
	}
}
