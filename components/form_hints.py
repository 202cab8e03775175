"""The texts under a form's fields; those that follow from the data change with it, while what is typed stays."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import conflicts
from components.access import OPERATORS, allow, current_scope
from data.errors import NotFound
from data.scope import Scope

if TYPE_CHECKING:
    from components.forms import Form


def of(form: "Form", scope: Scope, row_id: int) -> dict[str, Any]:
    """Return what stands under fields now, by column."""
    of_data = form.hints(scope, row_id) if form.hints else {}
    return {
        name: of_data.get(name) or str(field.hint)
        for name, field in form.fields.items()
        if field.hint or name in of_data
    }


def line(form: "Form", name: str, hints: Mapping[str, Any]) -> html.Div | None:
    """Return the line under a field; none where it never says anything."""
    if name not in hints:
        return None
    told = {"aria-live": "polite"} if form.hints else {}
    return html.Div(hints[name], id={"form-hint": form.id, "field": name}, className="form-text", **told)


def stores(form: "Form") -> list[dcc.Store]:
    """Return what a form's page carries to follow its data."""
    return [dcc.Store(id=f"{form.id}-hinted")] if form.hints else []


def register(form: "Form") -> None:
    """Make the callbacks of a form whose hints follow from the data."""
    if not form.hints:
        return
    hints = {"form-hint": form.id, "field": ALL}

    clientside_callback(
        ClientsideFunction("forms", "hinted"),
        Output(f"{form.id}-hinted", "data"),
        Input("live-changes", "data"),
        State(f"{form.id}-seen", "data"),
        prevent_initial_call=True,
    )

    @callback(
        Output(hints, "children"),
        Input(f"{form.id}-hinted", "data"),
        State(hints, "id"),
        State(f"{form.id}-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(_live: int | None, ids: list[dict[str, str]], seen: conflicts.Seen) -> list[Any]:
        try:
            now = of(form, current_scope(), seen["row"])
        except NotFound:  # the form says who took it away
            return [no_update] * len(ids)
        return [now.get(one["field"], "") for one in ids]
