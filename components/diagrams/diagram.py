"""What a diagram is: it reads rows, shapes them into what is shown and exported, and draws that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import plotly.graph_objects as go
import pyarrow as pa
from flask_babel import LazyString, lazy_gettext

from components.access import EVERYONE
from data.diagrams import Period
from data.nodes import Node
from data.scope import Role, Scope

STEPS = {
    "hour": lazy_gettext("Hour"),
    "day": lazy_gettext("Day"),
    "week": lazy_gettext("Week"),
    "month": lazy_gettext("Month"),
    "year": lazy_gettext("Year"),
}


@dataclass(frozen=True)
class Fact:
    """A figure beside the chart, written with its unit."""

    label: str
    value: str


@dataclass(frozen=True)
class Diagram:
    """One entry of the page's list.

    read: fetches the rows within a scope.
    shape: makes of them the columns named in `columns`, in this order; what it returns is exported too.
    draw: draws shaped rows of a step; knows nothing but these.
    total: the figure above the chart and its unit, of the rows as read.
    facts: figures beside it, of the same rows.
    has_steps: its rows are steps of time.
    """

    title: LazyString
    text: LazyString
    icon: str
    columns: Mapping[str, LazyString]
    read: Callable[[Scope, Node | None, Period, str], pa.Table]
    shape: Callable[[pa.Table], pa.Table]
    draw: Callable[[pa.Table, str], go.Figure]
    total: Callable[[pa.Table], tuple[str, str]]
    facts: Callable[[pa.Table], list[Fact]] = lambda _rows: []
    has_steps: bool = True
    roles: tuple[Role, ...] = EVERYONE
