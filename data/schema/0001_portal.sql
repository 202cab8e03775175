-- Everything the portal keeps. Small tables have keys and are updated; facts (session, meter_value, event, alarm_history)
-- are append-only and have no unique index, because an index on millions of rows slows every commit (architecture 4).
-- No foreign keys: facts outlive the nodes and users they name, and what is removed keeps its row with removed_at set.

CREATE SEQUENCE node_id START 1;
CREATE SEQUENCE user_id START 1;
CREATE SEQUENCE alarm_id START 1;

-- One row. Addresses are what operators enter in stations (manual: System level, General).
CREATE TABLE system (
    system_id   INTEGER PRIMARY KEY,
    name        VARCHAR NOT NULL,
    description VARCHAR NOT NULL DEFAULT '',
    ocpp15_url  VARCHAR NOT NULL DEFAULT '',
    ocpp16_url  VARCHAR NOT NULL DEFAULT '',
    ftp_url     VARCHAR NOT NULL DEFAULT '',
    time_zone   VARCHAR NOT NULL            -- IANA name; the zone of new sites and of system-wide pages
);

CREATE TABLE site (
    site_id        INTEGER PRIMARY KEY DEFAULT nextval('node_id'),
    name           VARCHAR NOT NULL,        -- unique among those not removed
    identification VARCHAR NOT NULL DEFAULT '',
    description    VARCHAR NOT NULL DEFAULT '',
    time_zone      VARCHAR NOT NULL,        -- IANA name
    street         VARCHAR NOT NULL DEFAULT '',
    postal_code    VARCHAR NOT NULL DEFAULT '',
    city           VARCHAR NOT NULL DEFAULT '',
    country        VARCHAR NOT NULL DEFAULT '',
    latitude       DOUBLE,
    longitude      DOUBLE,
    removed_at     TIMESTAMPTZ
);

CREATE TABLE floor (
    floor_id   INTEGER PRIMARY KEY DEFAULT nextval('node_id'),
    site_id    INTEGER NOT NULL,
    name       VARCHAR NOT NULL,            -- unique in its site among those not removed
    removed_at TIMESTAMPTZ
);

CREATE TABLE charging_station (
    station_id    INTEGER PRIMARY KEY DEFAULT nextval('node_id'),
    site_id       INTEGER NOT NULL,
    floor_id      INTEGER,                  -- NULL: directly on the site
    name          VARCHAR NOT NULL,
    description   VARCHAR NOT NULL DEFAULT '',
    charge_box_id VARCHAR NOT NULL,         -- unique among those not removed, compared exactly
    removed_at    TIMESTAMPTZ
);

CREATE TABLE grid_controller (
    grid_controller_id INTEGER PRIMARY KEY DEFAULT nextval('node_id'),
    site_id            INTEGER NOT NULL,
    floor_id           INTEGER,
    name               VARCHAR NOT NULL,
    charge_box_id      VARCHAR NOT NULL,
    removed_at         TIMESTAMPTZ
);

CREATE TABLE outlet (
    outlet_id      INTEGER PRIMARY KEY DEFAULT nextval('node_id'),
    station_id     INTEGER NOT NULL,
    connector_id   INTEGER NOT NULL,        -- the station's own number, 1 to 4; unique in its station
    uuid           VARCHAR NOT NULL,        -- third parties start and stop the outlet by it
    connector_type VARCHAR NOT NULL DEFAULT '',
    parking        VARCHAR NOT NULL DEFAULT '',
    mode           VARCHAR NOT NULL DEFAULT 'RFID',  -- OPEN | RFID
    removed_at     TIMESTAMPTZ
);

-- What a station last said of itself; written by the sidecar only. No row: never registered.
CREATE TABLE station_state (
    station_id         INTEGER PRIMARY KEY,
    connected          BOOLEAN NOT NULL,
    protocol           VARCHAR NOT NULL DEFAULT '',   -- ocpp1.6, ocpp1.5 …
    connected_at       TIMESTAMPTZ,
    last_heard_at      TIMESTAMPTZ,
    registered_at      TIMESTAMPTZ,                   -- first connection ever
    booted_at          TIMESTAMPTZ,                   -- last BootNotification
    vendor             VARCHAR NOT NULL DEFAULT '',
    model              VARCHAR NOT NULL DEFAULT '',
    serial_number      VARCHAR NOT NULL DEFAULT '',
    firmware_version   VARCHAR NOT NULL DEFAULT '',
    parameters_read_at TIMESTAMPTZ                    -- NULL: its configuration has not been read yet
);

-- Last StatusNotification per connector; connector_id 0 is the whole station.
CREATE TABLE outlet_state (
    station_id        INTEGER NOT NULL,
    connector_id      INTEGER NOT NULL,
    status            VARCHAR NOT NULL,               -- OCPP 1.6 ChargePointStatus
    error_code        VARCHAR NOT NULL DEFAULT 'NoError',
    info              VARCHAR NOT NULL DEFAULT '',
    vendor_error_code VARCHAR NOT NULL DEFAULT '',
    status_at         TIMESTAMPTZ NOT NULL,           -- the station's clock
    logged_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (station_id, connector_id)
);

-- The station's OCPP configuration as read from it.
CREATE TABLE parameter (
    station_id INTEGER NOT NULL,
    key        VARCHAR NOT NULL,
    value      VARCHAR NOT NULL DEFAULT '',
    readonly   BOOLEAN NOT NULL,
    read_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (station_id, key)
);

CREATE TABLE portal_user (
    user_id             INTEGER PRIMARY KEY DEFAULT nextval('user_id'),
    role                VARCHAR NOT NULL,             -- administrator | site_administrator | support_user | ev_user
    first_name          VARCHAR NOT NULL,
    last_name           VARCHAR NOT NULL,
    email               VARCHAR NOT NULL,             -- lower case, unique among those not removed
    password_hash       VARCHAR NOT NULL,             -- argon2id
    password_changed_at TIMESTAMPTZ NOT NULL,         -- a change signs out every open session
    email_at_alarm      BOOLEAN NOT NULL DEFAULT FALSE,
    language            VARCHAR NOT NULL DEFAULT 'en',
    theme               VARCHAR NOT NULL DEFAULT 'system',      -- light | dark | system
    dashboard_windows   VARCHAR NOT NULL DEFAULT '',  -- comma-separated window kinds, empty: the default four
    removed_at          TIMESTAMPTZ
);

CREATE TABLE user_site (
    user_id INTEGER NOT NULL,
    site_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, site_id)
);

-- An RFID tag of a user. number is its value whatever the notation (data/id_tags.py); text tags that are no number have NULL.
CREATE TABLE id_tag (
    id_tag  VARCHAR PRIMARY KEY,            -- as entered, trimmed, upper case
    user_id INTEGER NOT NULL
);

-- Failed log-ins per account and per address, for the growing delay.
CREATE TABLE login_failure (
    key       VARCHAR PRIMARY KEY,          -- 'account:<email>' or 'address:<ip>'
    failures  INTEGER NOT NULL,
    failed_at TIMESTAMPTZ NOT NULL
);

-- What is charging now. At its end the row goes and a session row comes, in one commit.
CREATE TABLE open_transaction (
    transaction_id  BIGINT PRIMARY KEY,     -- the id given to the station
    station_id      INTEGER NOT NULL,
    site_id         INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,
    charge_box_id   VARCHAR NOT NULL,
    id_tag          VARCHAR,
    user_id         INTEGER,
    email           VARCHAR,
    authentication  SMALLINT NOT NULL,      -- 0 anonymous, 1 RFID
    started_at      TIMESTAMPTZ NOT NULL,   -- the station's clock
    logged_at       TIMESTAMPTZ NOT NULL,
    meter_start_kwh DOUBLE,
    energy_kwh      DOUBLE,                 -- since the start
    power_w         DOUBLE,
    measured_at     TIMESTAMPTZ,
    note            VARCHAR NOT NULL DEFAULT ''
);

-- Finished charging sessions, one row each, written once at the end.
CREATE TABLE session (
    session_id      VARCHAR NOT NULL,
    charge_box_id   VARCHAR NOT NULL,
    connector_id    INTEGER NOT NULL,
    id_tag          VARCHAR,
    started_at      TIMESTAMPTZ NOT NULL,
    ended_at        TIMESTAMPTZ NOT NULL,
    energy_kwh      DOUBLE,
    meter_start_kwh DOUBLE,
    meter_stop_kwh  DOUBLE,
    authentication  SMALLINT NOT NULL,
    email           VARCHAR,
    logged_at       TIMESTAMPTZ NOT NULL,   -- Server log date
    duration_s      DOUBLE NOT NULL,
    site_id         INTEGER NOT NULL,
    station_id      INTEGER NOT NULL,
    user_id         INTEGER,
    transaction_id  BIGINT,                 -- NULL: imported
    stop_reason     VARCHAR,
    note            VARCHAR                 -- what was odd, e.g. 'end estimated'
);

-- One sampled value. Values are in the base unit of their measurand: Wh, W, A, V, percent, Celsius, Hz …
CREATE TABLE meter_value (
    station_id     INTEGER NOT NULL,
    connector_id   INTEGER NOT NULL,
    transaction_id BIGINT,
    measured_at    TIMESTAMPTZ NOT NULL,
    logged_at      TIMESTAMPTZ NOT NULL,
    measurand      VARCHAR NOT NULL,
    phase          VARCHAR,
    value          DOUBLE NOT NULL,
    unit           VARCHAR NOT NULL,
    context        VARCHAR,
    location       VARCHAR
);

-- Active alarms: at most one per station, connector and kind + code.
CREATE TABLE alarm (
    alarm_id          BIGINT PRIMARY KEY,
    kind              VARCHAR NOT NULL,     -- the manual's: Not registered, Hardware fault, Fuse, Temperature, No network …
    code              VARCHAR NOT NULL,     -- OCPP error code, or the kind again
    site_id           INTEGER NOT NULL,
    station_id        INTEGER NOT NULL,
    connector_id      INTEGER NOT NULL,     -- 0: the whole station
    description       VARCHAR NOT NULL,
    info              VARCHAR NOT NULL DEFAULT '',
    vendor_error_code VARCHAR NOT NULL DEFAULT '',
    raised_at         TIMESTAMPTZ NOT NULL,
    repeated_at       TIMESTAMPTZ NOT NULL,
    repeats           INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE alarm_history (
    alarm_id          BIGINT NOT NULL,
    kind              VARCHAR NOT NULL,
    code              VARCHAR NOT NULL,
    site_id           INTEGER NOT NULL,
    station_id        INTEGER NOT NULL,
    connector_id      INTEGER NOT NULL,
    description       VARCHAR NOT NULL,
    info              VARCHAR NOT NULL,
    vendor_error_code VARCHAR NOT NULL,
    raised_at         TIMESTAMPTZ NOT NULL,
    repeats           INTEGER NOT NULL,
    cleared_at        TIMESTAMPTZ NOT NULL,
    cleared_by        INTEGER               -- user_id, NULL: the station recovered
);

-- Who did what, what each node did.
CREATE TABLE event (
    logged_at     TIMESTAMPTZ NOT NULL,
    kind          VARCHAR NOT NULL,         -- data/events.py lists them
    text          VARCHAR NOT NULL,         -- one English sentence
    site_id       INTEGER,                  -- NULL: the system, seen by administrators and support users only
    station_id    INTEGER,
    connector_id  INTEGER,
    charge_box_id VARCHAR,
    user_id       INTEGER,
    details       VARCHAR                   -- JSON: the frame, old and new values …
);

INSERT INTO system (system_id, name, time_zone) VALUES (1, 'Charge Portal', 'UTC');
