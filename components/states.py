"""The state language: one glyph, colour and word for each state and severity, in tree, table, plan and mail."""

from collections.abc import Mapping
from typing import NamedTuple

from dash import html
from flask_babel import LazyString, ngettext
from flask_babel import lazy_gettext as _

from components.format import number
from data.alarms import CRITICAL, LESS_CRITICAL, MINOR


class Look(NamedTuple):
    """colour: a class of the style sheet; glyph: a Bootstrap icon."""

    colour: str
    glyph: str
    word: LazyString


STATES = {
    "available": Look("is-available", "bi-circle", _("Available")),
    "charging": Look("is-charging", "bi-lightning-charge-fill", _("Charging")),
    "fault": Look("is-fault", "bi-exclamation-triangle-fill", _("Fault")),
    "never": Look("is-never", "bi-dash-circle-dotted", _("Never online")),
}
"""Node states (manual: Navigation), in the order they are listed."""

SEVERITIES = {
    "critical": Look("is-fault", "bi-x-octagon-fill", _("Critical")),
    "major": Look("is-warn", "bi-exclamation-triangle-fill", _("Major")),
    "minor": Look("cp-2nd", "bi-info-circle", _("Minor")),
}


def counted(state: str, count: int) -> str:
    """Write how many outlets are in a state: `82 available`. Some languages say it otherwise of one than of many."""
    many = {"count": number(count)}
    texts = {
        "available": ngettext("%(count)s available", "%(count)s available", count, **many),
        "charging": ngettext("%(count)s charging", "%(count)s charging", count, **many),
        "fault": ngettext("%(count)s fault", "%(count)s fault", count, **many),
        "never": ngettext("%(count)s never online", "%(count)s never online", count, **many),
    }
    return str(texts[state])


def bar(count: Mapping[str, int]) -> html.Div:
    """Draw the share of each state as one bar."""
    spans = [html.Span(className=f"s-{state[0]}", style={"flex": count[state]}) for state in STATES if count[state]]
    label = ", ".join(counted(state, count[state]) for state in STATES)
    return html.Div(spans, className="cp-statebar", role="img", **{"aria-label": label})


def shares(count: Mapping[str, int]) -> list[html.Div]:
    """Return the bar with how many outlets are in each state."""
    words = [state(look, counted(name, count[name])) for name, look in STATES.items()]
    return [bar(count), html.Div(words, className="d-flex flex-wrap column-gap-4 row-gap-1 cp-t13")]


def severity(kind: str, code: str) -> Look:
    """Return how grave an alarm is: Hardware fault and Fuse critical, but for lock and meter; Not registered minor."""
    if kind in CRITICAL and code not in LESS_CRITICAL:
        return SEVERITIES["critical"]
    return SEVERITIES["minor" if kind in MINOR else "major"]


def glyph(look: Look) -> html.I:
    """Return the glyph alone; a word must stand beside it."""
    return html.I(className=f"bi {look.glyph}", **{"aria-hidden": "true"})


def state(look: Look, text: str | None = None) -> html.Span:
    """Return glyph and word in the state's colour, for tables and lists."""
    return html.Span([glyph(look), str(look.word) if text is None else text], className=f"cp-state {look.colour}")


def pill(look: Look, of: str = "") -> html.Span:
    """Return glyph and word on the state's soft colour, for headings.

    Args:
        of: the ref of a node whose state it follows (assets/navigator.js).
    """
    follows = {"data-state-of": of} if of else {}
    return html.Span([glyph(look), str(look.word)], className=f"cp-pill {look.colour}", **follows)
