package sqlstore

import (
	"bytes"

	"github.com/mattn/go-sqlite3"
)

// Every entry's newest revision says what the entry says, and most are never read
// again: they are packed. Those of older databases are not, and stay as they are.

// zstdMagic begins what is packed; JSON never begins so.
var zstdMagic = []byte{0x28, 0xB5, 0x2F, 0xFD}

func packRevision(body []byte) []byte { return packer.EncodeAll(body, nil) }

func unpackRevision(body []byte) ([]byte, error) {
	if !bytes.HasPrefix(body, zstdMagic) {
		return body, nil
	}
	return unpacker.DecodeAll(body, nil)
}

// register gives a connection the function by which queries look into revisions:
// unpacked(body), NULL where a body is damaged.
func register(conn *sqlite3.SQLiteConn) error {
	return conn.RegisterFunc("unpacked", func(body []byte) any {
		plain, err := unpackRevision(body)
		if err != nil {
			return nil
		}
		return plain
	}, true)
}
