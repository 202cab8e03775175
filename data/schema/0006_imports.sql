-- Imports of files: who took what in, and what each made, so that it can be undone.
CREATE SEQUENCE import_id;
CREATE TABLE import (
    import_id  INTEGER PRIMARY KEY DEFAULT nextval('import_id'),
    kind       VARCHAR NOT NULL,              -- topology | users | sessions
    file_name  VARCHAR NOT NULL,              -- as its owner calls it
    state      VARCHAR NOT NULL,              -- data/imports/journal.py lists them
    user_id    INTEGER,                       -- NULL: the command line
    started_at TIMESTAMPTZ NOT NULL,          -- uploaded at
    heard_at   TIMESTAMPTZ NOT NULL,          -- of whoever works on it; old: that one is gone
    ended_at   TIMESTAMPTZ,
    lines      INTEGER NOT NULL DEFAULT 0,    -- of the file, about
    lines_done INTEGER NOT NULL DEFAULT 0,
    created    INTEGER NOT NULL DEFAULT 0,
    changed    INTEGER NOT NULL DEFAULT 0,
    unchanged  INTEGER NOT NULL DEFAULT 0,
    refused    INTEGER NOT NULL DEFAULT 0,
    failure    VARCHAR NOT NULL DEFAULT '',   -- why the whole file was not taken
    undone_at  TIMESTAMPTZ,
    undone_by  INTEGER
);

-- A row that an import made, changed or removed: the columns it knows, as JSON. Sessions have the column instead.
CREATE TABLE import_row (
    import_id INTEGER NOT NULL,
    subject   VARCHAR NOT NULL,               -- its table
    name      VARCHAR NOT NULL,               -- what people call it
    before    VARCHAR,                        -- NULL: the import made it
    after     VARCHAR                         -- NULL: the import removed it
);

ALTER TABLE session ADD COLUMN import_id INTEGER;
