package survey_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"trio.example/catalog"
	"trio.example/catalog/round"
	"trio.example/harvest/survey"
)

func listed(rows []round.Row) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.Parent+">"+r.Name+"<"+r.Email)
	}
	return strings.Join(out, " ")
}

func TestReadOffices_csv(t *testing.T) {
	t.Parallel()
	latin := []byte("Referat;Dienststelle;E-Mail\r\nBaureferat;Gr\xfcnamt;a@b.example\r\n")
	utf16 := []byte{0xFF, 0xFE}
	for _, r := range "Amt\tMail\nForst\tf@b.example\n" {
		utf16 = append(utf16, byte(r), 0)
	}
	for _, c := range []struct{ name, text, want string }{
		{"semicolon", "Referat;Dienststelle;E-Mail\nBau;Garten;a@b.example\nBau;Tiefbau;\n", "Bau>Garten<a@b.example Bau>Tiefbau<"},
		{"comma and mark", "\ufeff\"Office\",\"E-Mail\",\"Department\"\n\"Garten\",\"a@b.example\",\"Bau, Grün\"\n", "Bau, Grün>Garten<a@b.example"},
		{"header further down", "Stand: heute\n\nDienststelle:\nGarten\n", ">Garten<"},
		{"blank rows, masked cell, mailto", "Amt;Mail\n;\n'=Garten;mailto:a@b.example\n\n", ">=Garten<a@b.example"},
		{"other columns", "Nr;Amt;Telefon\n1;Garten;123\n", ">Garten<"},
		{"windows-1252", string(latin), "Baureferat>Grünamt<a@b.example"},
		{"utf-16", string(utf16), ">Forst<f@b.example"},
	} {
		rows, _, err := survey.ReadOffices(t.Context(), "liste.csv", strings.NewReader(c.text))
		if err != nil || listed(rows) != c.want {
			t.Errorf("%s: %s %v", c.name, listed(rows), err)
		}
	}
}

func TestReadOffices_refuses(t *testing.T) {
	t.Parallel()
	many := "Amt\n" + strings.Repeat("Garten\n", round.MaxOffices+1)
	for _, c := range []struct {
		name, text string
		kind       catalog.Kind
	}{
		{"empty", " \r\n", catalog.KindInvalid},
		{"no header", "a;b\nc;d\n", catalog.KindInvalid},
		{"header only", "Referat;Amt\n", catalog.KindInvalid},
		{"too many", many, catalog.KindTooLarge},
		{"too large", strings.Repeat("x", 9<<20), catalog.KindTooLarge},
		{"damaged workbook", "PK\x03\x04 nothing", catalog.KindInvalid},
		{"no text", "\x00\x01\x02", catalog.KindInvalid},
	} {
		rows, _, err := survey.ReadOffices(t.Context(), c.name, strings.NewReader(c.text))
		if err == nil || catalog.KindOf(err) != c.kind || rows != nil {
			t.Errorf("%s: %v (%d rows)", c.name, err, len(rows))
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := survey.ReadOffices(stopped, "x", strings.NewReader("Amt\nGarten\n")); err == nil {
		t.Error("goes on although nobody waits")
	}
	_, findings, err := survey.ReadOffices(t.Context(), "x", strings.NewReader("Amt;Mail\nGarten;\"offen\nTiefbau;t@b.example\n"))
	if err != nil || len(findings) != 1 || findings[0].Row != "2" {
		t.Errorf("a broken row: %v %v", findings, err)
	}
}

func TestReadOffices_workbook(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for i, row := range [][]any{{"Liste der Ämter"}, {"Referat", "Amt", "E-Mail-Adresse"}, {"Bau", "Garten", "a@b.example"}, {"", "Tiefbau", ""}, {"Kultur"}, {"", "Bibliothek", "c@b.example"}, {}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.NewSheet("Geheim"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetSheetVisible("Geheim", false); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	rows, _, err := survey.ReadOffices(t.Context(), "liste.xlsx", &b)
	if want := "Bau>Garten<a@b.example Bau>Tiefbau< Kultur>Bibliothek<c@b.example"; err != nil || listed(rows) != want {
		t.Errorf("%s %v", listed(rows), err)
	}
}

func FuzzReadOffices(f *testing.F) {
	f.Add([]byte("Referat;Amt;Mail\nBau;Garten;a@b.example\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xff\xfeA\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, _, err := survey.ReadOffices(t.Context(), "x", bytes.NewReader(data))
		if err == nil && len(rows) == 0 {
			t.Error("neither rows nor an error")
		}
	})
}
