"""A signed-in Chromium page and what it notices of the portal's answers."""

import contextlib
from collections.abc import AsyncIterator

from playwright.async_api import Page, async_playwright

from benchmarks.processes import EMAIL, PASSWORD

CHROMIUM = "/usr/bin/chromium"

# Counts the answers of the table's callback, notes when it was asked first,
# and when the Navigator's nodes arrived and were drawn first.
WATCH = """
window.bench = {answers: 0, asked: 0, treeArrived: 0, treeDrawn: 0};
const fetchAsUsual = window.fetch;
window.fetch = async (...request) => {
  const body = String(request[1]?.body ?? "");
  if (body.includes("getRowsResponse")) bench.asked ||= performance.now();
  const response = await fetchAsUsual(...request);
  if (body.includes("getRowsResponse")) response.clone().text().then(() => bench.answers++);
  if (!bench.treeArrived && body.includes("navigator-nodes"))
    response.clone().text().then((text) => { if (text.includes("station:")) bench.treeArrived ||= performance.now(); });
  return response;
};
const untilDrawn = () => {
  if (document.querySelectorAll('[role="treeitem"]').length > 1) bench.treeDrawn = performance.now();
  else requestAnimationFrame(untilDrawn);
};
requestAnimationFrame(untilDrawn);
"""


@contextlib.asynccontextmanager
async def signed_in(web: str) -> AsyncIterator[Page]:
    """Open a browser with a page of the administrator."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.add_init_script(WATCH)
        await page.goto(f"{web}/login")
        await page.get_by_label("Email").fill(EMAIL)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Log in").click()
        await page.wait_for_url("**/dashboard*")
        yield page
        await browser.close()
