"""Which button of a pattern was pressed: its id comes from the browser, so it is checked like any other value."""

import json

from dash import ctx
from dash.exceptions import PreventUpdate
from flask import abort

from components.callback_request import UNREADABLE


def pressed() -> dict[str, str | int]:
    """Return the id of the pressed button; of one that is no pattern `{"id": name}`.

    Raises:
        PreventUpdate: none was pressed. A button that is drawn anew calls too, without a click; one that is pressed in
            the same moment still counts.
    """
    name = next((one["prop_id"].rpartition(".")[0] for one in ctx.triggered if one["value"]), None)
    if not name:
        raise PreventUpdate
    try:
        found = json.loads(name)
    except ValueError:
        return {"id": name}
    if not isinstance(found, dict) or not all(isinstance(value, str | int) for value in found.values()):
        abort(400, UNREADABLE)
    return found


def pressed_number(key: str) -> int:
    """Return the number that a pressed button has under a key of its id."""
    number = pressed().get(key)
    if not isinstance(number, int) or isinstance(number, bool):
        abort(400, UNREADABLE)
    return number
