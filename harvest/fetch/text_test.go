package fetch_test

import (
	"testing"

	"trio.example/harvest/fetch"
)

func TestText(t *testing.T) {
	t.Parallel()
	const latin, utf8 = "Gr\xFCn", "Grün"
	for name, c := range map[string]struct{ kind, body, want string }{
		"utf-8":               {"application/json", utf8, utf8},
		"mark":                {"application/json", "\xEF\xBB\xBF" + utf8, utf8},
		"utf-16, small end":   {"", "\xFF\xFEG\x00r\x00\xFC\x00n\x00", utf8},
		"utf-16, large end":   {"", "\xFE\xFF\x00G\x00r\x00\xFC\x00n", utf8},
		"by its type":         {"text/plain; charset=iso-8859-1", latin, utf8},
		"type that is wrong":  {"text/plain; charset=iso-8859-1", utf8, utf8},
		"type that is none":   {"text/plain; charset=klingon", latin, latin},
		"nothing said":        {"application/json", latin, latin},
		"xml":                 {"text/xml", `<?xml version="1.0" encoding="ISO-8859-1"?><a>` + latin + "</a>", `<?xml version="1.0" encoding="UTF-8"?><a>` + utf8 + "</a>"},
		"xml before its type": {"text/xml; charset=utf-8", `<?xml version='1.0' encoding='windows-1252' ?><a>` + latin + "</a>", `<?xml version='1.0' encoding='UTF-8' ?><a>` + utf8 + "</a>"},
		"xml, utf-16 is none": {"text/xml", `<?xml version="1.0" encoding="utf-16"?><a>` + utf8 + "</a>", `<?xml version="1.0" encoding="UTF-8"?><a>` + utf8 + "</a>"},
	} {
		if got := string((&fetch.Doc{Body: []byte(c.body), Type: c.kind}).Text()); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
