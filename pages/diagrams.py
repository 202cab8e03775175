"""Diagrams (manual: Diagrams): predefined charts of the chosen node, over a period that the time line narrows."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import dash
import dash_bootstrap_components as dbc
import plotly.graph_objects as go
import pyarrow as pa
from dash import (
    ClientsideFunction,
    Input,
    Output,
    Patch,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
)
from dash.exceptions import PreventUpdate
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from components import export, messages, navigator, plots, timeline
from components.access import EVERYONE, allow, current_scope
from components.diagrams import DIAGRAMS, of_role
from components.diagrams.diagram import STEPS, Diagram
from components.filter_chips import notice
from data import diagrams
from data.diagrams import Period
from data.nodes import Node
from data.scope import Scope

dash.register_page(__name__, path="/diagrams", name="Diagrams")

DEFAULT = "energy"
AUTOMATIC = "auto"
EACH = {
    "hour": lazy_gettext("per hour"),
    "day": lazy_gettext("per day"),
    "week": lazy_gettext("per week"),
    "month": lazy_gettext("per month"),
    "year": lazy_gettext("per year"),
}
PROGRESS_MS = 250


@dataclass(frozen=True)
class View:
    """What the page shows: a diagram of a node over a period, and the step that was asked for, `auto` if none was."""

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


def layout(node: str | None = None, d: str = "", step: str = "", **query: str) -> list[Any]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    whole = _whole(scope, chosen)
    period = timeline.read(query.get("from"), query.get("to"), whole)
    view = View(
        d if d in of_role(scope.role) else DEFAULT,
        chosen,
        period or timeline.latest(timeline.DEFAULT_DAYS, whole),
        step if step in STEPS else AUTOMATIC,
    )
    given = {"d": (d, view.name), "step": (step, view.asked_step)}
    refused = [f"{key}={value}" for key, (value, taken) in given.items() if value not in ("", taken)]
    if period is None:
        refused += [f"{key}={query[key]}" for key in ("from", "to") if key in query]
    overview = diagrams.sessions(scope, chosen, whole, timeline.overview_step(whole))
    rows = view.diagram.read(scope, chosen, view.period, view.step)
    shaped = view.diagram.shape(rows)
    return [
        html.Div(
            [
                html.H1(_("Diagrams")),
                html.Span(navigator.called(chosen) if chosen else _("Your own charging"), className="cp-sub"),
                html.Fieldset(
                    [_pictures(), _export_button()],
                    id="diagram-files",
                    className="cp-actions",
                    disabled=shaped.num_rows == 0,
                ),
            ],
            className="cp-head",
        ),
        *([notice(refused)] if refused else []),
        html.Div(
            [
                _list(scope, view),
                html.Div([*_panel(view, rows, shaped), timeline.layout(overview, view.period, whole)]),
            ],
            className="card cp-fill cp-diagrams",
        ),
        dcc.Store(id="diagram-node", data=node),
        dcc.Store(id="diagram-link", data=view.link),
        dcc.Store(id="timeline-dragged"),
        dcc.Store(id="diagram-job"),
        dcc.Interval(id="diagram-progress-ticker", interval=PROGRESS_MS, disabled=True),
    ]


@callback(
    Output("diagram-top", "children"),
    Output("diagram", "figure"),
    Output("diagram-drawn", "aria-label"),
    Output("diagram-drawn", "hidden"),
    Output("diagram-empty", "children"),
    Output("diagram-empty", "hidden"),
    Output("diagram-steps", "hidden"),
    Output("diagram-step", "options"),
    Output("diagram-step", "value"),
    Output("timeline-preset", "value"),
    Output("timeline-from", "value"),
    Output("timeline-to", "value"),
    Output("timeline-overview", "figure"),
    Output("diagram-files", "disabled"),
    Output("diagram-link", "data"),
    Input("diagram-kind", "value"),
    Input("diagram-step", "value"),
    Input("timeline-preset", "value"),
    Input("timeline-from", "value"),
    Input("timeline-to", "value"),
    Input("timeline-dragged", "data"),
    State("diagram-node", "data"),
    prevent_initial_call=True,
)
@allow(*EVERYONE)
def show(
    name: str | None,
    step: str | None,
    preset: str | None,
    first: str | None,
    last: str | None,
    dragged: dict[str, Any] | None,
    node: str | None,
) -> tuple[Any, ...]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    whole = _whole(scope, chosen)
    period = _moved(ctx.triggered_id, preset, first, last, dragged or {}, whole)
    if name not in of_role(scope.role) or (period is None and ctx.triggered_id == "timeline-preset"):
        raise PreventUpdate
    typed = (first, last)
    if period is None:  # what was typed stays, to be corrected
        period = timeline.nearest(first, last, whole)
        typed = (period.first.isoformat(), period.last.isoformat())
        text = _("Shown is %(first)s to %(last)s. Correct From and To.", first=period.first, last=period.last)
        messages.say(_("This period cannot be shown"), text, True)
    view = View(name, chosen, period, step if step in STEPS else AUTOMATIC)
    rows = view.diagram.read(scope, chosen, period, view.step)
    shaped = view.diagram.shape(rows)
    overview = Patch()
    overview["layout"]["selections"] = [timeline.mark(period)]
    return (
        _top(view, rows if shaped.num_rows else shaped),
        _figure(view, shaped),
        _told(view),
        shaped.num_rows == 0,
        _empty(view),
        shaped.num_rows > 0,
        not view.diagram.has_steps,
        _steps(period),
        _unless_shown(view.asked_step if view.step == view.asked_step else AUTOMATIC, step),
        _unless_shown(timeline.preset_of(period, whole), preset),
        _unless_shown(period.first.isoformat(), typed[0]),
        _unless_shown(period.last.isoformat(), typed[1]),
        overview,
        shaped.num_rows == 0,
        view.link,
    )


@callback(
    Output("diagram-job", "data"),
    Output("diagram-progress-ticker", "disabled"),
    Input("diagram-export", "n_clicks"),
    State("diagram-kind", "value"),
    State("diagram-step", "value"),
    State("timeline-from", "value"),
    State("timeline-to", "value"),
    State("diagram-node", "data"),
    prevent_initial_call=True,
)
@allow(*EVERYONE)
def begin_export(
    clicks: int | None, name: str | None, step: str | None, first: str | None, last: str | None, node: str | None
) -> tuple[str, bool]:
    scope, chosen = current_scope(), navigator.chosen_node(node)
    whole = _whole(scope, chosen)
    period = timeline.read(first, last, whole) or timeline.nearest(first, last, whole)
    if not clicks or name not in of_role(scope.role):
        raise PreventUpdate
    view = View(name, chosen, period, step or AUTOMATIC)
    rows = view.diagram.shape(view.diagram.read(scope, chosen, period, view.step))
    titles = {column: str(title) for column, title in view.diagram.columns.items()}
    ref, title = chosen.ref if chosen else None, str(view.diagram.title)
    return export.jobs().start(scope, ref, title, lambda: rows, titles), False


@callback(
    Output("diagram-export-state", "children"),
    Output("diagram-progress-ticker", "disabled", allow_duplicate=True),
    Input("diagram-progress-ticker", "n_intervals"),
    State("diagram-job", "data"),
    prevent_initial_call=True,
)
@allow(*EVERYONE)
def progress(_ticks: int | None, job_id: str | None) -> tuple[Any, bool]:
    if not job_id:
        raise PreventUpdate
    job = export.jobs().find(current_scope(), job_id)
    return export.state(job_id, job), job.done or job.failed


clientside_callback(ClientsideFunction("diagrams", "keep"), Input("diagram-link", "data"), prevent_initial_call=True)
clientside_callback(  # the output, which stays, lets it be called for the first one too
    ClientsideFunction("diagrams", "bring"), Output("diagram-kind", "className"), Input("diagram-kind", "value")
)
clientside_callback(
    ClientsideFunction("diagrams", "dragged"),
    Output("timeline-dragged", "data"),
    Input("timeline-overview", "relayoutData"),
    prevent_initial_call=True,
)
clientside_callback(ClientsideFunction("grid", "save"), Input("diagram-export-state", "children"))


def _whole(scope: Scope, node: Node | None) -> Period:
    return timeline.whole(diagrams.first_session(scope, node), diagrams.time_zone(scope, node))


def _moved(
    by: object, preset: str | None, first: str | None, last: str | None, dragged: dict[str, Any], whole: Period
) -> Period | None:
    """Return the period after a part of the time line was used; none when that says no period.

    A From after To takes To with it, and the other way round. A drag that ends nowhere leaves the period.
    """
    if by == "timeline-preset":
        return timeline.preset(preset, whole) if preset in timeline.PRESETS else None
    if by == "timeline-dragged" and (drawn := timeline.dragged(dragged, whole)):
        return drawn
    if first and last and first > last:
        first, last = (last, last) if by == "timeline-to" else (first, first)
    return timeline.read(first, last, whole)


def _unless_shown(value: str | None, shown: str | None) -> Any:
    """Leave a control alone that shows the value: its user may be typing the next one already."""
    return no_update if value == shown else value


def _panel(view: View, rows: pa.Table, shaped: pa.Table) -> list[Any]:
    is_empty = shaped.num_rows == 0
    steps = dbc.RadioItems(
        id="diagram-step",
        name="diagram-step",
        options=_steps(view.period),
        value=view.asked_step if view.step == view.asked_step else AUTOMATIC,
        className="cp-seg",
        inputClassName="btn-check",
        labelClassName="btn btn-sm",
        labelCheckedClassName="active",
    )
    graph = plots.graph(_figure(view, shaped), id="diagram", className="h-100")
    drawn = html.Div(graph, id="diagram-drawn", role="img", hidden=is_empty, **{"aria-label": _told(view)})
    empty = html.Div(_empty(view), id="diagram-empty", className="cp-empty", hidden=not is_empty)
    return [
        html.Div(_top(view, shaped if is_empty else rows), id="diagram-top", **{"aria-live": "polite"}),
        html.Div(
            [html.Span(_("Step"), id="diagram-step-label", className="cp-t13 cp-2nd"), steps],
            id="diagram-steps",
            className="cp-bar px-4 pb-2",
            role="group",
            hidden=not view.diagram.has_steps,
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


def _top(view: View, rows: pa.Table) -> list[Any]:
    """Return title, total and facts; of no rows there is only the title."""
    per = f" {EACH[view.step]}" if view.diagram.has_steps else ""
    title = html.H2([str(view.diagram.title), html.Span(per, className="cp-2nd fw-normal")], className="mb-1")
    if rows.num_rows == 0:
        return [html.Div(title)]
    value, unit = view.diagram.total(rows)
    days = _("%(first)s to %(last)s", first=view.period.first, last=view.period.last)
    period = html.Span(days, className="text-nowrap")
    facts = [part for fact in view.diagram.facts(rows) for part in (html.Dt(fact.label), html.Dd(fact.value))]
    return [
        html.Div([title, html.Span([value, " ", html.Small([f"{unit}, ", period])], className="cp-kpi")]),
        html.Dl(facts, className="cp-dl"),
    ]


def _figure(view: View, shaped: pa.Table) -> go.Figure:
    figure = view.diagram.draw(shaped, view.step)
    if view.diagram.has_steps:
        ends = (view.period.first, view.period.last + timedelta(days=1))
        figure.update_xaxes(range=[datetime.combine(day, time()) for day in ends])
    return figure


def _told(view: View) -> str:
    words = {
        "title": view.diagram.title,
        "node": navigator.called(view.node) if view.node else _("your own charging"),
        "first": view.period.first,
        "last": view.period.last,
    }
    if view.diagram.has_steps:
        return _("%(title)s %(per)s of %(node)s, %(first)s to %(last)s", per=EACH[view.step], **words)
    return _("%(title)s of %(node)s, %(first)s to %(last)s", **words)


def _empty(view: View) -> list[Any]:
    node = navigator.called(view.node) if view.node else _("your own charging")
    days = {"first": view.period.first, "last": view.period.last}
    return [
        html.I(className=f"bi {view.diagram.icon}", **{"aria-hidden": "true"}),
        html.H3(_("Nothing of %(node)s in this period", node=node)),
        html.P(_("There is no data from %(first)s to %(last)s. Choose another period below.", **days)),
    ]


def _steps(period: Period) -> list[dict[str, Any]]:
    """Return the choice of steps: those that make too many points of this period are closed."""
    choice = [{"label": str(label), "value": step} for step, label in STEPS.items()]
    closed = {step for step in STEPS if timeline.step_of(step, period) != step}
    return [
        {"label": _("Automatic"), "value": AUTOMATIC},
        *({**option, "disabled": option["value"] in closed} for option in choice),
    ]


def _list(scope: Scope, view: View) -> html.Div:
    options = [
        {"value": name, "label": [_icon(diagram.icon), html.Span([html.B(str(diagram.title)), _small(diagram)])]}
        for name, diagram in of_role(scope.role).items()
    ]
    choice = dbc.RadioItems(
        id="diagram-kind",
        name="diagram-kind",
        options=options,
        value=view.name,
        inputClassName="btn-check",
        labelClassName="cp-diagram",
        labelCheckedClassName="active",
    )
    return html.Div(choice, className="cp-list", role="group", **{"aria-label": _("Diagrams")})


def _small(diagram: Diagram) -> html.Span:
    return html.Span(str(diagram.text), className="cp-t12 cp-2nd d-block")


def _pictures() -> html.Div:
    buttons = [
        html.Button(
            name,
            type="button",
            className="btn btn-secondary btn-sm",
            **{"data-picture": name.lower(), "aria-label": _("Save picture as %(format)s", format=name)},
        )
        for name in ("PNG", "SVG")
    ]
    return html.Div(buttons, className="d-flex gap-2")


def _export_button() -> html.Div:
    button = html.Button(
        [_icon("bi-file-earmark-excel"), _("Export to Excel")],
        id="diagram-export",
        type="button",
        className="btn btn-primary btn-sm",
    )
    state = html.Span(id="diagram-export-state", className="cp-export", **{"aria-live": "polite"})
    return html.Div([state, button], className="d-flex align-items-center gap-2")


def _icon(name: str) -> html.I:
    return html.I(className=f"bi {name}", **{"aria-hidden": "true"})
