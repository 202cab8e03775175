-- Files that stations uploaded whole, and the software images offered to them. The content lies in the data folder.
CREATE SEQUENCE file_id START 1;

CREATE TABLE station_file (
    file_id     INTEGER PRIMARY KEY DEFAULT nextval('file_id'),
    site_id     INTEGER NOT NULL,
    station_id  INTEGER NOT NULL,
    name        VARCHAR NOT NULL,            -- as the station named it
    size_bytes  BIGINT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    removed_at  TIMESTAMPTZ
);

CREATE TABLE software_image (
    image_id    INTEGER PRIMARY KEY DEFAULT nextval('file_id'),
    name        VARCHAR NOT NULL,            -- unique among those not removed; stations ask for it
    model       VARCHAR NOT NULL DEFAULT '', -- for which stations, empty: any
    size_bytes  BIGINT NOT NULL,
    sha256      VARCHAR NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL,
    uploaded_by INTEGER NOT NULL,            -- user_id
    removed_at  TIMESTAMPTZ
);
