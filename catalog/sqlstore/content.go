package sqlstore

import (
	"fmt"
	"regexp"
)

// named are the places where a stored file is named by its SHA-256.
const named = `SELECT body FROM (SELECT CAST(unpacked(body, x'') AS TEXT) AS body FROM revision UNION ALL SELECT CAST(body AS TEXT) FROM entry) WHERE instr(body, '"sum":"') > 0
	UNION ALL SELECT CAST(body AS TEXT) FROM record WHERE kind IN ('picture', 'file')
	UNION ALL SELECT sha256 FROM import`

// NamesContent implements catalog.Tx.
func (t *tx) NamesContent(sum string) (bool, error) {
	var n int
	if err := t.sql.QueryRowContext(t.ctx, `WITH n (body) AS (`+named+`) SELECT EXISTS (SELECT 1 FROM n WHERE instr(body, ?) > 0)`, sum).Scan(&n); err != nil {
		return false, fmt.Errorf("is content %.12s named: %w", sum, err)
	}
	return n > 0, nil
}

var sumPattern = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// Contents implements catalog.Tx.
func (t *tx) Contents() (map[string]bool, error) {
	rows, err := t.sql.QueryContext(t.ctx, named)
	if err != nil {
		return nil, fmt.Errorf("contents: %w", err)
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("contents: %w", err)
		}
		for _, sum := range sumPattern.FindAllString(body, -1) {
			out[sum] = true
		}
	}
	return out, rows.Err()
}
