-- Mail that waits, was sent or was given up. body is what goes out; it may hold a
-- link that lets its reader in, so it is emptied as soon as the mail is done.
CREATE TABLE mail (
  id        TEXT PRIMARY KEY,
  kind      TEXT NOT NULL,
  lang      TEXT NOT NULL,
  user_id   TEXT NOT NULL,            -- whose account it is about, '' for none
  recipient TEXT NOT NULL,
  subject   TEXT NOT NULL,
  body      TEXT NOT NULL,
  shown     TEXT NOT NULL,            -- the same without secrets
  state     TEXT NOT NULL,
  created   INTEGER NOT NULL,
  next      INTEGER NOT NULL,
  expires   INTEGER,
  done      INTEGER,
  attempts  INTEGER NOT NULL,
  reason    TEXT NOT NULL
) STRICT;
CREATE INDEX mail_due ON mail (next) WHERE state = 'waiting';
CREATE INDEX mail_list ON mail (created, id);
CREATE INDEX mail_user ON mail (user_id) WHERE user_id <> '';

-- Signed-in browsers. Only the hash of a session's key is kept. stamp belongs to
-- the password it was opened with: a new password ends it, whoever sets it.
CREATE TABLE session (
  id        TEXT PRIMARY KEY,
  hash      TEXT NOT NULL UNIQUE,
  user_id   TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  stamp     TEXT NOT NULL,
  complete  INTEGER NOT NULL,         -- 0 while the second factor is missing
  agent     TEXT NOT NULL,
  created   INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  expires   INTEGER NOT NULL
) STRICT;
CREATE INDEX session_user ON session (user_id);

-- Keys that were sent by mail and open one page once.
CREATE TABLE ticket (
  hash      TEXT PRIMARY KEY,
  kind      TEXT NOT NULL,
  user_id   TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  created   INTEGER NOT NULL,
  expires   INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_user ON ticket (user_id);

-- Second factors: apps with one-time codes, recovery codes (hashed), passkeys.
CREATE TABLE factor (
  id        TEXT PRIMARY KEY,
  user_id   TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  kind      TEXT NOT NULL,
  name      TEXT NOT NULL,
  secret    TEXT NOT NULL,
  step      INTEGER NOT NULL,         -- the last one-time code's step: each counts once
  confirmed INTEGER NOT NULL,
  created   INTEGER NOT NULL,
  last_used INTEGER
) STRICT;
CREATE INDEX factor_user ON factor (user_id, kind);

-- Wrong guesses by account and by address, both as a hash.
CREATE TABLE guess (
  key       TEXT PRIMARY KEY,
  fails     INTEGER NOT NULL,
  last      INTEGER NOT NULL,
  until     INTEGER NOT NULL
) STRICT;
CREATE INDEX guess_last ON guess (last);

-- Wishes for a new password. Who asks is answered at once and always alike;
-- whether there is such an account is looked up afterwards.
CREATE TABLE reset_request (
  id        TEXT PRIMARY KEY,
  login     TEXT NOT NULL,
  lang      TEXT NOT NULL,
  at        INTEGER NOT NULL
) STRICT;

CREATE INDEX user_email_any_case ON user (lower(email)) WHERE email <> '';
