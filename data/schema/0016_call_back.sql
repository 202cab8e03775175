-- Where a station that speaks OCPP over SOAP can be called, as it last said. NULL: it has not said so.
ALTER TABLE station_state ADD COLUMN call_back_url VARCHAR;
