package survey_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog/survey"
)

// one evaluates a single answer beside the hard ones and returns its normal
// form, nil when there is none, and the warnings.
func one(t *testing.T, question string, raw any) (any, []string) {
	t.Helper()
	in := survey.Input{Submitted: true, City: "muc", Raw: map[string]any{"A_org2": "Amt", "B_localid": "X-1", "B_title": "Bäume"}}
	in.Raw[question] = raw
	r := survey.Default().Evaluate(in)
	codes := slices.Clone(r.Warnings)
	for _, reason := range r.Reasons {
		if strings.HasPrefix(reason, "invalid:"+question) {
			codes = append(codes, reason)
		}
	}
	return r.Answers[question], codes
}

func TestDate_keepsItsPrecisionAndGuessesNothing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2023-03-15": "2023-03-15", "2023-03": "2023-03", "2019": "2019", "15.03.2023": "2023-03-15", "15.3.23": "2023-03-15",
		"1.1.70": "1970-01-01", "3/2023": "2023-03", "03/2023": "2023-03", "März 2023": "2023-03", "maerz 2023": "2023-03",
		"Stand: 15.03.2023": "2023-03-15", "Stand:2023": "2023", "Stand: März 2023": "2023-03", "seit 2019": "2019", "Seit März 2019": "2019-03",
		"44927": "2023-01-01", "45000.5": "2023-03-15", "2023-03-15 00:00:00": "2023-03-15", "2023-03-15T10:20:30Z": "2023-03-15",
		"29.02.2024": "2024-02-29", "  15.03.2023 ": "2023-03-15", "15.03.2023\u00a0": "2023-03-15", "\u200b2023\u00ad": "2023",
		// Clear to a person, but not among the spellings that are read.
		"03.2023": "", "15. März 2023": "", "15. 3. 2023": "", "Mrz. 2023": "", "ab 2019": "", "bis 2019": "", "Stand 2023": "", "Stand: seit 2019": "", "15.03.2023 00:00": "", "2023-3-15": "", "2023-03T10:00": "",
		"31.02.2023": "", "29.02.2023": "", "32.01.2023": "", "13/2023": "", "0/2023": "", "15.13.2023": "", "2023-13": "", "2023-00-10": "", "00.00.0000": "", "0000-00-00": "",
		"gestern": "", "ca. 2019": "", "2019-2021": "", "2019/20": "", "03-15-2023": "", "15/03/2023": "", "Frühjahr 2023": "", "Q3 2023": "", "999": "", "123456": "", "-1": "", "1e9": "",
		"20230315": "", "März": "", "15. Brumaire 2023": "", "2023-02-30": "", "Stand: unbekannt": "", "2023-03-15 und später": "", "２０２３": "",
	} {
		got, codes := one(t, "B_from", in)
		if want == "" {
			if got != nil || !slices.Contains(codes, "invalid:B_from") {
				t.Errorf("%q: %v %v, want it invalid", in, got, codes)
			}
			continue
		}
		if got != want || len(codes) != 0 {
			t.Errorf("%q: %v %v, want %s", in, got, codes, want)
		}
	}
}

func TestInteger_readsGermanThousands(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]any{
		"31.000": int64(31000), "31000": int64(31000), "1.234.567": int64(1234567), "31 000": int64(31000), "31\u00a0000": int64(31000), "31\u202f000": int64(31000), "31000.0": int64(31000), "0": int64(0),
		"ca. 100": nil, "31.00": nil, "31,5": nil, "1.2345": nil, "12.34.567": nil, "1e5": nil, "-5": nil, "viele": nil, "99999999999999999999": nil, "0x10": nil, "١٢": nil, "31,000": nil,
	} {
		got, codes := one(t, "B_records", in)
		// Numbers are kept as catalog.Fields stores them.
		if d := cmp.Diff(want, number(got)); d != "" || (want == nil) != slices.Contains(codes, "invalid:B_records") {
			t.Errorf("%q: %v %v, want %v", in, got, codes, want)
		}
	}
}

func number(v any) any {
	switch n := v.(type) {
	case float64:
		return int64(n)
	case int:
		return int64(n)
	}
	return v
}

func TestChoice_followsTheMatchingRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		question, in string
		want         any
		code         string // warning or reason expected besides
	}{
		{"B_freq", "mon", "mon", ""}, {"B_freq", "monatlich", "mon", ""}, {"B_freq", "MONATLICH", "mon", ""}, {"B_freq", " monatlich. ", "mon", ""},
		{"B_freq", "taeglich", "day", ""}, {"B_freq", "jahrlich", "year", "fuzzy:B_freq"}, {"B_freq", "monatl.", nil, "invalid:B_freq"}, {"B_freq", "laufend", "cont", ""}, {"B_freq", "Echtzeit", "cont", ""},
		{"B_freq", "monatlch", "mon", "fuzzy:B_freq"}, {"B_freq", "wochentlich", "week", "fuzzy:B_freq"}, {"B_freq", "?", "unb", ""}, {"B_freq", "k. A.", "unb", ""}, {"B_freq", "weiß nicht", "unb", ""},
		{"B_freq", "ja", nil, "invalid:B_freq"}, {"B_freq", "entfällt", nil, ""}, {"B_freq", "#NV", nil, ""}, {"B_freq", "#nv", nil, ""}, {"B_freq", "#BEZUG!", nil, ""}, {"B_freq", "N/A", nil, ""},
		{"B_freq", "<b>monatlich</b>", "mon", "html_removed:B_freq"}, {"B_freq", "monat\u0000lich", "mon", "control_chars:B_freq"}, {"B_freq", "ta\u0308glich", "day", ""},
		{"E_personal", "x", "ja", ""}, {"E_personal", "✓", "ja", ""}, {"E_personal", "j", "ja", ""}, {"E_personal", "Nein", nil, "invalid:E_personal"},
		{"E_personal", "besondere Kategorien", "art9", ""}, {"E_personal", "anonymisiert", "aggr", ""}, {"E_personal", "personenbezogen", nil, "invalid:E_personal"},
		{"E_fee", "n", "nein", ""}, {"E_fee", "-", "nein", ""}, {"E_fee", "0", "nein", ""}, {"E_fee", "TRUE", "ja", ""}, {"E_fee", "vielleicht", nil, "invalid:E_fee"}, {"E_fee", "Neinn", "nein", "fuzzy:E_fee"}, {"E_fee", "Nain", nil, "invalid:E_fee"},
		{"E_fee", "N\u200bein", "nein", ""}, {"E_fee", "Nein\ufeff", "nein", ""}, {"B_freq", "monat\u00adlich", "mon", ""}, {"B_freq", "monat\u200dlich", "mon", ""}, {"B_freq", "\u200b\u200d", nil, ""}, {"G_will", "true", "ja", ""}, {"G_will", "x", "ja", ""},
		{"F_complete", "1", "1", ""}, {"F_complete", "gut", "2", ""}, {"F_complete", "5", nil, "invalid:F_complete"},
		{"C_operator", "kommunaler Dienstleister", "akdb", ""}, {"B_spatial", "Baublock", "vier", ""}, {"B_spatial", "Adresse", "adr", ""},
	} {
		got, codes := one(t, c.question, c.in)
		if got != c.want || (c.code == "") != (len(codes) == 0) || (c.code != "" && !slices.Contains(codes, c.code)) {
			t.Errorf("%s %q: %v %v, want %v %s", c.question, c.in, got, codes, c.want, c.code)
		}
	}
}

func TestMultipleChoice_readsListsOfLabels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   any
		want []any
		code string
	}{
		{"csv", []any{"csv"}, ""}, {"CSV; GeoJSON", []any{"csv", "gjson"}, ""}, {"CSV, JSON, Excel (XLS, XLSX)", []any{"csv", "json", "xlsx"}, ""}, {"CSV\nPDF", []any{"csv", "pdf"}, ""},
		{[]string{"csv", "csv"}, []any{"csv"}, ""}, {[]string{"csv", "nix"}, []any{"csv"}, "invalid:C_format"}, {"nix", nil, "invalid:C_format"}, {[]string{}, nil, ""}, {[]string{"", "N/A"}, nil, ""},
		{"Excel", []any{"xlsx"}, ""}, {"DWG", []any{"dxf"}, ""}, {strings.Repeat("CSV,", 100), nil, "invalid:C_format"}, {[]string{"CSV; PDF"}, nil, "invalid:C_format"},
	} {
		got, codes := one(t, "C_format", c.in)
		var list []any
		if got != nil {
			list = got.([]any)
		}
		if d := cmp.Diff(c.want, list); d != "" || (c.code == "") != (len(codes) == 0) || (c.code != "" && !slices.Contains(codes, c.code)) {
			t.Errorf("%q: %v %v, want %v %s", c.in, got, codes, c.want, c.code)
		}
	}
}

func TestText_losesMarkupAndControls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want, code string
	}{
		{"Bäume <b>und</b> Sträucher im ganzen Stadtgebiet", "Bäume und Sträucher im ganzen Stadtgebiet", "html_removed:B_desc"},
		{"Bäume, die <5 m hoch sind, und solche > 5 m", "Bäume, die <5 m hoch sind, und solche > 5 m", ""},
		{"Bäume <script>alert(1)</script> im Stadtgebiet", "Bäume alert(1) im Stadtgebiet", "html_removed:B_desc"},
		{"Bäume <scr<b>ipt>x</scr</b>ipt> im ganzen Gebiet", "Bäume x im ganzen Gebiet", "html_removed:B_desc"},
		{"Bäume im ganzen Gebiet: <amt@stadt.example>, <https://stadt.example/a>", "Bäume im ganzen Gebiet: <amt@stadt.example>, <https://stadt.example/a>", ""},
		{"<o:p class=\"x\">Bäume</o:p> im ganzen<br/> Stadtgebiet", "Bäume im ganzen Stadtgebiet", "html_removed:B_desc"},
		{"Baum\u00adkataster\u200b des ganzen Stadtgebiets\ufeff", "Baumkataster des ganzen Stadtgebiets", ""},
		{"\u200d\u00a0Bäume 👩\u200d🌾 im ganzen Stadtgebiet\u200b", "Bäume 👩\u200d🌾 im ganzen Stadtgebiet", ""},
		{"Bäume\u202e im ganzen\u0007 Stadtgebiet", "Bäume im ganzen Stadtgebiet", "control_chars:B_desc"},
		{"Bäume\r\nim ganzen Stadtgebiet der Stadt", "Bäume\nim ganzen Stadtgebiet der Stadt", ""},
	} {
		got, codes := one(t, "B_desc", c.in)
		if got != c.want || (c.code == "") != (len(codes) == 0) || (c.code != "" && !slices.Contains(codes, c.code)) {
			t.Errorf("%q: %q %v, want %q %s", c.in, got, codes, c.want, c.code)
		}
	}
}

func TestWrongTypes_areInvalidAndNeverPanic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		question string
		raw      any
		want     any
		invalid  bool
	}{
		{"B_title", "12345", "12345", false}, {"B_freq", []string{"mon"}, "mon", false}, {"B_freq", []string{"mon", "day"}, nil, true}, {"B_freq", struct{}{}, nil, true},
		{"B_freq", true, nil, true}, {"E_fee", true, "ja", false}, {"E_fee", false, "nein", false}, {"B_records", 3.5, nil, true}, {"B_records", 35.0, int64(35), false},
		{"B_from", "2019", "2019", false}, {"B_from", true, nil, true}, {"D_url", "javascript:alert(1)", nil, true}, {"A_mail", "x", nil, true}, {"A_mail", []string{"a@b.example"}, "a@b.example", false},
		{"B_desc", strings.Repeat("x", 200<<10), nil, true}, {"B_keywords", map[string]any{}, nil, true}, {"B_freq", nil, nil, false},
	} {
		got, codes := one(t, c.question, c.raw)
		if number(got) != c.want || c.invalid != slices.ContainsFunc(codes, func(s string) bool { return s == "invalid:"+c.question }) {
			t.Errorf("%s %.40v: %v %v, want %v", c.question, c.raw, got, codes, c.want)
		}
	}
}

func TestContactInPublicText_makesAHoldingConditional(t *testing.T) {
	t.Parallel()
	full := map[string]any{
		"A_org1": "Baureferat", "A_org2": "Gartenamt", "A_mail": "a@muc.example", "A_funcmail": "opendata@muc.example", "B_localid": "X-1", "B_title": "Bäume", "B_theme": []string{"envi"}, "B_freq": "mon",
		"B_desc": "Alle Bäume der Stadt mit Art und Höhe.", "C_system": "Baum", "C_storage": []string{"gis"}, "C_format": []string{"csv"}, "D_iface": []string{"wfs"}, "D_form": "pull",
		"E_personal": "kein", "E_secrecy": []string{"kein"}, "E_third": "kein", "E_licence": "cc0", "G_will": "ja",
	}
	for _, c := range []struct{ question, text, want string }{
		{"B_desc", "Alle Bäume der Stadt mit Art und Höhe.", survey.Publishable},
		{"B_desc", "Fragen an anna.muster@muc.example, bitte.", survey.Conditional},
		{"B_keywords", "Baum; anna@muc.example", survey.Conditional},
		{"B_title", "Bäume (anna@muc.example)", survey.Conditional},
		{"I_note", "anna.muster@muc.example weiß mehr", survey.Publishable},
	} {
		raw := map[string]any{}
		for k, v := range full {
			raw[k] = v
		}
		raw[c.question] = c.text
		r := survey.Default().Evaluate(survey.Input{Raw: raw, City: "muc", Submitted: true})
		if r.Outcome != survey.OutcomeValid || r.Assessment.Publishability != c.want {
			t.Errorf("%s %q: %s %v %+v, want %s", c.question, c.text, r.Outcome, r.Reasons, r.Assessment, c.want)
		}
	}
}

func TestText_ofNothingButMarkup_isMissingAndReported(t *testing.T) {
	t.Parallel()
	for in, code := range map[string]string{"<br>": "html_removed:G_reason", "<p> </p>": "html_removed:G_reason", "\u0007": "control_chars:G_reason"} {
		r := survey.Default().Evaluate(survey.Input{Submitted: true, City: "muc", Raw: map[string]any{
			"A_org2": "Amt", "B_localid": "X-1", "B_title": "Bäume", "G_will": "nein", "G_reason": in,
		}})
		if !slices.Contains(r.Reasons, "missing:G_reason") || !slices.Contains(r.Warnings, code) {
			t.Errorf("%q: %v %v, want it missing and %s", in, r.Reasons, r.Warnings, code)
		}
	}
}

func TestSystemField_isNeverSilentlyIgnored(t *testing.T) {
	t.Parallel()
	for _, in := range []any{"publ", "<br>", "\u0007", []string{"publ", "appr"}, 7.0} {
		r := survey.Default().Evaluate(survey.Input{Submitted: true, City: "muc", Raw: map[string]any{
			"A_org2": "Amt", "B_localid": "X-1", "B_title": "Bäume", "I_status": in,
		}})
		if !slices.Contains(r.Warnings, "system_field_ignored:I_status") || r.Answers["I_status"] != nil {
			t.Errorf("%q: %v, kept %v", in, r.Warnings, r.Answers["I_status"])
		}
	}
	// Digits of other scripts are none of the listed spellings: nothing is guessed.
	r := survey.Default().Evaluate(survey.Input{Submitted: true, City: "muc", Raw: map[string]any{
		"A_org2": "Amt", "B_localid": "X-1", "B_title": "Bäume", "B_records": "٣١٠٠٠", "B_lastupd": "٢٠٢٣",
	}})
	if !slices.Contains(r.Warnings, "invalid:B_records") || !slices.Contains(r.Warnings, "invalid:B_lastupd") {
		t.Errorf("other digits: %v", r.Warnings)
	}
}

// What cannot be read of a multiple choice is left out, but not where it could
// be what forbids publishing.
func TestMultipleChoice_partlyUnreadable_opensNothing(t *testing.T) {
	t.Parallel()
	for _, in := range []any{[]string{"kein", "Sozialdings"}, "keine; Sozialdings", "Sozialgeheimnis\nund noch etwas"} {
		got, codes := one(t, "E_secrecy", in)
		if got != nil || !slices.Contains(codes, "invalid:E_secrecy") {
			t.Errorf("%q: %v %v, want it invalid as a whole", in, got, codes)
		}
	}
	if got, codes := one(t, "C_format", "CSV; Sozialdings"); !slices.Contains(codes, "invalid:C_format") || got == nil {
		t.Errorf("%v %v, want the readable part and a warning", got, codes)
	}
}
