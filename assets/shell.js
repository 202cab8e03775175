// The shell: menu links that keep the chosen node, pop-up menus, theme choice, keys.
(function () {
  const plain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;

  // The node survives a change of page; everything else in the address belongs to the page that is left.
  function search() {
    const node = new URLSearchParams(location.search).get("node");
    return node ? `?node=${node}` : "";
  }

  function closeMenus(except) {
    for (const menu of document.querySelectorAll(".cp-menu.show")) {
      if (menu.id !== except) menu.classList.remove("show");
    }
    for (const button of document.querySelectorAll("[data-menu]")) {
      button.setAttribute("aria-expanded", document.getElementById(button.dataset.menu).classList.contains("show"));
    }
  }

  function toggleMenu(button) {
    const menu = document.getElementById(button.dataset.menu);
    menu.classList.toggle("show");
    closeMenus(menu.id);
    markTheme();
    if (menu.classList.contains("show")) menu.querySelector("a, button")?.focus();
  }

  function markTheme() {
    for (const button of document.querySelectorAll("[data-theme]")) {
      button.setAttribute("aria-pressed", button.dataset.theme === window.portalTheme.chosen());
    }
  }

  async function copy(button) {
    const beside = button.closest(".input-group")?.querySelector("input"); // a field's button copies what stands in it
    await navigator.clipboard.writeText(button.dataset.copy || beside.value);
    button.firstElementChild.className = "bi bi-check-lg";
    button.title = button.ariaLabel = button.dataset.copied;
  }

  function showNews(isOpen) {
    dash_clientside.set_props("news-panel", { is_open: isOpen });
  }

  document.addEventListener("click", (event) => {
    const { target } = event;
    const isNewsOpen = document.querySelector(".cp-news-panel.show") !== null;
    const link = target.closest("a[data-page]");
    const menu = target.closest("[data-menu]");
    const theme = target.closest("[data-theme]");
    if (theme) dash_clientside.set_props("theme-choice", { data: theme.dataset.theme });
    if (target.closest("[data-dialog]")) document.getElementById(target.closest("[data-dialog]").dataset.dialog).showModal();
    if (target.closest("[data-close]")) document.getElementById(target.closest("[data-close]").dataset.close).close();
    if (target.closest("[data-dismiss]")) dash_clientside.set_props("messages", { children: [] });
    if (target.closest("[data-copy]")) copy(target.closest("[data-copy]"));
    if (target.closest("[data-news]")) showNews(!isNewsOpen);
    else if (isNewsOpen && (link || menu)) showNews(false);
    if (menu) toggleMenu(menu);
    else if (!target.closest(".cp-menu") || theme || link || target.closest("[data-dialog], [data-news]")) closeMenus();
    if (link && plain(event)) {
      event.preventDefault();
      dash_clientside.set_props("url", { pathname: link.dataset.page, search: search() });
    }
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "?" && !typing) document.getElementById("keys").showModal();
    const shown = document.querySelector(".cp-menu.show");
    if (event.key === "Escape" && shown) {
      closeMenus("");
      document.querySelector(`[data-menu="${shown.id}"]`).focus();
    }
  });

  // Where the tabs are wider than the screen, the open one comes into sight when it is drawn: its animation tells so.
  document.addEventListener("animationstart", ({ animationName, target }) => {
    if (animationName === "cp-tab") target.scrollIntoView({ block: "nearest", inline: "center" });
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    shell: {
      theme(choice) {
        window.portalTheme.choose(choice);
        return choice;
      },
      address(pathname) {
        for (const link of document.querySelectorAll("a[data-page]")) {
          const here = `${pathname}/`.startsWith(`${link.dataset.page}/`);
          link.href = link.dataset.page + search();
          if (!link.classList.contains("nav-link")) continue;
          link.classList.toggle("active", here);
          if (here) link.setAttribute("aria-current", "page");
          else link.removeAttribute("aria-current");
        }
      },
    },
  });
})();
