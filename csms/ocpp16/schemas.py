"""What OCPP's own JSON schemas say of a payload: a verdict for the event log, never a gate."""

import importlib.resources
from functools import cache
from typing import NamedTuple

import jsonschema_rs
import orjson

SCHEMAS = importlib.resources.files("ocpp.v16") / "schemas"
KNOWN = frozenset(file.name.removesuffix(".json") for file in SCHEMAS.iterdir())
UNKNOWN_ACTION = "NotImplemented"


@cache
def _validator(action: str) -> jsonschema_rs.Draft4Validator:
    file = SCHEMAS / f"{action}.json"
    return jsonschema_rs.Draft4Validator(orjson.loads(file.read_text(encoding="utf-8-sig")))


class Breach(NamedTuple):
    """What breaks a schema: the field and the rule, the same whatever the value; the message tells the value."""

    rule: str
    message: str


def verdict(action: str, payload: object) -> Breach | None:
    """Return the first breach of the schema of an action, None if there is none."""
    validator = _validator(action)
    try:
        if validator.is_valid(payload):
            return None
        error = next(validator.iter_errors(payload))
    except ValueError as too_deep:  # the validator gives up; nothing in OCPP is nested so
        return Breach("nesting", str(too_deep))
    fields = [step for step in error.instance_path if isinstance(step, str)]
    return Breach(" ".join([*fields, error.kind.name]), error.message[:500])


def flaw(message: str, payload: object) -> str | None:
    """Return how a call or an answer (`HeartbeatResponse`) is not as OCPP 1.6 has it, without what it tells."""
    if message not in KNOWN:
        return UNKNOWN_ACTION
    breach = verdict(message, payload)
    return breach.rule if breach else None
