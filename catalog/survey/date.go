package survey

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	isoDate   = regexp.MustCompile(`(?i)^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?$`)
	germanDay = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})$`)
	monthYear = regexp.MustCompile(`^(\d{1,2})/(\d{4})$`)
	named     = regexp.MustCompile(`^([a-zä]+) (\d{4})$`)
	serial    = regexp.MustCompile(`^(\d{5})(?:\.\d+)?$`)
	lead      = regexp.MustCompile(`^(?:stand: ?|seit )`)
)

var months = map[string]int{
	"januar": 1, "februar": 2, "märz": 3, "maerz": 3, "april": 4, "mai": 5, "juni": 6, "juli": 7, "august": 8, "september": 9, "oktober": 10, "november": 11, "dezember": 12,
}

// parseDate reads a date and keeps its precision: "2019", "2023-03" or
// "2023-03-15". It reads the spellings SURVEY §4 lists and no other, so that the
// same file comes to the same dates wherever it is read; nothing is guessed.
func parseDate(s string) (string, bool) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	s = lead.ReplaceAllString(s, "")
	if m := isoDate.FindStringSubmatch(s); m != nil {
		return civil(m[1], m[2], m[3])
	}
	if m := germanDay.FindStringSubmatch(s); m != nil {
		return civil(century(m[3]), m[2], m[1])
	}
	if m := monthYear.FindStringSubmatch(s); m != nil {
		return civil(m[2], m[1], "")
	}
	if m := named.FindStringSubmatch(s); m != nil {
		if n := months[m[1]]; n > 0 {
			return civil(m[2], strconv.Itoa(n), "")
		}
	}
	if m := serial.FindStringSubmatch(s); m != nil {
		return fromSerial(m[1])
	}
	return "", false
}

// century gives a year of two digits its century: up to 69 the 2000s, as
// spreadsheet programs and POSIX do.
func century(y string) string {
	if len(y) == 4 {
		return y
	}
	n, _ := strconv.Atoi(y) // two digits by the pattern
	if n < 69 {
		return fmt.Sprintf("20%02d", n)
	}
	return fmt.Sprintf("19%02d", n)
}

// firstYear is the earliest year taken as a date; city archives start later.
const firstYear = 1000

func civil(y, m, d string) (string, bool) {
	year, err := strconv.Atoi(y)
	if err != nil || year < firstYear {
		return "", false
	}
	if m == "" {
		return y, true
	}
	month, err := strconv.Atoi(m)
	if err != nil || month < 1 || month > 12 {
		return "", false
	}
	if d == "" {
		return fmt.Sprintf("%04d-%02d", year, month), true
	}
	day, err := strconv.Atoi(d)
	if err != nil {
		return "", false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || t.Month() != time.Month(month) {
		return "", false // 31 February
	}
	return t.Format(time.DateOnly), true
}

// fromSerial reads a spreadsheet's day number, counted from 30 December 1899.
// Five digits cover 1927 to 2173; smaller numbers are more likely something else.
func fromSerial(s string) (string, bool) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 10000 {
		return "", false
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n).Format(time.DateOnly), true
}
