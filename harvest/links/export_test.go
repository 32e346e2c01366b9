package links

import "net"

// InNet lets a test say what lies outside and who answers for names.
func (o Options) InNet(outside func(address string) bool, resolver *net.Resolver) Options {
	o.outside, o.resolver = outside, resolver
	return o
}
