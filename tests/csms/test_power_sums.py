"""The running central system keeps the sums of power, those of late meter values too."""

from dataclasses import replace

from tests.csms.conftest import Start
from tests.csms.portal import FAST
from tests.csms.test_meter_values import begun, send
from tests.support.virtual_station import until


async def test_late_meter_values_are_summed_up_while_it_runs(start: Start) -> None:
    async with start(timing=replace(FAST, power_sums_every=0.02)) as portal:
        await until(lambda: portal.count("power_summed WHERE until > to_timestamp(0)"))
        async with portal.station() as station:
            transaction_id = await begun(station)
            for at, register_wh in (("09:40", 1000), ("09:50", 2000)):
                await send(station, [{"value": str(register_wh)}], f"2026-03-20T{at}:00Z", transactionId=transaction_id)

        await until(lambda: portal.count("site_power WHERE power_w = 6000"))
