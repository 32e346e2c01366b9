package survey

import "bytes"

// csvRecord is one record of a CSV text. broken says why it cannot be used.
type csvRecord struct {
	cells  []string
	broken string
}

// csvReader reads records one after the other. Unlike encoding/csv it goes on
// behind a record that is broken, and says what is wrong with that one.
type csvReader struct {
	text  []byte
	pos   int
	delim byte
	// reread counts bytes that were read in vain behind quotes that never close.
	reread int
	// hopeless: there were too many of them to go on.
	hopeless bool
}

// maxReread keeps a file full of such quotes from being read over and over.
const maxReread = 8 * MaxFile

// maxQuoted bounds a quoted cell, in bytes; a longer one has lost its end.
const maxQuoted = 256 << 10

// delimiter finds the separator: the one of ; , and tab most often found
// between quotes in the header, else outside of quotes.
func delimiter(header []byte) byte {
	best, most := byte(';'), 0
	for _, d := range []byte{';', ',', '\t'} {
		n := bytes.Count(header, []byte{'"', d, '"'})
		if n > most {
			best, most = d, n
		}
	}
	if most > 0 {
		return best
	}
	counts := map[byte]int{}
	quoted := false
	for _, c := range header {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			counts[c]++
		}
	}
	for _, d := range []byte{';', ',', '\t'} {
		if counts[d] > most {
			best, most = d, counts[d]
		}
	}
	return best
}

// next returns the next record, ok false at the end of the text.
func (r *csvReader) next() (rec csvRecord, ok bool) {
	if r.pos >= len(r.text) || r.hopeless {
		return rec, false
	}
	for {
		cell, end, broken := r.cell()
		rec.cells = append(rec.cells, cell)
		if broken != "" {
			rec.broken = broken
		}
		if end || len(rec.cells) > maxColumns {
			if len(rec.cells) > maxColumns {
				rec.broken = "column_mismatch"
				r.skipLine()
			}
			return rec, true
		}
	}
}

// cell reads one cell and what follows it; end is true at the end of a record.
func (r *csvReader) cell() (cell string, end bool, broken string) {
	if r.pos < len(r.text) && r.text[r.pos] == '"' {
		return r.quoted()
	}
	start := r.pos
	for r.pos < len(r.text) && r.text[r.pos] != r.delim && r.text[r.pos] != '\n' && r.text[r.pos] != '\r' {
		r.pos++
	}
	return string(r.text[start:r.pos]), r.separator(), ""
}

// separator steps over a delimiter or a line end and says which it was.
func (r *csvReader) separator() (end bool) {
	if r.pos >= len(r.text) {
		return true
	}
	c := r.text[r.pos]
	r.pos++
	if c == '\r' && r.pos < len(r.text) && r.text[r.pos] == '\n' {
		r.pos++
	}
	return c != r.delim
}

func (r *csvReader) quoted() (cell string, end bool, broken string) {
	open := r.pos
	r.pos++
	var b []byte
	start, limit := r.pos, min(len(r.text), open+maxQuoted)
	for {
		// A doubled quote can lead one byte behind the limit.
		i := bytes.IndexByte(r.text[min(r.pos, limit):limit], '"')
		if i < 0 {
			// Never closed: give up this record at the end of its line.
			if r.reread += limit - open; r.reread > maxReread {
				r.hopeless = true
			}
			r.pos = open
			r.skipLine()
			return "", true, "unterminated_quote"
		}
		r.pos += i
		b = append(b, r.text[start:r.pos]...)
		next := byte('\n')
		if r.pos+1 < len(r.text) {
			next = r.text[r.pos+1]
		}
		switch {
		case next == '"':
			b = append(b, '"')
			r.pos += 2
			start = r.pos
		case next == r.delim || next == '\n' || next == '\r':
			r.pos++
			return string(b), r.separator(), ""
		case r.pos > open+1 && (r.text[r.pos-1] == '\n' || r.text[r.pos-1] == '\r'):
			// A quote that opens right behind a line break: the record before
			// it lacks its closing quote.
			return "", true, "unterminated_quote"
		default:
			b = append(b, '"') // a stray quote inside a text
			r.pos++
			start = r.pos
		}
	}
}

func (r *csvReader) skipLine() {
	for r.pos < len(r.text) {
		c := r.text[r.pos]
		r.pos++
		if c == '\r' && r.pos < len(r.text) && r.text[r.pos] == '\n' {
			r.pos++
		}
		if c == '\r' || c == '\n' {
			return
		}
	}
}

// blank reports a record of one empty cell, as LimeSurvey writes at the end.
func (rec csvRecord) blank() bool {
	for _, c := range rec.cells {
		if c != "" {
			return false
		}
	}
	return rec.broken == ""
}
