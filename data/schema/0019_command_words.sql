-- What the text shown of a command was made of (its progress_text, or else its answer); as with event.
ALTER TABLE command ADD COLUMN template VARCHAR;
ALTER TABLE command ADD COLUMN arguments VARCHAR;
