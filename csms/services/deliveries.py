"""Posts notifications to services from the outbox: signed, in order for each session, again until they are taken."""

import asyncio
import json
import logging
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import httpx

from csms.central import Central
from csms.services.addresses import Target, Unusable, target
from csms.services.bodies import written
from csms.services.signatures import signature
from data import service_deliveries
from data.database import Batch, Change, Sql
from data.service_deliveries import WAKE, Due, Event, pause
from data.texts import because, told

log = logging.getLogger(__name__)

AT_ONCE = 16  # to one service
LONGEST_PAUSE_S = 3600
FORGET_EVERY = timedelta(hours=1)
LONGEST_REST, REST_WITHIN_S = 16 * 1024, 1  # bytes and seconds of an answer after its status
BUSY = (408, 425, 429)  # answers of 4xx that speak of the service and not of the notification


class Tried(NamedTuple):
    """What came of one try. is_away: the service takes nothing now, whatever is sent."""

    due: Due
    is_taken: bool
    is_away: bool
    answer: str


class Deliveries:
    """One task for each service that has something to be told; one that is away keeps no other waiting."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._trusted: ssl.SSLContext | None = None
        self._clients: dict[str, httpx.AsyncClient] = {}  # by name: a connection is that of who proved to have it
        self._working: dict[int, asyncio.Task[None]] = {}  # by service_id
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._forgotten_at = datetime.min.replace(tzinfo=UTC)
        central.database.listen(WAKE, self._told)

    async def run(self) -> None:
        while True:
            try:
                self._woken.clear()
                await self._begin()
                async with asyncio.timeout(self._central.timing.deliveries_every):
                    await self._woken.wait()
            except TimeoutError:
                continue
            except Exception:
                log.exception("notifications to services could not be looked at; it is tried again")
                await asyncio.sleep(self._central.timing.deliveries_every)

    async def stop(self) -> None:
        """Let what is on its way be answered, so that no service gets it twice."""
        working = [task for task in self._working.values() if not task.done()]
        if working:
            await asyncio.wait(working, timeout=self._central.timing.finish_within)
        for task in working:
            task.cancel()
        for client in self._clients.values():
            await client.aclose()

    def _client(self, name: str, trusted: ssl.SSLContext) -> httpx.AsyncClient:
        if name not in self._clients:
            within_s = self._central.timing.service_answers_within
            self._clients[name] = httpx.AsyncClient(
                verify=trusted, timeout=within_s, follow_redirects=False, trust_env=False
            )
        return self._clients[name]

    def _told(self) -> None:
        """Hear of a commit, in the database's thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        """Look at once for what is due, or where a service is being told, at its end: it may be told much."""
        if all(task.done() for task in self._working.values()):
            self._woken.set()

    async def _begin(self) -> None:
        now = datetime.now(UTC)
        if now - self._forgotten_at > FORGET_EVERY:
            self._forgotten_at = now
            kept = timedelta(days=self._central.timing.keep_messages_days)
            await asyncio.to_thread(service_deliveries.forget, self._central.database, now - kept)
        # What is read while a service is being told may be told meanwhile: its task wakes this again at its end.
        busy = {service_id for service_id, task in self._working.items() if not task.done()}
        found = await asyncio.to_thread(service_deliveries.due, self._central.database, now)
        found.sort(key=lambda due: due.service_id)
        for service_id, waiting in groupby(found, lambda due: due.service_id):
            if service_id not in busy:
                self._working[service_id] = asyncio.create_task(self._work(list(waiting)))

    async def _work(self, waiting: list[Due]) -> None:
        """Send what is due to one service, until it takes none."""
        try:
            for place in range(0, len(waiting), AT_ONCE):
                if not await self._send(waiting[place : place + AT_ONCE]):
                    return
        except Exception:
            log.exception("notifications to the service %s failed; they are sent again", waiting[0].service)
            await asyncio.sleep(self._central.timing.deliveries_every)
        self._woken.set()

    async def _send(self, together: list[Due]) -> bool:
        """Try some at once and write down what came of it; tell whether the service takes more."""
        claim = service_deliveries.claimed([due.delivery_id for due in together], datetime.now(UTC))
        await asyncio.wrap_future(self._central.database.submit([claim]))
        tried = await asyncio.gather(*(self._post(due) for due in together))
        now = datetime.now(UTC)
        statements: list[Sql | Batch] = []
        changed: list[Change] = [("service", tried[0].due.service_id)]
        taken_with: dict[str, list[int]] = {}
        for one in tried:
            if one.is_taken:
                taken_with.setdefault(one.answer, []).append(one.due.delivery_id)
            else:
                again = now + self._pause(one.due.attempts + 1)
                statements.append(service_deliveries.postponed(one.due.delivery_id, again, one.answer))
        statements += [service_deliveries.delivered(ids, now, answer) for answer, ids in taken_with.items()]
        taken = next((one for one in tried if one.is_taken), None)
        failed = next((one for one in tried if one.is_away), None)
        if failed and not taken:
            until = now + self._pause(failed.due.failures + 1)
            noted = service_deliveries.away(failed.due, now, until, failed.answer)
        else:
            noted = service_deliveries.answered(together[0], now)
        await asyncio.wrap_future(self._central.database.submit([*statements, *noted[0]], [*changed, *noted[1]]))
        return failed is None

    def _pause(self, failures: int) -> timedelta:
        return pause(failures, self._central.timing.service_retry, LONGEST_PAUSE_S)

    async def _post(self, due: Due) -> Tried:
        body = _body(due)
        if self._trusted is None:
            self._trusted = await asyncio.to_thread(_trusted)  # when first needed: it reads all certificates
        try:
            async with asyncio.timeout(self._central.timing.service_answers_within):
                to = await target(due.url)
                http = self._client(to.name, self._trusted)
                answer = await _reach(http, to, {"Host": to.host, **_headers(due, body)}, body)
            await _finish(answer)
        except (TimeoutError, httpx.TimeoutException):
            return Tried(due, False, True, told("no answer in time"))
        except Unusable as error:
            return Tried(due, False, True, error.reason)
        except httpx.HTTPError as error:
            return Tried(due, False, True, because(told("it cannot be reached"), error))
        return _read(due, answer.status_code)


def _trusted() -> ssl.SSLContext:
    """Trust the well-known authorities, and the machine's, among which an operator puts its own."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


async def _reach(http: httpx.AsyncClient, to: Target, headers: dict[str, str], body: bytes) -> httpx.Response:
    """Post to the first address that can be connected to: where none was, nothing was delivered."""
    *others, last = to.urls
    for url in others:
        with suppress(httpx.ConnectError):
            return await _post_to(http, url, to.name, headers, body)
    return await _post_to(http, last, to.name, headers, body)


async def _post_to(
    http: httpx.AsyncClient, url: httpx.URL, name: str, headers: dict[str, str], body: bytes
) -> httpx.Response:
    request = http.build_request("POST", url, content=body, headers=headers, extensions={"sni_hostname": name})
    return await http.send(request, stream=True)


async def _finish(answer: httpx.Response) -> None:
    """Read to its end what an answer says beside its status, so that its connection serves again; not if it is long."""
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(REST_WITHIN_S):
            async for _part in answer.aiter_raw():
                if answer.num_bytes_downloaded > LONGEST_REST:
                    break
    await answer.aclose()


def _read(due: Due, status: int) -> Tried:
    is_taken = 200 <= status < 300
    is_away = not is_taken and (status >= 500 or status in BUSY)
    return Tried(due, is_taken, is_away, f"HTTP {status}")


def _headers(due: Due, body: bytes) -> dict[str, str]:
    """Return what the receiver needs to trust a notification, and to know one that it may have already."""
    now = int(time.time())
    return {
        "Content-Type": "application/json",
        "User-Agent": "Charge-Portal",
        "webhook-id": due.public_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(due.signing_secret, due.public_id, now, body),
        "webhook-attempt": str(due.attempts + 1),
    }


def _body(due: Due) -> bytes:
    content = json.loads(due.content)
    outlet = {
        "uuid": due.uuid,
        "value": due.value,
        "outlet_id": due.connector_id,
        "charge_box_id": due.charge_box_id,
        "station": due.station,
        "site": due.site,
    }
    about = {"outlet": outlet, "reference": due.reference, "session": content}
    if due.event == Event.OUTLET_STATE:
        about = {"outlet": outlet | content}
    return json.dumps({"id": due.public_id, "type": due.event, "timestamp": written(due.created_at), **about}).encode()
