-- Fields that source and portal both changed: what waits for somebody's decision.
CREATE TABLE harvest_dispute (
  source  TEXT NOT NULL REFERENCES harvest_source (id) ON DELETE CASCADE,
  guid    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  title   TEXT NOT NULL,
  fields  TEXT NOT NULL,           -- names, by line
  PRIMARY KEY (source, guid)
) STRICT, WITHOUT ROWID;
