"""How many messages a second the central system takes over OCPP 1.5, every answer after it is on disk."""

import asyncio
import time
from pathlib import Path

import uvloop

from benchmarks import big, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.stations import now
from csms.ocpp15.service import PATH
from data.database import connect
from simulator.soap_station import SoapStation

STATIONS = 50


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Let stations tell status and meter values in closed loop; count the meter values on disk afterwards."""
    place = folder / f"soap-{time.time_ns()}"
    charge_box_ids = big.topology(place, STATIONS, connected=True)
    with processes.central_system(place) as central:
        started = time.monotonic()
        answers = uvloop.run(_load(central.http + PATH, charge_box_ids, 3 if quick else 15))
        took = time.monotonic() - started
        kept = connect(place).query("SELECT count(*) AS n FROM meter_value")["n"][0].as_py()
    if kept < len(answers) // 2:
        raise RuntimeError(f"{len(answers) // 2} meter values were answered, but {kept} are on disk")
    return [
        Figure(
            f"OCPP 1.5 over SOAP: {STATIONS} stations, status and meter values",
            "500 messages/s",
            f"{len(answers) / took:.0f}/s, {in_ms(quantile(answers, 0.5))}",
            in_ms(quantile(answers, 0.99)),
            f"all {kept} meter values on disk",
        )
    ]


async def _load(url: str, charge_box_ids: list[str], seconds: float) -> list[float]:
    """Return how long each answer took, in seconds."""
    stations = [SoapStation(url, charge_box_id) for charge_box_id in charge_box_ids]
    answers: list[float] = []
    until = time.monotonic() + seconds

    async def tell(station: SoapStation) -> None:
        await station.connect()
        await station.call("BootNotification", {"chargePointVendor": "Nordladd AB", "chargePointModel": "EVA"})
        meter_wh = 0
        while time.monotonic() < until:
            meter_wh += 1
            value = {"value": str(meter_wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
            values = [{"timestamp": now(), "sampledValue": [value]}]
            for action, payload in (
                ("StatusNotification", {"connectorId": 1, "status": "Available", "errorCode": "NoError"}),
                ("MeterValues", {"connectorId": 1, "meterValue": values}),
            ):
                sent = time.perf_counter()
                await station.post(station.envelope(action, payload))
                answers.append(time.perf_counter() - sent)
        await station.close()

    await asyncio.gather(*map(tell, stations))
    return answers
