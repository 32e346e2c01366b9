package survey

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"

	"trio.example/catalog"
)

// Bounds of a workbook once unpacked.
const (
	maxParts    = 2_000     // files inside
	maxUnpacked = 256 << 20 // bytes in all
	maxRatio    = 200       // unpacked to packed, beyond a megabyte
	maxOther    = 64 << 20  // bytes of pictures and the like, which stay in memory
	maxOtherXML = 8 << 20   // bytes of one part that is neither sheet nor texts
	maxCells    = 3_000_000
	maxStrings  = 500_000 // shared texts
	maxMerged   = 20_000  // merged ranges
	maxRow      = 16_384  // cells of a row
	// maxTags are those of parts that are built in memory: a style of five bytes
	// becomes one of three hundred. maxMarks are those of sheets and texts that are
	// none of their cells.
	maxTags  = 200_000
	maxMarks = 2_000_000
	// onDisk is where the library keeps a part in a temporary file and reads it
	// piece by piece.
	onDisk = 4 << 20
)

// merge is a range of cells that a workbook shows as one.
type merge struct{ column, row, lastRow int }

// contents is what is known of a workbook before the library opens it.
type contents struct {
	parts  map[string]*zip.File // by lower-case name
	book   string               // name of the part workbook.xml
	merges map[string][]merge   // by lower-case name of the sheet's part
}

// inspect looks at the table of contents, then at every part tag by tag, before
// anything is built from it. Go's zip reader refuses a part that turns out
// larger than declared.
func inspect(data []byte) (*contents, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged()
	}
	c := &contents{parts: map[string]*zip.File{}, merges: map[string][]merge{}}
	var total, other uint64
	for _, part := range z.File {
		size := part.UncompressedSize64
		total += size
		if size > 1<<20 && size/maxRatio > part.CompressedSize64 {
			return nil, tooLarge()
		}
		name := strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))
		if c.parts[name] != nil { // readers differ in which of them they take
			return nil, damaged()
		}
		c.parts[name] = part
		if strings.HasSuffix(name, "workbook.xml") {
			c.book = name
		}
		if !streamed(name) {
			other += size
			if isXML(name) && size > maxOtherXML {
				return nil, tooLarge()
			}
		}
	}
	if len(z.File) > maxParts || total > maxUnpacked || other > maxOther {
		return nil, tooLarge()
	}
	if c.book == "" && c.parts["mimetype"] != nil && c.parts["content.xml"] != nil {
		return nil, refuse(catalog.KindInvalid, "not_recognised", "Die Datei ist eine OpenDocument-Datei, etwa aus LibreOffice.", "The file is an OpenDocument file, from LibreOffice for instance.",
			"Bitte als .xlsx speichern („Excel 2007–365“).", "Save it as .xlsx (“Excel 2007–365”).")
	}
	if c.book == "" {
		return nil, notRecognised("Die Datei ist ein Archiv, aber keine Excel-Arbeitsmappe.", "The file is an archive, but no Excel workbook.")
	}
	return c, c.scan()
}

// streamed reports the parts that the library does not hold in memory.
func streamed(name string) bool {
	return name == "xl/sharedstrings.xml" || strings.HasPrefix(name, "xl/worksheets/sheet")
}

func isXML(name string) bool {
	return strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels")
}

var mergeRef = regexp.MustCompile(`\bref\s*=\s*["']\$?([A-Za-z]{1,3}\$?\d{1,7}):\$?([A-Za-z]{1,3}\$?\d{1,7})["']`)

func (c *contents) scan() error {
	cells, texts, merged, row, tags, marks := 0, 0, 0, 0, 0, 0
	for name, part := range c.parts {
		is, err := holdsXML(name, part)
		if err != nil {
			return refusedOr(err)
		}
		if !is {
			continue
		}
		in, err := part.Open()
		if err != nil {
			return damaged()
		}
		whole := !streamed(name)
		err = scanXML(in, func(tag string, inside []byte) error {
			if whole {
				tags++
			}
			switch tag {
			case "c":
				cells++
				row++
			case "row":
				row = 0
			case "si":
				texts++
			case "mergeCell":
				merged++
				c.merge(name, inside)
			case "v", "f", "t", "is", "r":
			default:
				marks++
			}
			if cells > maxCells || row > maxRow || texts > maxStrings || merged > maxMerged || tags > maxTags || marks > maxMarks {
				return tooLarge()
			}
			return nil
		})
		in.Close()
		if err != nil {
			return refusedOr(err)
		}
	}
	return nil
}

// holdsXML reports whether a parser would find XML in a part: what a workbook calls
// its sheet may have any name.
func holdsXML(name string, part *zip.File) (bool, error) {
	if isXML(name) {
		return true, nil
	}
	in, err := part.Open()
	if err != nil {
		return false, err
	}
	defer in.Close()
	head := &io.LimitedReader{R: in, N: maxXMLText}
	d := xml.NewDecoder(head)
	d.Strict = false
	for {
		t, err := d.Token()
		switch t.(type) {
		case xml.StartElement, xml.ProcInst: // behind which there may be another encoding
			return true, nil
		}
		if err != nil {
			if head.N <= 0 { // no picture begins with so much text
				return false, tooLarge()
			}
			return false, nil //nolint:nilerr // a picture, say
		}
	}
}

// merge notes a vertical merge. One that cannot be read merges nothing.
func (c *contents) merge(name string, inside []byte) {
	m := mergeRef.FindSubmatch(inside)
	if m == nil {
		return
	}
	column, first, err := excelize.CellNameToCoordinates(strings.ToUpper(strings.ReplaceAll(string(m[1]), "$", "")))
	if err != nil {
		return
	}
	_, last, err := excelize.CellNameToCoordinates(strings.ToUpper(strings.ReplaceAll(string(m[2]), "$", "")))
	if err == nil && last > first {
		c.merges[name] = append(c.merges[name], merge{column, first, last})
	}
}

// sheetPart finds the part of a sheet by way of the workbook's relations.
func (c *contents) sheetPart(sheet string) string {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		Relations []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	dir := path.Dir(c.book)
	if !c.decode(c.book, &book) || !c.decode(path.Join(dir, "_rels", path.Base(c.book)+".rels"), &rels) {
		return ""
	}
	for _, s := range book.Sheets {
		if s.Name != sheet {
			continue
		}
		for _, r := range rels.Relations {
			if r.ID == s.ID {
				target := strings.ToLower(r.Target)
				if strings.HasPrefix(target, "/") {
					return target[1:]
				}
				return path.Join(dir, target)
			}
		}
	}
	return ""
}

func (c *contents) decode(name string, v any) bool {
	part := c.parts[name]
	if part == nil {
		return false
	}
	in, err := part.Open()
	if err != nil {
		return false
	}
	defer in.Close()
	return xml.NewDecoder(io.LimitReader(in, maxOtherXML)).Decode(v) == nil
}
