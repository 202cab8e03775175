"""`python -m csms`: the central system, owner of the database."""

import asyncio
import gc
import logging
import os
import signal
import sys

import uvloop

from csms.addresses import PATH
from csms.central import Timing
from csms.file_server import FileServer
from csms.system import running
from data import users
from data.database_file import take_over_restored
from data.duckdb_engine import DuckDB
from data.errors import DatabaseUnusable, PortalError
from data.flight import DatabaseService
from settings import Settings, from_env

log = logging.getLogger(__name__)


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    gc.set_threshold(100_000, 50, 1000)  # looking often at thousands of long-lived stations costs a third of a core
    logging.getLogger("pyftpdlib").setLevel(logging.WARNING)
    logging.getLogger("websockets.server").setLevel(logging.CRITICAL)  # strangers' handshakes
    try:
        uvloop.run(run(from_env(os.environ)))
    except (PortalError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def run(settings: Settings) -> None:
    """Serve until a signal comes.

    Raises:
        DatabaseUnusable: the file cannot be opened, or failed while running.
        OSError: an address is taken.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def fail(error: DatabaseUnusable) -> None:
        loop.call_soon_threadsafe(lambda: None if ended.done() else ended.set_exception(error))

    def stop() -> None:
        if not ended.done():
            ended.set_result(None)

    def stop_soon() -> None:
        loop.call_soon_threadsafe(stop)

    take_over_restored(settings.data)
    database = DuckDB(settings.data, on_failure=fail)
    service = None
    files = FileServer(database, settings.data)
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        generated = users.ensure_administrator(database, settings.admin_email, settings.admin_password)
        service = DatabaseService(database, settings.data, stop_soon)
        timing = Timing(
            keep_messages_days=settings.keep_messages_days, keep_meter_values_days=settings.keep_meter_values_days
        )
        async with running(
            database,
            settings.ocpp,
            settings.api,
            timing,
            settings.mail_server,
            settings.ocpp_tls,
            settings.api_tls,
        ) as system:
            ftp = files.start(settings.ftp)
            lines = [
                f"OCPP 1.6: ws://{system.ocpp}{PATH}<ChargeboxId>",
                *([f"OCPP 1.6 over TLS: wss://{system.ocpp_tls}{PATH}<ChargeboxId>"] if system.ocpp_tls else []),
                f"API: http://{system.api}",
                *([f"API over TLS: https://{system.api_tls}"] if system.api_tls else []),
                f"FTP: ftp://{ftp}",
            ]
            if generated:
                lines.append(f"First administrator: {settings.admin_email}, password {generated} (shown only now)")
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()
            await ended
    finally:
        await asyncio.to_thread(files.close)
        if service:
            await asyncio.to_thread(service.shutdown)
        await asyncio.to_thread(database.close)


if __name__ == "__main__":
    sys.exit(main())
