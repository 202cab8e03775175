-- Meter values from before this time may be deleted (data/meter_values.py): what is summed up of then stays as it is.
ALTER TABLE power_summed ADD COLUMN kept_since TIMESTAMPTZ DEFAULT to_timestamp(0);
