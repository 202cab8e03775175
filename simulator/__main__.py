"""Let stations live: `python -m simulator --url ws://127.0.0.1:9000/Ocpp/websocket`; `--help` tells the rest."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from simulator import world
from simulator.life import LivingStation
from simulator.passwords import Passwords


def stations(chosen: str | None) -> list[tuple[str, world.Site, world.Station]]:
    """Return what is to live: the demo's stations, or those of a file with one id a line, or of a list of ids."""
    places = world.places()
    if chosen is None:
        return [
            (charge_box_id, site, plan)
            for charge_box_id, (site, plan) in places.items()
            if plan.online and charge_box_id not in world.SILENT_DAYS
        ]
    text = Path(chosen).read_text() if Path(chosen).is_file() else chosen.replace(",", "\n")
    charge_box_ids = [line.strip() for line in text.splitlines() if line.strip()]
    stranger = (world.SITES[0], world.Station("", None, 11000, "RFID"))
    return [(charge_box_id, *places.get(charge_box_id, stranger)) for charge_box_id in charge_box_ids]


async def live(url: str, chosen: str | None, passwords: Passwords | None) -> None:
    """Let the stations live until SIGTERM or Ctrl-C."""
    lives = [asyncio.create_task(LivingStation(url, *station, passwords).run()) for station in stations(chosen)]
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: [task.cancel() for task in lives])
    await asyncio.gather(*lives, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="Let charging stations live.")
    parser.add_argument(
        "--url",
        default="ws://127.0.0.1:9000/Ocpp/websocket",
        help="the central system's address as stations have it, without the ChargeboxId",
    )
    parser.add_argument(
        "--stations", help="a file of ChargeboxIds, one a line, or ids with commas; default: the demo's"
    )
    parser.add_argument(
        "--data", type=Path, help="the folder where passwords that stations are given are kept; default: nowhere"
    )
    parser.add_argument("--verbose", action="store_true", help="log what happens")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.WARNING)
    logging.getLogger("websockets").setLevel(logging.WARNING)
    passwords = Passwords(arguments.data) if arguments.data else None
    asyncio.run(live(arguments.url, arguments.stations, passwords))


if __name__ == "__main__":
    main()
