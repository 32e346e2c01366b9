-- What a source sent about a record when it last changed or failed: the first link
-- of the way from there to our dataset. Bounded per record, gone with its source.
CREATE TABLE harvest_raw (
  source  TEXT NOT NULL REFERENCES harvest_source (id) ON DELETE CASCADE,
  guid    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  type    TEXT NOT NULL,
  size    INTEGER NOT NULL,        -- of the whole, in bytes
  body    BLOB NOT NULL,           -- zstd
  PRIMARY KEY (source, guid)
) STRICT;

-- The newest thing that was done with a record.
CREATE INDEX harvest_object_guid ON harvest_object (guid, job);
