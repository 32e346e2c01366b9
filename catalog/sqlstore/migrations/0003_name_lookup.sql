-- The unique index on names is partial, so looking a name up could not use it
-- and read the whole table: imports slowed down with every entry.
CREATE INDEX entry_lookup ON entry (namespace, name);
