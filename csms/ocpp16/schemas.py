"""What OCPP's own JSON schemas say of a payload: a verdict for the event log, never a gate."""

import importlib.resources
from functools import cache
from typing import NamedTuple

import jsonschema_rs
import orjson


@cache
def _validator(action: str) -> jsonschema_rs.Draft4Validator:
    file = importlib.resources.files("ocpp.v16") / "schemas" / f"{action}.json"
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
