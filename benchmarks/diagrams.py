"""How fast the Diagrams page draws in a browser, over 10 million sessions of six years and their power."""

import asyncio
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Page

from benchmarks import big, browser, processes
from benchmarks.figures import Figure, in_ms, quantile

ROUNDS = 4
YEARS = 5

# From the click on a diagram's name to its drawn figure: the chart's sentence names what is drawn.
DRAWN = """
async ([kind, before]) => {
  const chart = document.getElementById("diagram-drawn"), started = performance.now();
  let drawn = false;
  const graph = document.querySelector("#diagram .js-plotly-plot");
  graph.once("plotly_afterplot", () => { drawn = true; });
  document.querySelector(`input[value="${kind}"]`).click();
  while (!drawn || chart.ariaLabel === before) {
    if (performance.now() - started > 30000) throw new Error(`no answer for ${kind}`);
    await new Promise(requestAnimationFrame);
  }
  return (performance.now() - started) / 1000;
}"""
# The page opens with energy, so that one comes last.
DIAGRAMS = (
    "power",
    "sessions",
    "duration",
    "session-energy",
    "week",
    "outlets",
    "stations",
    "users",
    "authentication",
    "energy",
)


def measure(folder: Path, quick: bool) -> list[Figure]:
    """Open the page over five years, then every diagram but those of alarms again and again."""
    count = big.MANY // 100 if quick else big.MANY
    with processes.portal(big.sessions(folder, count)) as portal:
        answers = asyncio.run(_use(portal.web, 1 if quick else ROUNDS))
    opened = answers.pop("open")
    every = [one for answer_s in answers.values() for one in answer_s]
    slowest = max(answers, key=lambda name: quantile(answers[name], 0.5))
    what = f"Diagrams, {YEARS} years, {count / 1e6:g} million sessions"
    return [
        Figure(
            f"{what}: any diagram",
            "p95 500 ms",
            in_ms(quantile(every, 0.5)),
            in_ms(quantile(every, 0.99)),
            f"p95 {in_ms(quantile(every, 0.95))} to the drawn chart; "
            f"slowest: {slowest}, median {in_ms(quantile(answers[slowest], 0.5))}",
        ),
        Figure(
            f"{what}: open the page", "2 s", in_ms(quantile(opened, 0.5)), in_ms(max(opened)), "worst in place of p99"
        ),
    ]


async def _use(web: str, rounds: int) -> dict[str, list[float]]:
    """Return the answers in seconds by diagram, and those of opening the page."""
    answers: dict[str, list[float]] = defaultdict(list)
    last = datetime.now(UTC).date()
    async with browser.signed_in(web) as page:
        for number in range(rounds):
            first = last - timedelta(days=YEARS * 365 + number)
            answers["open"].append(await _open(page, f"{web}/diagrams?from={first}&to={last}"))
            for kind in DIAGRAMS:
                before = await page.locator("#diagram-drawn").get_attribute("aria-label")
                answers[kind].append(float(await page.evaluate(DRAWN, [kind, before])))
    return answers


async def _open(page: Page, address: str) -> float:
    started = time.monotonic()
    await page.goto(address)
    await page.locator("#diagram .main-svg").first.wait_for()
    return time.monotonic() - started
