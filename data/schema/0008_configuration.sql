-- Third-party services (manual: System level, Services). key_hash: SHA-256 of the key a service calls with; signing_secret:
-- what calls to the service are signed with, shown once when it is made and never again.
CREATE SEQUENCE service_id START 1;
CREATE TABLE service (
    service_id      INTEGER PRIMARY KEY DEFAULT nextval('service_id'),
    kind            VARCHAR NOT NULL,       -- data/services.py lists them
    name            VARCHAR NOT NULL,       -- unique among those not removed
    provider        VARCHAR NOT NULL DEFAULT '',
    description     VARCHAR NOT NULL DEFAULT '',
    url             VARCHAR NOT NULL DEFAULT '',
    key_hash        VARCHAR NOT NULL DEFAULT '',
    signing_secret  VARCHAR NOT NULL DEFAULT '',
    is_active       BOOLEAN NOT NULL DEFAULT FALSE,
    last_contact_at TIMESTAMPTZ,            -- NULL: never
    last_failure_at TIMESTAMPTZ,
    removed_at      TIMESTAMPTZ
);

-- Outlet and plug properties: what an outlet is called or is at a service.
CREATE TABLE outlet_service_value (
    outlet_id  INTEGER NOT NULL,
    service_id INTEGER NOT NULL,
    value      VARCHAR NOT NULL,
    PRIMARY KEY (outlet_id, service_id)
);

-- Stations that called and are not configured; kept small by data/unknown_callers.py.
CREATE TABLE unknown_caller (
    charge_box_id VARCHAR PRIMARY KEY,
    address       VARCHAR NOT NULL,
    protocol      VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at  TIMESTAMPTZ NOT NULL,
    calls         INTEGER NOT NULL
);
