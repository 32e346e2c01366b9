package rdfio

import (
	"regexp"
	"strings"
	"time"
)

const zone = `(Z|[+-](0\d|1[0-4]):[0-5]\d)?`

var forms = map[string]*regexp.Regexp{
	"date":               regexp.MustCompile(`^-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])` + zone + `$`),
	"dateTime":           regexp.MustCompile(`^-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d+)?` + zone + `$`),
	"gYear":              regexp.MustCompile(`^-?\d{4,}` + zone + `$`),
	"gYearMonth":         regexp.MustCompile(`^-?\d{4,}-(0[1-9]|1[0-2])` + zone + `$`),
	"decimal":            regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)$`),
	"integer":            regexp.MustCompile(`^[+-]?\d+$`),
	"nonNegativeInteger": regexp.MustCompile(`^(\+?\d+|-0+)$`),
	"duration":           regexp.MustCompile(`^-?P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$`),
	"hexBinary":          regexp.MustCompile(`^([0-9A-Fa-f]{2})*$`),
	"boolean":            regexp.MustCompile(`^(true|false|1|0)$`),
}

// WellFormed reports whether a text has the form its datatype (IRI) demands,
// by XML Schema part 2. Datatypes that are not known here take any text.
func WellFormed(s, datatype string) bool {
	name, ok := strings.CutPrefix(datatype, "http://www.w3.org/2001/XMLSchema#")
	if !ok || forms[name] == nil {
		return true
	}
	if !forms[name].MatchString(s) {
		return false
	}
	switch name {
	case "duration":
		return !strings.HasSuffix(s, "P") && !strings.HasSuffix(s, "T")
	case "date", "dateTime": // no 30th of February
		day, _, _ := strings.Cut(s, "T")
		if len(day) >= 10 && day[0] != '-' && len(strings.SplitN(day, "-", 2)[0]) == 4 {
			_, err := time.Parse(time.DateOnly, day[:10])
			return err == nil
		}
	}
	return true
}
