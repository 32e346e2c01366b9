-- Entries, their history and the change log. Times are microseconds since 1970, UTC.
CREATE TABLE entry (
  id            TEXT PRIMARY KEY,
  namespace     TEXT NOT NULL,
  name          TEXT NOT NULL,
  type          TEXT NOT NULL,
  owner         TEXT NOT NULL,
  state         TEXT NOT NULL,
  access        TEXT NOT NULL,
  rev           INTEGER NOT NULL,
  created       INTEGER NOT NULL,
  modified      INTEGER NOT NULL,
  origin_source TEXT,
  origin_key    TEXT,
  body          BLOB NOT NULL
) STRICT;
-- CKAN: a deleted dataset frees its name, a deleted group or organization does not.
CREATE UNIQUE INDEX entry_name ON entry (namespace, name) WHERE namespace = 'group' OR state <> 'deleted';
CREATE UNIQUE INDEX entry_origin ON entry (origin_source, origin_key) WHERE origin_source IS NOT NULL;
CREATE INDEX entry_type ON entry (type, created, id);
CREATE INDEX entry_owner ON entry (owner, type);

-- Which dataset a distribution belongs to; a distribution's id is unique everywhere.
CREATE TABLE part (
  id       TEXT PRIMARY KEY,
  entry_id TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX part_entry ON part (entry_id);

CREATE TABLE change (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  actor    TEXT NOT NULL,
  op       TEXT NOT NULL,
  type     TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  rev      INTEGER NOT NULL
) STRICT;
CREATE INDEX change_entry ON change (entry_id, seq);

CREATE TABLE revision (
  entry_id TEXT NOT NULL,
  rev      INTEGER NOT NULL,
  seq      INTEGER NOT NULL REFERENCES change (seq),
  body     BLOB NOT NULL,
  PRIMARY KEY (entry_id, rev)
) STRICT;

CREATE TABLE user (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  fullname TEXT NOT NULL,
  email    TEXT NOT NULL,
  sysadmin INTEGER NOT NULL,
  state    TEXT NOT NULL,
  created  INTEGER NOT NULL
) STRICT;

-- Only the hash of a token is kept: who reads the database cannot act as its user.
CREATE TABLE token (
  id        TEXT PRIMARY KEY,
  hash      TEXT NOT NULL UNIQUE,
  name      TEXT NOT NULL,
  user_id   TEXT NOT NULL REFERENCES user (id),
  created   INTEGER NOT NULL,
  expires   INTEGER,
  last_used INTEGER,
  revoked   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX token_user ON token (user_id);

CREATE TABLE membership (
  org_id  TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES user (id),
  role    TEXT NOT NULL,
  PRIMARY KEY (org_id, user_id)
) STRICT;
CREATE INDEX membership_user ON membership (user_id);

-- Imported files by content: the same file again changes nothing.
CREATE TABLE import (
  sha256    TEXT NOT NULL,
  source    TEXT NOT NULL,
  file_name TEXT NOT NULL,
  size      INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  actor     TEXT NOT NULL,
  done      INTEGER NOT NULL,
  report    BLOB NOT NULL,
  PRIMARY KEY (sha256, source)
) STRICT;
