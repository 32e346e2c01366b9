-- Derived: what was measured of each public dataset. It can be thrown away and is
-- measured anew; follower says up to which public change it goes.
CREATE TABLE assessment (
  entry_id TEXT PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
  org      TEXT NOT NULL,
  held     INTEGER NOT NULL,
  points   INTEGER NOT NULL,
  detail   BLOB NOT NULL,
  iri      TEXT NOT NULL,
  -- The dataset as a piece of Turtle, compressed with zstd; NULL when it is held
  -- back. marks are the addresses that may be described only once in a document.
  turtle   BLOB,
  marks    TEXT NOT NULL
) STRICT;
CREATE INDEX assessment_held ON assessment (org) WHERE held = 1;
CREATE INDEX assessment_published ON assessment (entry_id) WHERE turtle IS NOT NULL;
CREATE TABLE follower (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;

-- One line a day for the whole ("") and for each organization: the history.
CREATE TABLE quality_day (
  day      TEXT NOT NULL,
  scope    TEXT NOT NULL,
  points   REAL NOT NULL,
  datasets INTEGER NOT NULL,
  held     INTEGER NOT NULL,
  PRIMARY KEY (day, scope)
) STRICT;

-- Addresses of distributions, and how they answered. checked and next are
-- microseconds; history is JSON, newest first.
CREATE TABLE link (
  url     TEXT PRIMARY KEY,
  checked INTEGER NOT NULL,
  next    INTEGER NOT NULL,
  status  INTEGER NOT NULL,
  reached INTEGER NOT NULL,
  fails   INTEGER NOT NULL,
  history BLOB NOT NULL
) STRICT;
CREATE INDEX link_next ON link (next);
