"""Which of many buttons alike was pressed, told by a store: a button's own clicks are lost when it is drawn anew.

    html.Button(..., **telling("file-removal", one["file_id"]))

    @callback(..., Input("file-removal", "data"))
    def remove(pressed: OfNumber | None) -> ...:

The store's data is None until a button is pressed; `assets/pressed.js` is the browser's part.
"""

import json
from typing import TypedDict


class OfNumber(TypedDict):
    of: int


class OfText(TypedDict):
    of: str


class OfTyped(TypedDict):
    """Of a button that names a field of text: data-field holds its id."""

    of: str
    typed: str


def telling(store: str, of: object, question: str = "") -> dict[str, str]:
    """Return the attributes of a button that tells a store that it was pressed, and what it is of.

    Args:
        of: anything that JSON can write; a callback's annotation says what it must be.
        question: what is asked first; only a yes is told.
    """
    asked = {"data-question": question} if question else {}
    return {"data-pressed": store, "data-of": json.dumps(of), **asked}
