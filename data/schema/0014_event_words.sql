-- What the sentence of an event was made of, so that it can be said in another language; NULL: in English only.
ALTER TABLE event ADD COLUMN template VARCHAR;   -- the text of the catalogs, with %(name)s for its arguments
ALTER TABLE event ADD COLUMN arguments VARCHAR;  -- JSON by name; a text of its own as {"template": …, "arguments": …}
