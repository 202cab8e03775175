// The browser's part of pages/alarms.py: severity and Clear in their cells, and new rows that wait for the reader.
(function () {
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const SUBJECTS = { "active-alarms": "alarm", "alarm-history": "alarm", "event-log": "event" };
  const OWN_CHANGE_MS = 3000; // the poll tells of one's own Clear too
  let clearedAt = 0;

  const wish = (store, alarms) => dash_clientside.set_props(store, { data: { alarms, at: Date.now() } });
  const waiting = (table) => document.querySelector(`[data-new-rows="${table}"]`);

  // On a phone the glyph, the node and what is wrong fill the row, the rest is scrolled to: a check box clears without
  // that. A long press stands for the menu's button.
  const ON_PHONE = [{ colId: "severity", width: 44 }, { colId: "node", width: 112 }, { colId: "description" }, { colId: "text" }, { colId: "clear", pinned: null }, { colId: "menu", hide: true }];
  const FRAMES_ON_PHONE = [{ colId: "logged", width: 84 }, { colId: "station", width: 104 }, { colId: "action", width: 178 }, { colId: "flaw" }, { colId: "menu", hide: true }];

  cells.ClearButton = function (props) {
    if (!props.data) return null;
    const name = props.name.replace("{alarm}", props.data.description).replace("{node}", props.data.node);
    const attributes = { type: "button", className: "btn btn-secondary btn-sm py-0", "aria-label": name, tabIndex: -1 };
    attributes.onClick = (event) => {
      event.currentTarget.disabled = true;
      wish("alarms-clear", [props.data.alarm_id]);
    };
    return React.createElement("button", attributes, props.text);
  };

  // Rows move only when nobody is at the table and its top is in sight.
  function isRead(table, api) {
    return document.getElementById(table).matches(":hover, :focus-within") || api.getVerticalPixelRange().top > 0;
  }

  async function arrived(table, isNews) {
    const api = await dash_ag_grid.getApiAsync(table);
    if (isNews && isRead(table, api)) waiting(table).hidden = false;
    else api.refreshInfiniteCache();
  }

  const PRESSED = {
    newRows(button, table) {
      const api = dash_ag_grid.getApi(table);
      button.hidden = true;
      api.ensureIndexVisible(0, "top");
      api.refreshInfiniteCache();
    },
    async severity(_button, kept) {
      const api = dash_ag_grid.getApi("active-alarms");
      await api.setColumnFilterModel("severity", kept ? { filterType: "text", type: "equals", filter: kept } : null);
      api.onFilterChanged();
    },
    clearSelected() {
      wish("alarms-clear", dash_ag_grid.getApi("active-alarms").getSelectedRows().map((row) => row.alarm_id));
    },
    deselect: () => dash_ag_grid.getApi("active-alarms").deselectAll(),
    undo(button, alarms) {
      button.disabled = true;
      wish("alarms-undo", JSON.parse(alarms));
    },
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    for (const [name, act] of Object.entries(PRESSED)) if (button && name in button.dataset) act(button, button.dataset[name]);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    alarms: {
      async changed(changes, table) {
        const ids = changes?.changed[SUBJECTS[table]];
        if (ids === undefined || !document.getElementById(table)) return window.dash_clientside.no_update;
        await arrived(table, ids !== null && Date.now() - clearedAt > OWN_CHANGE_MS);
        return Date.now();
      },
      arrived,
      async narrow(_query, table) {
        if (innerWidth < 992) (await dash_ag_grid.getApiAsync(table)).applyColumnState({ state: table === "frames" ? FRAMES_ON_PHONE : ON_PHONE, applyOrder: true });
      },
      // How many rows wait, where that can be told: one that went as another came is not seen.
      async counted(_foot, table) {
        const more = document.querySelector(`#${table}-foot [data-count]`)?.dataset.count - (await dash_ag_grid.getApiAsync(table)).getDisplayedRowCount();
        const { text, counted } = waiting(table).dataset;
        waiting(table).lastElementChild.textContent = more > 0 ? counted.replace("{count}", more) : text;
      },
      closeEvent(pressed) {
        if (pressed) dash_clientside.set_props("event-window", { is_open: false });
      },
      // So that the same row opens it again.
      async eventClosed(isOpen) {
        if (!isOpen) (await dash_ag_grid.getApiAsync("event-log")).deselectAll();
      },
      selected(rows) {
        const bar = document.getElementById("alarms-selection");
        bar.hidden = !rows?.length;
        bar.querySelector("b").textContent = rows?.length ?? 0;
      },
      async cleared(...done) {
        if (!done.some(Boolean)) return;
        clearedAt = Date.now();
        const api = await dash_ag_grid.getApiAsync("active-alarms");
        api.deselectAll();
        api.refreshInfiniteCache();
      },
    },
  });
})();
