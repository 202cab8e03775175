-- Third-party services at work: what each may do and is told, what it started, and what is on its way to it.
ALTER TABLE service ADD COLUMN outlets VARCHAR DEFAULT 'all';      -- all | listed: those with a value at the service
ALTER TABLE service ADD COLUMN energy_every_s INTEGER DEFAULT 0;   -- updates of an ongoing session; 0: none
ALTER TABLE service ADD COLUMN failures INTEGER DEFAULT 0;         -- tries in a row that it did not take
ALTER TABLE service ADD COLUMN paused_until TIMESTAMPTZ;           -- not tried before that

-- What services started, so that a session is known as theirs.
CREATE TABLE service_start (
    batch_id       VARCHAR PRIMARY KEY,     -- of the command
    service_id     INTEGER NOT NULL,
    station_id     INTEGER NOT NULL,
    connector_id   INTEGER NOT NULL,
    id_tag         VARCHAR NOT NULL,
    is_own         BOOLEAN NOT NULL,        -- the tag was made for this start: the service's own authorization
    reference      VARCHAR,                 -- the service's word for it; once more with the same starts nothing
    started_at     TIMESTAMPTZ NOT NULL,
    expires_at     TIMESTAMPTZ NOT NULL,    -- begins no session after that
    transaction_id BIGINT                   -- NULL: none has begun
);

-- Notifications to services, kept until taken; written in the commit of what they tell.
CREATE SEQUENCE delivery_id START 1;
CREATE TABLE service_delivery (
    delivery_id  BIGINT PRIMARY KEY DEFAULT nextval('delivery_id'),
    public_id    VARCHAR NOT NULL DEFAULT CAST(gen_random_uuid() AS VARCHAR), -- the same in every try
    service_id   INTEGER NOT NULL,
    event        VARCHAR NOT NULL,          -- data/service_deliveries.py lists them
    subject      VARCHAR NOT NULL,          -- what it is about: those about one thing go in their order
    outlet_id    INTEGER,
    reference    VARCHAR,
    content      VARCHAR NOT NULL,          -- JSON
    created_at   TIMESTAMPTZ NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0, -- counted before each try
    next_at      TIMESTAMPTZ NOT NULL,
    tried_at     TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ,
    answer       VARCHAR NOT NULL DEFAULT ''
);

-- The state of each outlet as a map service was last told.
CREATE TABLE service_outlet_state (
    service_id INTEGER NOT NULL,
    outlet_id  INTEGER NOT NULL,
    state      VARCHAR NOT NULL,
    PRIMARY KEY (service_id, outlet_id)
);
