"""Starts the sidecar and the web, keeps both alive, and stops both.

What a child prints is for the operator and passed on; its first line says that it is ready. Nothing heavy is imported
here: the supervisor outlives every memory shortage that its children get into.
"""

import contextlib
import ctypes
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import IO

from data.errors import BadSetting
from settings import Address, Settings

log = logging.getLogger(__name__)

LONGEST_STOP_S = 20.0  # then a child is killed
PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None, use_errno=True).prctl


@dataclass(frozen=True)
class Delays:
    """How long a dead child waits, in seconds: each time twice as long, until it has stayed alive for a while."""

    first: float = 1.0
    longest: float = 30.0
    steady: float = 60.0


@dataclass
class Child:
    """A program that is kept running."""

    name: str
    command: Sequence[str]
    pass_fds: tuple[int, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    was_ready: bool = False
    started: float = 0.0
    delay: float = 0.0
    restart_at: float = field(default=float("inf"))


def run(settings: Settings) -> int:
    """Run the portal until it is told to stop, and return the exit code.

    Raises:
        BadSetting: the web's address cannot be listened at.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with listen("PORTAL_WEB", settings.web) as web:
        python = [sys.executable, "-u", "-m"]
        children = [
            Child("central system", [*python, "csms"]),
            Child("web", [*python, "web", "--listen-fd", str(web.fileno())], (web.fileno(),)),
        ]
        return Supervisor(children).run()


def listen(setting: str, address: Address) -> socket.socket:
    """Bind an address here, so that it stays taken and browsers wait while the web is started again.

    Raises:
        BadSetting: it is used, not this machine's, or not permitted.
    """
    try:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server(address, family=family)
    except OSError as error:
        reason = f"cannot be listened at: {os.strerror(error.errno) if error.errno and error.errno > 0 else error}."
        raise BadSetting(setting, str(address), f"{reason} Choose another, or stop what uses it.") from error


class Supervisor:
    """Starts children in order, each when the one before is ready. The first start must succeed."""

    def __init__(self, children: Sequence[Child], delays: Delays = Delays()) -> None:  # noqa: B008  # frozen
        self._children = children
        self._delays = delays
        self._selector = selectors.DefaultSelector()
        self._exit_code: int | None = None

    def run(self) -> int:
        """Supervise until SIGINT or SIGTERM (0), or until a child fails before it was ever ready (its exit code)."""
        with self._stop_signals():
            self._start(self._children[0])
            while self._exit_code is None:
                for key, _ in self._selector.select(self._next_restart()):
                    key.data()
                for child in self._children:
                    if child.restart_at <= time.monotonic():
                        self._start(child)
            self._stop()
        return self._exit_code

    @contextlib.contextmanager
    def _stop_signals(self) -> Iterator[None]:
        """Turn SIGINT and SIGTERM into an event of the selector."""
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        self._selector.register(reader, selectors.EVENT_READ, self._stop_wanted)
        before = signal.set_wakeup_fd(writer.fileno())
        handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
            self._selector.close()
            reader.close()
            writer.close()

    def _stop_wanted(self) -> None:
        self._exit_code = 0

    def _next_restart(self) -> float | None:
        at = min(child.restart_at for child in self._children)
        return None if at == float("inf") else max(0.0, at - time.monotonic())

    def _start(self, child: Child) -> None:
        child.process = process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            pass_fds=child.pass_fds,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops the web before the sidecar
            preexec_fn=partial(_end_with_parent, os.getpid()),  # noqa: PLW1509  # this process has one thread
        )
        child.started, child.restart_at = time.monotonic(), float("inf")
        assert process.stdout
        self._selector.register(process.stdout, selectors.EVENT_READ, partial(self._pass_on, child, process.stdout))
        exit_event = os.pidfd_open(process.pid)
        self._selector.register(exit_event, selectors.EVENT_READ, partial(self._ended, child, process, exit_event))

    def _pass_on(self, child: Child, output: IO[bytes]) -> None:
        """Give what a child printed to the operator; the first time, start the next child too."""
        printed = os.read(output.fileno(), 65536)
        if not printed:
            self._selector.unregister(output)
            output.close()
            return
        sys.stdout.write(printed.decode(errors="replace"))
        sys.stdout.flush()
        if not child.was_ready:
            child.was_ready = True
            following = self._children[self._children.index(child) + 1 :]
            if following:
                self._start(following[0])

    def _ended(self, child: Child, process: "subprocess.Popen[bytes]", exit_event: int) -> None:
        self._selector.unregister(exit_event)
        os.close(exit_event)
        code = process.wait()
        child.process = None
        if not child.was_ready:
            self._exit_code = code if code > 0 else 1
            log.warning("the %s could not start (exit code %d): the portal stops", child.name, code)
            return
        steady = time.monotonic() - child.started >= self._delays.steady
        child.delay = self._delays.first if steady or not child.delay else min(2 * child.delay, self._delays.longest)
        child.restart_at = time.monotonic() + child.delay
        log.warning("the %s ended (exit code %d), started again in %g s", child.name, code, child.delay)

    def _stop(self) -> None:
        """Stop the children, the last one first: the web still asks the sidecar while it finishes."""
        for child in reversed(self._children):
            if child.process is None:
                continue
            child.process.terminate()
            try:
                child.process.wait(LONGEST_STOP_S)
            except subprocess.TimeoutExpired:
                log.warning("the %s does not stop and is killed", child.name)
                child.process.kill()
                child.process.wait()


def _end_with_parent(parent: int) -> None:
    """Have the kernel end this process with the supervisor, also when that one is killed."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before this took hold
        os._exit(1)
