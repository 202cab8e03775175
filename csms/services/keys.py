"""Who calls: a service shows its key, and whoever shows wrong ones is soon not listened to."""

import asyncio
from collections import OrderedDict, deque
from datetime import UTC, datetime, timedelta

from csms.central import Central
from csms.services.answers import refusal
from data import service_access
from data.events import EventKind, event
from data.service_access import Service
from data.texts import told

MOST_WRONG = 10  # keys of one address …
MOST_CALLS = 600  # of one service …
WITHIN = timedelta(minutes=1)  # … within this time
MOST_KEPT = 10_000
LONGEST_KEY = 200


class Keys:
    def __init__(self, central: Central) -> None:
        self._central = central
        self._wrong: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._calls: dict[int, deque[datetime]] = {}  # by service_id

    async def owner(self, authorization: str, address: str) -> Service:
        """Return the active service that calls. A right key counts also where others of its address guess.

        Raises:
            HTTPException: no key or a wrong one, too many wrong ones or calls, or the service is not active.
        """
        scheme, _blank, key = authorization.partition(" ")
        key = key.strip()
        service = None
        if scheme.lower() == "bearer" and key and len(key) <= LONGEST_KEY:
            service = await asyncio.to_thread(service_access.of_key, self._central.database, key)
        if service is None:
            self._refuse(address)
            raise refusal(401, "wrong_key", "Send the service's key: Authorization: Bearer KEY.")
        if not service.is_active:
            what = f"The service {service.name} is not active. An administrator activates it in the portal."
            raise refusal(403, "not_active", what)
        if not _is_in_time(self._calls.setdefault(service.service_id, deque(maxlen=MOST_CALLS))):
            raise refusal(429, "too_many", f"More than {MOST_CALLS} calls in a minute. Try again in a minute.")
        return service

    def _refuse(self, address: str) -> None:
        if not _is_in_time(self._wrong.setdefault(address, deque(maxlen=MOST_WRONG))):
            raise refusal(429, "too_many", "Too many calls without a right key. Try again in a minute.")
        self._wrong.move_to_end(address)
        if len(self._wrong) > MOST_KEPT:
            self._wrong.popitem(last=False)
        if self._central.is_first("service key", address):
            text = told("Somebody at %(address)s called the services' API without a right key.", address=address)
            self._central.commits.write_later([event(EventKind.SECURITY, text)], [("event", 0)])


def _is_in_time(times: deque[datetime]) -> bool:
    """Tell whether once more is not too often, and count it then; at most as many as the deque takes."""
    now = datetime.now(UTC)
    while times and now - times[0] > WITHIN:
        times.popleft()
    if len(times) == times.maxlen:
        return False
    times.append(now)
    return True
