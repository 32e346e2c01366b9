package sqlstore

import (
	"context"
	"fmt"

	"trio.example/catalog"
)

// Check proves what the store promises: the change log has no gap, every
// entry equals its newest revision, every revision has its change, and the
// file itself is sound. It returns what is wrong, nothing when all is well.
func (s *Store) Check(ctx context.Context) ([]catalog.Finding, error) {
	var out []catalog.Finding
	checks := []struct {
		code, de, en, query string
	}{
		{"change_gap", "Dem Änderungsverzeichnis fehlt die Nummer vor %s.", "The change log lacks the number before %s.",
			`SELECT seq FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS prev FROM change) WHERE seq <> prev + 1 LIMIT 100`},
		{"public_gap", "Dem öffentlichen Verzeichnis fehlt die Nummer vor %s.", "The public log lacks the number before %s.",
			`SELECT seq FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS prev FROM public_change) WHERE seq <> prev + 1 LIMIT 100`},
		{"public_differs", "Das öffentliche Verzeichnis sagt über %s etwas anderes als der Eintrag.", "The public log says something else about %s than the entry.",
			`SELECT e.id FROM entry e WHERE (e.state = 'active' AND e.access = 'public' AND e.type <> 'holding') <>
			 coalesce((SELECT op <> 'delete' FROM public_change p WHERE p.entry_id = e.id ORDER BY seq DESC LIMIT 1), 0) LIMIT 100`},
		{"revision_missing", "Der Eintrag %s hat keine Fassung zu seinem Stand.", "Entry %s has no revision of its state.",
			`SELECT e.id FROM entry e LEFT JOIN revision r ON r.entry_id = e.id AND r.rev = e.rev WHERE r.rev IS NULL
			 UNION SELECT r.entry_id FROM revision r JOIN entry e ON e.id = r.entry_id WHERE r.rev < e.rev AND unpacked(r.body, x'') IS NULL LIMIT 100`},
		{"revision_differs", "Der Eintrag %s weicht von seiner neuesten Fassung ab.", "Entry %s differs from its newest revision.",
			`SELECT e.id FROM entry e JOIN revision r ON r.entry_id = e.id AND r.rev = (SELECT max(rev) FROM revision WHERE entry_id = e.id) WHERE unpacked(r.body, e.body) IS NOT e.body LIMIT 100`},
		{"revision_orphan", "Zu einer Fassung von %s fehlt die Änderung.", "A revision of %s has no change.",
			`SELECT r.entry_id FROM revision r LEFT JOIN change c ON c.seq = r.seq AND c.entry_id = r.entry_id AND c.rev = r.rev WHERE c.seq IS NULL LIMIT 100`},
		{"revision_gap", "Die Fassungen von %s sind nicht lückenlos.", "The revisions of %s have a gap.",
			`SELECT entry_id FROM revision GROUP BY entry_id HAVING count(*) <> max(rev) LIMIT 100`},
		{"part_differs", "Die Verteilungen von %s stehen nicht im Verzeichnis.", "The distributions of %s are not in the look-up.",
			`SELECT e.id FROM entry e WHERE json_array_length(CAST(e.body AS TEXT), '$.parts') IS NOT NULL
			 AND json_array_length(CAST(e.body AS TEXT), '$.parts') <> (SELECT count(*) FROM part p WHERE p.entry_id = e.id) LIMIT 100`},
		{"round_gap", "Die Fassungen einer Antwort der Dienststelle %s sind nicht lückenlos.", "The revisions of an answer of office %s have a gap.",
			`SELECT office FROM round_answer GROUP BY office, holding, question HAVING count(*) <> max(rev) - min(rev) + 1 LIMIT 100`},
		{"integrity", "Die Datenbankdatei ist beschädigt: %s", "The database file is damaged: %s",
			`SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'`},
		{"foreign_key", "In der Tabelle %s fehlt ein Bezug.", "A reference in table %s is missing.",
			`SELECT "table" FROM pragma_foreign_key_check LIMIT 100`},
	}
	for _, c := range checks {
		culprits, err := s.column(ctx, c.query)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", c.code, err)
		}
		for _, what := range culprits {
			out = append(out, catalog.Finding{
				Severity: catalog.SeverityError, Code: c.code, Message: catalog.DE(fmt.Sprintf(c.de, what), fmt.Sprintf(c.en, what)),
				Remedy: catalog.DE("Eine Sicherung einspielen und den Vorfall melden.", "Restore a backup and report the incident."),
			})
		}
	}
	return out, nil
}

// column returns the texts of a query with one column.
func (s *Store) column(ctx context.Context, query string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}
