-- What everybody may know of the change log: entries that became public, changed
-- while they were, or stopped being so. Hidden work leaves no gap in its numbers.
CREATE TABLE public_change (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  op       TEXT NOT NULL,
  type     TEXT NOT NULL,
  entry_id TEXT NOT NULL
) STRICT;
CREATE INDEX public_change_entry ON public_change (entry_id, seq);
INSERT INTO public_change (at, op, type, entry_id)
  SELECT modified, 'create', type, id FROM entry
  WHERE state = 'active' AND access = 'public' AND type <> 'holding' ORDER BY modified, id;

-- The pages of the feed: public datasets in order of creation.
CREATE INDEX entry_public ON entry (created, id) WHERE type = 'dataset' AND state = 'active' AND access = 'public';
