package charset_test

import (
	"errors"
	"testing"

	"trio.example/catalog/charset"
)

func TestToUTF8(t *testing.T) {
	t.Parallel()
	const latin, utf8 = "Gr\xFCn", "Grün"
	for name, c := range map[string]struct {
		in, want string
		said     bool
	}{
		"nothing said":            {latin, latin, false},
		"mark":                    {"\xEF\xBB\xBF" + utf8, utf8, true},
		"utf-16, small end":       {"\xFF\xFEG\x00r\x00\xFC\x00n\x00", utf8, true},
		"utf-16, large end":       {"\xFE\xFF\x00G\x00r\x00\xFC\x00n", utf8, true},
		"xml in utf-16, no mark":  {"<\x00?\x00x\x00?\x00>\x00\xFC\x00", "<?x?>ü", true},
		"xml in utf-16, the same": {"\x00<\x00?\x00x\x00?\x00>\x00\xFC", "<?x?>ü", true},
		"xml":                     {"\n <?xml version='1.0' encoding='iso-8859-1'?>" + latin, "\n <?xml version='1.0' encoding='UTF-8'?>" + utf8, true},
		"xml that is utf-8":       {`<?xml version="1.0" encoding="utf-8"?>` + utf8, `<?xml version="1.0" encoding="utf-8"?>` + utf8, true},
		"xml, utf-16 is none":     {`<?xml version="1.0" encoding="utf-16"?>` + utf8, `<?xml version="1.0" encoding="UTF-8"?>` + utf8, true},
		"declared too late":       {`<a/><?xml version="1.0" encoding="iso-8859-1"?>` + latin, `<a/><?xml version="1.0" encoding="iso-8859-1"?>` + latin, false},
	} {
		got, said, err := charset.ToUTF8([]byte(c.in), 1000)
		if err != nil || string(got) != c.want || said != c.said {
			t.Errorf("%s: %q %t %v, want %q", name, got, said, err, c.want)
		}
	}
	var unknown *charset.UnknownError
	if _, _, err := charset.ToUTF8([]byte(`<?xml version="1.0" encoding="klingon"?>`), 1000); !errors.As(err, &unknown) || unknown.Name != "klingon" {
		t.Errorf("klingon: %v", err)
	}
	if _, _, err := charset.ToUTF8([]byte("\xFF\xFEG\x00r\x00"), 1); !errors.Is(err, charset.ErrTooLarge) {
		t.Errorf("bound: %v", err)
	}
	for label, want := range map[string]string{"iso-8859-1": utf8, "UTF-8": latin, "klingon": latin} {
		if got := string(charset.Named([]byte(latin), label)); got != want {
			t.Errorf("%s: %q", label, got)
		}
	}
}
