// Reads {addresses, cookie, chromium} and writes, by address, the score of each category in percent and what lowers it.
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const { addresses, cookie, chromium } = JSON.parse(process.argv[2]);
const chrome = await launch({ chromePath: chromium, chromeFlags: ["--headless", "--no-sandbox"] });
const options = {
  port: chrome.port,
  logLevel: "error",
  onlyCategories: ["accessibility", "best-practices"],
  extraHeaders: { Cookie: cookie },
  emulatedUserAgent: false, // a session belongs to its browser
  disableStorageReset: true,
  disableFullPageScreenshot: true,
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 1000, // Dash draws after the load
  networkQuietThresholdMs: 200, // a page asks every second what is new
  cpuQuietThresholdMs: 200,
  maxWaitForLoad: 15_000,
};
const told = {};
try {
  for (const address of addresses) {
    const { categories, audits } = (await lighthouse(address, options, desktopConfig)).lhr;
    const of = (category) =>
      category.auditRefs.map(({ id }) => audits[id]).filter(({ score }) => score !== null && score < 1);
    told[address] = Object.values(categories).map((category) => ({
      category: category.id,
      score: Math.round(category.score * 100),
      lowered_by: of(category).map(({ id, details }) => `${id}: ${JSON.stringify(details?.items?.[0] ?? "").slice(0, 300)}`),
    }));
  }
} finally {
  chrome.kill();
}
console.log(JSON.stringify(told));
