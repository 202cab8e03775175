"""What 50 open dashboards cost the web while stations change their state 100 times a second."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, Request

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile
from benchmarks.stations import LoadStation, close_stations, open_stations

DASHBOARDS = 50
STATIONS = 200
CHANGES_PER_S = 100
RECORDED_S = 5.0
UPDATE = "/_dash-update-component"
POLL = "live-revision.data"


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Learn from one real page what a dashboard asks, and ask it for 50 that each follow on their own."""
    place = folder / "live-dashboards"
    charge_box_ids = big.topology(place, STATIONS, connected=True)
    with processes.portal(place) as portal:
        return asyncio.run(_watch(portal, charge_box_ids, 5 if quick else 20))


async def _watch(portal: processes.Portal, charge_box_ids: list[str], seconds: float) -> list[Figure]:
    stations = await open_stations(portal.central_system.url, charge_box_ids)
    changing = asyncio.create_task(_change(stations))
    async with browser.signed_in(portal.web) as page:
        asked = await _record(page)
        cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
    others = [one for output, one in asked.items() if POLL not in output]
    poll = next(one for output, one in asked.items() if POLL in output)
    async with httpx.AsyncClient(base_url=portal.web, cookies=cookies, timeout=30) as client:
        cpu, answers = await _follow(client, poll, others, portal, seconds)
    changing.cancel()
    await asyncio.gather(changing, return_exceptions=True)
    await close_stations(stations)
    return [
        Figure(
            f"{DASHBOARDS} open dashboards, {CHANGES_PER_S} changes/s: the web's share of a core",
            "0.5",
            f"{cpu:.2f}",
            in_ms(quantile(answers, 0.99)),
            f"{len(answers) / seconds:.0f} answers/s, median {in_ms(quantile(answers, 0.5))}; "
            f"{1 + len(others)} requests a second and page",
        )
    ]


async def _change(stations: list[LoadStation]) -> None:
    """Let the stations change their state, one after the other."""
    for number in range(1_000_000):
        station = stations[number % len(stations)]
        status = ("Faulted", "Available")[number // len(stations) % 2]
        await asyncio.gather(station.status(1, status), asyncio.sleep(1 / CHANGES_PER_S))


async def _record(page: Page) -> dict[str, Request]:
    """Return what an open dashboard asks while stations change, by its output."""
    await page.goto("/dashboard" if page.url.startswith("about") else page.url)
    await page.wait_for_function("() => bench.treeDrawn")
    await asyncio.sleep(2)
    asked: dict[str, Request] = {}
    page.on("request", lambda one: asked.update({_output(one): one}) if UPDATE in one.url else None)
    await asyncio.sleep(RECORDED_S)
    return asked


def _output(request: Request) -> str:
    return str(json.loads(request.post_data or "{}")["output"])


async def _follow(
    client: httpx.AsyncClient, poll: Request, others: list[Request], portal: processes.Portal, seconds: float
) -> tuple[float, list[float]]:
    """Return the web's share of a core while all dashboards follow, and how long each answer took in s."""
    answers: list[float] = []
    headers = {name: value for name, value in poll.headers.items() if name not in ("host", "content-length", "cookie")}

    async def ask(body: Any) -> Any:
        started = time.perf_counter()
        answer = await client.post(UPDATE, content=json.dumps(body), headers=headers)
        answers.append(time.perf_counter() - started)
        answer.raise_for_status()
        return answer.json().get("response", {}) if answer.content else {}

    async def dashboard(number: int) -> None:
        body = json.loads(poll.post_data or "{}")
        await asyncio.sleep(number / DASHBOARDS)
        while time.monotonic() < until:
            told, _ = await asyncio.gather(ask(body), asyncio.sleep(1))
            if "live-revision" in told:
                body["state"][0]["value"] = told["live-revision"]["data"]
                for other in others:
                    again = json.loads(other.post_data or "{}")
                    for given in again["inputs"]:
                        if isinstance(given, dict) and given["id"] == "live-changes":
                            given["value"] = told["live-changes"]["data"]
                    await ask(again)

    until = time.monotonic() + seconds
    pids = [portal.web_pid, *processes.children(portal.web_pid)]
    before, started = sum(map(processes.cpu_s, pids)), time.monotonic()
    await asyncio.gather(*map(dashboard, range(DASHBOARDS)))
    spent = sum(map(processes.cpu_s, pids)) - before
    return spent / (time.monotonic() - started), answers
