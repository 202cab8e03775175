-- What an RFID tag may do (OCPP IdTagInfo), and what a user's form needs to notice that somebody else was faster.
ALTER TABLE id_tag ADD COLUMN label VARCHAR DEFAULT '';           -- what its holder calls it
ALTER TABLE id_tag ADD COLUMN status VARCHAR DEFAULT 'Accepted';  -- Accepted | Blocked
ALTER TABLE id_tag ADD COLUMN expires_at TIMESTAMPTZ;             -- NULL: never
ALTER TABLE id_tag ADD COLUMN parent_id_tag VARCHAR;              -- tags of one group may stop each other's charging
ALTER TABLE id_tag ADD COLUMN is_single BOOLEAN DEFAULT FALSE;    -- charges at one outlet at a time (ConcurrentTx)

ALTER TABLE portal_user ADD COLUMN revision BIGINT DEFAULT 0;     -- another one after each change in User provisioning
ALTER TABLE portal_user ADD COLUMN last_login_at TIMESTAMPTZ;     -- NULL: never
UPDATE portal_user SET last_login_at = (
    SELECT max(logged_at) FROM event WHERE kind = 'logged in' AND event.user_id = portal_user.user_id);
