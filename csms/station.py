"""What the central system keeps in memory of one charging station, so that no message needs a query."""

import asyncio
from collections import OrderedDict, deque
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from csms.answers import Answers
from csms.calling import Caller, Line
from csms.connection_days import Contact
from csms.happenings import StartAnswer, Started
from data.command_rows import Command
from data.station_states import KnownStation
from data.transactions import OpenTransaction, Session

FINISHED_KEPT = 8  # transactions whose late messages are known without a query
PRINTS_KEPT = 16  # meter messages whose repetition is noticed


class Status(NamedTuple):
    status: str
    error_code: str
    info: str
    vendor_error_code: str
    received_at: datetime


class Station:
    """Hot state of a station. Rules change it under `lock`, after the commit that says the same."""

    __slots__ = (
        "alarms", "answers", "awaiting", "caller", "charge_box_id", "closed_at", "connected_at", "connection",
        "contact", "created_at", "ends_before", "finished", "heard_at", "is_registered", "lock", "meter_prints",
        "misfit", "model", "open", "outlets", "parameters_read", "probe", "profile", "read_from", "reads_after_boot",
        "restored", "sends_power", "site_id", "starts", "station_id", "statuses", "zone",
    )  # fmt: skip

    def __init__(self, known: KnownStation, heard_at: datetime) -> None:
        self.station_id = known.station_id
        self.is_registered = known.is_registered
        self.parameters_read = known.parameters_read
        self.reads_after_boot = known.reads_after_boot
        self.heard_at = self.connected_at = self.closed_at = heard_at
        self.read_from = heard_at  # its parameters are, from then on, unless they have been
        self.contact = Contact(known.station_id, ZoneInfo(known.time_zone), heard_at)
        self.created_at = known.created_at or heard_at
        self.misfit = known.reported_model != known.model and "" not in (
            known.reported_model,
            known.model,
        )  # another model than the configured one came
        self.probe: asyncio.Task[None] | None = None  # asks whether it is still there
        self.connection: Line | None = None
        self.profile: int | None = None  # the security profile it came with; None: not since the start
        self.caller: Caller | None = None
        self.awaiting: dict[int, Command] = {}  # sent or accepted, their outcome not seen yet
        self.lock = asyncio.Lock()
        self.answers = Answers()
        self.outlets: dict[int, str] = {}  # connector_id: mode
        self.statuses: dict[int, Status] = {}
        self.alarms: set[tuple[int, str]] = set()  # connector_id and kind of what may be active
        self.open: dict[int, OpenTransaction] = {}
        self.finished: OrderedDict[int, Session] = OrderedDict()
        self.starts: OrderedDict[Started, StartAnswer] = OrderedDict()
        self.meter_prints: deque[str | None] = deque([known.untimed_print], maxlen=PRINTS_KEPT)
        self.sends_power = False  # since the start of the process; else its register tells
        self.restored = False  # registered before this start of the process, and no meter values since
        self.ends_before: dict[int, datetime] = {}  # end of the last session of each connector before this start
        self.configure(known)

    def configure(self, known: KnownStation) -> None:
        """Take over what an administrator may change."""
        self.site_id = known.site_id
        self.charge_box_id = known.charge_box_id
        self.zone = self.contact.zone = ZoneInfo(known.time_zone)
        self.model = known.model  # the configured one; empty: the next to boot is learned

    @property
    def is_open_to_anybody(self) -> bool:
        return "OPEN" in self.outlets.values()

    def only_transaction(self, connector_id: int | None = None, id_tag: str | None = None) -> OpenTransaction | None:
        """Return the open transaction that fits, if exactly one does; connector 0 is the whole station."""
        fitting = [
            transaction
            for transaction in self.open.values()
            if (not connector_id or transaction.connector_id == connector_id)
            and (id_tag is None or transaction.id_tag == id_tag)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def begin(self, start: Started, transaction: OpenTransaction, answer: StartAnswer) -> None:
        self.open[transaction.transaction_id] = transaction
        self.starts[start] = answer
        if len(self.starts) > FINISHED_KEPT:
            self.starts.popitem(last=False)

    def finish(self, transaction_id: int, session: Session) -> None:
        self.open.pop(transaction_id, None)
        self.finished[transaction_id] = session
        if len(self.finished) > FINISHED_KEPT:
            self.finished.popitem(last=False)
