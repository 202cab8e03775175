// The browser's part of pages/messages.py: cells, quick filters, new rows that wait for the reader, and the panel.
(function () {
  const TABLE = "frames";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const part = (name, props, ...children) => React.createElement(name, props, ...children);

  cells.WayCell = function ({ data }) {
    if (!data) return null;
    const icon = `bi bi-arrow-${data.direction === "in" ? "down-left" : "up-right"} me-1`;
    return part("span", null, part("i", { className: icon, "aria-hidden": true }), data.way);
  };

  cells.KindCell = function ({ data }) {
    if (!data) return null;
    const isWrong = data.kind === "error" || data.kind === "broken";
    return part("span", isWrong ? { className: "cp-state is-err" } : null, data.word);
  };

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
    if (chosenBy) dash_ag_grid.getApi(TABLE).setFocusedCell(chosenBy.row, chosenBy.column);
    chosenBy = null;
  }

  async function keep(what) {
    const [column, value] = what.split(":");
    const api = dash_ag_grid.getApi(TABLE);
    const { direction, kind, ...rest } = api.getFilterModel();
    api.setFilterModel(column ? { ...rest, [column]: { filterType: "text", type: "equals", filter: value } } : rest);
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
        const { direction, kind } = query?.filters ?? {};
        const kept = direction ? `direction:${direction.filter}` : kind ? `kind:${kind.filter}` : "";
        for (const button of document.querySelectorAll("[data-frames-filter]")) {
          const isKept = button.dataset.framesFilter === kept;
          button.setAttribute("aria-pressed", isKept);
          button.classList.toggle("active", isKept);
        }
      },
      shown(children) {
        const panel = document.getElementById("frames-panel");
        if (children?.length && panel && innerWidth < 1200) requestAnimationFrame(() => panel.scrollIntoView({ block: "nearest" }));
      },
    },
  });
})();
