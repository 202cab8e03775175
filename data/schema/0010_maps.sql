-- Where nodes are. A station or grid controller has an address of its own only while it is on no floor; on a floor it has
-- a place on the floor's map, kept as fractions of the picture (0 to 1, from the left and from the top).
ALTER TABLE charging_station ADD COLUMN street VARCHAR DEFAULT '';
ALTER TABLE charging_station ADD COLUMN postal_code VARCHAR DEFAULT '';
ALTER TABLE charging_station ADD COLUMN city VARCHAR DEFAULT '';
ALTER TABLE charging_station ADD COLUMN country VARCHAR DEFAULT '';
ALTER TABLE charging_station ADD COLUMN latitude DOUBLE;
ALTER TABLE charging_station ADD COLUMN longitude DOUBLE;
ALTER TABLE charging_station ADD COLUMN plan_x DOUBLE;  -- NULL: not on the map
ALTER TABLE charging_station ADD COLUMN plan_y DOUBLE;

ALTER TABLE grid_controller ADD COLUMN street VARCHAR DEFAULT '';
ALTER TABLE grid_controller ADD COLUMN postal_code VARCHAR DEFAULT '';
ALTER TABLE grid_controller ADD COLUMN city VARCHAR DEFAULT '';
ALTER TABLE grid_controller ADD COLUMN country VARCHAR DEFAULT '';
ALTER TABLE grid_controller ADD COLUMN latitude DOUBLE;
ALTER TABLE grid_controller ADD COLUMN longitude DOUBLE;
ALTER TABLE grid_controller ADD COLUMN description VARCHAR DEFAULT '';

ALTER TABLE floor ADD COLUMN description VARCHAR DEFAULT '';

-- The picture of a floor (manual: Floor level, General). The content lies in the data folder.
CREATE TABLE floor_map (
    floor_id    INTEGER PRIMARY KEY,
    name        VARCHAR NOT NULL,      -- of the file as it was uploaded
    sha256      VARCHAR NOT NULL,      -- of the content as it is kept
    size_bytes  BIGINT NOT NULL,
    width_px    INTEGER NOT NULL,
    height_px   INTEGER NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL,
    uploaded_by INTEGER NOT NULL       -- user_id
);
