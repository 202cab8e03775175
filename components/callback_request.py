"""What a browser sends to a callback, checked before Dash and the callback take it on trust."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from flask import abort, request

ALL = '["ALL'
"""How Dash writes that an id is of all components alike."""
LARGEST = 1 << 63
"""Whole numbers from here on fit in no column."""
UNREADABLE = "This request cannot be understood. Load the page again."


def body() -> dict[str, Any]:
    """Return what the present request sends to a callback; anything else is answered 400."""
    try:
        sent = request.get_json(silent=True)
        json.dumps(sent, ensure_ascii=False).encode()  # half a surrogate pair is no text that can be kept
    except (RecursionError, UnicodeEncodeError):
        abort(400, UNREADABLE)
    if not is_a(sent, dict[str, Any]) or not is_a(sent.get("output"), str):
        abort(400, UNREADABLE)
    if not is_a(sent.get("changedPropIds", []), list[str]):
        abort(400, UNREADABLE)
    found: dict[str, Any] = sent
    return found


def check_shape(sent: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    """Answer 400 unless a request has the inputs, states and outputs of its callback in Dash's map."""
    several = sent["output"].startswith("..")
    outputs = sent.get("outputs") if several else [sent.get("outputs")]
    names = [name.rpartition(".") for name in sent["output"].strip(".").split("...")]
    wanted = [{"id": name, "property": prop} for name, _dot, prop in names]
    parts = [(sent.get(key, []), entry[key]) for key in ("inputs", "state")]
    if not entry.get("no_output"):
        parts.append((outputs, wanted))
    if not all(is_a(one, list[Any]) and len(one) == len(of) and all(map(_is_property, one, of)) for one, of in parts):
        abort(400, UNREADABLE)
    of_all = {
        (wanted["id"], len(one))
        for sent_, of in parts
        for one, wanted in zip(sent_, of, strict=True)
        if ALL in wanted["id"]
    }
    if len(of_all) > len(dict(of_all)):  # a page has as many of the same, wherever a callback names them
        abort(400, UNREADABLE)


def check_address(path: Any, query: Any) -> None:
    """Answer 400 unless these are a path and a query, as Dash's router takes them."""
    if not is_a(path, str) or not path.startswith("/") or not is_a(query, str | None):
        abort(400, UNREADABLE)


def check_values(function: Callable[..., Any]) -> Callable[..., None]:
    """Return what answers 400 unless the values for a callback are what its parameters are annotated as."""
    hints = list(get_type_hints(function).values())

    def check(*values: Any) -> None:
        if not all(map(is_a, values, hints)):
            abort(400, UNREADABLE)

    return check


def is_a(value: Any, hint: Any) -> bool:
    """Tell whether a value from JSON is of an annotated type; of a TypedDict it needs the keys that are named."""
    origin, parts = get_origin(hint) or hint, get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(is_a(value, part) for part in parts)
    if is_typeddict(hint):
        keys = get_type_hints(hint)
        return isinstance(value, dict) and all(key in value and is_a(value[key], keys[key]) for key in keys)
    if origin in (list, Sequence):
        return isinstance(value, list) and all(is_a(one, parts[0]) for one in value)
    if origin in (dict, Mapping):
        return isinstance(value, dict) and all(is_a(one, parts[1]) for one in value.values())
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
    return isinstance(value, origin)


def _is_property(sent: Any, wanted: Mapping[str, str]) -> bool:
    """Tell whether this is a component's property as Dash sends it; for an id of all components, a list of them."""
    if ALL in wanted["id"]:
        return isinstance(sent, list) and all(_is_property(one, {**wanted, "id": ""}) for one in sent)
    return (
        is_a(sent, dict[str, Any])
        and is_a(sent.get("id"), str | dict[str, str | int])
        and sent.get("property") == wanted["property"]
    )
