// Live updates in the browser: spreads what the poll brought, and says how old the page is.
(function () {
  const STALE_MS = 5000;
  let answeredAt = 0;
  let paused = false;
  const part = (id) => document.getElementById(id);

  function time(ms) {
    const timeZone = part("app").dataset.zone || undefined;
    return new Intl.DateTimeFormat("sv-SE", { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
  }

  function drawAge(ms, isPaused) {
    if (!part("live-status")) return;
    const { live, paused: pausedWord } = part("live-status").dataset;
    part("live-age").textContent = time(ms);
    part("live-word").textContent = isPaused ? pausedWord : live;
    part("live-icon").className = isPaused ? "bi bi-pause-circle is-warn" : "bi bi-broadcast is-ok";
  }

  function pause(since) {
    paused = true;
    drawAge(since, true);
    part("banner-since").textContent = time(since);
    part("banner").hidden = false;
    part("app").classList.add("has-banner", "is-stale");
  }

  function resume() {
    paused = false;
    part("banner").hidden = true;
    part("app").classList.remove("has-banner", "is-stale");
    if (document.querySelector("[data-reload]")) location.reload();
  }

  setInterval(() => {
    if (answeredAt && !paused && Date.now() - answeredAt > STALE_MS) pause(answeredAt);
  }, 1000);

  // Ages and durations go on by themselves: the minute is a subject of its own.
  setInterval(() => {
    const data = { changed: { minute: null }, states: {}, followed: [] };
    if (answeredAt && !paused && !document.hidden) dash_clientside.set_props("live-changes", { data });
  }, 60_000);

  // A live value that changed says so for a moment. Text that React writes anew is a change of character data.
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const value = target.parentElement?.closest(".cp-kpi, .cp-windows .cp-num:not(.cp-age)");
      if (!value) continue;
      value.classList.remove("cp-tick");
      requestAnimationFrame(() => value.classList.add("cp-tick"));
    }
  }).observe(document, { characterData: true, subtree: true });
  document.addEventListener("animationend", ({ target }) => target.classList.remove("cp-tick"));

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    live: {
      clock(data) {
        if (!data) return;
        if (data.away) return pause(data.away);
        answeredAt = Date.now();
        if (paused) resume();
        drawAge(data.at, false);
      },
      changes(data) {
        if (!data) return;
        window.portalNavigator.patch(data.states);
        for (const subject of data.followed) dash_clientside.set_props(`live-${subject}`, { data: { ids: data.changed[subject] } });
      },
    },
  });
})();
