package survey_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	rules "trio.example/catalog/survey"
	"trio.example/harvest/survey"
)

// outcomes reads a file and lists “local id outcome reasons warnings” per record.
func outcomes(t *testing.T, city, data string) []string {
	t.Helper()
	f, err := survey.ReadBytes(t.Context(), "datei", []byte(data), rules.Default(), survey.Options{City: city})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range f.Records {
		line := r.LocalID + " " + string(r.Outcome)
		for _, code := range slices.Concat(r.Reasons, r.Warnings) {
			// What is missing besides is not what these tests are about.
			if r.Outcome == rules.OutcomeIncomplete && strings.HasPrefix(code, "missing:") {
				continue
			}
			line += " " + code
		}
		out = append(out, line)
	}
	return out
}

const codes = `"id";"submitdate";"datestamp";"aCity";"aDienststelle";"bKennung";"bTitel";"bTurnus"` + "\r\n"

func line(id, stamp, local, title, freq string) string {
	return fmt.Sprintf(`"%s";"2026-01-01 10:00:00";"%s";"muc";"Amt";"%s";"%s";"%s"`+"\r\n", id, stamp, local, title, freq)
}

// TestRead_survivesQuotesAtTheBoundOfACell lets doubled quotes reach over the
// longest cell by one byte, and by none.
func TestRead_survivesQuotesAtTheBoundOfACell(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		data := codes + strings.Repeat(`"`, 256<<10+n) + "\r\n" + line("3", "", "A-3", "Brunnen", "mon")
		got := outcomes(t, "muc", data)
		if len(got) == 0 || got[len(got)-1] != "A-3 incomplete" {
			t.Errorf("%d quotes: %v", 256<<10+n, got)
		}
		if _, err := survey.ReadBytes(t.Context(), "datei", []byte(strings.Repeat(`"`, 1<<20+n)), rules.Default(), survey.Options{City: "muc"}); err == nil {
			t.Errorf("%d quotes alone are taken for a survey", 1<<20+n)
		}
	}
}

func TestRead_goesOnBehindBrokenRecords(t *testing.T) {
	t.Parallel()
	a, b := line("1", "", "A-1", "Bäume", "mon"), line("3", "", "A-3", "Brunnen", "mon")
	good := func(middle ...string) []string {
		return slices.Concat([]string{"A-1 incomplete"}, middle, []string{"A-3 incomplete"})
	}
	for name, c := range map[string]struct {
		middle string
		want   []string
	}{
		"cell too few":             {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Titel"` + "\r\n", good(" rejected column_mismatch")},
		"cell too many":            {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Titel";"mon";"mehr"` + "\r\n", good(" rejected column_mismatch")},
		"empty cells too many":     {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Titel";"mon";"";""` + "\r\n", good("A-2 incomplete")},
		"unterminated quote":       {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Titel;"mon` + "\r\n", good(" rejected unterminated_quote")},
		"unterminated last":        {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Titel";"mon` + "\r\n", good(" rejected unterminated_quote")},
		"quote doubled":            {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Der ""alte"" Baum";"mon"` + "\r\n", good("A-2 incomplete")},
		"quote not doubled":        {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Der "alte" Baum";"mon"` + "\r\n", good("A-2 incomplete")},
		"quote in bare cell":       {`2;2026-01-01;;muc;Amt;A-2;Rohr 3" lang;mon` + "\r\n", good("A-2 incomplete")},
		"line break in a cell":     {"\"2\";\"2026-01-01\";\"\";\"muc\";\"Amt\";\"A-2\";\"Bäume\nund Sträucher\";\"mon\"\r\n", good("A-2 incomplete")},
		"separator in a cell":      {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Bäume; Sträucher";"mon"` + "\r\n", good("A-2 incomplete")},
		"formula masked":           {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"'=Bäume";"mon"` + "\r\n", good("A-2 incomplete")},
		"not submitted":            {`"2";"";"";"muc";"Amt";"A-2";"Bäume";"mon"` + "\r\n", good("A-2 incomplete not_submitted")},
		"another city":             {`"2";"2026-01-01";"";"nue";"Amt";"A-2";"Bäume";"mon"` + "\r\n", good("A-2 rejected invalid:A_city")},
		"no city":                  {`"2";"2026-01-01";"";"";"Amt";"A-2";"Bäume";"mon"` + "\r\n", good("A-2 incomplete")},
		"no office":                {`"2";"2026-01-01";"";"muc";"";"A-2";"Bäume";"mon"` + "\r\n", good("A-2 rejected missing:A_org2")},
		"unreadable frequency":     {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Bäume";"manchmal"` + "\r\n", good("A-2 incomplete invalid:B_freq")},
		"same id later":            {line("2", "", "A-3", "Brunnen alt", "mon"), []string{"A-1 incomplete", "A-3 superseded newer_record_with_same_id", "A-3 incomplete"}},
		"same id, newer stamp":     {line("2", "2026-02-01 10:00:00", "A-3", "Brunnen alt", "mon"), []string{"A-1 incomplete", "A-3 superseded newer_record_with_same_id", "A-3 incomplete"}},
		"blank lines":              {"\r\n\r\n\"\"\r\n;;;;;;;\r\n", good()},
		"lone carriage return":     {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Bäume";"mon"` + "\r", good("A-2 incomplete")},
		"zero width and soft dash": {`"2";"2026-01-01";"";"muc";"Amt";"A-2";"Bäume";"mo` + "\uFEFF" + `n"` + "\r\n", good("A-2 incomplete")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outcomes(t, "muc", codes+a+c.middle+b)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSupersede_prefersTheNewerStamp(t *testing.T) {
	t.Parallel()
	got := outcomes(t, "muc", codes+
		line("1", "2026-03-01 10:00:00", "A-1", "neu", "mon")+line("2", "2026-02-01 10:00:00", "A-1", "alt", "mon")+
		line("3", "01.02.2026 10:00", "A-2", "alt", "mon")+line("4", "01.03.2026 10:00", "A-2", "neu", "mon")+line("5", "2026-02-15 10:00:00", "A-2", "mittel", "mon"))
	want := []string{"A-1 incomplete", "A-1 superseded newer_record_with_same_id", "A-2 superseded newer_record_with_same_id", "A-2 incomplete", "A-2 superseded newer_record_with_same_id"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestRead_sparesRecordsBehindAQuoteThatNeverCloses: the rest of the file must
// not vanish in one cell.
func TestRead_sparesRecordsBehindAQuoteThatNeverCloses(t *testing.T) {
	t.Parallel()
	bare := func(n int) string { return fmt.Sprintf("%d;2026-01-01;;muc;Amt;A-%d;Bäume;mon\n", n, n) }
	want := []string{"A-1 incomplete", " rejected unterminated_quote", "A-3 incomplete", "A-4 incomplete"}
	for _, end := range []string{"\n", "\r\n", "\r"} {
		text := strings.ReplaceAll(strings.ReplaceAll(codes, `"`, ""), "\r", "") + bare(1) + "2;2026-01-01;;muc;Amt;A-2;\"Bäume;mon\n" + bare(3) + bare(4)
		if d := cmp.Diff(want, outcomes(t, "muc", strings.ReplaceAll(text, "\n", end))); d != "" {
			t.Errorf("line end %q: %s", end, d)
		}
	}
}

func TestReadJSON_keepsOddResponses(t *testing.T) {
	t.Parallel()
	const begin = `{"format":"trio.survey.responses/1","template":{"id":"man-datensilo","version":"1.4.2"},"city":"aug","responses":[`
	answers := func(more string) string {
		return `"answers":{"A_org2":"Amt","B_localid":"A-1","B_title":"Bäume","B_freq":"mon"` + more + `}`
	}
	const sent = `"submitted_at":"2026-01-01T00:00:00Z",`
	for name, c := range map[string]struct{ response, want string }{
		"plain":                   {`{` + sent + answers("") + `}`, "A-1 incomplete"},
		"not submitted":           {`{"submitted_at":null,` + answers("") + `}`, "A-1 incomplete not_submitted"},
		"without submitted_at":    {`{` + answers("") + `}`, "A-1 incomplete not_submitted"},
		"submitted_at of a type":  {`{"submitted_at":5,` + answers("") + `}`, "A-1 incomplete not_submitted"},
		"updated_at of a type":    {`{"updated_at":5,` + sent + answers("") + `}`, "A-1 incomplete"},
		"updated_at no time":      {`{"updated_at":"gestern",` + sent + answers("") + `}`, "A-1 incomplete"},
		"status and id of a type": {`{"id":5,"status":{},` + sent + answers("") + `}`, "A-1 incomplete"},
		"claimed status":          {`{"status":"publ",` + sent + answers(`,"I_status":"publ"`) + `}`, "A-1 incomplete system_field_ignored:I_status"},
		"unknown question":        {`{` + sent + answers(`,"X_frei":"1","a_city":"aug"`) + `}`, "A-1 incomplete unknown_question:X_frei unknown_question:a_city"},
		"number for a text":       {`{` + sent + answers(`,"B_crs":25832`) + `}`, "A-1 incomplete hidden_answer:B_crs"},
		"number for an integer":   {`{` + sent + answers(`,"B_records":31000`) + `}`, "A-1 incomplete"},
		"big number":              {`{` + sent + answers(`,"B_records":1e400`) + `}`, "A-1 incomplete invalid:B_records"},
		"list for a single":       {`{` + sent + answers(`,"B_spatial":["adr","bez"]`) + `}`, "A-1 incomplete invalid:B_spatial"},
		"object for a text":       {`{` + sent + answers(`,"B_spatialtext":{"a":[1]}`) + `}`, "A-1 incomplete invalid:B_spatialtext"},
		"list in a list":          {`{` + sent + answers(`,"C_format":[["csv"]]`) + `}`, "A-1 incomplete invalid:C_format"},
		"null":                    {`{` + sent + answers(`,"B_spatial":null`) + `}`, "A-1 incomplete"},
		"boolean for a choice":    {`{` + sent + answers(`,"E_fee":true`) + `}`, "A-1 incomplete"},
		"same key twice":          {`{` + sent + answers(`,"B_title":"Sträucher"`) + `}`, "A-1 incomplete"},
		"too long":                {`{` + sent + answers(`,"B_spatialtext":"`+strings.Repeat("x", 70_000)+`"`) + `}`, "A-1 incomplete invalid:B_spatialtext"},
		"another city":            {`{` + sent + answers(`,"A_city":"nue"`) + `}`, " rejected invalid:A_city"},
		"no answers":              {`{` + sent + `"answers":{}}`, " rejected missing:A_org2 missing:B_localid missing:B_title"},
		"answers of a type":       {`{` + sent + `"answers":[]}`, " rejected response_invalid"},
		"null response":           {`null`, " rejected response_invalid"},
		"text response":           {`"x"`, " rejected response_invalid"},
		"lone surrogate":          {`{` + sent + answers(`,"B_spatialtext":"\ud800x"`) + `}`, "A-1 incomplete"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outcomes(t, "aug", begin+c.response+`]}`)
			if len(got) != 1 {
				t.Fatalf("%d records", len(got))
			}
			if c.want == " rejected invalid:A_city" { // the id is known all the same
				got[0] = strings.TrimPrefix(got[0], "A-1")
			}
			if got[0] != c.want {
				t.Errorf("got %q, want %q", got[0], c.want)
			}
		})
	}
	for name, text := range map[string]string{
		"with a mark": "\uFEFF" + begin + "]}", "blanks before": "\n\t " + begin + "]}\n\n",
	} {
		if got := outcomes(t, "aug", text); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestReadJSON_takesAsManyRecordsAsAreAllowed: what stands above the list does
// not count as a record.
func TestReadJSON_takesAsManyRecordsAsAreAllowed(t *testing.T) {
	t.Parallel()
	const begin = `{"format":"trio.survey.responses/1","template":{"id":"man-datensilo","version":"1.4.2"},"city":"aug","responses":[null`
	const allowed = 50_000
	read := func(n int) error {
		text := begin + strings.Repeat(",null", n-1) + "]}"
		_, err := survey.ReadBytes(t.Context(), "datei", []byte(text), rules.Default(), survey.Options{City: "aug"})
		return err
	}
	if err := read(allowed); err != nil {
		t.Errorf("%d records: %v", allowed, err)
	}
	if err := read(allowed + 1); catalog.KindOf(err) != catalog.KindTooLarge {
		t.Errorf("one more: %v", err)
	}
	_, err := survey.ReadBytes(t.Context(), "datei", []byte(strings.Replace(begin, `"man-datensilo"`, `""`, 1)+"]}"), rules.Default(), survey.Options{City: "aug"})
	if err == nil || !strings.Contains(err.Error(), "nennt keine Vorlage") {
		t.Errorf("without a template: %v", err)
	}
}
