"""Diagrams (manual: Diagrams): predefined charts of the chosen node, over a period that the time line narrows."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
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

from components import export, messages, navigator, timeline
from components.access import EVERYONE, allow, current_scope
from components.diagrams import of_role
from components.diagrams.diagram import STEPS, Diagram
from components.diagrams.view import AUTOMATIC, View, steps_of
from components.filter_chips import notice
from data import diagrams
from data.diagrams import Period
from data.nodes import Node
from data.scope import Scope

dash.register_page(__name__, path="/diagrams", name="Diagrams")

DEFAULT = "energy"
PROGRESS_MS = 250


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
                navigator.heading(chosen) if chosen else html.Span(_("Your own charging"), className="cp-sub"),
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
                html.Div([*view.panel(rows, shaped), timeline.layout(overview, view.period, whole)]),
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
        view.top(rows if shaped.num_rows else shaped),
        view.figure(shaped),
        view.told(),
        shaped.num_rows == 0,
        view.empty(),
        shaped.num_rows > 0,
        not view.diagram.has_steps,
        steps_of(period),
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
