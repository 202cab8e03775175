-- What is wrong with a message: an error's code, or the rule it breaks; NULL: nothing.
ALTER TABLE message ADD COLUMN flaw VARCHAR;
UPDATE message SET flaw = 'FormationViolation' WHERE kind = 'broken';
UPDATE message SET flaw = coalesce(nullif(regexp_extract(frame, '^\s*\[\s*4\s*,[^,]*,\s*"(\w+)"', 1), ''), 'GenericError')
WHERE kind = 'error';
