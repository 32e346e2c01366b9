-- Derived like the assessment: which series a public dataset names, by id or address.
CREATE TABLE assessment_series (
  ref      TEXT NOT NULL,
  entry_id TEXT NOT NULL REFERENCES assessment (entry_id) ON DELETE CASCADE,
  PRIMARY KEY (ref, entry_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assessment_series_entry ON assessment_series (entry_id);
