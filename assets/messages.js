// The browser's part of pages/messages.py: cells, quick filters, new rows that wait for the reader, and the panel.
(function () {
  const TABLE = "frames";
  const LONGEST_WAY_MS = 15_000;
  let reached = null; // what the address asked for, once it is on the screen
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const part = (name, props, ...children) => React.createElement(name, props, ...children);

  // On a phone the day steps back: the station has to be seen too.
  cells.TimeCell = function ({ value }) {
    if (!value) return null;
    const [day, time] = value.split("\u00a0");
    return part("span", null, part("span", { className: "cp-frame-day" }, day, "\u00a0"), time);
  };

  cells.WayCell = function ({ data }) {
    if (!data) return null;
    const icon = `bi bi-arrow-${data.direction === "in" ? "down-left" : "up-right"} me-1`;
    return part("span", null, part("i", { className: icon, "aria-hidden": true }), data.way);
  };

  const WRONG = part("i", { className: "bi bi-exclamation-triangle", "aria-hidden": true });
  const marked = (text, flaw) => (flaw ? part("span", { className: "cp-state is-err" }, WRONG, text) : part("span", null, text));

  // What has no action, such as a frame that cannot be read, says what it is; on a phone no other cell does.
  cells.ActionCell = ({ data }) => data && marked(data.action ?? data.word, data.flaw);
  cells.WordCell = ({ data }) => data && part("span", null, data.word);
  cells.FlawCell = ({ data }) => data && part("span", { className: "cp-state is-err" }, data.flaw);

  function keepInAddress(at) {
    const url = new URL(location);
    if (at) url.searchParams.set("at", at);
    else url.searchParams.delete("at");
    history.replaceState(history.state, "", url.pathname + url.search.replaceAll("%3A", ":"));
  }

  let chosenBy = null; // the cell the panel was opened from by keyboard

  document.addEventListener("row-action", ({ detail }) => {
    if (detail.table !== TABLE || detail.action !== "show") return;
    const api = dash_ag_grid.getApi(TABLE);
    const cell = api.getFocusedCell();
    chosenBy = cell && { row: cell.rowIndex, column: cell.column.getColId() };
    api.getRowNode(String(detail.data.message_id))?.setSelected(true, true);
    document.getElementById("frames-panel").focus();
  });

  function close() {
    dash_ag_grid.getApi(TABLE).deselectAll();
    keepInAddress(null);
    if (chosenBy) dash_ag_grid.getApi(TABLE).setFocusedCell(chosenBy.row, chosenBy.column);
    chosenBy = null;
  }

  async function keep(what) {
    const [column, value] = what.split(":");
    const api = dash_ag_grid.getApi(TABLE);
    const { direction, kind, flaw, ...rest } = api.getFilterModel();
    const wanted = value ? { filterType: "text", type: "equals", filter: value } : { filterType: "text", type: "notBlank" };
    api.setFilterModel(column ? { ...rest, [column]: wanted } : rest);
  }

  document.addEventListener("click", ({ target }) => {
    const quick = target.closest("[data-frames-filter]");
    if (quick) keep(quick.dataset.framesFilter);
    if (target.closest("[data-close-frame]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("#frames-panel")) close();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    messages: {
      async changed(_newest, table) {
        await window.dash_clientside.alarms.arrived(table, true);
        return Date.now();
      },
      pressed(query) {
        const { direction, kind, flaw } = query?.filters ?? {};
        const kept = direction ? `direction:${direction.filter}` : kind ? `kind:${kind.filter}` : flaw?.type === "notBlank" ? "flaw:" : "";
        for (const button of document.querySelectorAll("[data-frames-filter]")) {
          const isKept = button.dataset.framesFilter === kept;
          button.setAttribute("aria-pressed", isKept);
          button.classList.toggle("active", isKept);
        }
      },
      keep(rows) {
        if (rows?.length) keepInAddress(rows[0].logged_us);
      },
      // Goes, once, to the message of the time that the address tells; newer ones may have come since it was counted.
      reach(_response, at) {
        if (!at || at === reached) return;
        reached = at;
        const until = Date.now() + LONGEST_WAY_MS;
        const look = () => {
          const api = dash_ag_grid.getApi(TABLE);
          if (!api || Date.now() > until) return;
          const last = api.getDisplayedRowCount() - 1;
          let index = Math.min(at.row, last);
          api.ensureIndexVisible(index, "middle");
          while (index < last && api.getDisplayedRowAtIndex(index)?.data?.logged_us > at.us) index++;
          const row = api.getDisplayedRowAtIndex(index);
          if (row?.data) row.setSelected(true, true);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      shown(children) {
        const panel = document.getElementById("frames-panel");
        if (children?.length && panel && innerWidth < 1200) requestAnimationFrame(() => panel.scrollIntoView({ block: "nearest" }));
      },
    },
  });
})();
