package survey

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var bom8 = []byte("\xEF\xBB\xBF")

// decode turns a text file into UTF-8: by byte-order mark, then strict UTF-8,
// else Windows-1252, which is what spreadsheet programs write in Germany.
func decode(data []byte) (text []byte, encoding string, err error) {
	switch {
	case bytes.HasPrefix(data, bom8):
		data = data[len(bom8):]
		if utf8.Valid(data) {
			return data, "utf-8-bom", nil
		}
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return utf16(data[2:], unicode.LittleEndian, "utf-16le")
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return utf16(data[2:], unicode.BigEndian, "utf-16be")
	case utf8.Valid(data) && bytes.IndexByte(data, 0) < 0:
		return data, "utf-8", nil
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		// Every second byte zero: UTF-16 without its mark.
		switch {
		case len(data) > 3 && data[1] == 0 && data[3] == 0:
			return utf16(data, unicode.LittleEndian, "utf-16le")
		case len(data) > 3 && data[0] == 0 && data[2] == 0:
			return utf16(data, unicode.BigEndian, "utf-16be")
		}
		return nil, "", notRecognised("Die Datei ist keine Textdatei.", "The file is no text file.")
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return nil, "", notRecognised("Der Zeichensatz der Datei ist nicht erkennbar.", "The charset of the file cannot be recognised.")
	}
	return out, "windows-1252", nil
}

func utf16(data []byte, order unicode.Endianness, name string) ([]byte, string, error) {
	out, err := unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder().Bytes(data)
	if err != nil || bytes.IndexByte(out, 0) >= 0 {
		return nil, "", notRecognised("Der Zeichensatz der Datei ist nicht erkennbar.", "The charset of the file cannot be recognised.")
	}
	return out, name, nil
}
