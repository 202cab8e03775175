"""Figures on a page, in the language of their reader: names of days and months, order of dates, decimal sign."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import plotly.graph_objects as go
from babel import Locale
from dash import dcc
from flask_babel import gettext as _

from components import texts
from components.format import NO_BREAK

DAY_AND_MONTH = {"en": "%b %-d", "sv": "%-d %b"}


def graph(figure: go.Figure, config: Mapping[str, Any] | None = None, **props: Any) -> dcc.Graph:
    """Return a figure as it stands on a page; props and config are dcc.Graph's and Plotly's."""
    language = texts.language()
    said = {"Double-click to zoom back out": _("Double-click to zoom back out")}
    words = {language: {"format": _format(language), "dictionary": said}}
    shown = {"displayModeBar": False, "responsive": True, "locale": language, "locales": words}
    return dcc.Graph(figure=figure, config={**shown, **(config or {})}, **props)


@cache
def _format(language: str) -> dict[str, Any]:
    """Write a language's customs as Plotly reads them; the thousands of every language stand apart by a space."""
    customs = Locale.parse(language)
    days, months = customs.days["stand-alone"], customs.months["stand-alone"]
    day_and_month = DAY_AND_MONTH[language]
    return {
        "days": [str(days["wide"][day]).capitalize() for day in _FROM_SUNDAY],
        "shortDays": [str(days["abbreviated"][day]).rstrip(".") for day in _FROM_SUNDAY],
        "months": [str(months["wide"][month]) for month in range(1, 13)],
        "shortMonths": [str(months["abbreviated"][month]).rstrip(".") for month in range(1, 13)],
        "dayMonth": day_and_month,
        "dayMonthYear": f"{day_and_month} %Y",
        "decimal": texts.decimal_sign(language),
        "thousands": NO_BREAK,
    }


_FROM_SUNDAY = (6, 0, 1, 2, 3, 4, 5)
