"""Files over HTTP: who may fetch what stations uploaded, and who may bring software images."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from data import folders, station_files, stations
from data.database import Database
from data.stations import NewStation
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def file_id(database: Database, people: People, tmp_path: Path) -> int:
    """A log that a station of Solna uploaded."""
    station_id = stations.create_station(people.alice, NewStation(people.solna, "00004079", "00004079"))
    (folders.of_station(tmp_path, station_id) / "a.log").write_bytes(b"station log")
    station_files.received(database, station_id, "a.log", 11)
    (file,) = station_files.of_node(people.alice, None)
    return int(file["file_id"])


def bring(visitor: Visitor, name: str = "ccu_R3.6.bin", content: bytes = b"image") -> TestResponse:
    form = {"file": (io.BytesIO(content), name), "model": "EVA"}
    return visitor.client.post("/software", data=form, headers={"X-CSRFToken": visitor.token})


@pytest.mark.parametrize("name", ["alice", "bob", "sam"])
def test_a_log_is_fetched_by_who_may_see_the_station(visitor: Visit, file_id: int, name: str) -> None:
    with visitor(name).client.get(f"/files/{file_id}") as answer:
        assert (answer.status_code, answer.data) == (200, b"station log")
        assert "attachment" in answer.headers["Content-Disposition"]


def test_a_log_is_not_there_for_others(visitor: Visit, file_id: int) -> None:
    for name in ("charlie", "dana"):
        assert visitor(name).client.get(f"/files/{file_id}").status_code == 404
    assert visitor().client.get(f"/files/{file_id}").status_code == 302


@pytest.mark.usefixtures("people")
def test_administrators_and_support_users_bring_software_images(visitor: Visit, tmp_path: Path) -> None:
    assert bring(visitor("alice")).status_code == 201
    assert bring(visitor("sam"), "other.bin").status_code == 201
    assert (folders.of_images(tmp_path) / "ccu_R3.6.bin").read_bytes() == b"image"
    assert "ccu_R3.6.bin" in visitor("sam").page("/configuration?node=system:1&tab=software")
    for name in ("bob", "dana"):
        assert bring(visitor(name), "third.bin").status_code == 403
    assert visitor().client.post("/software", data={}).status_code == 401


@pytest.mark.usefixtures("people")
def test_a_refused_image_is_told_why_and_nothing_is_kept(visitor: Visit, tmp_path: Path) -> None:
    alice = visitor("alice")
    assert bring(alice).status_code == 201
    for name, content, why in (
        ("ccu_R3.6.bin", b"again", "already"),
        ("empty.bin", b"", "is empty"),
        ("../../portal.duckdb", b"x", ""),
        ("sp ace.bin", b"x", "letters, digits"),
        ("half.part", b"x", "letters, digits"),
    ):
        answer = bring(alice, name, content)
        assert why in answer.text
        assert (answer.status_code == 201) == (name == "../../portal.duckdb")
    assert sorted(file.name for file in folders.of_images(tmp_path).iterdir()) == ["ccu_R3.6.bin", "portal.duckdb"]
