package survey_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"trio.example/catalog"
	rules "trio.example/catalog/survey"
	"trio.example/harvest/survey"
)

// cityOverlay is a template with a city's own questions, options and hidden ones.
func cityOverlay(t *testing.T) *rules.Template {
	t.Helper()
	o, err := rules.Read([]byte(`{"format":"trio.survey.template/1","id":"aug-silos","version":"1.0.0","language":"de","title":{"de":"Augsburg <&> Umland"},"unit":"holding","publisher":{"city":"aug","name":"Stadt Augsburg"},
	 "extends":{"id":"man-datensilo","version":"1.0.0"},
	 "overlay":{"hide":["F_archive"],"add_options":{"storage":[{"code":"auggi","label":{"de":"Geoportal, Augsburg"},"broader":"gis"}]}},
	 "sections":[{"id":"aug:N","after":"G","title":{"de":"Eigene"},"questions":[
	  {"id":"aug:N_titel","code":"aEigen","type":"text","visibility":"internal","required":false,"label":{"de":"Titel"}},
	  {"id":"aug:N_neu","code":"aNeu","type":"boolean","visibility":"internal","required":false,"label":{"de":"Neu?"},"visible_if":{"q":"C_format","op":"in","value":["csv"]}}]}]}`), rules.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// web are answers as the pages of the survey store them.
var web = map[string]any{
	"A_city": "aug", "A_org1": "Umweltreferat", "A_org2": "Umweltamt", "A_mail": "x@stadt.example", "A_funcmail": "daten@stadt.example", "B_localid": "u-1", "B_title": "Bäume; „alle“, auch junge", "B_desc": "Zeile eins\nZeile zwei", "B_theme": []string{"envi", "agri"},
	"B_keywords": "Baum; Grün", "B_freq": "mon", "B_records": "31000", "B_from": "2019", "B_lastupd": "2026-05", "B_spatial": "adr", "B_crs": "EPSG:25832", "C_system": "=GIS", "C_storage": []string{"auggi", "xls"}, "C_format": []string{"csv", "gjson"}, "D_iface": []string{"wfs"}, "D_form": "pull",
	"E_personal": "kein", "E_secrecy": []string{"kein"}, "E_third": "kein", "E_licence": "dlby", "E_attrib": "Stadt Augsburg", "G_will": "ja", "G_pub": "ja", "G_puburl": "https://daten.stadt.example/b?x=1&y=2", "H_isreg": "nein", "I_confirm": "ja", "F_complete": "2", "aug:N_titel": "Eigener", "aug:N_neu": "ja",
}

func want(t *testing.T, o *rules.Template) catalog.Fields {
	t.Helper()
	r := o.Evaluate(rules.Input{Raw: web, City: "aug", Submitted: true})
	if r.Outcome != rules.OutcomeValid {
		t.Fatalf("the answers of the web form: %v", r.Reasons)
	}
	return r.Answers
}

func TestWriteForm_givesTheSameAnswersAsTheWebForm(t *testing.T) {
	t.Parallel()
	o := cityOverlay(t)
	var out bytes.Buffer
	if err := survey.WriteForm(&out, o, []map[string]any{web}); err != nil {
		t.Fatal(err)
	}
	f, err := survey.ReadBytes(context.Background(), "form.xlsx", out.Bytes(), o, survey.Options{City: "aug"})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Records) != 1 || f.Records[0].Outcome != rules.OutcomeValid {
		t.Fatalf("%d records: %+v", len(f.Records), f.Records)
	}
	if d := cmp.Diff(want(t, o), f.Records[0].Answers); d != "" {
		t.Error(d)
	}
	if !slices.Equal(f.Sheets, []string{"Datenbestände"}) {
		t.Errorf("sheets read: %v", f.Sheets)
	}
	// An empty form is a form without answers, not a foreign file.
	out.Reset()
	if err := survey.WriteForm(&out, o, nil); err != nil {
		t.Fatal(err)
	}
	if f, err = survey.ReadBytes(context.Background(), "form.xlsx", out.Bytes(), o, survey.Options{City: "aug"}); err != nil || len(f.Records) != 0 {
		t.Errorf("an empty form: %v, %v", f, err)
	}
}

func TestReadBytes_namesTheCellOfABadAnswer(t *testing.T) {
	t.Parallel()
	o := cityOverlay(t)
	var out bytes.Buffer
	if err := survey.WriteForm(&out, o, []map[string]any{web}); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("Datenbestände")
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(rows[2], "Aktualisierung") + 1
	cell, _ := excelize.CoordinatesToCellName(column, 4)
	if err := book.SetCellStr("Datenbestände", cell, "manchmal vielleicht"); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	f, err := survey.ReadBytes(context.Background(), "form.xlsx", out.Bytes(), o, survey.Options{City: "aug"})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, x := range f.Records[0].Findings {
		found = found || x.Code == "invalid:B_freq" && x.Cell == "Datenbestände!"+cell
	}
	if !found {
		t.Errorf("no finding names %s: %+v", cell, f.Records[0].Findings)
	}
}

// structure is what the test reads of a LimeSurvey structure.
type structure struct {
	XMLName   xml.Name `xml:"document"`
	Type      string   `xml:"LimeSurveyDocType"`
	Questions []struct {
		ID        string `xml:"qid"`
		Type      string `xml:"type"`
		Code      string `xml:"title"`
		Text      string `xml:"question"`
		Lang      string `xml:"language"`
		Relevance string `xml:"relevance"`
		Parent    string `xml:"parent_qid"`
	} `xml:"questions>rows>row"`
	Subs []struct {
		Parent string `xml:"parent_qid"`
		Code   string `xml:"title"`
		Lang   string `xml:"language"`
	} `xml:"subquestions>rows>row"`
	Answers []struct {
		ID   string `xml:"qid"`
		Code string `xml:"code"`
		Lang string `xml:"language"`
	} `xml:"answers>rows>row"`
}

var (
	lsCode   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,19}$`)
	lsAnswer = regexp.MustCompile(`^[A-Za-z0-9]{1,5}$`)
	lsName   = regexp.MustCompile(`([A-Za-z][A-Za-z0-9]*)(?:_([A-Za-z0-9]+))?\.NAOK`)
)

// TestWriteLSS_givesTheSameAnswersAsTheWebForm answers the structure as
// LimeSurvey would and imports its export with codes.
func TestWriteLSS_givesTheSameAnswersAsTheWebForm(t *testing.T) {
	t.Parallel()
	o := cityOverlay(t)
	var out bytes.Buffer
	if err := survey.WriteLSS(&out, o); err != nil {
		t.Fatal(err)
	}
	var s structure
	if err := xml.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	if s.Type != "Survey" {
		t.Errorf("type %q", s.Type)
	}
	header, row := []string{"id", "submitdate", "startlanguage"}, []string{"1", "2026-06-01 10:00:00", "de"}
	options, codes := map[string]map[string]bool{}, map[string]bool{}
	for _, a := range s.Answers {
		if options[a.ID] == nil {
			options[a.ID] = map[string]bool{}
		}
		options[a.ID][a.Code] = true
		if !lsAnswer.MatchString(a.Code) {
			t.Errorf("answer code %q", a.Code)
		}
	}
	for _, q := range s.Questions {
		if q.Lang != "de" {
			continue
		}
		if !lsCode.MatchString(q.Code) || codes[q.Code] {
			t.Errorf("question code %q", q.Code)
		}
		codes[q.Code] = true
		id := o.QuestionByCode(q.Code).ID
		if q.Type == "M" {
			chosen, _ := web[id].([]string)
			for _, x := range s.Subs {
				if x.Parent == q.ID && x.Lang == "de" {
					header, row = append(header, q.Code+"["+x.Code+"]"), append(row, map[bool]string{true: "Y"}[slices.Contains(chosen, x.Code)])
				}
			}
			continue
		}
		v, _ := web[id].(string)
		switch {
		case q.Type == "Y" && v != "":
			v = map[string]string{"ja": "Y", "nein": "N"}[v]
		case v != "" && (q.Type == "L" || q.Type == "!") && !options[q.ID][v]:
			t.Errorf("%s does not offer %q", q.Code, v)
		}
		header, row = append(header, q.Code), append(row, v)
	}
	for _, q := range s.Questions {
		for _, m := range lsName.FindAllStringSubmatch(q.Relevance, -1) {
			if !codes[m[1]] {
				t.Errorf("the condition of %s names %s", q.Code, m[1])
			}
		}
		if strings.Count(q.Relevance, "(") != strings.Count(q.Relevance, ")") {
			t.Errorf("the condition of %s: %s", q.Code, q.Relevance)
		}
	}
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	w.Comma = ';'
	_ = w.Write(header)
	_ = w.Write(row)
	w.Flush()
	f, err := survey.ReadBytes(context.Background(), "results.csv", file.Bytes(), o, survey.Options{City: "aug"})
	if err != nil {
		t.Fatal(err)
	}
	if f.Layout != survey.LayoutCodes || len(f.Records) != 1 {
		t.Fatalf("%s with %d records", f.Layout, len(f.Records))
	}
	if d := cmp.Diff(want(t, o), f.Records[0].Answers); d != "" {
		t.Error(d, fmt.Sprint(f.Records[0].Warnings))
	}
}

// TestWriteLSS_keepsToTheColumnsOfLimeSurvey: a longer title or heading would make
// it refuse the whole survey.
func TestWriteLSS_keepsToTheColumnsOfLimeSurvey(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Größe & Länge ", 40)
	o, err := rules.Read([]byte(`{"format":"trio.survey.template/1","id":"aug-lang","version":"1.0.0","language":"de","title":{"de":"`+long+`"},"unit":"holding","publisher":{"city":"aug","name":"Stadt Augsburg"},"extends":{"id":"man-datensilo","version":"1.0.0"},
		"sections":[{"id":"aug:N","title":{"de":"`+long+`"},"questions":[{"id":"aug:N_frage","code":"aFrage","type":"text","visibility":"internal","required":false,"label":{"de":"Frage?"}}]}]}`), rules.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := survey.WriteLSS(&out, o); err != nil {
		t.Fatal(err)
	}
	for column, most := range map[string]int{"surveyls_title": 200, "group_name": 100} {
		for _, m := range regexp.MustCompile(`<`+column+`>(.*?)</`+column+`>`).FindAllStringSubmatch(out.String(), -1) {
			var text string
			if err := xml.Unmarshal([]byte("<x>"+m[1]+"</x>"), &text); err != nil || len([]rune(text)) > most {
				t.Errorf("%s has %d characters: %v", column, len([]rune(text)), err)
			}
		}
	}
	if !strings.Contains(out.String(), "… (aug-lang@1.0.0)") {
		t.Error("a shortened title does not name the questionnaire any more")
	}
}

// TestWriteForm_protectsItsHeadings: what the form is read by is locked, what is
// filled in is free, far below too.
func TestWriteForm_protectsItsHeadings(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := survey.WriteForm(&out, rules.Default(), nil); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	options, err := book.GetSheetProtection("Datenbestände")
	if err != nil || !options.FormatColumns || !options.InsertRows {
		t.Errorf("protection %+v: %v", options, err)
	}
	for cell, locked := range map[string]bool{"A3": true, "CV3": true, "A4": false, "CV300": false, "A5000": false} {
		id, err := book.GetCellStyle("Datenbestände", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := book.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if free := style.Protection != nil && !style.Protection.Locked; free == locked {
			t.Errorf("%s: locked is %v", cell, !free)
		}
	}
}
