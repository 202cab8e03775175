"""Who changes what by the forms of Configuration: each of them, tried by everybody of every role."""

from collections.abc import Callable
from typing import Any

import dash
import pytest

from data import addresses, edits, services, station_settings, topology
from data.database import Sql
from data.edits import Record
from tests.conftest import People
from tests.pages.conftest import Visitor
from tests.pages.test_access import UPLOADS, actions
from tests.pages.test_site_borders import Forged, Lund, lund

Visit = Callable[..., Visitor]
__all__ = ["lund"]  # the fixture: what there is at the site of Charlie, and not of Bob

OF_SITE, OF_STATION = "alice charlie", "alice charlie sam"
FORMS: dict[str, tuple[str, Record, str, str]] = {
    "system-general": ("alice", topology.SYSTEM, "", "name"),
    "service": ("alice", services.SERVICE, "service", "description"),
    "site-general": (OF_SITE, topology.SITE, "site", "name"),
    "site-address": (OF_SITE, addresses.SITE, "site", "city"),
    "floor-general": (OF_SITE, topology.FLOOR, "floor", "name"),
    "grid-controller-general": (OF_SITE, topology.GRID_CONTROLLER, "grid_controller", "name"),
    "grid-controller-address": (OF_SITE, addresses.GRID_CONTROLLER, "grid_controller", "city"),
    "station-general": (OF_STATION, station_settings.STATION, "station", "name"),
    "station-address": (OF_STATION, addresses.STATION, "yard", "city"),
    "outlet-general": (OF_STATION, station_settings.OUTLET, "outlet", "parking"),
}
"""Form → who may save it, its record, whose row of Lund it is tried with, and which field."""


def press(visitor: Visitor, form: str, button: str, seen: dict[str, Any], row: int, typed: str) -> int:
    """Press a button of a form with something typed into its field; return the status of the answer."""
    field = FORMS[form][3]
    values = {
        f'{{"field":["ALL"],"form":"{form}"}}.value': list({**seen, field: typed}.values()),
        f"{form}-seen.data": {"row": row, "values": seen},
    }
    forged = Forged(f"{form}-{button}.n_clicks", 1, values, "", {"field": list(seen)})
    return forged.send(visitor, f"forms.follow:{form}").status_code


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_saved_by_who_may_change_what_it_is_of(visitor: Visit, people: People, lund: Lund, form: str) -> None:
    may, record, of, field = FORMS[form]
    row = getattr(lund, of) if of else 1
    people.alice.database.write([Sql("UPDATE portal_user SET email = 'dana@portal.example' WHERE role = 'ev_user'")])
    saved = set()
    for person in ("bob", "dana", "sam", "charlie", "alice"):
        somebody = visitor(person)
        for button in ("save", "overwrite", "go"):
            seen = edits.read(people.alice, record, row)
            press(somebody, form, button, seen, row, f"{button} by {person}")
            if edits.read(people.alice, record, row)[field] == f"{button} by {person}":
                saved.add((person, button))
    assert saved == {(person, button) for person in may.split() for button in ("save", "overwrite", "go")}


def test_nobody_does_anything_without_a_log_in(app: dash.Dash, visitor: Visit, people: People, lund: Lund) -> None:
    stranger = visitor()
    stranger.client.get("/login")
    assert {stranger.call(output).status_code for output in actions(app).values()} == {401}
    headers = {"X-CSRFToken": stranger.token}
    assert {stranger.client.post(address, data={}, headers=headers).status_code for address in UPLOADS} == {401}
    for address in (f"/files/{lund.file}", f"/floor-map/{lund.floor}", "/export/x.xlsx", "/import/1/refused.csv"):
        assert stranger.client.get(address).status_code in (302, 401), address
