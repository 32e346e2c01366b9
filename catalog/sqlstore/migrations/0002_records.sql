-- What CKAN's accounts have beyond a name, and the small things that hang on
-- entries and users: views, followers, vocabularies, relationships.
ALTER TABLE user ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE user ADD COLUMN image_url TEXT NOT NULL DEFAULT '';
ALTER TABLE user ADD COLUMN password TEXT NOT NULL DEFAULT ''; -- argon2id, never the password
ALTER TABLE user ADD COLUMN last_active INTEGER;
ALTER TABLE user ADD COLUMN plugin_extras BLOB NOT NULL DEFAULT X'7B7D';
CREATE INDEX user_email ON user (email);

CREATE TABLE record (
  id      TEXT PRIMARY KEY,
  kind    TEXT NOT NULL,
  parent  TEXT NOT NULL,
  key     TEXT NOT NULL,
  created INTEGER NOT NULL,
  body    BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_place ON record (kind, parent, key);
CREATE INDEX record_key ON record (kind, key);
