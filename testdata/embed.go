// Package testdata carries the sample files into the program, so that
// `trio demo` works wherever the binary is. All of it is invented.
package testdata

import "embed"

// Survey holds the survey results of the three cities.
//
//go:embed survey/*.csv survey/*.json survey/*.xlsx
var Survey embed.FS
