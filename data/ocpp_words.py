"""OCPP's words for states and answers, which people see as the protocol has them, or in their own language."""

from data.texts import N_

STATES = frozenset(
    {
        N_("Available"),
        N_("Preparing"),
        N_("Charging"),
        N_("SuspendedEV"),
        N_("SuspendedEVSE"),
        N_("Finishing"),
        N_("Reserved"),
        N_("Unavailable"),
        N_("Faulted"),
        N_("Occupied"),
    }
)
"""Of connectors; Occupied is 1.5's."""
ANSWERS = frozenset(
    {
        N_("Accepted"),
        N_("Rejected"),
        N_("Failed"),
        N_("Scheduled"),
        N_("RebootRequired"),
        N_("NotSupported"),
        N_("NotImplemented"),
        N_("Unlocked"),
        N_("UnlockFailed"),
        N_("VersionMismatch"),
        N_("UnknownMessageId"),
        N_("UnknownVendorId"),
        N_("Unknown"),
        N_("NotFound"),
        N_("AcceptedCanceled"),
    }
)
WORDS = STATES | ANSWERS
