"""The main road: a station boots, charges, and a session stands in the database."""

from tests.csms.portal import TAG, Portal


async def test_a_charge_becomes_one_session_with_its_meter_values(portal: Portal) -> None:
    async with portal.station() as station:
        assert await station.boot() | {"currentTime": ""} == {"status": "Accepted", "interval": 300, "currentTime": ""}
        assert await station.authorize(TAG) == "Accepted"
        answer = await station.start(1, TAG, meterStart=1000)
        assert answer["idTagInfo"] == {"status": "Accepted"}
        assert portal.row("SELECT email, authentication FROM open_transaction") == {
            "email": "dana@portal.example",
            "authentication": 1,
        }
        await station.meter(1, 3500, power_w=7400)
        assert portal.row("SELECT energy_kwh, power_w FROM open_transaction") == {"energy_kwh": 2.5, "power_w": 7400}
        await station.stop(1, meterStop=4000)
    session = portal.row("SELECT * FROM session")
    assert session["session_id"] == f"S-{session['started_at']:%Y%m%d}-{answer['transactionId']:07d}"
    assert (session["energy_kwh"], session["meter_start_kwh"], session["meter_stop_kwh"]) == (3, 1, 4)
    assert (session["stop_reason"], session["note"], session["charge_box_id"]) == ("Local", None, "CP1")
    assert portal.count("open_transaction") == 0
    assert portal.count("meter_value") == 2
