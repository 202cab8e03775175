"""An EV user's own view, asked for by every address and callback: never anything of another driver's."""

import io
import threading
from collections.abc import Callable
from datetime import date

import dash
import flask
import openpyxl
import pytest
from flask_babel import Babel

from components.access import PAGES
from components.windows import energy_by_month, own_sessions
from data import sessions, stations
from data.database import Database, Sql
from data.errors import NotFound
from data.stations import NewStation
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
EVA_TAG = "04E7A000"
EVA = ("Yard", "Lund", "98\u00a0765", "98765.5", EVA_TAG, "eva@", "S-eva")
"""What belongs to Eva only, who charges in Lund: her station, site, energy, tag, email and session."""


@pytest.fixture(autouse=True)
def drivers(database: Database, people: People) -> None:
    """Dana charges and has charged in Solna, Eva in Lund."""
    add = """INSERT INTO portal_user (role, first_name, last_name, email, password_hash, password_changed_at)
             SELECT 'ev_user', 'Eva', 'Example', 'eva@portal.example', password_hash, password_changed_at
             FROM portal_user WHERE user_id = $dana RETURNING user_id"""
    eva = database.write([Sql(add, {"dana": people.dana.user_id})])[0]["user_id"][0].as_py()
    for number, site, name, user, kwh, tag, email in (
        (1, people.solna, "Gate", people.dana.user_id, 8.5, "04A2B3C4", "dana@portal.example"),
        (2, people.lund, "Yard", eva, 98765.5, EVA_TAG, "eva@portal.example"),
    ):
        station = stations.create_station(people.alice, NewStation(site, name, name))
        who = {"n": number, "site": site, "name": name, "user": user, "station": station, "tag": tag, "email": email}
        session = {**who, "kwh": kwh, "id": f"S-{email.partition('@')[0]}"}
        database.write(
            [
                Sql(
                    """INSERT INTO open_transaction (transaction_id, station_id, site_id, connector_id, charge_box_id,
                           user_id, id_tag, email, authentication, started_at, logged_at, power_w, energy_kwh)
                       VALUES ($n, $station, $site, 1, $name, $user, $tag, $email, 1, now(), now(), $n * 1000.0, 1)""",
                    who,
                ),
                Sql(
                    """INSERT INTO meter_value (station_id, connector_id, transaction_id, measured_at, logged_at,
                           measurand, value, unit)
                       SELECT $station, 1, $n, now() + to_milliseconds(1), now(), 'Power.Active.Import', 1000, 'W'""",
                    {name: who[name] for name in ("n", "station")},
                ),
                Sql(
                    """INSERT INTO session (session_id, charge_box_id, connector_id, id_tag, started_at, ended_at,
                           energy_kwh, authentication, email, logged_at, duration_s, site_id, station_id, user_id,
                           transaction_id)
                       VALUES ($id, $name, 1, $tag, now() - INTERVAL 2 HOUR, now() - INTERVAL 1 HOUR, $kwh, 1, $email,
                           now(), 3600, $site, $station, $user, $n + 100)""",
                    session,
                ),
            ]
        )
    database.write([Sql("INSERT INTO id_tag (id_tag, user_id) VALUES ($t, $u)", {"t": EVA_TAG, "u": eva})])


def foreign(text: str) -> list[str]:
    """Return what of Eva's is in an answer."""
    return [word for word in EVA if word in text]


@pytest.fixture
def dana(visitor: Visit) -> Visitor:
    return visitor("dana")


def test_her_dashboard_shows_what_charges_now_her_months_sessions_and_tags(dana: Visitor) -> None:
    page = dana.page("/dashboard")
    for own in ("Charging now", "1.0\u00a0kW", "Since ", "8.5", "1 charging session", "/session/S-dana", "04A2B3C4"):
        assert own in page, own
    assert foreign(page) == []


@pytest.mark.parametrize("path", [*PAGES, "/session/S-dana", "/session/S-eva"])
def test_no_address_gives_her_what_is_anothers(dana: Visitor, people: People, path: str) -> None:
    for query in ("", f"?node=site:{people.lund}", "?f=email.has.eva~session.has.S", "?session=S-eva", "?d=users"):
        for answer in (dana.client.get(path + query).text, dana.page(path + query)):
            assert [word for word in foreign(answer) if word not in path + query] == []  # the address is said again


def test_no_callback_gives_her_what_is_anothers(app: dash.Dash, dana: Visitor, people: People) -> None:
    yard = people.alice.database.query("SELECT station_id FROM charging_station WHERE name = 'Yard'")
    station_id = yard["station_id"][0].as_py()
    for value in (None, f"site:{people.lund}", f"?node=station:{station_id}", station_id):
        for output, entry in app.callback_map.items():
            if entry.get("callback"):
                wanted = [f"{one['id']}.{one['property']}" for one in [*entry["inputs"], *entry["state"]]]
                given = {name: [value] if '["ALL"]' in name else value for name in wanted}
                assert foreign(dana.call(output, given, changed=wanted[:1]).text) == [], output


def test_no_filter_finds_her_the_rows_of_another(dana: Visitor) -> None:
    for column, text in (("rfid", EVA_TAG), ("email", "eva"), ("session", "S-"), ("site", "u")):
        model = {column: {"filterType": "text", "type": "contains", "filter": text}}
        request = {"startRow": 0, "endRow": 100, "filterModel": model, "sortModel": []}
        answer = dana.call("sessions.getRowsResponse", {"sessions.getRowsRequest": request})
        assert foreign(answer.text) == []


def test_her_export_holds_her_sessions_only(dana: Visitor) -> None:
    values = {"sessions-export.n_clicks": 1, "sessions-query.data": {"filters": {}, "order": []}}
    (begin,) = (output for output in dana.app.callback_map if "sessions-job.data" in output)
    job = dana.call(begin, values, ["sessions-export.n_clicks"]).json["response"]["sessions-job"]["data"]
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()
    with dana.client.get(f"/export/{job}.xlsx") as answer:
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert len(rows) == 2
    assert "S-dana" in rows[1]


def test_the_window_of_a_session_opens_for_its_driver_only(dana: Visitor, people: People) -> None:
    assert dana.client.get("/session/S-dana").status_code == 200
    assert dana.client.get("/session/S-eva").status_code == 404
    with pytest.raises(NotFound):
        sessions.find(people.dana, "S-eva")


def test_a_driver_who_never_charged_reads_what_will_stand_there(visitor: Visit, database: Database) -> None:
    database.write([Sql(f"DELETE FROM {table}") for table in ("open_transaction", "session", "id_tag")])
    page = visitor("dana").page("/dashboard")
    for text in ("Nothing is charging", "Nothing was charged", "No charging sessions yet", "No RFID tag"):
        assert text in page


def test_months_go_back_over_the_turn_of_the_year() -> None:
    found = energy_by_month.months(date(2026, 2, 28))
    assert [f"{day:%Y-%m-%d}" for day in found] == [
        *("2025-09-01", "2025-10-01", "2025-11-01", "2025-12-01"),
        *("2026-01-01", "2026-02-01"),
    ]


@pytest.mark.parametrize(
    ("at", "english", "swedish"),
    [
        (date(2026, 3, 20), "Today", "I dag"),
        (date(2026, 3, 18), "Wed 18 Mar", "ons 18 mars"),
        (date(2025, 12, 31), "31 Dec 2025", "31 dec 2025"),
    ],
)
def test_a_day_is_written_as_people_say_it(at: date, english: str, swedish: str) -> None:
    for language, written in (("en", english), ("sv", swedish)):
        server = flask.Flask(__name__)
        Babel(server, locale_selector=lambda language=language: language)
        with server.test_request_context():
            assert own_sessions.day(at, date(2026, 3, 20)) in (written, "Today")
