package ui

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // dates are German local time, also where the system has no zone files
)

// Texts are the texts of one language, with its ways to write numbers and dates.
type Texts struct {
	Lang  string
	texts map[string]string
	zone  *time.Location
}

func loadTexts(lang string) (Texts, error) {
	data, err := files.ReadFile("i18n/" + lang + ".json")
	if err != nil {
		return Texts{}, fmt.Errorf("read texts: %w", err)
	}
	t := Texts{Lang: lang}
	if err := json.Unmarshal(data, &t.texts); err != nil {
		return Texts{}, fmt.Errorf("decode texts %s: %w", lang, err)
	}
	if t.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		return Texts{}, fmt.Errorf("load time zone: %w", err)
	}
	return t, nil
}

// Get returns a text with its {0}, {1} … replaced. A missing key comes back as
// itself, so that a gap is seen and breaks nothing; a test finds them all.
func (t Texts) Get(key string, args ...any) string {
	s, ok := t.texts[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return s
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		v := ""
		switch a := a.(type) {
		case int:
			v = t.Number(int64(a))
		case int64:
			v = t.Number(a)
		default:
			v = fmt.Sprint(a)
		}
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// Has reports whether there is a text for a key.
func (t Texts) Has(key string) bool { _, ok := t.texts[key]; return ok }

// Count returns the text "key.one" for 1 and "key.other" else; {0} is n.
func (t Texts) Count(key string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return t.Get(key+form, append([]any{n}, args...)...)
}

// Number writes a whole number with the language's separator of thousands.
func (t Texts) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	sep := "."
	if t.Lang == "en" {
		sep = ","
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// Size writes a number of bytes as people read it: "1,2 MB".
func (t Texts) Size(n int64) string {
	if n < 1000 {
		return t.Number(n) + " Byte"
	}
	v, unit := float64(n), ""
	for _, unit = range []string{"kB", "MB", "GB", "TB", "PB"} {
		if v /= 1000; v < 999.95 {
			break
		}
	}
	s := strconv.FormatFloat(v, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if t.Lang != "en" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + " " + unit
}

// Date writes a day: "12. März 2026", "12 March 2026".
func (t Texts) Date(d time.Time) string {
	if d.IsZero() {
		return ""
	}
	return t.day(d.In(t.zone))
}

// DateTime writes a moment in German local time.
func (t Texts) DateTime(d time.Time) string {
	if d.IsZero() {
		return ""
	}
	d = d.In(t.zone)
	return t.Get("date.time", t.day(d), d.Format("15:04"))
}

func (t Texts) day(d time.Time) string {
	return t.Get("date.day", strconv.Itoa(d.Day()), t.month(d), strconv.Itoa(d.Year()))
}

func (t Texts) month(d time.Time) string { return t.Get("month." + strconv.Itoa(int(d.Month()))) }

// DateText writes a date as the catalogue keeps it (2024, 2024-03, 2024-03-15
// or a full time) in words; what is no date comes back unchanged. machine is
// the form for <time datetime>, empty when there is none.
func (t Texts) DateText(s string) (human, machine string) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999", "2006-01-02T15:04", "2006-01-02"} {
		if d, err := time.Parse(layout, s); err == nil {
			if layout == time.RFC3339Nano {
				d = d.In(t.zone)
			}
			return t.day(d), d.Format("2006-01-02")
		}
	}
	if d, err := time.Parse("2006-01", s); err == nil {
		return t.month(d) + " " + strconv.Itoa(d.Year()), s
	}
	if d, err := time.Parse("2006", s); err == nil {
		return strconv.Itoa(d.Year()), s
	}
	return s, ""
}
