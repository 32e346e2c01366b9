// Package ckan speaks CKAN's Action API. Every habit of CKAN lives here and
// nowhere else: its envelope, its error texts, its way to read parameters, its
// extras. One table of actions (table.go) is the source of routes, rights,
// parameters, help, OpenAPI and metric labels. The web server imports it.
package ckan
