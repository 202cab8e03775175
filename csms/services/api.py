"""The HTTP API that third-party services call; `openapi.json` describes it."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from csms.central import Central
from csms.networks import caller
from csms.services.adapters import ADAPTERS, Adapter
from csms.services.answers import MEDIA, problem, refusal, too_large
from csms.services.bodies import Body, of_open, of_outlet, of_session
from csms.services.control import HTTP_STATUS, Control, Outcome, said
from csms.services.keys import Keys
from data import map_feed, service_access, service_starts
from data.errors import DatabaseUnusable, InvalidInput, NotFound
from data.service_access import Outlet, Service
from data.transactions import session_id

log = logging.getLogger(__name__)

PATH = "/api/v1"
DOCUMENT = Path(__file__).with_name("openapi.json")
LARGEST_BODY = 4096  # bytes
READ_WITHIN_S = 10
LONGEST_REFERENCE, LONGEST_ID = 100, 64

Handler = Callable[[web.Request, Service, Adapter], Awaitable[web.Response]]


class ServicesApi:
    def __init__(self, central: Central) -> None:
        self._central = central
        self._control = Control(central)
        self._keys = Keys(central)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/openapi.json", self._document),
            web.get(PATH + "/map", self._guarded(self._map)),
            web.get(PATH + "/outlets/{uuid}", self._guarded(self._outlet)),
            web.post(PATH + "/outlets/{uuid}/start", self._guarded(self._start)),
            web.post(PATH + "/outlets/{uuid}/stop", self._guarded(self._stop)),
            web.get(PATH + "/commands/{command_id}", self._guarded(self._command)),
            web.get(PATH + "/sessions/{session_id}", self._guarded(self._session)),
        ]

    async def _document(self, request: web.Request) -> web.Response:
        return web.Response(body=DOCUMENT.read_bytes(), content_type="application/json")

    def _guarded(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Let active services in, and answer what goes wrong as the document says."""

        async def handle(request: web.Request) -> web.Response:
            address = caller(request.remote or "", request.headers.get("X-Forwarded-For", ""))
            try:
                service = await self._keys.owner(request.headers.get("Authorization", ""), address)
                return await handler(request, service, ADAPTERS[service.kind])
            except InvalidInput as error:
                raise refusal(422, "invalid", str(error)) from error
            except NotFound as error:
                raise refusal(404, "not_found", str(error)) from error
            except DatabaseUnusable as error:
                what = "The portal cannot store anything now. Try again later."
                raise refusal(503, "unavailable", what) from error

        return handle

    async def _map(self, request: web.Request, service: Service, adapter: Adapter) -> web.Response:
        found = await asyncio.to_thread(map_feed.features, self._central.database, service)
        content = json.dumps(found, ensure_ascii=False).encode()
        tag = hashlib.sha256(content).hexdigest()[:32]
        headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
        if request.if_none_match and any(one.value == tag for one in request.if_none_match):
            return web.Response(status=304, headers=headers)
        return web.Response(body=content, content_type="application/geo+json", headers=headers)

    async def _outlet(self, request: web.Request, service: Service, adapter: Adapter) -> web.Response:
        outlet = await self._found(request, service)
        transaction = self._control.transaction(outlet)
        seen = transaction if transaction and self._may_see(service, adapter, transaction.transaction_id) else None
        body = of_outlet(outlet, self._control.is_connected(outlet), of_open(seen) if seen else None)
        return web.json_response(body)

    async def _start(self, request: web.Request, service: Service, adapter: Adapter) -> web.Response:
        _require(adapter)
        asked = await _body(request)
        outlet = await self._found(request, service)
        id_tag, reference = _text(asked, "id_tag", 20), _text(asked, "reference", LONGEST_REFERENCE)
        _nothing_else(asked)
        return _answer(outlet, await self._control.start(service, outlet, id_tag, reference))

    async def _stop(self, request: web.Request, service: Service, adapter: Adapter) -> web.Response:
        _require(adapter)
        _nothing_else(await _body(request))
        outlet = await self._found(request, service)
        transaction = self._control.transaction(outlet)
        if transaction is None:
            raise refusal(404, "no_session", "Nothing is charging at this outlet.")
        if not self._may_see(service, adapter, transaction.transaction_id):
            raise refusal(403, "not_own", "This session was not started by the service, which may not stop it.")
        return _answer(outlet, await self._control.stop(service, outlet, transaction))

    async def _command(self, request: web.Request, service: Service, adapter: Adapter) -> web.Response:
        _require(adapter)
        wanted = request.match_info["command_id"]
        number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 10 else 0
        asked = await asyncio.to_thread(service_starts.asked, self._central.database, service, number)
        if asked is None:
            raise refusal(404, "not_found", "There is no such command of this service.")
        outcome = said(await asyncio.to_thread(service_starts.progress, self._central.database, asked.batch_id))
        return web.json_response(_written(asked.outlet_uuid, outcome._replace(reference=asked.reference)))

    async def _session(self, request: web.Request, service: Service, adapter: Adapter) -> web.Response:
        _require(adapter)
        wanted = request.match_info["session_id"][:LONGEST_ID]
        body = await self._ongoing(service, adapter, wanted)
        if body is None:
            found = await asyncio.to_thread(service_access.session, self._central.database, service, wanted)
            if found is None or (adapter.only_own and not found.is_own):
                raise refusal(404, "not_found", "There is no such session for this service.")
            body = of_session(found.session) | {"outlet": found.uuid, "reference": found.reference}
        return web.json_response(body)

    async def _ongoing(self, service: Service, adapter: Adapter, wanted: str) -> Body | None:
        for station in self._central.stations.values():
            for transaction in station.open.values():
                if session_id(transaction) == wanted:
                    return await self._of_open(service, adapter, station.station_id, transaction)
        return None

    async def _of_open(self, service: Service, adapter: Adapter, station_id: int, transaction: Any) -> Body | None:
        uuid = await asyncio.to_thread(
            service_access.uuid_at, self._central.database, service, station_id, transaction.connector_id
        )
        start = self._central.notices.starts.of(transaction.transaction_id)
        is_own = start is not None and start.service_id == service.service_id
        if not is_own and (uuid is None or adapter.only_own):
            return None
        return of_open(transaction) | {"outlet": uuid, "reference": start.reference if start and is_own else None}

    async def _found(self, request: web.Request, service: Service) -> Outlet:
        uuid = request.match_info["uuid"][:LONGEST_ID]
        outlet = await asyncio.to_thread(service_access.outlet, self._central.database, service, uuid)
        if outlet is None:
            raise refusal(404, "not_found", "There is no outlet with this UUID for this service.")
        return outlet

    def _may_see(self, service: Service, adapter: Adapter, transaction_id: int) -> bool:
        start = self._central.notices.starts.of(transaction_id)
        is_own = start is not None and start.service_id == service.service_id
        return adapter.controls and (is_own or not adapter.only_own)


def _require(adapter: Adapter) -> None:
    if not adapter.controls:
        raise refusal(403, "not_allowed", "A map service reads the map and outlets only.")


def _answer(outlet: Outlet, outcome: Outcome) -> web.Response:
    status = HTTP_STATUS[outcome.result]
    headers = {"Location": f"{PATH}/commands/{outcome.command_id}"} if outcome.command_id else None
    body = _written(outlet.uuid, outcome)
    if status < 300:
        return web.json_response(body, status=status, headers=headers)
    body |= problem(status, outcome.result, outcome.reason)
    return web.json_response(body, status=status, headers=headers, content_type=MEDIA)


def _written(uuid: str, outcome: Outcome) -> Body:
    return {"outlet": uuid, **outcome._asdict()}


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the body's JSON object; nothing stands for an empty one."""
    content = b""
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            async for part in request.content.iter_chunked(LARGEST_BODY):
                content += part
                if len(content) > LARGEST_BODY:
                    raise too_large(LARGEST_BODY)
    except TimeoutError:
        raise refusal(408, "too_slow", "The body did not come in time.") from None
    try:
        read = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise refusal(400, "invalid", "The body must be a JSON object.")
    return read


def _text(asked: dict[str, Any], name: str, longest: int) -> str | None:
    """Take a short text out of the body."""
    value = asked.pop(name, None)
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= longest or not value.isprintable():
        raise refusal(422, "invalid", f"{name} must be a text of 1 to {longest} characters.")
    return value.strip()


def _nothing_else(asked: dict[str, Any]) -> None:
    if asked:
        raise refusal(422, "invalid", f"{next(iter(asked))[:50]} is not known here. Leave it out.")
