-- The frames between stations and the central system, kept for set days. Appended in the order of time, so that
-- times, stations and actions compress well and a period is found by its row groups.
CREATE TABLE message (
    logged_at      TIMESTAMPTZ NOT NULL,    -- received, or sent
    station_id     INTEGER NOT NULL,
    site_id        INTEGER NOT NULL,
    direction      VARCHAR NOT NULL,        -- in: from the station, out: to it
    kind           VARCHAR NOT NULL,        -- call, result, error; broken: no message of the protocol
    action         VARCHAR,                 -- of an answer: its call's
    unique_id      VARCHAR,
    connector_id   INTEGER,                 -- of an answer: its call's
    transaction_id BIGINT,
    latency_ms     DOUBLE,                  -- of an answer: since its call
    frame          VARCHAR NOT NULL         -- secrets masked, cut when very long
);
