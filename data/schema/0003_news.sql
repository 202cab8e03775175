-- Charge Portal news (manual: Dashboard): plain text that administrators write and everybody reads.
CREATE SEQUENCE news_id START 1;
CREATE TABLE news (
    news_id    INTEGER PRIMARY KEY DEFAULT nextval('news_id'),
    title      VARCHAR NOT NULL,
    text       VARCHAR NOT NULL,
    written_at TIMESTAMPTZ NOT NULL,
    written_by INTEGER NOT NULL             -- user_id
);

-- Up to which item a user has read. No row: nothing yet.
CREATE TABLE news_read (
    user_id INTEGER PRIMARY KEY,
    news_id INTEGER NOT NULL
);
