-- What a station must show of itself when it connects. No row: nothing, and it is let in by its ChargeboxId alone.
CREATE TABLE station_security (
    station_id     INTEGER PRIMARY KEY,
    password       VARCHAR NOT NULL DEFAULT '',   -- salted hash; empty: it may come without one
    next_passwords VARCHAR NOT NULL DEFAULT '',   -- hashes with blanks between: given out, the station has not come with one
    profile        SMALLINT NOT NULL DEFAULT 0,   -- the least security profile that is let in, 0 to 3
    next_profile   SMALLINT NOT NULL DEFAULT 0,   -- becomes the least once the station has come with it
    changed_at     TIMESTAMPTZ NOT NULL
);

-- Certificates that the portal signed for stations (csms/authority.py); the key that signs lies in the data folder.
CREATE TABLE station_certificate (
    serial_number VARCHAR PRIMARY KEY,            -- hexadecimal
    station_id    INTEGER NOT NULL,
    issued_at     TIMESTAMPTZ NOT NULL,
    expires_at    TIMESTAMPTZ NOT NULL,
    revoked_at    TIMESTAMPTZ
);

-- The security profile of the last connection; NULL: it has not connected since this is kept.
ALTER TABLE station_state ADD COLUMN security_profile SMALLINT;
