-- How a station stayed in contact on a day, as the central system saw it; kept for weeks, when messages are long gone.
CREATE TABLE connection_day (
    station_id      INTEGER NOT NULL,
    day             DATE NOT NULL,          -- in the site's zone
    watched_s       DOUBLE NOT NULL,        -- the central system ran and knew the station
    connected_s     DOUBLE NOT NULL,        -- of these
    connects        INTEGER NOT NULL,
    closed_station  INTEGER NOT NULL,       -- closed by the station
    closed_network  INTEGER NOT NULL,       -- the line broke, nobody said why
    closed_newer    INTEGER NOT NULL,       -- the station came again before its line was closed
    closed_portal   INTEGER NOT NULL,       -- closed by the portal: it restarts, or the station may not stay
    closed_silence  INTEGER NOT NULL,       -- OCPP 1.5: no line, it fell silent
    closed_protocol INTEGER NOT NULL,       -- what came was no WebSocket frame, or too large a one
    answers         VARCHAR NOT NULL,       -- how many came within the steps of data/latencies.py
    pings           VARCHAR NOT NULL,       -- the same of pongs
    silent_s        DOUBLE NOT NULL,        -- the longest silence so far that day; it may have begun on an earlier one
    silences        INTEGER NOT NULL,       -- that ended, longer than a station is waited for
    PRIMARY KEY (station_id, day)
);
