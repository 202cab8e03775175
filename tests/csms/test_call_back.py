"""Where a SOAP station may be called: its own word counts only where it leads to a station."""

import pytest

from csms.ocpp15.call_back import usable
from csms.ocpp15.envelope import ANONYMOUS

STATION, PORTAL = "192.0.2.7", "192.0.2.1"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("http://192.0.2.7:8082/ocpp", "http://192.0.2.7:8082/ocpp"),
        ("https://10.1.2.3/", "https://10.1.2.3:443/"),
        ("http://:8082/", "http://192.0.2.7:8082/"),
        ("http://[2001:db8::7]:80/x", "http://[2001:db8::7]:80/x"),
    ],
)
async def test_a_stations_address_is_taken(address: str, url: str) -> None:
    assert await usable(address, STATION, PORTAL) == url


@pytest.mark.parametrize(
    "address",
    [
        "",
        ANONYMOUS,
        "http://localhost:9001/",
        "http://127.0.0.1:9001/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
        f"http://{PORTAL}:8050/",
        "http://user:password@192.0.2.7/",
        "ftp://192.0.2.7/",
        "file:///etc/passwd",
        "http://192.0.2.7:port/",
        "http://no-such-host.invalid/",
        "\\\\nonsense",
    ],
)
async def test_an_address_that_is_no_stations_is_not_taken(address: str) -> None:
    assert await usable(address, STATION, PORTAL) is None


async def test_a_station_on_this_machine_may_be_called_here() -> None:
    assert await usable("http://127.0.0.1:8082/", "127.0.0.1", "127.0.0.1") == "http://127.0.0.1:8082/"
