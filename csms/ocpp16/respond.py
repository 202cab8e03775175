"""Answer a call of an OCPP 1.6 station: read it, let its rule work, write the answer."""

from datetime import UTC, datetime
from typing import Any

from ocpp.v16.enums import Action

from csms.central import Central
from csms.connection import CallRefused
from csms.happenings import NotUnderstood
from csms.ocpp16.messages import MESSAGES
from csms.ocpp16.schemas import verdict
from csms.rules import take
from csms.station import Station
from data.events import EventKind
from data.texts import told

KNOWN_ACTIONS = {action.value for action in Action}


async def respond(
    central: Central, station: Station, message_id: str, action: str, payload: dict[str, Any], received_at: datetime
) -> dict[str, object]:
    """Return the answer's payload, when everything the call tells is on disk.

    Raises:
        CallRefused: an action that is unknown or not supported, or a payload that cannot be understood.
    """
    message = MESSAGES.get(action)
    if message is None:
        is_known = action in KNOWN_ACTIONS  # others are not named in the text: rubbish must not fill the event log
        text = told("The station sent an action unknown to OCPP 1.6, which is not supported.")
        if is_known:
            text = told("The station sent %(action)s, which is not supported.", action=action)
        central.note_oddity(station, EventKind.ODD_MESSAGE, text, {"action": action, "payload": payload})
        raise CallRefused("NotSupported" if is_known else "NotImplemented", text)
    breach = verdict(action, payload)
    if breach:
        text = told("%(action)s is not as OCPP 1.6 has it: %(rule)s.", action=action, rule=breach.rule)
        central.note_oddity(station, EventKind.ODD_MESSAGE, text, {"breach": breach.message, "payload": payload})
    try:
        happening = message.read(payload)
    except NotUnderstood as error:
        code = "OccurenceConstraintViolation" if error.missing else "TypeConstraintViolation"
        raise CallRefused(code, f"{error}.") from error
    result = await take(central, station, happening, received_at, message_id)
    return message.answer(result, datetime.now(UTC), central.timing.heartbeat)


def is_repeatable(action: str) -> bool:
    return MESSAGES[action].repeatable
