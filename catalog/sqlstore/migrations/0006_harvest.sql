-- Harvesting. A source's datasets are entries whose origin is "harvest:" and the
-- source's id; the record beside each keeps what the source said last.
CREATE TABLE harvest_source (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL UNIQUE,
  body    BLOB NOT NULL            -- JSON of catalog.HarvestSource
) STRICT;

CREATE TABLE harvest_job (
  id      TEXT PRIMARY KEY,
  source  TEXT NOT NULL REFERENCES harvest_source (id) ON DELETE CASCADE,
  state   TEXT NOT NULL,
  created INTEGER NOT NULL,
  body    BLOB NOT NULL            -- JSON of catalog.HarvestJob
) STRICT;
CREATE INDEX harvest_job_source ON harvest_job (source, created);
CREATE INDEX harvest_job_open ON harvest_job (state) WHERE state <> 'finished';

CREATE TABLE harvest_record (
  source  TEXT NOT NULL REFERENCES harvest_source (id) ON DELETE CASCADE,
  guid    TEXT NOT NULL,
  entry   TEXT NOT NULL,
  hash    TEXT NOT NULL,
  missing INTEGER NOT NULL,        -- since when it is missing at its source, 0 for present
  base    BLOB NOT NULL,           -- fields and distributions as the source had them, zstd
  PRIMARY KEY (source, guid)
) STRICT, WITHOUT ROWID;
CREATE INDEX harvest_record_entry ON harvest_record (entry);

-- What a job did with a record, where it did something or failed.
CREATE TABLE harvest_object (
  job     TEXT NOT NULL REFERENCES harvest_job (id) ON DELETE CASCADE,
  seq     INTEGER NOT NULL,
  guid    TEXT NOT NULL,
  entry   TEXT NOT NULL,
  action  TEXT NOT NULL,
  body    BLOB NOT NULL,           -- JSON: changes and findings
  PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;
