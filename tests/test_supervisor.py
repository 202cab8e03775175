"""The supervisor keeps its children alive, and none outlives it. The children are small programs of these tests."""

import os
import re
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.errors import BadSetting
from settings import Address
from supervisor import listen

ROOT = Path(__file__).parent.parent

# A child says who and what it is, and stops when told to; each start is noted in a file.
CHILD = """
import os, signal, sys
name = sys.argv[1]
open(f'{name}.starts', 'a').write('x')
signal.signal(signal.SIGTERM, lambda *_: (open('stopped', 'a').write(f'{name} '), sys.exit()))
print(f'{name} is {os.getpid()}', flush=True)
while True:
    signal.pause()
"""
FAILING = "import sys; sys.stderr.write('The port is in use.'); sys.exit(3)"
DYING = "print('up and gone', flush=True)"


class Portal:
    """A supervisor process with the children of a test."""

    def __init__(self, folder: Path, children: list[tuple[str, str]]) -> None:
        program = f"""
import sys, logging
from supervisor import Child, Delays, Supervisor
logging.basicConfig(level=logging.INFO)
children = [Child(name, [sys.executable, '-c', code, name]) for name, code in {children!r}]
sys.exit(Supervisor(children, Delays(first=0.01, longest=0.04)).run())
"""
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """Return the next line that the operator sees."""
        assert self.process.stdout
        return self.process.stdout.readline()

    def pid(self) -> int:
        return int(self.line().split()[-1])

    def end(self) -> tuple[int, str]:
        """Wait until the supervisor ends and return its exit code and its log."""
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, log


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Portal]]:
    started: list[Portal] = []

    def start(*children: tuple[str, str]) -> Portal:
        started.append(Portal(tmp_path, list(children)))
        return started[-1]

    yield start
    for portal in started:
        portal.process.kill()
        portal.process.communicate()


def wait_for_end(pid: int) -> None:
    """Wait until a process that is not our child has ended."""
    try:
        exit_event = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with selectors.DefaultSelector() as selector:
        selector.register(exit_event, selectors.EVENT_READ)
        ended = selector.select(timeout=30)
    os.close(exit_event)
    assert ended, f"{pid} still runs"


def test_the_web_is_started_when_the_sidecar_is_ready(start: Callable[..., Portal]) -> None:
    portal = start(("sidecar", CHILD), ("web", CHILD))
    assert [portal.line().split()[0], portal.line().split()[0]] == ["sidecar", "web"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_web_then_the_sidecar(
    start: Callable[..., Portal], tmp_path: Path, number: signal.Signals
) -> None:
    portal = start(("sidecar", CHILD), ("web", CHILD))
    pids = [portal.pid(), portal.pid()]
    portal.process.send_signal(number)
    assert portal.end()[0] == 0
    for pid in pids:
        wait_for_end(pid)
    assert (tmp_path / "stopped").read_text() == "web sidecar "


def test_a_dead_child_is_started_again_without_the_other_noticing(start: Callable[..., Portal], tmp_path: Path) -> None:
    portal = start(("sidecar", CHILD), ("web", CHILD))
    sidecar, _ = portal.pid(), portal.pid()
    os.kill(sidecar, signal.SIGKILL)
    assert portal.pid() != sidecar
    assert (tmp_path / "web.starts").read_text() == "x"


def test_a_child_that_dies_again_and_again_waits_longer_each_time(start: Callable[..., Portal]) -> None:
    portal = start(("sidecar", DYING))
    for _ in range(6):
        portal.line()
    portal.process.terminate()
    _, log = portal.end()
    assert re.findall(r"the sidecar ended \(exit code 0\), started again in (\S+) s", log)[:4] == [
        "0.01",
        "0.02",
        "0.04",
        "0.04",
    ]


def test_a_child_that_cannot_start_stops_the_portal_with_its_message(start: Callable[..., Portal]) -> None:
    portal = start(("sidecar", CHILD), ("web", FAILING))
    sidecar = portal.pid()
    code, log = portal.end()
    wait_for_end(sidecar)
    assert code == 3
    assert "The port is in use." in log
    assert "the web could not start (exit code 3): the portal stops" in log


def test_no_child_outlives_a_killed_supervisor(start: Callable[..., Portal]) -> None:
    portal = start(("sidecar", CHILD), ("web", CHILD))
    pids = [portal.pid(), portal.pid()]
    portal.process.kill()
    for pid in pids:
        wait_for_end(pid)


def test_the_supervisor_itself_imports_nothing_heavy() -> None:
    code = "import cli, supervisor, sys; print(*({'dash', 'flask', 'pyarrow', 'duckdb'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_a_used_port_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BadSetting) as refused:
            listen("PORTAL_WEB", Address("127.0.0.1", port))
    assert str(refused.value) == (
        f"PORTAL_WEB '127.0.0.1:{port}' cannot be listened at: Address already in use. "
        "Choose another, or stop what uses it."
    )


def test_a_foreign_address_is_named_with_its_setting() -> None:
    with pytest.raises(BadSetting, match="PORTAL_WEB 'no.such.host.example:80' cannot be listened at"):
        listen("PORTAL_WEB", Address("no.such.host.example", 80))
