"""The whole portal as `python app.py` starts it."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.database import Sql
from data.flight import RemoteDatabase

ROOT = Path(__file__).parent.parent
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(**settings: str) -> "subprocess.Popen[str]":
        addresses = {f"PORTAL_{name}": "127.0.0.1:0" for name in ("WEB", "OCPP", "API", "FTP")}
        own = {"PORTAL_DATA": str(tmp_path), **addresses}
        portal = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={**os.environ, **own, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(portal)
        return portal

    yield start
    for portal in started:
        portal.terminate()
        portal.communicate(timeout=30)


def web_address(portal: "subprocess.Popen[str]") -> tuple[str, str]:
    """Read what the operator sees up to the web's address; return the address and all of it."""
    seen = ""
    assert portal.stdout
    for line in portal.stdout:
        seen += line
        if found := re.match(r"Charge Portal: (http://\S+)", line):
            return found[1], seen
    raise AssertionError(f"the portal ended: {seen}{portal.communicate()[1]}")


def test_the_portal_starts_says_how_to_sign_in_once_and_stops(start: Start) -> None:
    portal = start()
    address, seen = web_address(portal)
    assert re.search(r"admin@portal\.example, password \S{17}", seen)
    with urllib.request.urlopen(f"{address}/login") as answer:
        assert answer.status == 200
    portal.send_signal(signal.SIGTERM)
    _, log = portal.communicate(timeout=30)
    assert (portal.returncode, "Traceback" in log) == (0, False), log
    assert "password" not in web_address(start())[1]


@pytest.mark.parametrize("setting", ["PORTAL_WEB", "PORTAL_OCPP", "PORTAL_API"])
def test_a_used_port_ends_the_start_with_a_clear_message(start: Start, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        portal = start(**{setting: f"127.0.0.1:{port}"})
        _, log = portal.communicate(timeout=30)
    assert portal.returncode == 1
    assert str(port) in log
    assert "ddress already in use" in log
    assert "Traceback" not in log


def test_a_second_portal_on_the_same_data_ends_with_a_clear_message(start: Start) -> None:
    web_address(start())
    second = start()
    _, log = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "another process has it open" in log
    assert "Traceback" not in log


def test_a_damaged_database_ends_the_start_with_a_clear_message(start: Start, tmp_path: Path) -> None:
    (tmp_path / "portal.duckdb").write_bytes(b"damaged")
    portal = start()
    _, log = portal.communicate(timeout=30)
    assert portal.returncode == 1
    assert "Restore a backup: python app.py restore FILE" in log
    assert "Traceback" not in log


def test_a_running_portal_takes_a_restored_backup_over(start: Start, tmp_path: Path) -> None:
    portal = start()
    address, _ = web_address(portal)
    backup = tmp_path / "copy.duckdb"
    command = [sys.executable, "app.py", "backup", str(backup)]
    settings = {**os.environ, "PORTAL_DATA": str(tmp_path)}
    subprocess.run(command, cwd=ROOT, env=settings, check=True, capture_output=True)
    owner = RemoteDatabase(tmp_path)
    owner.write([Sql("UPDATE system SET name = 'changed'")])
    subprocess.run([*command[:2], "restore", str(backup)], cwd=ROOT, env=settings, check=True, capture_output=True)
    assert portal.stdout
    assert any(line.startswith("OCPP 1.6:") for line in portal.stdout)  # started again
    assert owner.query("SELECT name FROM system").to_pylist() == [{"name": "Charge Portal"}]
    with urllib.request.urlopen(f"{address}/login") as answer:
        assert answer.status == 200
    owner.close()
