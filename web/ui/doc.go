// Package ui renders HTML: templates, texts in German and English, icons and
// static files, all built into the program. It knows nothing of the catalogue;
// the packages that make pages (web/site and others) hand it their data.
package ui
