"""Users come from a file with their sites and tags; what a blank field does not say stays."""

from pathlib import Path
from typing import Any

import pytest

from data.database import Sql
from data.duckdb_engine import DuckDB
from data.imports.lines import Report
from data.log_in import authenticate
from tests.conftest import PASSWORD, People
from tests.support.imports import take_file

HEADER = "role,first_name,last_name,email,password,rfid,email_at_alarm,site"
EVA = "EV user,Eva,Ek,Eva@Portal.example,charging 1,04D1E2F3;123456789,,"
DANA = "EV user,Dana,Example,dana@portal.example,,,,"


def take(database: DuckDB, tmp_path: Path, *lines: str, by: int | None = None) -> Report:
    file = tmp_path / "users.csv"
    file.write_text("\n".join([HEADER, *lines]))
    return take_file(database, "users", file, by=by)


def user(database: DuckDB, email: str) -> dict[str, Any]:
    (row,) = database.query(
        """SELECT role, first_name, last_name, email_at_alarm,
                  (SELECT list(id_tag ORDER BY id_tag) FROM id_tag t WHERE t.user_id = u.user_id) AS id_tags,
                  (SELECT list(name ORDER BY name) FROM user_site s JOIN site USING (site_id)
                   WHERE s.user_id = u.user_id) AS sites
           FROM portal_user u WHERE email = $email""",
        {"email": email},
    ).to_pylist()
    return dict(row)


def test_an_imported_user_can_log_in(database: DuckDB, people: People, tmp_path: Path) -> None:
    assert str(take(database, tmp_path, EVA)) == "1 created, 0 changed, 0 unchanged"
    assert authenticate(database, "eva@portal.example", "charging 1", "127.0.0.1").first_name == "Eva"
    assert user(database, "eva@portal.example")["id_tags"] == ["04D1E2F3", "123456789"]


@pytest.mark.parametrize("text", ["04:d1:e2:f3", "04 D1 E2 F3", "0x04D1E2F3;", "０４ Ｄ１ Ｅ２ Ｆ３"])
def test_a_tag_is_kept_as_a_form_keeps_it(database: DuckDB, people: People, tmp_path: Path, text: str) -> None:
    take(database, tmp_path, f"EV user,Eva,Ek,eva@portal.example,charging 1,{text},,")
    assert user(database, "eva@portal.example")["id_tags"] == ["04D1E2F3"]


@pytest.mark.parametrize("word", ["site_administrator", "Site Administrator", "SITE-ADMINISTRATOR"])
def test_roles_are_understood_as_people_write_them(database: DuckDB, people: People, tmp_path: Path, word: str) -> None:
    take(database, tmp_path, f"{word},Sid,Ask,sid@portal.example,charging 1,,yes,Solna; Lund")
    assert user(database, "sid@portal.example") == {
        "role": "site_administrator", "first_name": "Sid", "last_name": "Ask", "email_at_alarm": True, "id_tags": None,
        "sites": ["Lund", "Solna"],
    }  # fmt: skip


def test_a_second_time_changes_nothing(database: DuckDB, people: People, tmp_path: Path) -> None:
    lines = [EVA, "Site administrator,Bob,Example,bob@portal.example,,,no,Solna"]
    take(database, tmp_path, *lines)
    assert str(take(database, tmp_path, *lines)) == "0 created, 0 changed, 2 unchanged"


def test_a_tag_in_another_notation_stays_as_its_user_has_it(database: DuckDB, people: People, tmp_path: Path) -> None:
    take(database, tmp_path, EVA)
    label = "UPDATE id_tag SET label = 'Key ring' WHERE id_tag = '04D1E2F3'"
    database.write([Sql(label)])
    again = EVA.replace("04D1E2F3", "F3:E2:D1:04")
    assert str(take(database, tmp_path, again)) == "0 created, 0 changed, 1 unchanged"
    assert user(database, "eva@portal.example")["id_tags"] == ["04D1E2F3", "123456789"]


def test_a_changed_line_changes_its_user(database: DuckDB, people: People, tmp_path: Path) -> None:
    lines = ["EV user,Dana,Dahl,dana@portal.example,,99887766 04A2B3C4,,",
             "Site administrator,Bob,Example,bob@portal.example,,,yes,Lund"]  # fmt: skip
    assert take(database, tmp_path, *lines).changed == 2
    dana, bob = user(database, "dana@portal.example"), user(database, "bob@portal.example")
    assert (dana["last_name"], dana["id_tags"]) == ("Dahl", ["04A2B3C4", "99887766"])
    assert (bob["email_at_alarm"], bob["sites"]) == (True, ["Lund"])
    assert authenticate(database, "dana@portal.example", PASSWORD, "127.0.0.1")  # no password given: it stays


def test_a_given_password_replaces_the_one_before(database: DuckDB, people: People, tmp_path: Path) -> None:
    take(database, tmp_path, "EV user,Dana,Example,dana@portal.example,another 1,,,")
    assert authenticate(database, "dana@portal.example", "another 1", "127.0.0.1")
    assert user(database, "dana@portal.example")["id_tags"] == ["04A2B3C4"]


def test_nobody_changes_their_own_password_by_a_file_without_the_present_one(
    database: DuckDB, people: People, tmp_path: Path
) -> None:
    line = "administrator,Alicia,Example,alice@portal.example,{},,,"
    report = take(database, tmp_path, line.format("charging 2"), by=people.alice.user_id)
    assert "password of your own is changed in User settings" in str(report.problems[0])
    assert authenticate(database, "alice@portal.example", PASSWORD, "127.0.0.1").first_name == "Alice"
    assert take(database, tmp_path, line.format(PASSWORD), by=people.alice.user_id).changed == 1
    assert take(database, tmp_path, line.format("charging 2"), by=people.bob.user_id).changed == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("boss,A,B,a@b.example,charging 1,,,", "role 'boss' must be one of: administrator, site administrator,"),
        ("EV user,,B,a@b.example,charging 1,,,", "first_name is missing."),
        (f"EV user,{'x' * 101},B,a@b.example,charging 1,,,", "first_name has more than 100 characters."),
        ("EV user,A,B\u202e,a@b.example,charging 1,,,", "last_name has an invisible character, number 2"),
        (f"EV user,A,B,a@{'x' * 320},charging 1,,,", "email 'a@xxx"),
        ("EV user,A,B,a b@c,charging 1,,,", "email 'a b@c' is not an email address."),
        ("EV user,A,B,a@b.example,,,,", "password is missing: a new user needs one."),
        ("EV user,A,B,a@b.example,secret,,,", "password needs at least 8 characters with letters and digits."),
        ("EV user,A,B,a@b.example,charging 1,77771716,,", "rfid '77771716' belongs to dana@portal.example."),
        ("EV user,A,B,a@b.example,charging 1,C4:B3:A2:04,,", "rfid 'C4B3A204' belongs to dana@portal.example."),
        ("EV user,A,B,a@b.example,charging 1,3300106756,,", "rfid '3300106756' belongs to dana@portal.example."),
        ("EV user,A,B,a@b.example,charging 1,0000,,", "rfid '0000' is no identity."),
        (f"EV user,A,B,a@b.example,charging 1,{'9' * 26},,", f"rfid '{'9' * 26}' has more than 20 characters."),
        ("EV user,A,B,a@b.example,charging 1,04D1E2F3;80863987,,", "rfid '80863987' is the same tag as 04D1E2F3."),
        ("EV user,A,B,a@b.example,charging 1,,,Solna", "site 'Solna' belongs to site administrators only."),
        ("support user,A,B,a@b.example,charging 1,12345678,,", "rfid '12345678' belongs to EV users only."),
        ("support user,A,B,a@b.example,charging 1,,maybe,", "email_at_alarm 'maybe' must be yes or no."),
        ("site administrator,A,B,a@b.example,charging 1,,,", "site is missing: a site administrator needs one."),
        ("site administrator,A,B,a@b.example,charging 1,,,Malmö", "site 'Malmö' is no site of the portal."),
        ("EV user,Alice,B,alice@portal.example,,,,", "role 'EV user' is not this user's: alice@portal"),
        (DANA, "email 'dana@portal.example' stands on an earlier line too."),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_and_the_others_taken(
    database: DuckDB, people: People, tmp_path: Path, line: str, problem: str
) -> None:
    report = take(database, tmp_path, DANA, line)
    assert (report.created, report.unchanged) == (0, 1)
    assert len(report.problems) == 1
    assert str(report.problems[0]).startswith(f"line 3: {problem}")
