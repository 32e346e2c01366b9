-- The round of the survey that a letter belongs to: one city's letters are not
-- another's to see, also where both write to the same address. Of letters from
-- before it is the one round that the address is in; where there are several,
-- nobody knows.
ALTER TABLE mail ADD COLUMN round TEXT NOT NULL DEFAULT '';
UPDATE mail SET round = coalesce((
  SELECT CASE WHEN count(DISTINCT o.round) = 1 THEN max(o.round) END
  FROM round_office o JOIN round r ON r.id = o.round
  WHERE lower(json_extract(CAST(o.body AS TEXT), '$.email')) = lower(mail.recipient) AND r.created <= mail.created), '')
  WHERE kind LIKE 'survey%';
CREATE INDEX mail_round ON mail (round, created) WHERE round <> '';
