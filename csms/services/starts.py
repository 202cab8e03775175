"""What services started and is not over yet, in memory: whose session it is, and which tags stand for a service."""

from collections.abc import Iterable
from datetime import datetime

from data.id_tags import canonical
from data.service_starts import Start
from data.transactions import OpenTransaction


class Starts:
    def __init__(self, known: Iterable[Start] = ()) -> None:
        self._waiting: dict[str, Start] = {}  # by batch_id
        self._begun: dict[int, Start] = {}  # by transaction_id
        for start in known:
            if start.transaction_id is None:
                self.made(start)
            else:
                self._begun[start.transaction_id] = start

    def made(self, start: Start) -> None:
        self._waiting = {key: one for key, one in self._waiting.items() if one.expires_at > start.started_at}
        self._waiting[start.batch_id] = start

    def dropped(self, start: Start) -> None:
        """Forget a start that the station did not take."""
        self._waiting.pop(start.batch_id, None)

    def admits(self, id_tag: str, at: datetime) -> bool:
        """Tell whether a tag stands for a service that lets somebody charge now."""
        tag = canonical(id_tag)
        waits = any(start.is_own and start.id_tag == tag and start.expires_at > at for start in self._waiting.values())
        return waits or any(start.is_own and start.id_tag == tag for start in self._begun.values())

    def that_began(self, transaction: OpenTransaction) -> Start | None:
        """Return the start that led to a transaction, with it. Stations may choose another connector than asked."""
        tag = canonical(transaction.id_tag or "")
        for start in self._waiting.values():
            if (start.station_id, canonical(start.id_tag)) == (transaction.station_id, tag) and (
                start.is_own or start.connector_id == transaction.connector_id
            ):
                return start._replace(transaction_id=transaction.transaction_id)
        return None

    def begun(self, start: Start) -> None:
        """Take over that a start led to its transaction."""
        self._waiting.pop(start.batch_id, None)
        self._begun[start.transaction_id or 0] = start

    def of(self, transaction_id: int | None) -> Start | None:
        return self._begun.get(transaction_id or 0)

    def over(self, transaction_id: int | None) -> None:
        self._begun.pop(transaction_id or 0, None)
