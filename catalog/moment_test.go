package catalog_test

import (
	"testing"
	"time"

	"trio.example/catalog"
)

func TestParseMoment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-01-31": "2026-01-31T00:00:00Z", "2026-01-31T12:00:00": "2026-01-31T12:00:00Z", "2026-01-31 12:00:00.25": "2026-01-31T12:00:00.25Z",
		"2026-01-31T12:00:00+02:00": "2026-01-31T10:00:00Z", "2026-02-30": "", "gestern": "", "": "", "2026": "",
	} {
		got := ""
		if m, ok := catalog.ParseMoment(text); ok {
			got = m.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
