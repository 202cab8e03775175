"""Meters: every usable value is kept in its base unit, and a session's energy is right or says why not."""

from typing import Any

import pytest

from tests.csms.conftest import Start
from tests.csms.portal import TAG, Portal
from tests.support.virtual_station import Station

AT = "2026-03-20T09:40:00Z"


async def begun(station: Station, meter_start: object = 1000) -> int:
    fields: dict[str, Any] = {"connectorId": 1, "idTag": TAG, "timestamp": "2026-03-20T09:30:00Z"}
    if meter_start is not None:
        fields["meterStart"] = meter_start
    return int((await station.call("StartTransaction", fields))["transactionId"])


async def send(station: Station, samples: list[dict[str, Any]], at: str = AT, **fields: Any) -> None:
    meter_value = [{"timestamp": at, "sampledValue": samples}]
    await station.call("MeterValues", {"connectorId": 1, "meterValue": meter_value} | fields)


@pytest.mark.parametrize(
    ("meter_start", "register_wh", "meter_stop", "energy_kwh", "note"),
    [
        (1000, None, 5000, 4, None),
        (1000, 4000, None, 3, "energy from the last meter value"),
        (1000, 4000, 0, 3, "energy from the last meter value"),
        (1000, 4000, 900, 3, "energy from the last meter value"),
        (1000, None, None, None, "no usable meter stop"),
        (1000, None, 0, None, "no usable meter stop"),
        (1000, 800, 0, 0.8, "energy from the last meter value"),  # a register that counts per session
        (0, None, 0, 0, None),
        (0, 2500, 0, 2.5, "energy from the last meter value"),
        (None, None, 5000, None, "no meter start; no usable meter stop"),
        ("1000", None, "5000.5", 4.0005, None),
        (0, None, 900_000_000, 900_000, "implausible energy"),
        (1000, "1e308", None, None, "no usable meter stop"),
        (1000, 4000, "1e308", 3, "energy from the last meter value"),
        ("-1e308", None, 5000, None, "no meter start; no usable meter stop"),
    ],
)
async def test_a_sessions_energy_is_the_meters_difference_where_it_can_be(
    portal: Portal, meter_start: object, register_wh: object, meter_stop: object, energy_kwh: object, note: str | None
) -> None:
    async with portal.station() as station:
        transaction_id = await begun(station, meter_start)
        if register_wh is not None:
            await send(station, [{"value": str(register_wh)}], transactionId=transaction_id)
        stop = {"transactionId": transaction_id, "timestamp": "2026-03-20T10:30:00Z"}
        await station.call("StopTransaction", stop if meter_stop is None else stop | {"meterStop": meter_stop})
    assert (portal.session()["energy_kwh"], portal.session()["note"]) == (energy_kwh, note)


@pytest.mark.parametrize(
    ("sample", "measurand", "value", "unit"),
    [
        ({"value": "1500"}, "Energy.Active.Import.Register", 1500, "Wh"),
        ({"value": "1.5", "unit": "kWh"}, "Energy.Active.Import.Register", 1500, "Wh"),
        ({"value": 7, "measurand": "Power.Active.Import", "unit": "kW"}, "Power.Active.Import", 7000, "W"),
        ({"value": " 16,5 ", "measurand": "Current.Import"}, "Current.Import", 16.5, "A"),
        ({"value": "16", "measurand": "current.import", "unit": "Amp"}, "Current.Import", 16, "A"),
        ({"value": "230", "measurand": "Voltage", "unit": "Volt"}, "Voltage", 230, "V"),
        ({"value": "21", "measurand": "Temperature", "unit": "Celcius"}, "Temperature", 21, "Celsius"),
        ({"value": "21", "measurand": "Temperature", "unit": "C"}, "Temperature", 21, "Celsius"),
        ({"value": "212", "measurand": "Temperature", "unit": "Fahrenheit"}, "Temperature", 100, "Celsius"),
        ({"value": "50", "measurand": "Frequency", "unit": "Hz"}, "Frequency", 50, "Hz"),
        ({"value": "50", "measurand": "SoC"}, "SoC", 50, "Percent"),
        ({"value": "3", "measurand": "Fan.Speed", "unit": "rounds"}, "Fan.Speed", 3, "rounds"),
        ({"value": "3", "context": "Alfen.Odd"}, "Energy.Active.Import.Register", 3, "Wh"),
    ],
)
async def test_a_sample_is_kept_in_its_base_unit(
    portal: Portal, sample: dict[str, Any], measurand: str, value: float, unit: str
) -> None:
    async with portal.station() as station:
        await send(station, [sample])
    kept = portal.row("SELECT measurand, value, unit FROM meter_value")
    assert kept == {"measurand": measurand, "value": pytest.approx(value), "unit": unit}


async def test_one_bad_sample_does_not_lose_the_others(portal: Portal) -> None:
    async with portal.station() as station:
        bad = [{"value": "OCMF|{}", "format": "SignedData"}, {"value": ""}, {"value": None}, {}, {"value": "NaN"}]
        await send(station, [*bad, {"value": [1]}, {"value": "9" * 400}, {"value": "1500"}])
    assert portal.row("SELECT value FROM meter_value")["value"] == 1500
    assert portal.events("odd message")


async def test_a_register_alone_tells_the_power_too(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await begun(station)
        for at, register, watts in (("09:40", 2500, 9000), ("09:45", 3500, 12_000), ("11:00", 3600, 12_000)):
            await send(station, [{"value": register}], f"2026-03-20T{at}:00Z", transactionId=transaction_id)
            assert portal.row("SELECT power_w FROM open_transaction")["power_w"] == pytest.approx(watts)
        power = {"value": 7000, "measurand": "Power.Active.Import"}
        await send(station, [power], "2026-03-20T11:05:00Z", transactionId=transaction_id)
        await send(station, [{"value": 9600}], "2026-03-20T11:10:00Z", transactionId=transaction_id)
        assert portal.row("SELECT power_w FROM open_transaction")["power_w"] == 7000


@pytest.mark.parametrize(
    ("others", "energy_kwh"),
    [
        ([{"value": "9000", "location": "Inlet"}], 3),
        ([{"value": "1000", "context": "Transaction.Begin"}], 3),
        (
            [{"value": "1000", "location": "Outlet", "context": "Transaction.Begin"}, {"value": "9", "location": "EV"}],
            3,
        ),
    ],
    ids=str,
)
async def test_the_outlets_register_of_now_counts_whatever_is_sent_before_it(
    portal: Portal, others: list[dict[str, Any]], energy_kwh: float
) -> None:
    async with portal.station() as station:
        transaction_id = await begun(station)
        await send(station, [*others, {"value": "4000"}], transactionId=transaction_id)
        assert portal.row("SELECT energy_kwh FROM open_transaction")["energy_kwh"] == energy_kwh


async def test_the_stations_total_counts_where_its_phases_add_up_to_something_else(portal: Portal) -> None:
    def power(value: int, phase: str | None = None) -> dict[str, Any]:
        return {"value": str(value), "measurand": "Power.Active.Import"} | ({"phase": phase} if phase else {})

    async with portal.station() as station:
        transaction_id = await begun(station)
        phases = [power(1000, "L1"), power(2000, "L2-N"), power(3000, "L3")]
        await send(station, phases, transactionId=transaction_id)
        assert portal.row("SELECT power_w FROM open_transaction")["power_w"] == 6000
        await send(station, [*phases, power(5900)], at="2026-03-20T09:41:00Z", transactionId=transaction_id)
        assert portal.row("SELECT power_w FROM open_transaction")["power_w"] == 5900


@pytest.mark.parametrize("fields", [{}, {"transactionId": 0}, {"transactionId": None}, {"connectorId": 0}])
async def test_values_without_an_id_belong_to_what_charges_there(portal: Portal, fields: dict[str, Any]) -> None:
    async with portal.station() as station:
        transaction_id = await begun(station)
        await send(station, [{"value": "1500"}], **fields)
    assert portal.row("SELECT transaction_id FROM meter_value")["transaction_id"] == transaction_id
    assert portal.row("SELECT energy_kwh FROM open_transaction")["energy_kwh"] == 0.5


async def test_an_older_sample_that_comes_late_does_not_turn_the_energy_back(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await begun(station)
        await send(station, [{"value": "3000"}], transactionId=transaction_id)
        await send(station, [{"value": "2000"}], at="2026-03-20T09:35:00Z", transactionId=transaction_id)
    assert portal.row("SELECT energy_kwh FROM open_transaction")["energy_kwh"] == 2
    assert portal.count("meter_value") == 2


async def test_a_filler_of_zero_does_not_turn_the_energy_back(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await begun(station)
        await send(station, [{"value": "3000"}], transactionId=transaction_id)
        filler = {"value": "0", "context": "Sample.Clock"}
        await send(station, [filler], at="2026-03-20T09:45:00Z", transactionId=transaction_id)
    assert portal.row("SELECT energy_kwh FROM open_transaction")["energy_kwh"] == 2
    assert portal.row("SELECT value FROM meter_value WHERE context = 'Sample.Clock'") == {"value": 0}


async def test_samples_of_one_message_in_any_order_give_the_latest_energy(portal: Portal) -> None:
    minutes = (42, 40, 41)
    readings = [{"timestamp": f"2026-03-20T09:{m}:00Z", "sampledValue": [{"value": str(m * 100)}]} for m in minutes]
    async with portal.station() as station:
        await begun(station)
        await station.call("MeterValues", {"connectorId": 1, "meterValue": readings})
    assert portal.row("SELECT energy_kwh FROM open_transaction")["energy_kwh"] == 3.2


async def test_a_register_that_leaps_from_kwh_to_wh_is_kept_with_a_note(portal: Portal) -> None:
    async with portal.station() as station:
        transaction_id = await begun(station, 12_345)
        stop = {"transactionId": transaction_id, "meterStop": 12_350_000, "timestamp": "2026-03-20T10:30:00Z"}
        await station.call("StopTransaction", stop)
    assert (portal.session()["meter_stop_kwh"], portal.session()["note"]) == (12_350, "implausible energy")


async def test_a_value_after_the_stop_is_kept_with_its_transaction(start: Start) -> None:
    async with start() as portal, portal.station() as station:
        transaction_id = await begun(station)
        stop = {"transactionId": transaction_id, "meterStop": 2000, "timestamp": "2026-03-20T10:30:00Z"}
        await station.call("StopTransaction", stop)
        await send(station, [{"value": "2000"}], transactionId=transaction_id)
    async with start() as portal, portal.station() as station:
        await send(station, [{"value": "2001"}], at="2026-03-20T10:30:02Z", transactionId=transaction_id)
        assert {row["transaction_id"] for row in portal.rows("SELECT * FROM meter_value")} == {transaction_id}


async def test_values_of_another_stations_transaction_are_kept_without_it(portal: Portal) -> None:
    async with portal.station("CP1") as station, portal.station("CP2") as other:
        transaction_id = await begun(station)
        await send(other, [{"value": "9000"}], transactionId=transaction_id)
    assert portal.row("SELECT transaction_id FROM meter_value")["transaction_id"] is None
    assert portal.row("SELECT energy_kwh FROM open_transaction")["energy_kwh"] is None


async def test_repeated_meter_values_are_kept_once(start: Start) -> None:
    async with start() as portal, portal.station() as station:
        for _ in range(2):
            await send(station, [{"value": "1500"}])
        assert portal.count("meter_value") == 1
    async with start() as portal, portal.station() as station:  # the answer was lost with the process
        await send(station, [{"value": "1500"}])
        assert portal.count("meter_value") == 1
        await send(station, [{"value": "1600"}], at="2026-03-20T09:41:00Z")
        assert portal.count("meter_value") == 2


@pytest.mark.parametrize("timed", [{}, {"timestamp": "1970-01-01T00:00:00Z"}])
async def test_meter_values_without_a_usable_time_are_repeated_by_their_id(start: Start, timed: dict[str, Any]) -> None:
    """Nothing else tells a repeat from the next values, which may be equal."""
    values = {"connectorId": 1, "meterValue": [timed | {"sampledValue": [{"value": "1500"}]}]}
    async with start() as portal, portal.station() as station:
        await station.call("MeterValues", values, "1")
        await station.call("MeterValues", values, "2")
        await station.boot()
        await station.call("MeterValues", values, "2")
        assert portal.count("meter_value") == 2
    async with start() as portal, portal.station() as station:  # the answer was lost with the process
        await station.call("MeterValues", values, "2")
        assert portal.count("meter_value") == 2
        await station.call("MeterValues", values, "3")
        assert portal.count("meter_value") == 3


async def test_the_stops_own_samples_are_kept_and_give_the_energy(portal: Portal) -> None:
    async with portal.station() as station:
        data = [{"timestamp": AT, "sampledValue": [{"value": "2.5", "unit": "kWh", "context": "Transaction.End"}]}]
        stop = {"transactionId": await begun(station), "timestamp": AT, "transactionData": data}
        await station.call("StopTransaction", stop)
    assert portal.session()["energy_kwh"] == 1.5
    assert portal.row("SELECT context FROM meter_value")["context"] == "Transaction.End"
