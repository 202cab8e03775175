"""OCPP 1.6: translates its payloads to and from the version-free happenings, and nothing more."""

PROTOCOL = "ocpp1.6"
