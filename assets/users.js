// The browser's part of User provisioning: its search, role filter and row keys, and the dialog of a user.
(function () {
  const no_update = () => window.dash_clientside.no_update;
  const grid = () => dash_ag_grid.getApi("users");
  const dialog = () => document.querySelector(".cp-user-dialog .modal-content");
  const FIND_AFTER_MS = 250;
  // On a phone the name and the role come first; a long press stands for the menu's button.
  const ON_PHONE = [{ colId: "name", width: 170 }, { colId: "role", width: 140 }, { colId: "email" }, { colId: "menu", hide: true }];
  let finding = null;

  async function filter(column, model) {
    await grid().setColumnFilterModel(column, model);
    grid().onFilterChanged();
  }

  function wish(action, user) {
    dash_clientside.set_props("users-wish", { data: { action, user: user ?? null, at: Date.now() } });
  }

  // Closes the dialog unless there is something typed that the user wants to keep.
  function close() {
    if (!window.portalForms.mayLeave()) return;
    dash_clientside.set_props("user-dialog", { is_open: false });
  }

  function save() {
    window.portalForms.press(document.getElementById("user-save"));
  }

  document.addEventListener("row-action", ({ detail }) => {
    const [name, action] = detail.action.split(":");
    if (detail.table === "users" && name === "wish") wish(action, action === "add" ? null : detail.data.user_id);
  });

  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-users-add]")) wish("add");
    const role = target.closest("[data-users-role]");
    if (role) filter("role", role.dataset.usersRole ? { filterType: "text", type: "equals", filter: role.dataset.usersRole } : null);
    if (target.closest("[data-user-close]")) close();
    if (target.closest("#user-theirs")) delete dialog().dataset.typing;
    const reveal = target.closest("[data-reveal]");
    if (reveal) {
      const field = reveal.parentElement.querySelector("input");
      field.type = field.type === "password" ? "text" : "password";
      reveal.setAttribute("aria-pressed", String(field.type === "text"));
    }
  });

  document.addEventListener("input", ({ target }) => {
    if (target.id === "users-find") {
      clearTimeout(finding);
      finding = setTimeout(() => filter("find", target.value ? { filterType: "text", type: "contains", filter: target.value } : null), FIND_AFTER_MS);
    }
    if (!dialog()?.contains(target)) return;
    Object.assign(dialog().dataset, { typing: "", leave: document.getElementById("user-leave").dataset.leave });
    const rule = target.closest("div:has(> .form-text[data-password-rule])")?.querySelector("[data-password-rule]") ?? (target.type === "password" ? dialog().querySelector("[data-password-rule]") : null);
    rule?.classList.toggle("is-ok", target.value.length >= 8 && /\p{L}/u.test(target.value) && /\d/.test(target.value));
  });

  document.addEventListener(
    "keydown",
    (event) => {
      if (!dialog()) return;
      if (event.key === "Escape") {
        event.preventDefault();
        close();
      } else if (dialog().contains(event.target) && ((event.key === "Enter" && event.target.matches("input")) || (event.key === "s" && (event.ctrlKey || event.metaKey)))) {
        event.preventDefault();
        save();
      }
    },
    true
  );

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    users: {
      // The search field follows the table's filters, unless somebody is typing into it.
      shown(query, table) {
        const field = document.getElementById("users-find");
        if (query && field && field !== document.activeElement) {
          dash_clientside.set_props("users-find", { value: query.filters.find?.filter ?? "" });
        }
        if (query && innerWidth < 992) dash_ag_grid.getApi(table).applyColumnState({ state: ON_PHONE, applyOrder: true });
      },
      async changed(changes, table) {
        const isNews = changes && ["user", "topology"].some((subject) => subject in changes.changed);
        if (!isNews || !document.getElementById(table)) return no_update();
        (await dash_ag_grid.getApiAsync(table)).refreshInfiniteCache();
        return Date.now();
      },
    },
  });
})();
