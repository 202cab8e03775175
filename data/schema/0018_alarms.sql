-- Since when a station is configured (NULL: since before this was kept), and the model it must be: learned at its first boot.
ALTER TABLE charging_station ADD COLUMN created_at TIMESTAMPTZ;
ALTER TABLE charging_station ADD COLUMN model VARCHAR DEFAULT '';

-- When each user was last sent the active alarms (features F3).
CREATE TABLE alarm_mail (
    user_id   INTEGER PRIMARY KEY,
    mailed_at TIMESTAMPTZ NOT NULL
);

-- Three or more stations of a site that lost contact, each within a minute of the one before: one cause.
CREATE VIEW lost_contact AS
SELECT * FROM (
    SELECT alarm_id, site_id, min(alarm_id) OVER cause AS cause_id, min(raised_at) OVER cause AS began_at,
           max(raised_at) OVER cause AS grew_at, count(*) OVER cause AS stations
    FROM (SELECT alarm_id, site_id, raised_at,
                 sum(is_first) OVER (PARTITION BY site_id ORDER BY raised_at, alarm_id) AS number
          FROM (SELECT alarm_id, site_id, raised_at,
                       CASE WHEN raised_at - lag(raised_at) OVER (PARTITION BY site_id ORDER BY raised_at, alarm_id)
                                 <= INTERVAL '1' MINUTE THEN 0 ELSE 1 END AS is_first
                FROM alarm WHERE kind = 'No network') silent) numbered
    WINDOW cause AS (PARTITION BY site_id, number)) grouped
WHERE stations >= 3;
