package job_test

import (
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// TestNext says when a source is due; the summer time of 2026 ends on 25 October.
func TestNext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src   catalog.HarvestSource
		after string
		want  string // "" for an error
	}{
		"by hand":           {catalog.HarvestSource{}, "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		"every":             {catalog.HarvestSource{Every: time.Hour}, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"},
		"cron":              {catalog.HarvestSource{Cron: "30 3 * * *", Zone: "UTC"}, "2026-01-01T04:00:00Z", "2026-01-02T03:30:00Z"},
		"cron in a zone":    {catalog.HarvestSource{Cron: "30 3 * * *", Zone: "Europe/Berlin"}, "2026-07-01T00:00:00Z", "2026-07-01T01:30:00Z"},
		"in winter":         {catalog.HarvestSource{Cron: "30 3 * * *", Zone: "Europe/Berlin"}, "2026-12-01T00:00:00Z", "2026-12-01T02:30:00Z"},
		"when time changes": {catalog.HarvestSource{Cron: "30 3 * * *", Zone: "Europe/Berlin"}, "2026-10-25T00:00:00Z", "2026-10-25T02:30:00Z"},
		"by name":           {catalog.HarvestSource{Cron: "@daily", Zone: "UTC"}, "2026-01-01T04:00:00Z", "2026-01-02T00:00:00Z"},
		"weekdays":          {catalog.HarvestSource{Cron: "0 2 * * 1-5", Zone: "UTC"}, "2026-01-02T03:00:00Z", "2026-01-05T02:00:00Z"},
		"before the window": {catalog.HarvestSource{Every: time.Hour, Zone: "UTC", Window: "22:00-06:00"}, "2026-01-01T12:00:00Z", "2026-01-01T22:00:00Z"},
		"in the window":     {catalog.HarvestSource{Every: time.Hour, Zone: "UTC", Window: "22:00-06:00"}, "2026-01-01T23:30:00Z", "2026-01-02T00:30:00Z"},
		"after the window":  {catalog.HarvestSource{Every: time.Hour, Zone: "UTC", Window: "01:00-05:00"}, "2026-01-01T04:30:00Z", "2026-01-02T01:00:00Z"},
		"jitter":            {catalog.HarvestSource{ID: "a", Every: time.Hour, Zone: "UTC", Jitter: time.Nanosecond}, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"},
		"bad cron":          {catalog.HarvestSource{Cron: "immer"}, "2026-01-01T00:00:00Z", ""},
		"too many fields":   {catalog.HarvestSource{Cron: "0 0 3 * * *"}, "2026-01-01T00:00:00Z", ""},
		"never":             {catalog.HarvestSource{Cron: "0 0 30 2 *"}, "2026-01-01T00:00:00Z", ""},
		"bad zone":          {catalog.HarvestSource{Cron: "@daily", Zone: "Bayern"}, "2026-01-01T00:00:00Z", ""},
		"bad window":        {catalog.HarvestSource{Every: time.Hour, Window: "nachts"}, "2026-01-01T00:00:00Z", ""},
		"half a window":     {catalog.HarvestSource{Every: time.Hour, Window: "22:00"}, "2026-01-01T00:00:00Z", ""},
		"too much jitter":   {catalog.HarvestSource{Every: time.Hour, Jitter: 48 * time.Hour}, "2026-01-01T00:00:00Z", ""},
	} {
		at, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		got, err := job.Next(&c.src, at)
		if (err != nil) != (c.want == "") || err == nil && got.Format(time.RFC3339) != c.want {
			t.Errorf("%s: %s %v, want %s", name, got.Format(time.RFC3339), err, c.want)
		}
	}
	spread := map[time.Time]bool{}
	for _, id := range []string{"a", "b", "c", "d"} {
		s := catalog.HarvestSource{ID: id, Cron: "@daily", Zone: "UTC", Jitter: time.Hour}
		at, err := job.Next(&s, time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC))
		if err != nil || at.Hour() != 0 {
			t.Errorf("%s: %s %v", id, at, err)
		}
		spread[at] = true
	}
	if len(spread) < 2 {
		t.Errorf("jitter spreads nothing: %v", spread)
	}
}

func TestCheckSource(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src catalog.HarvestSource
		ok  bool
	}{
		{catalog.HarvestSource{}, true}, {catalog.HarvestSource{Every: time.Second}, false}, {catalog.HarvestSource{Duplicates: "newest"}, true}, {catalog.HarvestSource{Duplicates: "egal"}, false},
		{catalog.HarvestSource{Grace: -1}, false}, {catalog.HarvestSource{Notify: []string{"amt@example.org", "https://chat.example.org/x"}}, true}, {catalog.HarvestSource{Notify: []string{"file:///etc"}}, false},
	} {
		if err := job.CheckSource(&c.src); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.src, err)
		}
	}
}

// TestGrace: what is missing stays for a while, comes back as if nothing had been,
// and goes when the time is over.
func TestGrace(t *testing.T) {
	t.Parallel()
	h := open(t, 30)
	grace := func(d time.Duration) {
		h.update(func(tx catalog.WriteTx) error {
			s, err := tx.HarvestSource("quelle")
			if err != nil {
				return err
			}
			s.Grace = d
			return tx.PutHarvestSource(s)
		})
	}
	grace(time.Hour)
	h.run(job.Options{})
	all := h.src.packages
	h.src.set(func() { h.src.packages = all[:28] })
	for range 2 {
		j := h.run(job.Options{})
		h.expect(j, "finished", "ok", "0/0/0/28/0")
		if j.Absent != 2 || h.live() != 30 {
			t.Errorf("%d absent, %d live", j.Absent, h.live())
		}
	}
	h.src.set(func() { h.src.packages = all[:29] })
	j := h.run(job.Options{})
	h.expect(j, "finished", "ok", "0/0/0/29/0")
	if j.Absent != 1 {
		t.Errorf("%d absent", j.Absent)
	}
	grace(time.Nanosecond)
	h.expect(h.run(job.Options{}), "finished", "ok", "0/0/1/29/0")
	h.src.set(func() { h.src.packages = all })
	h.expect(h.run(job.Options{}), "finished", "ok", "1/0/0/29/0")
	if h.live() != 30 {
		t.Errorf("%d live", h.live())
	}
	grace(time.Hour)
	h.src.set(func() { h.src.packages = all[:10] })
	if j := h.run(job.Options{}); j.State != catalog.HarvestHeld || j.Reason == "" {
		t.Errorf("the guard does not count what is absent: %+v", j)
	}
}
