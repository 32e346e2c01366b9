package sqlstore

import (
	"strings"

	"trio.example/catalog"
)

// HarvestDisputes implements catalog.HarvestTx.
func (t *tx) HarvestDisputes(source string, limit int) ([]*catalog.HarvestDispute, error) {
	return list(t, "harvest disputes", func(scan func(...any) error) (*catalog.HarvestDispute, error) {
		d := catalog.HarvestDispute{Source: source}
		var at int64
		var fields string
		if err := scan(&d.GUID, &at, &d.Title, &fields); err != nil {
			return nil, err
		}
		d.At, d.Fields = fromMicros(at), strings.Split(fields, "\n")
		return &d, nil
	}, "SELECT guid, at, title, fields FROM harvest_dispute WHERE source = ? ORDER BY at DESC, guid LIMIT ?", source, limit)
}

// PutHarvestDispute implements catalog.HarvestWriteTx.
func (t *tx) PutHarvestDispute(d *catalog.HarvestDispute) error {
	if len(d.Fields) == 0 {
		return t.derived("delete harvest dispute", "DELETE FROM harvest_dispute WHERE source = ? AND guid = ?", d.Source, d.GUID)
	}
	return t.derived("put harvest dispute", "INSERT OR REPLACE INTO harvest_dispute (source, guid, at, title, fields) VALUES (?,?,?,?,?)", d.Source, d.GUID, micros(d.At), d.Title, strings.Join(d.Fields, "\n"))
}
