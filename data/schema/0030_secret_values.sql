-- Values of configuration keys that count as secret by now (data/command_kinds.py), kept before they did, go from every
-- table. One too many is only not shown.
CREATE MACRO secret() AS
    'authorizationkey|passw(?:or)?d|passphrase|secret|(?:pwd|psk)\b|(?:api|wpa|wifi|pre.?shared).?key|sim.?pin|pin.?code';

UPDATE parameter SET value = '' WHERE value <> '' AND regexp_matches(key, secret(), 'i');

-- What still waits for its station is sent all the same.
UPDATE command SET
    secret = CASE WHEN state = 'queued' THEN json_object('value', parameters ->> '$.value') END,
    parameters = json_merge_patch(parameters, '{"value": "•••"}')
WHERE kind = 'change_configuration' AND regexp_matches(parameters ->> '$.key', secret(), 'i')
    AND parameters ->> '$.value' <> '•••';

UPDATE event SET details = json_merge_patch(details, '{"parameters": {"value": "•••"}}')
WHERE kind = 'command' AND json_valid(details) AND regexp_matches(details ->> '$.parameters.key', secret(), 'i')
    AND details ->> '$.parameters.value' <> '•••';

-- In a frame a value stands behind its key or before it, in JSON or in XML.
UPDATE message SET frame = regexp_replace(regexp_replace(regexp_replace(frame,
    '("key"\s*:\s*"[^"]*(?:' || secret() || ')[^"]*"[^{}]*?"value"\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|$)|[^\s",{}\]]+)',
    '\1"••••"', 'gi'),
    '("value"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|[^\s",{}\]]+)([^{}]*?"key"\s*:\s*"[^"]*(?:' || secret() || ')[^"]*")',
    '\1"••••"\2', 'gi'),
    '(<(?:[\w.-]+:)?key\b[^<>]*>[^<]*(?:' || secret() || ')[^<]*<(?s:.{0,200}?)<(?:[\w.-]+:)?value\b[^<>]*>)[^<]*',
    '\1••••', 'gi')
WHERE action IN ('ChangeConfiguration', 'GetConfiguration') AND regexp_matches(frame, secret(), 'i');

DROP MACRO secret;
