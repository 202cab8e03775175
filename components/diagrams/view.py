"""What the page Diagrams shows of a diagram: title, total and facts, the figure or that there is none, and steps."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import dash_bootstrap_components as dbc
import plotly.graph_objects as go
import pyarrow as pa
from dash import dcc, html
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import navigator, plots, timeline
from components.diagrams import DIAGRAMS
from components.diagrams.diagram import STEPS, Diagram
from data.diagrams import Period
from data.nodes import Node

AUTOMATIC = "auto"
EACH = {
    "hour": lazy_gettext("per hour"),
    "day": lazy_gettext("per day"),
    "week": lazy_gettext("per week"),
    "month": lazy_gettext("per month"),
    "year": lazy_gettext("per year"),
}


@dataclass(frozen=True)
class View:
    """A diagram of a node over a period; asked_step is the step that was asked for, `auto` if none was."""

    name: str
    node: Node | None
    period: Period
    asked_step: str

    @property
    def diagram(self) -> Diagram:
        return DIAGRAMS[self.name]

    @property
    def step(self) -> str:
        return timeline.step_of(self.asked_step, self.period)

    @property
    def link(self) -> str:
        period = f"from={self.period.first}&to={self.period.last}"
        return f"d={self.name}&{period}" + ("" if self.asked_step == AUTOMATIC else f"&step={self.asked_step}")

    def panel(self, rows: pa.Table, shaped: pa.Table) -> list[Any]:
        """Return everything of rows, as they were read and as the diagram shapes them."""
        is_empty = shaped.num_rows == 0
        steps = dbc.RadioItems(
            id="diagram-step",
            name="diagram-step",
            options=steps_of(self.period),
            value=self.asked_step if self.step == self.asked_step else AUTOMATIC,
            className="cp-seg",
            inputClassName="btn-check",
            labelClassName="btn btn-sm",
            labelCheckedClassName="active",
        )
        graph = plots.graph(self.figure(shaped), id="diagram", className="h-100")
        drawn = html.Div(graph, id="diagram-drawn", role="img", hidden=is_empty, **{"aria-label": self.told()})
        empty = html.Div(self.empty(), id="diagram-empty", className="cp-empty", hidden=not is_empty)
        return [
            html.Div(self.top(shaped if is_empty else rows), id="diagram-top", **{"aria-live": "polite"}),
            html.Div(
                [html.Span(_("Step"), id="diagram-step-label", className="cp-t13 cp-2nd"), steps],
                id="diagram-steps",
                className="cp-bar px-4 pb-2",
                role="group",
                hidden=not self.diagram.has_steps,
                **{"aria-labelledby": "diagram-step-label"},
            ),
            dcc.Loading(
                [drawn, empty],
                type="dot",
                delay_show=300,
                overlay_style={"visibility": "visible", "opacity": 0.5},  # what was there stays in sight
                parent_className="cp-chart",
            ),
        ]

    def top(self, rows: pa.Table) -> list[Any]:
        """Return title, total and facts; of no rows there is only the title."""
        per = f" {EACH[self.step]}" if self.diagram.has_steps else ""
        title = html.H2([str(self.diagram.title), html.Span(per, className="cp-2nd fw-normal")], className="mb-1")
        if rows.num_rows == 0:
            return [html.Div(title)]
        value, unit = self.diagram.total(rows)
        days = _("%(first)s to %(last)s", first=self.period.first, last=self.period.last)
        period = html.Span(days, className="text-nowrap")
        facts = [part for fact in self.diagram.facts(rows) for part in (html.Dt(fact.label), html.Dd(fact.value))]
        return [
            html.Div([title, html.Span([value, " ", html.Small([f"{unit}, ", period])], className="cp-kpi")]),
            html.Dl(facts, className="cp-dl"),
        ]

    def figure(self, shaped: pa.Table) -> go.Figure:
        """Return what is drawn, over the whole period where there are steps."""
        figure = self.diagram.draw(shaped, self.step)
        if self.diagram.has_steps:
            ends = (self.period.first, self.period.last + timedelta(days=1))
            figure.update_xaxes(range=[datetime.combine(day, time()) for day in ends])
        return figure

    def told(self) -> str:
        """Return what the figure is called for those who do not see it."""
        words = {
            "title": self.diagram.title,
            "node": navigator.called(self.node) if self.node else _("your own charging"),
            "first": self.period.first,
            "last": self.period.last,
        }
        if self.diagram.has_steps:
            return _("%(title)s %(per)s of %(node)s, %(first)s to %(last)s", per=EACH[self.step], **words)
        return _("%(title)s of %(node)s, %(first)s to %(last)s", **words)

    def empty(self) -> list[Any]:
        """Return what stands in place of a figure."""
        node = navigator.called(self.node) if self.node else _("your own charging")
        days = {"first": self.period.first, "last": self.period.last}
        return [
            html.I(className=f"bi {self.diagram.icon}", **{"aria-hidden": "true"}),
            html.H3(_("Nothing of %(node)s in this period", node=node)),
            html.P(_("There is no data from %(first)s to %(last)s. Choose another period below.", **days)),
        ]


def steps_of(period: Period) -> list[dict[str, Any]]:
    """Return the choice of steps: those that make too many points of this period are closed."""
    choice = [{"label": str(label), "value": step} for step, label in STEPS.items()]
    closed = {step for step in STEPS if timeline.step_of(step, period) != step}
    return [
        {"label": _("Automatic"), "value": AUTOMATIC},
        *({**option, "disabled": option["value"] in closed} for option in choice),
    ]
