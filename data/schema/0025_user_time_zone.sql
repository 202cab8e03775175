-- The zone of the times that a user is mailed (features F3): an IANA name; empty: that of each site.
ALTER TABLE portal_user ADD COLUMN time_zone VARCHAR DEFAULT '';
