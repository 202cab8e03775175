"""What OCPP's own JSON schemas say of a payload: a verdict for the event log, never a gate."""

import importlib.resources
from functools import cache

import jsonschema_rs
import orjson


@cache
def _validator(action: str) -> jsonschema_rs.Draft4Validator:
    file = importlib.resources.files("ocpp.v16") / "schemas" / f"{action}.json"
    return jsonschema_rs.Draft4Validator(orjson.loads(file.read_text(encoding="utf-8-sig")))


def verdict(action: str, payload: object) -> str | None:
    """Return what in a payload breaks the schema of its action, None if nothing does."""
    validator = _validator(action)
    if validator.is_valid(payload):
        return None
    error = next(validator.iter_errors(payload))
    place = "/".join(str(step) for step in error.instance_path)
    return f"{place}: {error.message}"[:500] if place else error.message[:500]
