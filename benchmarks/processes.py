"""The real processes under measurement, on free ports of this machine, and what they use."""

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

EMAIL, PASSWORD = "admin@portal.example", "Benchmark-1"
ROOT = Path(__file__).parents[1]
LONGEST_START_S = 120.0


class CentralSystem(NamedTuple):
    url: str  # for stations, without the charge box id
    pid: int
    http: str  # of OCPP 1.5 and the services


class Portal(NamedTuple):
    web: str
    central_system: CentralSystem
    web_pid: int  # of gunicorn; its workers are children
    ready_after_s: float


@contextlib.contextmanager
def central_system(folder: Path) -> Iterator[CentralSystem]:
    """Run the sidecar on a data folder until the block ends."""
    environment, port, _ = _environment(folder)
    with _running(["-m", "csms"], environment) as process:
        _wait(process, lambda: _listens(port))
        yield CentralSystem(f"ws://127.0.0.1:{port}/Ocpp/websocket", process.pid, _http(environment))


@contextlib.contextmanager
def portal(folder: Path) -> Iterator[Portal]:
    """Run the whole portal on a data folder until the block ends."""
    environment, port, web_port = _environment(folder)
    started = time.monotonic()
    with _running(["app.py"], environment) as process:
        _wait(process, lambda: _answers(web_port))
        ready_after_s = time.monotonic() - started
        sidecar, web = sorted(children(process.pid), key=lambda pid: "csms" not in _command(pid))
        yield Portal(
            f"http://127.0.0.1:{web_port}",
            CentralSystem(f"ws://127.0.0.1:{port}/Ocpp/websocket", sidecar, _http(environment)),
            web,
            ready_after_s,
        )


def memory_kib(pid: int) -> int:
    """Return the resident memory of a process and its children: their own share of it (Pss)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return own + sum(map(memory_kib, children(pid)))


def cpu_s(pid: int) -> float:
    """Return the processor time a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def raise_file_limit() -> None:
    """Allow this process and its children as many open files as the system gives."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _environment(folder: Path) -> tuple[dict[str, str], int, int]:
    ocpp, web, api, ftp = (_free_port() for _ in range(4))
    own = {
        "PORTAL_DATA": str(folder),
        "PORTAL_OCPP": f"127.0.0.1:{ocpp}",
        "PORTAL_WEB": f"127.0.0.1:{web}",
        "PORTAL_API": f"127.0.0.1:{api}",
        "PORTAL_FTP": f"127.0.0.1:{ftp}",
        "PORTAL_ADMIN_EMAIL": EMAIL,
        "PORTAL_ADMIN_PASSWORD": PASSWORD,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | own, ocpp, web


def _http(environment: dict[str, str]) -> str:
    return f"http://{environment['PORTAL_API']}"


@contextlib.contextmanager
def _running(arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    log = Path(environment["PORTAL_DATA"]) / "benchmark.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    """Tell whether a page comes back: the web listens before it can answer."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as browser:
        browser.sendall(b"GET /login HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        return browser.recv(12).endswith(b"200")
    return False


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_START_S
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}; see benchmark.log in its data folder")
        if time.monotonic() > until:
            raise TimeoutError(f"{process.args} is not ready after {LONGEST_START_S:.0f} s")
        time.sleep(0.02)


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
