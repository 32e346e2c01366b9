package fetch

import (
	"errors"
	"net"
	"net/netip"
)

// ErrInside is why an address in one's own network is not asked.
var ErrInside = errors.New("the address lies in a private network")

// Outside reports whether an address with port, as a connection is made to it,
// lies in the public internet.
func Outside(address string) bool {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return false
	}
	a := at.Addr().Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// special are ranges of RFC 6890 that no public server has.
var special = func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "192.88.99.0/24", "240.0.0.0/4", "::/96", "fec0::/10", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "2002::/16"} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// allowed are the addresses that a host and port, named by an operator, has now.
// Nothing else inside is allowed with it, and no other meaning of the name later.
func allowed(hostport, scheme string) map[string]bool {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = hostport, map[string]string{"http": "80", "https": "443"}[scheme]
	}
	out := map[string]bool{}
	ips, err := net.LookupHost(host)
	if err != nil {
		return out
	}
	for _, ip := range ips {
		out[net.JoinHostPort(ip, port)] = true
	}
	return out
}
