-- The state of a node (manual: Navigation): never, fault, charging or available; a station takes its worst outlet's.
-- A station that fell silent has its 'No network' alarm on connector 0, which concerns every outlet.

CREATE VIEW station_node_state AS
SELECT station.station_id,
       CASE WHEN heard.registered_at IS NULL THEN 'never'
            WHEN bool_or(alarm.alarm_id IS NOT NULL) OR bool_or(connector.status = 'Faulted') THEN 'fault'
            WHEN bool_or(running.transaction_id IS NOT NULL) THEN 'charging'
            ELSE 'available' END AS state
FROM charging_station station
LEFT JOIN station_state heard ON heard.station_id = station.station_id
LEFT JOIN alarm ON alarm.station_id = station.station_id
LEFT JOIN outlet_state connector ON connector.station_id = station.station_id
LEFT JOIN open_transaction running ON running.station_id = station.station_id
GROUP BY station.station_id, heard.registered_at;

CREATE VIEW outlet_node_state AS
SELECT outlet.outlet_id,
       CASE WHEN heard.registered_at IS NULL THEN 'never'
            WHEN bool_or(alarm.alarm_id IS NOT NULL) OR bool_or(connector.status = 'Faulted') THEN 'fault'
            WHEN bool_or(running.transaction_id IS NOT NULL) THEN 'charging'
            ELSE 'available' END AS state
FROM outlet
LEFT JOIN station_state heard ON heard.station_id = outlet.station_id
LEFT JOIN alarm ON alarm.station_id = outlet.station_id AND alarm.connector_id IN (0, outlet.connector_id)
LEFT JOIN outlet_state connector
    ON connector.station_id = outlet.station_id AND connector.connector_id IN (0, outlet.connector_id)
LEFT JOIN open_transaction running
    ON running.station_id = outlet.station_id AND running.connector_id = outlet.connector_id
GROUP BY outlet.outlet_id, heard.registered_at;
