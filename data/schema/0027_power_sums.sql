-- Power over time, summed up ten minutes at a time (data/power_sums.py): years of meter values are too many to ask each time.

-- Mean power of an outlet in the ten minutes from begins_at: NULL where a session went on and nothing is known, no row where
-- nothing was measured. site_id is where the station stood when they were summed up.
CREATE TABLE outlet_power (
    begins_at    TIMESTAMPTZ NOT NULL,
    site_id      INTEGER NOT NULL,
    station_id   INTEGER NOT NULL,
    connector_id INTEGER NOT NULL,
    power_w      DOUBLE
);

-- The same of all outlets of a site together.
CREATE TABLE site_power (
    begins_at TIMESTAMPTZ NOT NULL,
    site_id   INTEGER NOT NULL,
    power_w   DOUBLE
);

-- Up to when the two are whole, and when it was looked last for late meter values of before.
CREATE TABLE power_summed (
    until     TIMESTAMPTZ NOT NULL,
    looked_at TIMESTAMPTZ NOT NULL
);
INSERT INTO power_summed VALUES (to_timestamp(0), now());
