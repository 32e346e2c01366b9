-- What a holding of a round became in the catalogue, and what its answers were filled
-- in from: both are looked up from the entry.
ALTER TABLE round_holding ADD COLUMN entry TEXT NOT NULL DEFAULT '';
ALTER TABLE round_holding ADD COLUMN previous TEXT NOT NULL DEFAULT '';
UPDATE round_holding SET
  entry = coalesce(json_extract(CAST(body AS TEXT), '$.entry'), ''),
  previous = coalesce(json_extract(CAST(body AS TEXT), '$.previous'), '');
CREATE INDEX round_holding_entry ON round_holding (entry) WHERE entry <> '';
CREATE INDEX round_holding_previous ON round_holding (previous) WHERE previous <> '';
