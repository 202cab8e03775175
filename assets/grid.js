// The browser's part of components/grid.py: cells, the row menu with its keys, and the filter chips' buttons.
(function () {
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const LONG_PRESS_MS = 500;
  const SETTLED_MS = 150;
  const turns = {}; // how often each table has asked

  // Leading zeros step back; the text stays whole.
  cells.IdentityCell = function (props) {
    const [, zeros, rest] = /^(0*)([^]*)$/.exec(props.value || "");
    const part = (name, text) => React.createElement("span", { className: name }, text);
    return zeros && rest ? React.createElement("span", { className: "cp-id" }, part("cp-id-z", zeros), rest) : part("cp-id", props.value);
  };

  // A text that takes a second line before it is cut.
  cells.TextCell = ({ value }) => React.createElement("span", { className: "cp-lines" }, value);

  // A word with its glyph and colour, which stand in the field `<column>_look`.
  cells.LookCell = function ({ data, column, value }) {
    if (!value) return null;
    const [colour, glyph] = data[`${column.getColId()}_look`].split(" ");
    const icon = React.createElement("i", { className: `bi ${glyph}`, "aria-hidden": true });
    return React.createElement("span", { className: `cp-state ${colour}` }, icon, React.createElement("span", { className: "cp-look" }, value));
  };

  cells.RowMenuButton = function (props) {
    if (!props.data) return null;
    const icon = React.createElement("i", { className: "bi bi-three-dots", "aria-hidden": true });
    const attributes = { type: "button", className: "btn btn-ghost btn-icon", "aria-label": props.label, "aria-haspopup": "menu", tabIndex: -1 };
    attributes.onClick = (event) => {
      event.stopPropagation();
      const box = event.currentTarget.getBoundingClientRect();
      openMenu(tableOf(event), props.data, box.left, box.bottom);
    };
    return React.createElement("button", attributes, icon);
  };

  functions.rowMenu = function (params) {
    params.event.preventDefault();
    if (params.data) openMenu(tableOf(params.event), params.data, params.event.clientX, params.event.clientY);
  };

  functions.rowKey = function (params) {
    const event = params.event;
    if (!params.data || event.target.closest("input")) return;
    const button = event.target.querySelector("button");
    const menu = menuOf(tableOf(event));
    const meant = itemOf(menu, event.key);
    if (event.key === "Enter" && button) {
      button.click();
    } else if (meant) {
      event.preventDefault();
      fill(menu, params.data);
      if (meant.dataset.action) act(meant.dataset.action, tableOf(event), params.data);
      else meant.click();
    } else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      event.preventDefault();
      const box = event.target.getBoundingClientRect();
      openMenu(tableOf(event), params.data, box.left + 12, box.bottom);
    }
  };

  let opened = null; // {menu, table, data, focus}

  const tableOf = (event) => event.target.closest(".cp-grid").id;
  const menuOf = (table) => document.querySelector(`[data-row-menu="${table}"]`);

  // The entry that a key stands for; Enter is the first one's unless an entry has that key.
  function itemOf(menu, key) {
    const entries = [...menu.querySelectorAll("[role=menuitem]")];
    const word = { Enter: "Enter", Delete: "Del" }[key];
    return word && (entries.find((entry) => entry.querySelector("kbd")?.textContent === word) ?? (key === "Enter" ? entries[0] : null));
  }

  function act(what, table, data) {
    const [action, field] = what.split(":");
    if (ACTIONS[action]) ACTIONS[action](dash_ag_grid.getApi(table), data, field);
    else document.dispatchEvent(new CustomEvent("row-action", { detail: { action: what, table, data } }));
  }

  // Fills the links from a row; one that would lead nowhere is left out.
  function fill(menu, data) {
    for (const item of menu.querySelectorAll("[data-link]")) {
      const fields = [...item.dataset.link.matchAll(/{(\w+)}/g)].map(([, field]) => field);
      item.parentElement.hidden = fields.some((field) => (data[field] ?? null) === null);
      const path = item.dataset.link.replace(/{(\w+)}/g, (_, field) => encodeURIComponent(data[field]));
      item.href = path + ("keepQuery" in item.dataset ? location.search : "");
    }
  }

  function openMenu(table, data, x, y) {
    closeMenu();
    const menu = menuOf(table);
    fill(menu, data);
    opened = { menu, table, data, focus: document.activeElement };
    menu.classList.add("show");
    menu.style.left = Math.max(8, Math.min(x, innerWidth - menu.offsetWidth - 8)) + "px";
    menu.style.top = Math.max(8, Math.min(y, innerHeight - menu.offsetHeight - 8)) + "px";
    items(menu)[0].focus({ preventScroll: true });
  }

  function items(menu) {
    return [...menu.querySelectorAll("[role=menuitem]")].filter((item) => !item.parentElement.hidden);
  }

  function closeMenu() {
    if (!opened) return;
    const { menu, focus } = opened;
    opened = null;
    menu.classList.remove("show");
    if (menu.contains(document.activeElement) && focus) focus.focus();
  }

  const ACTIONS = {
    // Keeps the rows that have this row's value in a column.
    only: (api, data, field) =>
      api.setColumnFilterModel(field, { filterType: "text", type: "equals", filter: data[field] }).then(() => api.onFilterChanged()),
    choose: (api, data) =>
      api.forEachNode((row) => {
        if (row.data === data) row.setSelected(true, true);
      }),
    copy: (api, data) => {
      const shown = api.getAllDisplayedColumns().filter((column) => column.getColDef().field);
      return navigator.clipboard.writeText(shown.map((column) => data[column.getColId()] ?? "").join("\t"));
    },
  };

  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-row-menu] [role=menuitem]");
    const chosen = item && item.dataset.action ? opened : null;
    if (opened && (item || !opened.menu.contains(event.target))) closeMenu();
    if (chosen) act(item.dataset.action, chosen.table, chosen.data);
    closeColumns((columns) => !columns.contains(event.target));
    const chip = event.target.closest("[data-remove-filter]");
    if (chip) {
      const api = dash_ag_grid.getApi(chip.dataset.table);
      const { [chip.dataset.removeFilter]: removed, ...rest } = api.getFilterModel();
      api.setFilterModel(chip.dataset.removeFilter === "*" ? null : rest);
    }
  });

  function closeColumns(isMeant) {
    const columns = document.querySelector(".cp-columns[open]");
    if (!columns || !isMeant(columns)) return;
    if (columns.contains(document.activeElement)) columns.firstElementChild.focus();
    columns.open = false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeColumns(() => true);
    if (!opened) return;
    const list = items(opened.menu);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      closeMenu();
    } else if (step) {
      event.preventDefault();
      list[(list.indexOf(document.activeElement) + step + list.length) % list.length].focus();
    }
  });
  document.addEventListener("scroll", (event) => opened && !opened.menu.contains(event.target) && closeMenu(), true);

  // A long press is touch's right-click.
  let press = null;
  function startPress(event) {
    const row = event.target.closest(".cp-grid .ag-row");
    if (!row || event.touches.length > 1) return;
    const { clientX, clientY } = event.touches[0];
    press = setTimeout(() => {
      const table = row.closest(".cp-grid").id;
      const { data } = dash_ag_grid.getApi(table).getDisplayedRowAtIndex(Number(row.getAttribute("row-index")));
      if (data) openMenu(table, data, clientX, clientY);
    }, LONG_PRESS_MS);
  }
  document.addEventListener("touchstart", startPress, { passive: true });
  for (const name of ["touchend", "touchmove", "touchcancel"]) {
    document.addEventListener(name, () => clearTimeout(press), { passive: true });
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    grid: {
      // What a table shows, once its filters or order have changed and its rows are there: what stands around the table
      // would share the processor with them, and is not wanted for a filter that is still being typed.
      async query(_response, request, shown, id) {
        const turn = (turns[id] = (turns[id] ?? 0) + 1);
        await new Promise((done) => setTimeout(done, SETTLED_MS));
        if (!request || turn !== turns[id]) return window.dash_clientside.no_update;
        const order = (request.sortModel || []).map(({ colId, sort }) => ({ colId, sort }));
        const query = { filters: request.filterModel || {}, order };
        return JSON.stringify(query) === JSON.stringify(shown) ? window.dash_clientside.no_update : query;
      },
      // Filters replace the address; they add nothing to the history.
      keep(link) {
        const search = new URLSearchParams(location.search);
        for (const key of ["f", "sort"]) search.delete(key);
        const query = [search.toString().replaceAll("%3A", ":"), link].filter(Boolean).join("&");
        if (link !== undefined) history.replaceState(history.state, "", location.pathname + (query ? "?" + query : ""));
      },
      async columns(shown, _query, all, id) {
        const api = await dash_ag_grid.getApiAsync(id);
        const turned = all.filter((name) => api.getColumn(name).isVisible() !== shown.includes(name));
        api.setColumnsVisible(turned.filter((name) => !shown.includes(name)), false);
        api.setColumnsVisible(turned.filter((name) => shown.includes(name)), true);
      },
      // A finished export is saved without another click.
      save(state) {
        if (state) requestAnimationFrame(() => document.querySelector("[data-save]")?.click());
      },
      // New rows come in unless somebody is at the table: nothing moves under the pointer.
      async refresh(changed, id) {
        const table = document.getElementById(id);
        if (table && !table.matches(":hover, :focus-within")) (await dash_ag_grid.getApiAsync(id)).refreshInfiniteCache();
        return changed;
      },
    },
  });
})();
