-- The newest change that took something out of the public, other than by deleting
-- it, or out of former states. Copies of the catalogue from before are no longer
-- offered.
CREATE TABLE withdrawn (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL
) STRICT;
