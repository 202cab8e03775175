-- Tells the last meter values that came without a usable time from others. NULL: none have come.
ALTER TABLE station_state ADD COLUMN untimed_print VARCHAR;
