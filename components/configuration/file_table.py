"""A table of files, and the button that removes one."""

from collections.abc import Sequence

from dash import html
from flask_babel import gettext as _

from components.menus import icon
from components.pressed import telling

NAME = {"minWidth": "20ch"}
"""The style of the column with the names: long ones break, but not after every letter on a phone."""


def table(titles: Sequence[str], rows: Sequence[html.Tr]) -> html.Table:
    """Return a table whose last column, without a title, holds what can be done with a file."""
    head = html.Thead(html.Tr([*(html.Th(title, scope="col") for title in titles), html.Td()]))
    return html.Table([head, html.Tbody(rows)], className="table table-hover mb-0")


def remove_button(name: str, store: str, number: int) -> html.Button:
    """Return the button that asks, and then tells a store the number of the file."""
    question = _("Remove %(name)s for good?", name=name)
    return html.Button(
        icon("bi-trash"),
        type="button",
        className="btn btn-ghost btn-icon",
        title=_("Remove"),
        **{"aria-label": _("Remove %(name)s", name=name), **telling(store, number, question)},
    )
