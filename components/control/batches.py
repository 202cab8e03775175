"""What became of one command that went to many stations, in numbers; `log` has it station by station."""

from typing import Any

from dash import html
from flask_babel import gettext as _
from flask_babel import ngettext

from components.control.board import TITLES
from components.control.log import LOOKS
from components.format import number, timestamp
from components.menus import icon
from components.pressed import telling
from data.command_rows import FAILURES, UNDER_WAY, State


def summaries(found: list[dict[str, Any]], zone: str) -> list[html.Div]:
    """Return what `data.command_log.batches` found, each with what can still be done about it."""
    return [_summary(one, zone) for one in found]


def _summary(batch: dict[str, Any], zone: str) -> html.Div:
    counts = {state: batch["states"][state] for state in State if state in batch["states"]}
    stations = ngettext("%(all)s station", "%(all)s stations", batch["commands"], all=number(batch["commands"]))
    name = f"{TITLES[batch['kind']]}: {stations}"
    return html.Div(
        [
            html.B(name, className="fw-semibold"),
            html.Span(timestamp(batch["requested_at"], zone), className="cp-t12 cp-3rd"),
            html.Div([_count(state, count) for state, count in counts.items()], className="cp-counts"),
            html.Div(_buttons(batch["batch_id"], name, counts), className="d-flex flex-wrap gap-2"),
        ],
        className="cp-batch",
        role="group",
        **{"aria-label": name},
    )


def _count(state: State, count: int) -> html.Span:
    look = LOOKS[state]
    return html.Span([icon(look.glyph), f"{look.word} {number(count)}"])


def _buttons(batch_id: str, name: str, counts: dict[State, int]) -> list[html.Button]:
    queued = counts.get(State.QUEUED, 0)
    failed = sum(counts.get(state, 0) for state in (*FAILURES, State.EXPIRED))
    under_way = any(state in counts for state in UNDER_WAY)
    cancel = _("Cancel the queued ones (%(count)s)", count=number(queued))
    retry = _("Try again the failed ones (%(count)s)", count=number(failed))
    return [
        html.Button(
            text,
            type="button",
            className="btn btn-secondary btn-sm",
            **{"aria-label": f"{text}: {name}", **telling("control-acting", {"what": what, "which": batch_id})},
        )
        for what, text, is_offered in (
            ("cancel", cancel, queued > 0),
            ("retry", retry, failed > 0 and not under_way),
        )
        if is_offered
    ]
