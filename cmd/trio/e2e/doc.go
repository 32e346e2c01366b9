// Package e2e tests the built program as its users meet it: the demo from the
// command line, the API, the feed, the pages in a real browser, and the
// promise that nothing hidden shows anywhere.
package e2e
