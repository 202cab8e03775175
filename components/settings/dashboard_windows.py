"""Which four windows the Dashboard shows and in which order: a list in each place, over a sketch of the window."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from flask_babel import gettext as _

from components import windows
from components.menus import icon
from components.settings import sketches
from components.settings.fields import LABELS, section, written
from data.users import User


def card(user: User) -> html.Section:
    places = windows.chosen(user.role, user.dashboard_windows)
    return section(
        str(LABELS["dashboard_windows"]),
        _("The four windows on your Dashboard. Choose what each shows, and drag to change the order."),
        html.Div([_place(user, number, kind) for number, kind in enumerate(places, 1)], className="cp-places"),
        dcc.Store(id="settings-windows", data=places),
    )


def swapped(before: Sequence[str], now: Sequence[str | None]) -> list[str]:
    """Return the places once one was chosen anew: a window that already stands elsewhere changes places with it."""
    if len(now) != len(before) or set(now) - set(windows.WINDOWS):
        return list(before)
    places = [kind or "" for kind in now]
    for index, (old, new) in enumerate(zip(before, places, strict=True)):
        if old != new and new in before:
            places[before.index(new)] = old
            places[index] = new
            break
    return places


def _place(user: User, number: int, kind: str) -> html.Div:
    field = {"window-place": number}
    label = dbc.Label(
        [html.Span(_("Window"), className="visually-hidden"), f" {number}"],
        html_for=written(field),
        class_name="badge mb-0",
    )
    options = [{"label": str(windows.WINDOWS[one].TITLE), "value": one} for one in windows.available(user.role)]
    grip = html.Button(
        icon("bi-grip-vertical"),
        type="button",
        className="btn btn-ghost btn-icon cp-grip",
        title=_("Drag, or use the arrow keys"),
        **{"aria-label": _("Move window %(number)s", number=number), "data-grip": str(number)},
    )
    choice = html.Div(
        [label, dbc.Select(id=field, options=options, value=kind, size="sm"), grip],
        className="d-flex align-items-center gap-2",
    )
    sketch = html.Div(sketches.of(kind), id={"window-sketch": number}, className="cp-sketch", **{"aria-hidden": "true"})
    return html.Div([choice, sketch], className="cp-place", **{"data-place": str(number)})
