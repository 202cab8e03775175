-- What users want stations to do (data/commands.py) and how far each is. Pages write rows, the sidecar carries them out.
CREATE SEQUENCE command_id START 1;
CREATE TABLE command (
    command_id       BIGINT PRIMARY KEY DEFAULT nextval('command_id'),
    batch_id         VARCHAR NOT NULL,      -- one action of a user, on one station or on many
    station_id       INTEGER NOT NULL,
    site_id          INTEGER NOT NULL,
    connector_id     INTEGER,               -- NULL: no connector is meant
    kind             VARCHAR NOT NULL,      -- data/command_kinds.py lists them
    parameters       VARCHAR NOT NULL,      -- JSON, secret values masked
    secret           VARCHAR,               -- JSON of the secret values, only until the station answered
    stop_on_failures INTEGER,               -- so many failures in the batch cancel what is still queued of it
    requested_by     INTEGER,               -- user_id; NULL: the portal itself
    requested_at     TIMESTAMPTZ NOT NULL,
    expires_at       TIMESTAMPTZ NOT NULL,  -- not sent after that, if the station was away until then
    state            VARCHAR NOT NULL,      -- queued | sent | accepted | working | done | rejected | not_supported | …
    sent_at          TIMESTAMPTZ,
    answered_at      TIMESTAMPTZ,
    progressed_at    TIMESTAMPTZ,
    ended_at         TIMESTAMPTZ,           -- NULL: still under way
    done_by          TIMESTAMPTZ,           -- timed out when the outcome has not come by then
    answer           VARCHAR NOT NULL DEFAULT '',   -- the station's word, or why there is none
    progress         SMALLINT,              -- percent
    progress_text    VARCHAR NOT NULL DEFAULT '',
    result           VARCHAR                -- JSON: what the station told beside its word
);

CREATE TABLE reservation (
    reservation_id BIGINT PRIMARY KEY,      -- the command's that made it
    station_id     INTEGER NOT NULL,
    site_id        INTEGER NOT NULL,
    connector_id   INTEGER NOT NULL,        -- 0: any of the station
    id_tag         VARCHAR NOT NULL,
    parent_id_tag  VARCHAR,
    reserved_at    TIMESTAMPTZ NOT NULL,
    expires_at     TIMESTAMPTZ NOT NULL,
    state          VARCHAR NOT NULL,        -- active | used | cancelled | expired
    ended_at       TIMESTAMPTZ,
    transaction_id BIGINT                   -- the one that used it
);

-- The authorization list each station keeps, as last sent to it.
CREATE TABLE local_list (
    station_id INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    entries    VARCHAR NOT NULL,            -- JSON list of id tags: what a differential update starts from
    tags       INTEGER NOT NULL,
    sent_at    TIMESTAMPTZ NOT NULL
);
