// Package web is the HTTP server: the list of routes, what happens around every
// request, health and metrics. The Action API, the feed and the pages live in
// packages of their own below it and do not know each other.
package web
