// The browser's part of pages/alarms.py: severity and Clear in their cells, and new rows that wait for the reader.
(function () {
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const SUBJECTS = { "active-alarms": "alarm", "alarm-history": "alarm", "event-log": "event" };
  const OWN_CHANGE_MS = 3000; // the poll tells of one's own Clear too
  let clearedAt = 0;

  const waiting = (table) => document.querySelector(`[data-new-rows="${table}"]`);

  // On a phone the glyph, the node and what is wrong come first; a long press stands for the menu's button.
  const ON_PHONE = [{ colId: "severity", width: 44 }, { colId: "node", width: 190 }, { colId: "description" }, { colId: "text" }, { colId: "menu", hide: true }];

  cells.SeverityCell = function (props) {
    if (!props.data) return null;
    const [colour, glyph] = props.data.severity_look.split(" ");
    const icon = React.createElement("i", { className: `bi ${glyph}`, "aria-hidden": true });
    return React.createElement("span", { className: `cp-state ${colour}` }, icon, React.createElement("span", { className: "cp-severity" }, props.value));
  };

  cells.ClearButton = function (props) {
    if (!props.data) return null;
    const name = props.name.replace("{alarm}", props.data.description).replace("{node}", props.data.node);
    const attributes = { type: "button", className: "btn btn-secondary btn-sm py-0", "aria-label": name, tabIndex: -1 };
    attributes.onClick = (event) => {
      event.currentTarget.disabled = true;
      dash_clientside.set_props("alarms-clear", { data: { alarm: props.data.alarm_id, at: Date.now() } });
    };
    return React.createElement("button", attributes, props.text);
  };

  // Rows move only when nobody is at the table and its top is in sight.
  function isRead(table, api) {
    return document.getElementById(table).matches(":hover, :focus-within") || api.getVerticalPixelRange().top > 0;
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-new-rows]");
    if (!button) return;
    const api = dash_ag_grid.getApi(button.dataset.newRows);
    button.hidden = true;
    api.ensureIndexVisible(0, "top");
    api.refreshInfiniteCache();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    alarms: {
      async changed(changes, table) {
        const ids = changes?.changed[SUBJECTS[table]];
        if (ids === undefined || !document.getElementById(table)) return window.dash_clientside.no_update;
        const api = await dash_ag_grid.getApiAsync(table);
        const isNews = ids !== null && Date.now() - clearedAt > OWN_CHANGE_MS;
        if (isNews && isRead(table, api)) waiting(table).hidden = false;
        else api.refreshInfiniteCache();
        return Date.now();
      },
      async narrow(_query, table) {
        if (innerWidth < 992) (await dash_ag_grid.getApiAsync(table)).applyColumnState({ state: ON_PHONE, applyOrder: true });
      },
      async cleared(done) {
        if (!done) return;
        clearedAt = Date.now();
        (await dash_ag_grid.getApiAsync("active-alarms")).refreshInfiniteCache();
      },
    },
  });
})();
