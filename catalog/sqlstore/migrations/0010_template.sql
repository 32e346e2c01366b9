-- Templates of the survey: what cities wrote, adopted and released. A released
-- one never changes; rounds keep a copy of their own.
CREATE TABLE template (
  id       TEXT NOT NULL,
  version  TEXT NOT NULL,
  created  INTEGER NOT NULL,
  doc      BLOB NOT NULL,          -- the document as it was written, zstd
  body     BLOB NOT NULL,          -- JSON of catalog.Template
  PRIMARY KEY (id, version)
) STRICT;
