package survey

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// Bounds of one XML part of a workbook.
const (
	maxXMLDepth = 64
	maxXMLText  = 1 << 20  // bytes between two tags; a cell holds 32,767 characters
	maxXMLTag   = 64 << 10 // bytes of one tag
)

// scanXML walks the tags of an XML text in constant memory, so that a workbook
// is known to be harmless before a parser builds anything from it. It calls tag
// with the local name and the inside of each start tag. What a spreadsheet
// program never writes, such as a document type, counts as damage.
func scanXML(in io.Reader, tag func(name string, inside []byte) error) error {
	r := bufio.NewReaderSize(in, 64<<10)
	var buf []byte
	for depth := 0; ; {
		if err := skipTo(r, '<'); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		begin, _ := r.Peek(8) // shorter at the end of the text
		var err error
		switch {
		case bytes.HasPrefix(begin, []byte("!--")):
			err = skipBehind(r, "-->")
		case bytes.HasPrefix(begin, []byte("![CDATA[")):
			err = skipBehind(r, "]]>")
		case bytes.HasPrefix(begin, []byte("?")):
			err = skipBehind(r, "?>")
		case bytes.HasPrefix(begin, []byte("!")):
			err = damaged()
		default:
			if buf, err = readTag(r, buf[:0]); err != nil {
				break
			}
			if bytes.HasPrefix(buf, []byte("/")) {
				depth--
				break
			}
			if !bytes.HasSuffix(buf, []byte("/")) {
				if depth++; depth > maxXMLDepth {
					return damaged()
				}
			}
			err = tag(localName(buf), buf)
		}
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return damaged()
			}
			return err
		}
	}
}

// skipTo reads up to and including the byte.
func skipTo(r *bufio.Reader, end byte) error {
	for n := 0; ; {
		part, err := r.ReadSlice(end)
		// A zero byte is UTF-16 at best, where tags would go unseen.
		if bytes.IndexByte(part, 0) >= 0 {
			return damaged()
		}
		if n += len(part); n > maxXMLText {
			return tooLarge()
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

func skipBehind(r *bufio.Reader, end string) error {
	last := end[len(end)-1]
	var tail []byte
	for n := 0; n <= maxXMLText; {
		part, err := r.ReadSlice(last)
		n += len(part)
		tail = append(tail, part[max(0, len(part)-len(end)):]...)
		tail = tail[max(0, len(tail)-len(end)):]
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if string(tail) == end {
			return nil
		}
	}
	return tooLarge()
}

// readTag reads what stands between < and >; a > inside quotes does not end it.
func readTag(r *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('>')
		if len(buf)+len(part) > maxXMLTag {
			return buf, damaged()
		}
		buf = append(buf, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return buf, err
		}
		if !inQuotes(buf) {
			return buf[:len(buf)-1], nil
		}
	}
}

func inQuotes(tag []byte) bool {
	var open byte
	for _, c := range tag {
		switch {
		case open == 0 && (c == '"' || c == '\''):
			open = c
		case c == open:
			open = 0
		}
	}
	return open != 0
}

// localName is the name of a tag without its namespace prefix.
func localName(tag []byte) string {
	if i := bytes.IndexAny(tag, " \t\r\n/"); i >= 0 {
		tag = tag[:i]
	}
	name := string(tag)
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return name
}
