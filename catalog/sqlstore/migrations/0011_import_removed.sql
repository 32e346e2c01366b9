-- When the raw file of an import was removed: its retention is over, or a
-- person's data had to go. The report stays.
ALTER TABLE import ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
