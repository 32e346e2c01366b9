-- Rounds of the data-silo survey. What offices enter lies here until they submit
-- it; nothing of these tables reaches entries, the change log or the index.
CREATE TABLE round (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  city     TEXT NOT NULL,
  state    TEXT NOT NULL,
  created  INTEGER NOT NULL,
  template BLOB NOT NULL,          -- the document the round was opened with, zstd
  body     BLOB NOT NULL           -- JSON of catalog.Round
) STRICT;

CREATE TABLE round_office (
  id       TEXT PRIMARY KEY,
  round    TEXT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
  name     TEXT NOT NULL,
  parent   TEXT NOT NULL,
  state    TEXT NOT NULL,
  body     BLOB NOT NULL,          -- JSON of catalog.RoundOffice
  UNIQUE (round, parent, name)
) STRICT;

CREATE TABLE round_link (
  hash     TEXT PRIMARY KEY,       -- SHA-256 of the token, which is kept nowhere
  id       TEXT NOT NULL UNIQUE,
  office   TEXT NOT NULL REFERENCES round_office (id) ON DELETE CASCADE,
  created  INTEGER NOT NULL,
  body     BLOB NOT NULL           -- JSON of catalog.RoundLink
) STRICT;
CREATE INDEX round_link_office ON round_link (office, created);

CREATE TABLE round_holding (
  id       TEXT PRIMARY KEY,
  round    TEXT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
  office   TEXT NOT NULL REFERENCES round_office (id) ON DELETE CASCADE,
  seq      INTEGER NOT NULL,
  state    TEXT NOT NULL,
  body     BLOB NOT NULL           -- JSON of catalog.RoundHolding
) STRICT;
CREATE INDEX round_holding_office ON round_holding (office, seq);
CREATE INDEX round_holding_round ON round_holding (round, office, seq);

-- Every revision of every answer; holding is '' for what an office answers once.
CREATE TABLE round_answer (
  office   TEXT NOT NULL REFERENCES round_office (id) ON DELETE CASCADE,
  holding  TEXT NOT NULL,
  question TEXT NOT NULL,
  rev      INTEGER NOT NULL,
  value    BLOB NOT NULL,          -- JSON: text, list of texts or null
  unknown  INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  by       TEXT NOT NULL,
  PRIMARY KEY (office, holding, question, rev)
) STRICT, WITHOUT ROWID;

CREATE TABLE round_note (
  id       TEXT PRIMARY KEY,
  office   TEXT NOT NULL REFERENCES round_office (id) ON DELETE CASCADE,
  at       INTEGER NOT NULL,
  body     BLOB NOT NULL           -- JSON of catalog.RoundNote
) STRICT;
CREATE INDEX round_note_office ON round_note (office, at);

CREATE TABLE round_event (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  round    TEXT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
  office   TEXT NOT NULL,
  body     BLOB NOT NULL           -- JSON of catalog.RoundEvent
) STRICT;
CREATE INDEX round_event_round ON round_event (round, seq);
CREATE INDEX round_event_office ON round_event (office, seq);
