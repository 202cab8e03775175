"""A third-party service under test: it calls the portal's API, and its own HTTP server takes notifications."""

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
from aiohttp import web

from data import edits, services
from data.database import Database
from data.scope import Role, Scope
from data.services import SERVICE, Secrets
from tests.csms.portal import Portal
from tests.csms.services.document import check_answer, check_notification, document
from tests.support.virtual_station import until


class Received(NamedTuple):
    body: dict[str, Any]
    content: bytes
    headers: dict[str, str]

    @property
    def what(self) -> tuple[str, str]:
        return self.body["type"], self.headers["webhook-attempt"]


@dataclass
class Receiver:
    """Takes notifications. answers: the next ones' statuses, None for silence; then 204. leads_to: Location."""

    url: str = ""
    port: int = 0
    answers: list[int | None] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    leads_to: str = ""

    async def take(self, request: web.Request) -> web.Response:
        content = await request.read()
        self.received.append(Received(json.loads(content), content, {k.lower(): v for k, v in request.headers.items()}))
        status = self.answers.pop(0) if self.answers else 204
        if status is None:
            await asyncio.Event().wait()
        return web.Response(status=status or 204, headers={"Location": self.leads_to} if self.leads_to else None)

    @property
    def events(self) -> list[str]:
        return [one.body["type"] for one in self.received]

    def check(self, signing_secret: str) -> None:
        """Check each: signed as the Standard Webhooks say, and as the API's document describes it."""
        key = base64.b64decode(signing_secret.removeprefix("whsec_"))
        for one in self.received:
            stamp = one.headers["webhook-timestamp"]
            assert abs(time.time() - int(stamp)) < 60
            signed = f"{one.headers['webhook-id']}.{stamp}.".encode() + one.content
            expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
            assert one.headers["webhook-signature"] == f"v1,{expected}"
            check_notification(document(), one.body)


@asynccontextmanager
async def receiving(
    receiver: Receiver | None = None, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """Run the service's own server; with a port, at the same place as before."""
    receiver = receiver or Receiver()
    app = web.Application()
    app.add_routes([web.post("/notify", receiver.take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    receiver.port = runner.addresses[0][1]
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{receiver.port}/notify"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@dataclass
class Service:
    """A service that the portal knows."""

    service_id: int
    secrets: Secrets
    http: httpx.AsyncClient
    document: dict[str, Any]

    async def get(self, path: str, status: int = 200, **headers: str) -> Any:
        return self._read(await self.http.get(f"/api/v1{path}", headers=headers), status)

    async def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self._read(await self.http.post(f"/api/v1{path}", json=body), status)

    def _read(self, answer: httpx.Response, status: int) -> Any:
        """Return the body of an answer with this status that is as the API's document says."""
        assert answer.status_code == status, answer.text
        request, media = answer.request, answer.headers["content-type"].partition(";")[0]
        check_answer(self.document, request.method, request.url.path, status, media, answer.json())
        return answer.json()


def administrator(database: Database) -> Scope:
    return Scope(database, user_id=100, role=Role.ADMINISTRATOR, site_ids=None)


def register(database: Database, kind: str = "charging", **values: Any) -> tuple[int, Secrets]:
    """Add an active service as an administrator does."""
    scope = administrator(database)
    service_id, made = services.create(scope, kind, f"{kind} service", "Provider")
    change(database, service_id, **({"is_active": True} | values))
    return service_id, made


def change(database: Database, service_id: int, **values: Any) -> None:
    scope = administrator(database)
    edits.save(scope, SERVICE, service_id, edits.read(scope, SERVICE, service_id), values)


async def followed(portal: Portal) -> None:
    """Wait until the central system knows that a service is to be told of sessions."""
    await until(lambda: portal.central.notices._followers)


@asynccontextmanager
async def service(portal: Portal, kind: str = "charging", **values: Any) -> AsyncIterator[Service]:
    """Register a service and let it call the portal."""
    service_id, made = register(portal.database, kind, **values)
    if kind != "map" and "url" in values:
        await followed(portal)
    base = f"http://{portal.system.api}"
    headers = {"Authorization": f"Bearer {made.key}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=10) as http:
        yield Service(service_id, made, http, (await http.get("/api/openapi.json")).json())


def uuid_of(portal: Portal, charge_box_id: str = "CP1", connector_id: int = 1) -> str:
    return str(
        portal.row(
            """SELECT uuid FROM outlet JOIN charging_station USING (station_id)
               WHERE charge_box_id = $name AND connector_id = $connector""",
            name=charge_box_id,
            connector=connector_id,
        )["uuid"]
    )
