-- Who is called about a site, for support users and alarm mails.
ALTER TABLE site ADD COLUMN contact_name VARCHAR DEFAULT '';
ALTER TABLE site ADD COLUMN contact_phone VARCHAR DEFAULT '';
