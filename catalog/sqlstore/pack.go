package sqlstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/mattn/go-sqlite3"
)

// What an entry says now stands in its row; its newest revision has only a sum of
// that. The next change packs it into the revision, where it is hardly ever read.
// Revisions of older databases are neither and stay as they are.

// zstdMagic begins what is packed, sumMark a sum; JSON begins with neither.
var (
	zstdMagic = []byte{0x28, 0xB5, 0x2F, 0xFD}
	castTable = crc32.MakeTable(crc32.Castagnoli)
)

const (
	sumMark   = 0
	sumLength = 1 + crc32.Size
)

// errDiffers says that an entry is not what its newest revision has the sum of.
var errDiffers = errors.New("the entry differs from its newest revision")

// sumOf is the newest revision of an entry.
func sumOf(body []byte) []byte {
	return binary.BigEndian.AppendUint32([]byte{sumMark}, crc32.Checksum(body, castTable))
}

func isSum(body []byte) bool { return len(body) == sumLength && body[0] == sumMark }

func packRevision(body []byte) []byte { return packer.EncodeAll(body, nil) }

// unpackRevision gives what a revision says; entry is what its entry says if it is
// the newest one, else empty.
func unpackRevision(body, entry []byte) ([]byte, error) {
	switch {
	case isSum(body):
		if len(entry) == 0 || !bytes.Equal(body, sumOf(entry)) {
			return nil, errDiffers
		}
		return entry, nil
	case bytes.HasPrefix(body, zstdMagic):
		return unpacker.DecodeAll(body, nil)
	}
	return body, nil
}

// register gives a connection the functions of queries: packed(body), and
// unpacked(body, entry), NULL where a body is damaged.
func register(conn *sqlite3.SQLiteConn) error {
	err := conn.RegisterFunc("packed", packRevision, true)
	if err != nil {
		return err
	}
	return conn.RegisterFunc("unpacked", func(body, entry []byte) any {
		plain, err := unpackRevision(body, entry)
		if err != nil {
			return nil
		}
		return plain
	}, true)
}
