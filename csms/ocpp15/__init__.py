"""OCPP 1.5 over SOAP: translates its envelopes to and from the version-free happenings, and nothing more."""

PROTOCOL = "ocpp1.5"
