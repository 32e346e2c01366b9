package job

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
	_ "time/tzdata" // zones, where the system has none

	"github.com/robfig/cron/v3"

	"trio.example/catalog"
)

var cronForm = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Next says when a source is due after a moment; zero for one that runs by hand.
func Next(src *catalog.HarvestSource, after time.Time) (time.Time, error) {
	zone := time.Local
	if src.Zone != "" {
		z, err := time.LoadLocation(src.Zone)
		if err != nil {
			return time.Time{}, catalog.Errorf(catalog.KindInvalid, "Die Zeitzone %q ist unbekannt; gemeint ist eine wie Europe/Berlin.", src.Zone)
		}
		zone = z
	}
	from, to, err := window(src.Window)
	if err != nil {
		return time.Time{}, err
	}
	var next time.Time
	switch {
	case src.Cron != "":
		form, err := cronForm.Parse(src.Cron)
		if err != nil {
			return time.Time{}, catalog.Errorf(catalog.KindInvalid, "Der Zeitplan %q ist ungültig; gemeint sind Minute, Stunde, Tag, Monat und Wochentag wie „30 3 * * 1-5“: %v", src.Cron, err)
		}
		if next = form.Next(after.In(zone)); next.IsZero() {
			return next, catalog.Errorf(catalog.KindInvalid, "Der Zeitplan %q trifft nie zu.", src.Cron)
		}
	case src.Every > 0:
		next = after.Add(src.Every).In(zone)
	default:
		return time.Time{}, nil
	}
	if src.Jitter < 0 || src.Jitter > maxJitter {
		return time.Time{}, catalog.Errorf(catalog.KindInvalid, "Die Streuung muss zwischen 0 und %s liegen.", maxJitter)
	}
	next = into(next, from, to).Add(spread(src, next))
	return next.UTC(), nil
}

const maxJitter = 12 * time.Hour

// spread is a part of the jitter that is the same for a source each time, so that
// it keeps its rhythm, and different between sources.
func spread(src *catalog.HarvestSource, _ time.Time) time.Duration {
	if src.Jitter <= 0 {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(src.ID)) // a hash takes everything
	return time.Duration(h.Sum64() % uint64(src.Jitter)).Truncate(time.Second)
}

// window reads 22:00-06:00 as minutes of the day; equal ones mean any time.
func window(s string) (from, to int, err error) {
	if s == "" {
		return 0, 0, nil
	}
	a, b, ok := strings.Cut(s, "-")
	for text, at := range map[string]*int{"a" + a: &from, "b" + b: &to} {
		t, err := time.Parse("15:04", strings.TrimSpace(text[1:]))
		if err != nil || !ok {
			return 0, 0, catalog.Errorf(catalog.KindInvalid, "Das Zeitfenster %q ist ungültig; gemeint ist eines wie 22:00-06:00.", s)
		}
		*at = t.Hour()*60 + t.Minute()
	}
	return from, to, nil
}

// into moves a moment to the beginning of the next window unless it lies in one.
func into(t time.Time, from, to int) time.Time {
	at := t.Hour()*60 + t.Minute()
	inside := from == to || from < to && at >= from && at < to || from > to && (at >= from || at < to)
	if inside {
		return t
	}
	start := time.Date(t.Year(), t.Month(), t.Day(), from/60, from%60, 0, 0, t.Location())
	if start.Before(t) {
		start = time.Date(t.Year(), t.Month(), t.Day()+1, from/60, from%60, 0, 0, t.Location())
	}
	return start
}

// CheckSource says what is wrong with the schedule and policies of a source.
func CheckSource(src *catalog.HarvestSource) error {
	if _, err := Next(src, time.Now()); err != nil {
		return err
	}
	switch src.Duplicates {
	case "", catalog.DuplicatesPriority, catalog.DuplicatesNewest, catalog.DuplicatesAsk:
	default:
		return catalog.Errorf(catalog.KindInvalid, "Für Doppelte gilt priority, newest oder ask, nicht %q.", src.Duplicates)
	}
	if src.Grace < 0 || src.Every < 0 {
		return catalog.Errorf(catalog.KindInvalid, "Zeiten dürfen nicht negativ sein.")
	}
	const least = time.Minute
	if src.Every > 0 && src.Every < least {
		return catalog.Errorf(catalog.KindInvalid, "Zwischen zwei Läufen liegt mindestens %s.", least)
	}
	for _, n := range src.Notify {
		if !strings.HasPrefix(n, "https://") && !strings.HasPrefix(n, "http://") && !strings.Contains(n, "@") {
			return fmt.Errorf("notify: %w", catalog.Errorf(catalog.KindInvalid, "%.100q ist weder eine Adresse mit http oder https noch ein Postfach.", n))
		}
	}
	return nil
}
