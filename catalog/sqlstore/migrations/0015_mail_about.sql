-- What a mail is about: the id of a round, '' for none. A city sees the letters of its
-- rounds by this, and not by who got them: offices may have letters of other cities.
ALTER TABLE mail ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX mail_about ON mail (about, created, id) WHERE about <> '';
