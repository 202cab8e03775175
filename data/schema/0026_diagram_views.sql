-- What the diagrams count (manual: Diagrams): data/diagrams.py and data/power.py put scope, period and steps on top.
-- No view joins names: ten million rows are summed up by their keys first, and what is left is named then.

-- Finished charging sessions. started_quarter counts quarters of an hour since 1970, as every zone's offset is a multiple
-- of them; imported_email is all that is known of who charged where no user is.
CREATE VIEW charging_session AS
SELECT session_id, site_id, station_id, connector_id, user_id, CASE WHEN user_id IS NULL THEN email END AS imported_email,
       authentication, started_at, epoch_us(started_at) // 900000000 AS started_quarter, ended_at, duration_s, energy_kwh
FROM session;

-- When an outlet was in use; until is NULL while it still is.
CREATE VIEW outlet_use AS
SELECT site_id, station_id, connector_id, user_id, started_at AS since, ended_at AS until FROM session
UNION ALL
SELECT site_id, station_id, connector_id, user_id, started_at, NULL FROM open_transaction;

-- Every alarm there was, with who gave it; cleared_at is NULL while it is active.
CREATE VIEW raised_alarm AS
SELECT alarm_id, kind, site_id, station_id, connector_id, raised_at, NULL AS cleared_at FROM alarm
UNION ALL
SELECT alarm_id, kind, site_id, station_id, connector_id, raised_at, cleared_at FROM alarm_history;

-- When a charging station was known: from its first connection until it was removed, if it was.
CREATE VIEW known_station AS
SELECT site_id, station_id, registered_at AS since, removed_at AS until
FROM charging_station JOIN station_state USING (station_id) WHERE registered_at IS NOT NULL;

-- What an outlet's meter said at one moment: power and energy register of all phases together, NULL where not sampled.
CREATE VIEW meter_reading AS
SELECT site_id, station_id, connector_id, measured_at, max(transaction_id) AS transaction_id,
       coalesce(max(power_w) FILTER (WHERE phase IS NULL), sum(power_w) FILTER (WHERE phase IN ('L1', 'L2', 'L3')),
                sum(power_w)) AS power_w,
       coalesce(max(register_wh) FILTER (WHERE phase IS NULL), sum(register_wh) FILTER (WHERE phase IN ('L1', 'L2', 'L3')),
                sum(register_wh)) AS register_wh
FROM (SELECT site_id, station_id, connector_id, measured_at, transaction_id, phase,
             CASE measurand WHEN 'Power.Active.Import' THEN value END AS power_w,
             CASE measurand WHEN 'Energy.Active.Import.Register' THEN value END AS register_wh
      FROM meter_value JOIN charging_station USING (station_id)
      WHERE measurand IN ('Power.Active.Import', 'Energy.Active.Import.Register')) sample
GROUP BY site_id, station_id, connector_id, measured_at;
