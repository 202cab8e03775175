"""What windows of the last 30 days have in common: a predefined diagram, drawn small, in days of the node's zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dash import html
from flask_babel import gettext as _

from components import plots
from components.diagrams.diagram import Diagram
from components.windows.content import Content, empty
from data import diagrams
from data.diagrams import Period
from data.nodes import Node
from data.scope import Scope

DAYS = 30


def drawn(diagram: Diagram, scope: Scope, node: Node | None, most: int | None = None) -> Content:
    """Draw a diagram of the last 30 days, today included, by day.

    Args:
        most: the number of rows that there is room for.
    """
    zone = diagrams.time_zone(scope, node)
    today = datetime.now(ZoneInfo(zone)).date()
    period = Period(today - timedelta(days=DAYS - 1), today, zone)
    rows = diagram.read(scope, node, period, "day").slice(length=most)
    shaped = diagram.shape(rows)
    if not shaped.num_rows:
        return empty(
            diagram.icon, _("Nothing was charged"), _("No session started in the last %(days)s days.", days=DAYS)
        )
    total, unit = diagram.total(rows)
    figure = diagram.draw(shaped, "day")
    figure.update_layout(margin={"t": 6, "b": 22, "r": 8}, uirevision="keep").update_yaxes(title=None)
    figure.update_xaxes(title=None)
    graph = plots.graph(figure, style={"height": "100%"})
    told = _(
        "%(title)s of the last %(days)s days: %(total)s %(unit)s",
        title=diagram.title,
        days=DAYS,
        total=total,
        unit=unit,
    )
    inside = [
        html.Div(
            [
                html.Span([total, " ", html.Small(unit)], className="cp-kpi"),
                html.Span(_("Last %(days)s days", days=DAYS), className="cp-t13 cp-2nd"),
            ],
            className="d-flex align-items-baseline justify-content-between flex-wrap",
        ),
        html.Div(graph, className="flex-fill mt-1 cp-drawn", role="img", **{"aria-label": told}),
    ]
    return Content([html.Div(inside, className="card-body pt-0 d-flex flex-column flex-fill", style={"minHeight": 0})])
