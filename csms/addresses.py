"""What stations' WebSocket addresses say: who calls, and in which OCPP. Lenient: people type them into stations."""

from collections.abc import Container, Sequence
from urllib.parse import parse_qsl, unquote

PATH = "/Ocpp/websocket/"
SUBPROTOCOLS = {"ocpp1.6": "ocpp1.6", "ocpp1.6j": "ocpp1.6", "ocpp1.6-j": "ocpp1.6", "ocpp16": "ocpp1.6"}


def charge_box_id(target: str, known: Container[str]) -> str | None:
    """Return the ChargeboxId in a request target.

    It is the last part of the path. Slashes at the end, doubled ones, a full URL, percent-coding and further parts are
    taken; with these, the last part that is known counts. Where none is, a known value in the query does.

    Returns: an id that may be unknown; None if the path holds nothing.
    """
    path, _, query = target.partition("?")
    parts = [unquote(part, errors="replace").strip() for part in path.split("/")]
    named = [part for part in parts if part]
    asked = (value for _, value in parse_qsl(query, errors="replace"))
    return next((part for part in (*reversed(named), *asked) if part in known), named[-1] if named else None)


def subprotocol(offered: Sequence[str]) -> str | None:
    """Return the offer to take, in the station's spelling; None if none fits."""
    return next((offer for offer in offered if offer.lower() in SUBPROTOCOLS), None)
