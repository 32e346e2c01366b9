package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// maxMemory bounds what refusing a hostile file may cost, in bytes resident.
const maxMemory = 400 << 20

// hostile are files that nobody can import. They are made while the test runs:
// no repository wants them. code is the finding that must name the reason.
var hostile = []struct {
	name, code string
	write      func(w io.Writer) error
}{
	{"leer.csv", "empty_file", text("")},
	{"nur-leerzeichen.csv", "empty_file", text(" \r\n\t\r\n ")},
	{"nur-bom.csv", "empty_file", text("\xEF\xBB\xBF")},
	{"nur-bom-utf16.csv", "empty_file", text("\xFF\xFE")},
	{"nullbytes.csv", "empty_file", text(strings.Repeat("\x00", 4096))},
	{"fremd.csv", "not_recognised", text("Name;Wert\r\nA;1\r\n")},
	{"brief.txt", "not_recognised", text("Sehr geehrte Damen und Herren,\n\nanbei die Abfrage.\n")},
	{"bild.png", "not_recognised", text("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01")},
	{"alt.xls", "not_recognised", text("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 512))},
	{"rauschen.csv", "not_recognised", noise(1 << 20)},
	{"abgeschnitten.json", "json_syntax", text(`{"format":"trio.survey.responses/1","responses":[{"answers":{"B_title":"x`)},
	{"liste.json", "not_recognised", text(`[1,2,3]`)},
	{"fremd.json", "not_recognised", text(`{"a":1}`)},
	{"vorlage.json", "template_unknown", text(`{"format":"trio.survey.responses/1","template":{"id":"anders","version":"1.0.0"},"city":"aug","responses":[]}`)},
	{"fassung.json", "template_version_unsupported", text(`{"format":"trio.survey.responses/1","template":{"id":"man-datensilo","version":"2.0.0"},"city":"aug","responses":[]}`)},
	{"tief.json", "too_deep", repeated("[", 20<<20, "")},
	{"tief-objekte.json", "too_deep", repeated(`{"a":`, 8<<20, "")},
	{"millionen-antworten.json", "too_large", responses(repeated(`{},`, 30<<20, `{}`))},
	{"millionen-fragen.json", "too_large", responses(numbered(`{"answers":{`, `"q%d":"x",`, 3_000_000, `"z":""}}`))},
	{"millionen-werte.json", "too_large", responses(seq(text(`{"answers":{"B_keywords":[`), repeated(`"",`, 30<<20, `""]}}`)))},
	{"millionen-spalten.csv", "not_recognised", repeated(`"aStadt";`, 30<<20, "\r\n")},
	{"eine-zeile.csv", "not_recognised", repeated("x", 30<<20, "")},
	{"offenes-zitat.csv", "not_recognised", seq(text(`"`), repeated("x\r\n", 30<<20, ""))},
	{"millionen-zitate.csv", "too_large", seq(text(header), repeated("\"x\n", 30<<20, ""))},
	{"millionen-saetze.csv", "too_large", seq(text(header), repeated("x;x;x;x;x;x;x;x;x\n", 30<<20, ""))},
	{"kein-excel.xlsx", "not_recognised", archive("readme.txt", text("x"))},
	{"abgeschnitten.xlsx", "damaged", text("PK\x03\x04abgeschnitten")},
	{"leeres-archiv.xlsx", "not_recognised", text("PK\x05\x06" + strings.Repeat("\x00", 18))},
	{"bombe.xlsx", "too_large", workbook(repeated(`<row><c t="inlineStr"><is><t>x</t></is></c></row>`, 240<<20, ""), nil)},
	{"texte.xlsx", "too_large", workbook(text(""), numbered("", "<si><t>%x</t></si>", 600_000, ""))},
	{"breit.xlsx", "not_recognised", workbook(wide(20_000), nil)},
	{"verbunden.xlsx", "not_recognised", workbook(text(`</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells><sheetData>`), nil)},
	{"tief.xlsx", "damaged", workbook(repeated("<row>", 900<<10, ""), nil)},
	{"dokumenttyp.xlsx", "damaged", workbook(text(`<!DOCTYPE x [<!ENTITY a "aaaa">]>`), nil)},
	{"ein-text.xlsx", "too_large", workbook(text(""), seq(text("<si><t>"), letters(3<<20), text("</t></si>")))},
	{"utf16.csv", "not_recognised", seq(text("\xFF\xFE"), repeated("ä", 30<<20, ""))},
	{"cp1252.csv", "not_recognised", repeated("\x80;", 30<<20, "")},
	{"zitate-im-text.csv", "not_recognised", seq(text(header), repeated("x;\"a\"b\n", 30<<20, ""))},
	{"lauter-werte.csv", "too_large", seq(text(header), repeated("muc;x;x;x;x;?;?;?;?\n", 30<<20, ""))},
}

// TestHostileFiles_areRefusedInBoundedMemory imports each and looks for one
// German sentence, exit code 1, little memory and an unchanged store.
func TestHostileFiles_areRefusedInBoundedMemory(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if _, errOut, code := trio(t, "survey", "import", filepath.Join(samples, files[2].name), "--city", files[2].city, "--data", data); code != 0 {
		t.Fatal(errOut)
	}
	before := exported(t, data)
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), h.name)
			out, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.write(out); err != nil {
				t.Fatal(err)
			}
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			refused(t, path, data, h.code)
		})
	}
	t.Run("endlos", func(t *testing.T) {
		// A gigabyte of nothing that takes no room on the disk.
		path := filepath.Join(t.TempDir(), "endlos.csv")
		if err := os.WriteFile(path, []byte(header), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 1<<30); err != nil {
			t.Fatal(err)
		}
		refused(t, path, data, "too_large")
		refused(t, "/dev/zero", data, "too_large")
	})
	if after := exported(t, data); after != before {
		t.Error("a refused file changed the store")
	}
	if out, errOut, code := trio(t, "check", "--data", data); code != 0 {
		t.Errorf("check: exit %d\n%s%s", code, out, errOut)
	}
}

func refused(t *testing.T, path, data, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd, peak := measured(ctx, t, "survey", "import", path, "--city", "augsburg", "--data", data, "--json", "--log-level", "error")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run() // the exit code is looked at below
	memory := peak()
	t.Logf("%4d MB, %v: %s", memory>>20, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), strings.TrimSpace(errOut.String()))
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d: %.300s", code, out.String())
	}
	if memory > maxMemory {
		t.Errorf("refusing took %d MB", memory>>20)
	}
	var said struct {
		Error    string
		Findings []struct{ Code string }
	}
	if err := json.Unmarshal(out.Bytes(), &said); err != nil {
		t.Fatalf("%v in %.300q", err, out.String())
	}
	if len(said.Findings) != 1 || said.Findings[0].Code != want {
		t.Errorf("findings %v, want %s", said.Findings, want)
	}
	if lines := strings.Count(strings.TrimSpace(errOut.String()), "\n"); lines != 0 || !strings.Contains(errOut.String(), "Datei") && !strings.Contains(errOut.String(), "Arbeitsmappe") && !strings.Contains(errOut.String(), "Antworten") {
		t.Errorf("not one clear sentence: %q", errOut.String())
	}
}

// exported is what the public sees plus what check counts.
func exported(t *testing.T, data string) string {
	t.Helper()
	out, errOut, code := trio(t, "check", "--json", "--data", data)
	if code != 0 {
		t.Fatalf("check: %s%s", out, errOut)
	}
	return out
}

const header = "aStadt;aReferat;aDienststelle;bKennung;bTitel;bBeschreibung;bThema;bTurnus;eLizenz\n"

type generator = func(w io.Writer) error

func text(s string) generator {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func seq(parts ...generator) generator {
	return func(w io.Writer) error {
		for _, p := range parts {
			if err := p(w); err != nil {
				return err
			}
		}
		return nil
	}
}

// repeated writes s until about n bytes are out, then the end.
func repeated(s string, n int, end string) generator {
	block := strings.Repeat(s, max(1, (64<<10)/len(s)))
	return func(w io.Writer) error {
		for out := 0; out < n; out += len(block) {
			if _, err := io.WriteString(w, block); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, end)
		return err
	}
}

func numbered(begin, format string, n int, end string) generator {
	return func(w io.Writer) error {
		var b bytes.Buffer
		b.WriteString(begin)
		for i := range n {
			// Odd steps keep a packer from finding the pattern.
			fmt.Fprintf(&b, format, i*2654435761%4294967291)
			if b.Len() > 1<<20 {
				if _, err := b.WriteTo(w); err != nil {
					return err
				}
			}
		}
		b.WriteString(end)
		_, err := b.WriteTo(w)
		return err
	}
}

func noise(n int) generator {
	return func(w io.Writer) error {
		var seed [32]byte
		_, err := io.CopyN(w, rand.NewChaCha8(seed), int64(n))
		return err
	}
}

// letters is text that hardly packs.
func letters(n int) generator {
	return func(w io.Writer) error {
		src := rand.New(rand.NewPCG(1, 2))
		block := make([]byte, 64<<10)
		for ; n > 0; n -= len(block) {
			for i := range block {
				block[i] = byte('a' + src.IntN(26))
			}
			if _, err := w.Write(block); err != nil {
				return err
			}
		}
		return nil
	}
}

func responses(items generator) generator {
	return seq(text(`{"format":"trio.survey.responses/1","template":{"id":"man-datensilo","version":"1.0.0"},"city":"aug","responses":[`), items, text("]}"))
}

func archive(name string, content generator) generator {
	return func(w io.Writer) error {
		z := zip.NewWriter(w)
		part, err := z.Create(name)
		if err != nil {
			return err
		}
		if err := content(part); err != nil {
			return err
		}
		return z.Close()
	}
}

// wide makes rows that have one cell each, in the last column.
func wide(rows int) generator {
	return func(w io.Writer) error {
		for i := 1; i <= rows; i++ {
			if _, err := fmt.Fprintf(w, `<row r="%d"><c r="XFD%d" t="inlineStr"><is><t>%x</t></is></c></row>`, i, i, i*2654435761); err != nil {
				return err
			}
		}
		return nil
	}
}

// workbook packs rows and shared strings into the least that is a workbook.
func workbook(rows, shared generator) generator {
	return func(w io.Writer) error {
		z := zip.NewWriter(w)
		ns := `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
		parts := []struct {
			name    string
			content generator
		}{
			{"[Content_Types].xml", text(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`)},
			{"_rels/.rels", text(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`)},
			{"xl/workbook.xml", text(`<workbook ` + ns + ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`)},
			{"xl/_rels/workbook.xml.rels", text(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`)},
			{"xl/worksheets/sheet1.xml", seq(text(`<worksheet `+ns+`><sheetData>`), rows, text(`</sheetData></worksheet>`))},
		}
		if shared != nil {
			parts = append(parts, struct {
				name    string
				content generator
			}{"xl/sharedStrings.xml", seq(text(`<sst `+ns+`>`), shared, text(`</sst>`))})
		}
		for _, p := range parts {
			part, err := z.Create(p.name)
			if err != nil {
				return err
			}
			if err := p.content(part); err != nil {
				return err
			}
		}
		return z.Close()
	}
}
