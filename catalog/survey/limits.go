package survey

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// LimitNames are the limits of an answer, in the words of the format.
var LimitNames = []string{"min_length", "max_length", "max_items", "min", "max", "pattern", "item_pattern"}

// Limits are the limits of a question as people type them, "" for none.
func (q *Question) Limits() map[string]string {
	whole := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	number := func(x *float64) string {
		if x == nil {
			return ""
		}
		return strconv.FormatFloat(*x, 'f', -1, 64)
	}
	return map[string]string{
		"min_length": whole(q.MinLength), "max_length": whole(q.MaxLength), "max_items": whole(q.MaxItems),
		"min": number(q.Min), "max": number(q.Max), "pattern": q.Pattern, "item_pattern": q.ItemPat,
	}
}

// Bounds of limits: longer answers are refused anyway.
const (
	maxLimit   = 100_000
	maxPattern = 500
)

// limit sets the limits that were typed and leaves others as they are.
func (q *Question) limit(typed map[string]string) error {
	whole := map[string]*int{"min_length": &q.MinLength, "max_length": &q.MaxLength, "max_items": &q.MaxItems}
	number := map[string]**float64{"min": &q.Min, "max": &q.Max}
	pattern := map[string]*string{"pattern": &q.Pattern, "item_pattern": &q.ItemPat}
	for _, name := range LimitNames {
		s, given := typed[name]
		if s = strings.TrimSpace(s); !given {
			continue
		}
		switch {
		case whole[name] != nil:
			n, err := strconv.Atoi(s)
			if s != "" && (err != nil || n < 0 || n > maxLimit) {
				return refuse("limit:"+name, "Die Grenze "+clipped(s)+" ist keine ganze Zahl von 0 bis 100000.", "The limit "+clipped(s)+" is no whole number from 0 to 100000.")
			}
			*whole[name] = n
		case number[name] != nil:
			*number[name] = nil
			if s == "" {
				continue
			}
			x, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", "."), 64)
			if err != nil || x != x || x > 1e15 || x < -1e15 {
				return refuse("limit:"+name, "Die Grenze "+clipped(s)+" ist keine Zahl.", "The limit "+clipped(s)+" is no number.")
			}
			*number[name] = &x
		default:
			if _, err := regexp.Compile(s); err != nil || utf8.RuneCountInString(s) > maxPattern {
				return refuse("limit:"+name, "Das Muster "+clipped(s)+" ist kein gültiger regulärer Ausdruck oder zu lang.", "The pattern "+clipped(s)+" is no valid regular expression or too long.")
			}
			*pattern[name] = s
		}
	}
	if q.MaxLength > 0 && q.MinLength > q.MaxLength || q.Min != nil && q.Max != nil && *q.Min > *q.Max {
		return refuse("limit:order", "Die untere Grenze liegt über der oberen.", "The lower limit is above the upper one.")
	}
	return nil
}
