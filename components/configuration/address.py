"""The tab Address of a site, and of a station or grid controller on no floor: fields, and a map that sets the position.

FORM = address.form("site-address", addresses.SITE)

def layout(scope, node): return address.layout(FORM, scope, node)
def register(): address.register(FORM)
"""

from typing import Any, TypedDict

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    dcc,
    html,
    no_update,
)
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from components import conflicts, forms, geocoder, maps, messages
from components.access import allow
from components.forms import Field, Form, Section
from components.geocoder import GeocoderSilent, Position
from components.menus import icon
from data import addresses, edits
from data.edits import Record
from data.nodes import Node
from data.scope import Scope

PARTS = ("street", "postal_code", "city", "country")


class Clicked(TypedDict):
    """Where a map was clicked, in degrees."""

    latitude: float | int
    longitude: float | int


def form(form_id: str, record: Record) -> Form:
    longest = addresses.LONGEST_PART
    return Form(
        form_id,
        record,
        (
            Section(
                lazy_gettext("Address"),
                "",
                (
                    Field("street", lazy_gettext("Street"), longest=longest),
                    (
                        Field("postal_code", lazy_gettext("Postal code"), longest=longest),
                        Field("city", lazy_gettext("City"), longest=longest),
                    ),
                    Field("country", lazy_gettext("Country"), longest=longest),
                    (
                        Field(
                            "latitude",
                            lazy_gettext("Latitude"),
                            kind="number",
                        ),
                        Field(
                            "longitude",
                            lazy_gettext("Longitude"),
                            kind="number",
                        ),
                    ),
                ),
            ),
        ),
    )


def layout(form: Form, scope: Scope, node: Node) -> html.Div:
    """Return the form beside its map."""
    kept = edits.read(scope, form.record, node.id)
    may_write = scope.role in form.record.roles
    page = forms.layout(form, scope, node.id, [_below(form, may_write), _map(form, scope, node, kept, may_write)])
    page.className = f"{page.className} cp-address"
    page.children += [dcc.Store(id=f"{form.id}-clicked"), dcc.Store(id=f"{form.id}-found")]
    return page


def of_floor(node: Node, text: str) -> html.Div:
    """Return what is told of a node that has no address of its own, being on a floor."""
    (site, site_name), (floor, floor_name) = node.path[1:3]
    links = [
        dcc.Link(_("Address of %(name)s", name=site_name), href=f"/configuration?node={site}&tab=address"),
        dcc.Link(_("Map of floor %(name)s", name=floor_name), href=f"/configuration?node={floor}&tab=position"),
    ]
    told = html.Div([html.P(text, className="mb-1"), *(html.Span(link, className="me-3") for link in links)])
    return note(told)


def note(told: Any) -> html.Div:
    """Return a remark above a form."""
    return html.Div([icon("bi-info-circle"), told], className="alert")


def register(form: Form) -> None:
    """Make the callbacks of an address; once for each app."""
    forms.register(form)
    clientside_callback(
        ClientsideFunction("maps", "place"),
        Input({"form": form.id, "field": "latitude"}, "value"),
        Input({"form": form.id, "field": "longitude"}, "value"),
        State(f"{form.id}-map", "id"),
    )

    clientside_callback(ClientsideFunction("maps", "fill"), Input(f"{form.id}-found", "data"))

    @callback(
        Output(f"{form.id}-found", "data"),
        Input(f"{form.id}-clicked", "data"),
        State({"form": form.id, "field": ALL}, "value"),
        State({"form": form.id, "field": ALL}, "id"),
        State(f"{form.id}-seen", "data"),
        prevent_initial_call=True,
    )
    @allow(*form.record.roles)
    def fill(
        clicked: Clicked, values: list[str | int | float | None], ids: list[dict[str, str]], seen: conflicts.Seen | None
    ) -> Any:
        """Return for each part of the address its field, the value it had, and the one it gets unless it was edited."""
        found = _found(Position(clicked["latitude"], clicked["longitude"])) if maps.geocoder() else None
        if found is None:
            return no_update
        typed = {one.get("field"): value for one, value in zip(ids, values, strict=False)}
        _tell_unknown(form, [part for part in PARTS if typed.get(part) and not found[part]])
        row = seen and seen["row"]
        return [
            {"id": {"form": form.id, "field": part}, "row": row, "was": typed.get(part) or "", "value": found[part]}
            for part in PARTS
            if found[part]
        ]

    @callback(
        Output(f"{form.id}-found", "data", allow_duplicate=True),
        Input(f"{form.id}-find", "n_clicks"),
        State({"form": form.id, "field": ALL}, "value"),
        State({"form": form.id, "field": ALL}, "id"),
        State(f"{form.id}-seen", "data"),
        running=[(Output(f"{form.id}-finding", "hidden"), False, True)],
        prevent_initial_call=True,
    )
    @allow(*form.record.roles)
    def find(
        _clicks: int | None,
        values: list[str | int | float | None],
        ids: list[dict[str, str]],
        seen: conflicts.Seen | None,
    ) -> Any:
        """Return for latitude and longitude the field and the value it gets."""
        typed = {one.get("field"): value for one, value in zip(ids, values, strict=False)}
        parts = [str(typed[part])[: addresses.LONGEST_PART] for part in PARTS if typed.get(part)]
        if not parts:
            messages.say(_("Enter an address first"), refused=True)
        found = _find(", ".join(parts)) if parts and maps.geocoder() else None
        if found is None:
            return no_update
        row = seen and seen["row"]
        return [
            {"id": {"form": form.id, "field": name}, "row": row, "was": None, "value": value}
            for name, value in found._asdict().items()
        ]


def _found(at: Position) -> dict[str, str] | None:
    """Return the address at a position, or say that there is none."""
    try:
        found = geocoder.address_at(maps.geocoder(), at, str(get_locale()))
    except GeocoderSilent:
        messages.say(_("The geocoder does not answer"), _("The position is set. Enter the address yourself."), True)
        return None
    if found is None:
        messages.say(_("No address is known there"), _("The position is set. Enter the address yourself."))
    return found


def _tell_unknown(form: Form, parts: list[str]) -> None:
    """Say which parts of the address stay as typed, since nothing is known of them where the map was clicked."""
    if parts:
        kept = ", ".join(str(form.fields[part].label) for part in parts)
        messages.say(
            _("Not all of the address is known there"), _("Left as it was, check it: %(fields)s.", fields=kept)
        )


def _find(address: str) -> Position | None:
    """Return where an address is, or say that it is not found."""
    try:
        found = geocoder.position_of(maps.geocoder(), address)
    except GeocoderSilent:
        messages.say(_("The geocoder does not answer"), _("Click the map, or enter the coordinates."), True)
        return None
    if found is None:
        messages.say(_("The address was not found"), _("Correct it, click the map, or enter the coordinates."), True)
    return found


def _below(form: Form, may_write: bool) -> html.Div:
    find = html.Button(
        [icon("bi-search"), _("Find address on map")],
        id=f"{form.id}-find",
        type="button",
        className="btn btn-secondary",
        hidden=not (may_write and maps.geocoder()),
    )
    hint = _(
        "Click the map or drag the pin to set the position. With the map in focus, the arrow keys move it and Enter "
        "sets the pin in its middle."
    )
    waits = html.Span(
        [html.Span(className="spinner-border spinner-border-sm me-2", **{"aria-hidden": "true"}), _("Looking for it")],
        id=f"{form.id}-finding",
        hidden=True,
    )
    busy = html.Span(waits, className="cp-2nd", **{"aria-live": "polite"})
    return html.Div(
        [find, busy, html.P(hint, className="form-text m-0", hidden=not may_write)], className="cp-address-below"
    )


def _neighbours(scope: Scope, node: Node) -> list[dict[str, Any]]:
    """Return what else stands on the site's map."""
    if node.site_id is None:
        return []
    found = addresses.placed_stations(scope, node.site_id)
    return [maps.station(one) for one in found if f"station:{one.station_id}" != node.ref]


def _map(form: Form, scope: Scope, node: Node, kept: dict[str, Any], may_write: bool) -> html.Div:
    own = (kept["latitude"], kept["longitude"])
    position = own if None not in own else addresses.of_site(scope, node.site_id) if node.site_id else None
    latitude, longitude = ("" if degrees is None else str(degrees) for degrees in own)
    props = {
        "data-latitude": latitude,
        "data-longitude": longitude,
        "data-form": form.id,
        "data-name": node.name,
        "data-pin": _("Position of %(name)s", name=node.name),
        **maps.places(_neighbours(scope, node)),
        **({} if may_write else {"data-closed": ""}),
    }
    return maps.box("address", _("Map"), position, id=f"{form.id}-map", **props)
