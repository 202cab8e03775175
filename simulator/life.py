"""How simulated stations live: cars come, charge and leave, some tags are refused, some outlets fail and heal.

Power and energy are those of real cars; only the cars stay minutes where real ones stay hours.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from simulator import commands, transfers, world
from simulator.car import Car
from simulator.commands import Payload
from simulator.passwords import Passwords
from simulator.station import LOST, VirtualStation

log = logging.getLogger(__name__)

SAMPLE_INTERVAL_S = 12
LONGEST_SWITCH_ON_S = 5  # not all stations call in the same moment
BUSY_GAP_S, QUIET_GAP_S = 2000, 4000  # between two cars of an outlet, at the busiest and the quietest hour
STAY_S = (240, 1500)
EARLIER_S = (300, 1700)  # how long cars that stand there at the first start have been charging
FAULTS = (
    ("PowerSwitchFailure", "Contactor feedback missing"),
    ("ConnectorLockFailure", "Cable not locked"),
    ("PowerMeterFailure", "No answer on Modbus"),
    ("OverCurrentFailure", "MCB off"),
    ("HighTemperature", "78 C"),
    ("ReaderFailure", ""),
    ("GroundFailure", "RCD tripped"),
)
BUSY_HOURS = {"workplace": range(6, 17), "housing": range(15, 24), "public": range(8, 21)}


class Asked(NamedTuple):
    """What the central system asked of an outlet: start with a tag, or stop for a reason."""

    action: str
    value: str


@dataclass
class Visit:
    """A car at an outlet, across lost connections."""

    car: Car
    id_tag: str
    came_at: datetime
    stay_s: float
    meter_start_wh: int
    transaction_id: int | None = None

    def seconds(self) -> float:
        return (datetime.now(UTC) - self.came_at).total_seconds()


@dataclass
class Outlet:
    connector_id: int
    visit: Visit | None = None
    asked: asyncio.Queue[Asked] = field(default_factory=asyncio.Queue)

    async def wait(self, seconds: float) -> Asked | None:
        """Return what is asked meanwhile, or None after `seconds`."""
        try:
            async with asyncio.timeout(seconds):  # wait_for may lose a cancellation in Python 3.11
                return await self.asked.get()
        except TimeoutError:
            return None


class LivingStation:
    """A station of the demo's world and the cars at it."""

    def __init__(
        self,
        url: str,
        charge_box_id: str,
        site: world.Site,
        plan: world.Station,
        passwords: Passwords | None = None,
    ) -> None:
        self.site, self.plan, self.passwords = site, plan, passwords
        self.random = Random(charge_box_id)
        self.station = VirtualStation(url, charge_box_id, connectors=plan.connectors)
        self.station.meter_wh = {
            connector_id: self.random.randrange(900, 9000) * 1000 for connector_id in self.station.meter_wh
        }
        parameters = self.station.parameters
        parameters["MeterValueSampleInterval"] = parameters["MeterValueSampleInterval"]._replace(
            value=str(SAMPLE_INTERVAL_S)
        )
        self.station.handlers |= transfers.HANDLERS
        self.station.handlers["ChangeConfiguration"] = self._change_configuration
        password = passwords.find(charge_box_id) if passwords else None
        if password:
            self.station.log_in_with(password)
        self.station.handlers["RemoteStartTransaction"] = self._remote_start
        self.station.handlers["RemoteStopTransaction"] = self._remote_stop
        self.outlets = {connector_id: Outlet(connector_id) for connector_id in self.station.meter_wh}
        for outlet in self.outlets.values():
            if self.random.random() < 0.3:
                outlet.visit = self._arrival(outlet, self._tag(), self.random.uniform(*EARLIER_S))

    async def run(self) -> None:
        """Live until cancelled; then the power goes, and what is charging is stopped if the connection still stands."""
        await asyncio.sleep(self.random.uniform(0, LONGEST_SWITCH_ON_S))
        try:
            await self.station.keep_connected(self._live)
        finally:
            await self.switch_off()

    async def switch_off(self) -> None:
        try:
            for connector_id in list(self.station.transactions):
                async with asyncio.timeout(2):
                    await self.station.stop(connector_id, "PowerLoss")
        except LOST as error:
            log.debug("%s switched off: %s", self.plan.charge_box_id, error)
        await self.station.close()

    async def _live(self) -> None:
        await self.station.boot()
        await self.station.notify(0, "Available")
        await _until_first_ends(
            self.station.closed(), self._beat(), *(self._serve(outlet) for outlet in self.outlets.values())
        )

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.station.heartbeat_interval_s)
            await self.station.heartbeat()

    async def _serve(self, outlet: Outlet) -> None:
        broken = world.BROKEN.get((self.plan.charge_box_id, outlet.connector_id))
        if broken:
            await self.station.notify(outlet.connector_id, "Faulted", broken)
            await self.station.closed()
        if outlet.visit is None:
            await self.station.notify(outlet.connector_id, "Available")
        while True:
            if outlet.visit is None:
                await self._idle(outlet)
            if outlet.visit is not None:
                await self._charge(outlet, outlet.visit)
                outlet.visit = None

    async def _idle(self, outlet: Outlet) -> None:
        asked = await outlet.wait(self._gap_s())
        if self.station.status[outlet.connector_id] != "Available":
            return
        happening = self.random.random()
        if asked is not None and asked.action == "start":
            outlet.visit = self._arrival(outlet, asked.value)
        elif happening < 0.02:
            await self._fail(outlet)
        elif happening < 0.06 and self.plan.mode == "RFID":
            await self._refused(outlet)
        else:
            outlet.visit = self._arrival(outlet, self._tag())

    async def _fail(self, outlet: Outlet) -> None:
        code, info = self.random.choice(FAULTS)
        await self.station.notify(outlet.connector_id, "Faulted", code, info=info)
        await asyncio.sleep(self.random.uniform(40, 240))
        await self.station.notify(outlet.connector_id, "Available")

    async def _refused(self, outlet: Outlet) -> None:
        await self.station.notify(outlet.connector_id, "Preparing")
        status = await self.station.authorize(f"{self.random.getrandbits(32):08X}")
        log.info("%s: unknown tag, %s", self.plan.charge_box_id, status)
        await self.station.notify(outlet.connector_id, "Available")

    async def _charge(self, outlet: Outlet, visit: Visit) -> None:
        """Carry a visit to its end, from wherever a lost connection left it."""
        connector_id = outlet.connector_id
        if visit.transaction_id is None and not await self._begin(connector_id, visit):
            return
        while connector_id in self.station.transactions:
            seconds = visit.seconds()
            energy_wh = visit.meter_start_wh + round(visit.car.energy_wh(seconds))
            await self.station.meter(connector_id, energy_wh, visit.car.power_after(seconds))
            status = "Charging" if seconds < visit.car.full_after_s else "SuspendedEV"
            if self.station.status[connector_id] != status:
                await self.station.notify(connector_id, status)
            asked = await outlet.wait(self._sample_interval_s())
            if asked is not None and asked.action == "stop":
                await self.station.stop(connector_id, asked.value)
            elif visit.seconds() > visit.stay_s:
                await self.station.stop(connector_id, "EVDisconnected")
        await self.station.notify(connector_id, "Finishing")
        await self.station.notify(connector_id, "Available")

    async def _begin(self, connector_id: int, visit: Visit) -> bool:
        """Report the start; the same again after a lost answer, as stations do. Tell whether the tag may charge."""
        await self.station.notify(connector_id, "Preparing")
        answer = await self.station.start(
            connector_id,
            visit.id_tag,
            meterStart=visit.meter_start_wh,
            timestamp=visit.came_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        visit.transaction_id = answer["transactionId"]
        allowed = bool(answer["idTagInfo"]["status"] == "Accepted")
        if not allowed:
            await self.station.stop(connector_id, "DeAuthorized")
            await self.station.notify(connector_id, "Available")
        return allowed

    def _arrival(self, outlet: Outlet, id_tag: str, seconds_ago: float = 0) -> Visit:
        power_w = self.plan.power_w * self.random.choice((1, 1, 1, 0.66, 0.33))
        stay_s = seconds_ago + self.random.uniform(*STAY_S)
        car = Car(power_w, wants_wh=power_w * stay_s / 3600 * self.random.uniform(0.5, 1.3))
        came_at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
        return Visit(car, id_tag, came_at, stay_s, self.station.meter_wh[outlet.connector_id])

    def _tag(self) -> str:
        return world.as_read(self.random.choice(world.ev_users_of(self.site)).id_tags[0])

    def _gap_s(self) -> float:
        hour = datetime.now(ZoneInfo(world.TIME_ZONE)).hour
        mean = BUSY_GAP_S if hour in BUSY_HOURS[self.site.profile] else QUIET_GAP_S
        return self.random.uniform(0.3, 1.7) * mean

    def _sample_interval_s(self) -> int:
        value = self.station.parameters["MeterValueSampleInterval"].value
        return max(5, int(value)) if value.isdigit() else SAMPLE_INTERVAL_S

    def _change_configuration(self, station: VirtualStation, payload: Payload) -> Payload:
        answer = commands.change_configuration(station, payload)
        if self.passwords and payload["key"] == commands.PASSWORD and answer["status"] == "Accepted":
            self.passwords.keep(self.plan.charge_box_id, bytes.fromhex(payload["value"]))
        return answer

    def _remote_start(self, station: VirtualStation, payload: Payload) -> Payload:
        wanted = payload.get("connectorId")
        for outlet in self.outlets.values():
            free = outlet.visit is None and station.status[outlet.connector_id] == "Available"
            if free and wanted in (None, outlet.connector_id):
                outlet.asked.put_nowait(Asked("start", payload["idTag"]))
                return {"status": "Accepted"}
        return {"status": "Rejected"}

    def _remote_stop(self, station: VirtualStation, payload: Payload) -> Payload:
        for outlet in self.outlets.values():
            if outlet.visit and outlet.visit.transaction_id == payload["transactionId"]:
                outlet.asked.put_nowait(Asked("stop", "Remote"))
                return {"status": "Accepted"}
        return {"status": "Rejected"}


async def _until_first_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Do all until one ends, then end the others; raise what ended it."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
