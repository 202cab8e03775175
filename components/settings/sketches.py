"""A few strokes of each Dashboard window, so that the places of the Dashboard can be told apart at a glance."""

from typing import Any

from dash import html

from components import states
from components.menus import icon

LIST_ROWS = 3


def of(kind: str) -> list[Any]:
    """Return the sketch of a kind of window; rows of text for one that has none of its own."""
    return _SKETCHES.get(kind, _rows)()


def _line(width: int, classes: str = "") -> html.Span:
    return html.Span(className=f"cp-pl {classes}", style={"width": f"{width}%"})


def _row(*parts: Any) -> html.Div:
    return html.Div(list(parts), className="cp-sketch-row")


def _rows() -> list[Any]:
    return [_row(_line(54), _line(18, "ms-auto")) for _number in range(LIST_ROWS)]


def _charging() -> list[Any]:
    bolt = html.Span(icon(states.STATES["charging"].glyph), className="is-charging")
    return [_row(bolt, _line(38), _line(18, "ms-auto")) for _number in range(LIST_ROWS)]


def _alarms() -> list[Any]:
    looks = [states.SEVERITIES["critical"], *[states.SEVERITIES["major"]] * 2]
    return [_row(html.Span(icon(look.glyph), className=look.colour), _line(90)) for look in looks]


def _state_bar() -> list[Any]:
    shares = (("s-a", 6), ("s-c", 3), ("s-f", 1))
    bar = html.Div([html.Span(className=name, style={"flex": size}) for name, size in shares], className="cp-statebar")
    return [bar, *(_row(_line(width)) for width in (70, 84, 60))]


def _curve() -> list[Any]:
    return [html.Div(className="cp-sketch-ground"), html.Div(className="cp-sketch-curve")]


def _bars(*heights: int) -> list[Any]:
    bars = [html.Span(style={"height": f"{height}%"}) for height in heights]
    return [html.Div(bars, className="cp-sketch-bars")]


def _ranking() -> list[Any]:
    return [_row(html.Span(className="cp-sketch-bar", style={"width": f"{width}%"})) for width in (92, 68, 47)]


def _share() -> list[Any]:
    return [_row(_line(30)), *_bars(52, 58, 40, 66, 84, 72, 88, 61, 44, 70)]


def _places() -> list[Any]:
    return [_row(html.Span(icon("bi-geo-alt-fill"), className="is-charging"), _line(width)) for width in (48, 36, 58)]


def _tags() -> list[Any]:
    card, check = icon("bi-credit-card-2-front"), html.Span(icon("bi-check-circle"), className="is-ok ms-auto")
    return [_row(card, _line(44), check)]


_SKETCHES = {
    "charging_now": _curve,
    "energy_by_month": lambda: _bars(52, 66, 74, 90, 82, 70),
    "own_tags": _tags,
    "site_map": _places,
    "station_status": _state_bar,
    "power_now": _curve,
    "active_alarms": _alarms,
    "ongoing_sessions": _charging,
    "energy_30_days": lambda: _bars(40, 62, 55, 78, 70, 24, 18, 66, 74, 81, 90, 77),
    "outlet_use": _share,
    "top_stations": _ranking,
}
