"""The geocoder is asked as Nominatim is, and whatever it answers is an address, none, or silence."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from components import geocoder
from components.geocoder import GeocoderSilent, Position

HERE = Position(59.3598, 18.0066)
Answers = Callable[..., tuple[str, list[str]]]


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Run a geocoder that gives one answer; return its address, and the list of what it is asked."""
    servers = []

    def run(content: object, status: int = 200) -> tuple[str, list[str]]:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(status)
                self.end_headers()
                for part in content if isinstance(content, Iterator) else [content]:
                    self.wfile.write(part if isinstance(part, bytes) else json.dumps(part).encode())

            def log_message(self, *_args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/geo", asked

    yield run
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_position_becomes_an_address(answers: Answers) -> None:
    parts = {"road": "Solnavägen", "house_number": "12", "postcode": "171 45", "town": "Solna", "country": "Sweden"}
    url, asked = answers({"address": parts})
    assert geocoder.address_at(url, HERE, "sv") == {
        "street": "Solnavägen 12",
        "postal_code": "171 45",
        "city": "Solna",
        "country": "Sweden",
    }
    (path,) = asked
    assert urlsplit(path).path == "/geo/reverse"
    assert parse_qs(urlsplit(path).query) == {
        "lat": ["59.3598"],
        "lon": ["18.0066"],
        "format": ["jsonv2"],
        "accept-language": ["sv"],
    }


def test_an_address_becomes_a_position(answers: Answers) -> None:
    url, asked = answers([{"lat": "59.35980001", "lon": "18.0066"}])
    assert geocoder.position_of(url, "Solnavägen 12, Solna & Co") == HERE
    assert parse_qs(urlsplit(asked[0]).query)["q"] == ["Solnavägen 12, Solna & Co"]


@pytest.mark.parametrize("content", [{"error": "Unable to geocode"}, [], None, {"address": "Solna"}])
def test_where_nothing_is_known_there_is_no_address(answers: Answers, content: object) -> None:
    url, _asked = answers(content)
    assert geocoder.address_at(url, HERE, "en") is None


@pytest.mark.parametrize("content", [[], {}, None, [{}], [{"lat": "x", "lon": "1"}], [{"lat": "91", "lon": "1"}], [7]])
def test_what_is_not_found_has_no_position(answers: Answers, content: object) -> None:
    url, _asked = answers(content)
    assert geocoder.position_of(url, "Nowhere") is None


@pytest.mark.parametrize(
    ("content", "status"),
    [({}, 500), ({}, 429), (b"<html>", 200), (b"[" * 90_000, 200), (b"1" * 300_000, 200), (b"\xff", 200)],
)
def test_an_answer_that_cannot_be_used_is_silence(answers: Answers, content: object, status: int) -> None:
    url, _asked = answers(content, status)
    with pytest.raises(GeocoderSilent):
        geocoder.address_at(url, HERE, "en")


def test_a_geocoder_that_answers_byte_by_byte_is_silent(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoder, "TIMEOUT_S", 0.5)
    given_up = threading.Event()

    def bytes_by_and_by() -> Iterator[bytes | list[dict[str, str]]]:
        for _ in range(100):
            given_up.wait(0.05)
            yield b" "
        yield [{"lat": "59.3598", "lon": "18.0066"}]

    url, _ = answers(bytes_by_and_by())
    with pytest.raises(GeocoderSilent):
        geocoder.position_of(url, "Solna")
    given_up.set()


def test_a_geocoder_that_is_away_is_silent() -> None:
    with pytest.raises(GeocoderSilent):
        geocoder.position_of("http://127.0.0.1:1", "Solna")


def test_odd_parts_of_an_address_are_left_out_or_cut(answers: Answers) -> None:
    url, _asked = answers({"address": {"road": ["x"], "city": "y" * 500, "country": None}})
    assert geocoder.address_at(url, HERE, "en") == {
        "street": "",
        "postal_code": "",
        "city": "y" * 200,
        "country": "",
    }
