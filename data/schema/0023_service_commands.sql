-- Whose command it is: only that service may ask what came of it.
CREATE TABLE service_command (
    batch_id    VARCHAR PRIMARY KEY,  -- of the command
    service_id  INTEGER NOT NULL,
    outlet_uuid VARCHAR NOT NULL,
    reference   VARCHAR               -- the service's word for what it started
);
