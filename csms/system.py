"""The running central system: servers and the loops beside them, started and stopped together."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from aiohttp import web

from csms import configuration, connection_days, http_log, power_sums, presence, renewals, reservations, retention
from csms.central import Central, Timing
from csms.gate import Gate
from csms.mails import Mails
from csms.ocpp15.contacts import Contacts
from csms.ocpp15.service import CentralSystemService
from csms.refusals import Refusals
from csms.repeating import every
from csms.server import OcppServer
from csms.services import answers, outlet_states
from csms.services.api import ServicesApi
from csms.services.deliveries import Deliveries
from csms.tls import ServerTls
from data import message_log, meter_values
from data.duckdb_engine import DuckDB
from data.errors import DatabaseUnusable
from settings import Address, MailServer, TlsServer


class Running(NamedTuple):
    central: Central
    ocpp: Address
    api: Address
    ocpp_tls: Address | None
    api_tls: Address | None


@asynccontextmanager
async def running(
    database: DuckDB,
    ocpp: Address,
    api: Address,
    timing: Timing | None = None,
    mail_server: MailServer | None = None,
    tls: TlsServer | None = None,
    api_tls: TlsServer | None = None,
) -> AsyncIterator[Running]:
    """Serve stations until the block ends; then what was received is answered first.

    Raises:
        OSError: an address cannot be taken, or the certificate cannot be read.
    """
    central = Central(database, timing or Timing())
    await asyncio.to_thread(central.load)
    mails = Mails(database, mail_server, central.timing)
    refusals = Refusals(central)
    contacts = Contacts(central)
    await asyncio.to_thread(contacts.restore)
    gate = Gate(central, refusals)
    server, soap = OcppServer(central, refusals, gate), CentralSystemService(central, contacts, refusals, gate)
    loops: list[asyncio.Task[None]] = []
    deliveries = Deliveries(central)
    routes = [*soap.routes(), *ServicesApi(central).routes()]
    runner = web.AppRunner(_api(central, routes), access_log=None, logger=http_log.LOG)
    try:
        secured = await _secured(central, refusals, tls or api_tls)
        context = secured.context if secured else None
        ocpp = await server.start(ocpp)
        ocpp_tls = await server.start(tls.address, context) if tls else None
        await runner.setup()
        api, api_over_tls = (
            await _serve(runner, api),
            await _serve(runner, api_tls.address, context) if api_tls else None,
        )
        beside = [mails.run(), contacts.run(), deliveries.run(), outlet_states.follow(central)]
        beside += [secured.run()] if secured else []
        loops = [asyncio.create_task(loop) for loop in (*_loops(central), *beside)]
        yield Running(central, ocpp, api, ocpp_tls, api_over_tls)
    finally:
        for loop in loops:
            loop.cancel()
        await mails.stop()
        await deliveries.stop()
        await server.close()
        await runner.cleanup()
        await contacts.close()
        with suppress(DatabaseUnusable):  # what broke it has been told
            await central.recorder.write()
            await connection_days.write(central)


async def _secured(central: Central, refusals: Refusals, tls: TlsServer | None) -> ServerTls | None:
    """Return what the ports with TLS share, if there is one."""
    if tls is None:
        return None
    return await asyncio.to_thread(
        ServerTls, central.database.file.parent, tls, central.authority, refusals.in_handshake
    )


async def _serve(runner: web.AppRunner, address: Address, tls: ssl.SSLContext | None = None) -> Address:
    """Listen for HTTP; return the address with the real port."""
    await web.TCPSite(runner, address.host, address.port, ssl_context=tls).start()
    return Address(address.host, runner.addresses[-1][1])


def _loops(central: Central) -> list[Coroutine[Any, Any, None]]:
    return [
        _watch(central),
        every(central.timing.refresh_every, central.refresh, "changes could not be taken over"),
        central.commander.run(),
        central.recorder.run(),
        reservations.run(central),
        renewals.run(central),
        configuration.run(central),
        connection_days.run(central),
        power_sums.run(central),
        retention.run(central.database, "messages", message_log.forget, central.timing.keep_messages_days),
        retention.run(central.database, "meter values", meter_values.forget, central.timing.keep_meter_values_days),
    ]


async def _watch(central: Central) -> None:
    since = datetime.now(UTC)

    async def look() -> None:
        nonlocal since
        since = await presence.watch(central, since)

    await every(central.timing.presence_every, look, "presence could not be looked at")


def _api(central: Central, routes: list[web.RouteDef]) -> web.Application:
    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "connected": _connected(central)})

    async def metrics(request: web.Request) -> web.Response:
        charging = sum(len(station.open) for station in central.stations.values())
        return web.Response(text=central.metrics.text(_connected(central), charging), content_type="text/plain")

    app = web.Application(client_max_size=256 * 1024, middlewares=[answers.problems])
    app.add_routes([web.get("/healthz", healthz), web.get("/metrics", metrics), *routes])
    return app


def _connected(central: Central) -> int:
    return sum(station.connection is not None for station in central.stations.values())
