"""The web server: gunicorn with one worker process of many threads around `app.create_app`.

The supervisor runs it with a socket of its own; `python -m web` runs it alone beside a running sidecar.
"""

import argparse
import logging
import os
import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError

from data.errors import PortalError
from settings import Address, Settings, from_env

THREADS = 16
KEEP_ALIVE_S = 75  # longer than the pages' poll, which otherwise meets closed connections
FINISH_S = 10  # for requests that run when the web is stopped
EVERY_ADDRESS = {"0.0.0.0": "localhost", "::": "localhost"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__.partition("\n")[0])
    parser.add_argument("--listen-fd", type=int, help="a bound socket to take instead of PORTAL_WEB")
    listen_fd = parser.parse_args().listen_fd
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = from_env(os.environ)
    except PortalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    WebServer(settings, f"fd://{listen_fd}" if listen_fd is not None else str(settings.web)).run()
    return 0


class WebServer(BaseApplication):
    def __init__(self, settings: Settings, bind: str) -> None:
        self._settings = settings
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self._bind,
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "keepalive": KEEP_ALIVE_S,
            "graceful_timeout": FINISH_S,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": self._welcome,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application in the worker: a Flight client does not survive the fork."""
        from app import create_app
        from data.flight import RemoteDatabase

        try:
            return create_app(RemoteDatabase(self._settings.data), self._settings).server
        except PortalError as error:
            raise AppImportError(str(error)) from error  # gunicorn prints it and stops

    def _welcome(self, worker: Any) -> None:
        """Print the address; for the supervisor this line means ready."""
        host, port = worker.sockets[0].getsockname()[:2]
        host = EVERY_ADDRESS.get(host, host)
        sys.stdout.write(f"Charge Portal: http://{Address(host, port)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
