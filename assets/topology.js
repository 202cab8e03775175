// The browser's part of Topology: the right-click menu of a node, and its keys Insert, F2 and Delete.
(function () {
  const menu = () => document.getElementById("topology-menu");
  const nodeAt = (target) => target.closest?.(".cp-topology tr")?.querySelector(".cp-topology-node");
  const KEYS = { Insert: "topology-create", F2: "topology-rename", Delete: "topology-remove" };

  function close() {
    menu()?.classList.remove("show");
  }

  function press(id) {
    const button = document.getElementById(id);
    if (!button || button.disabled) return;
    button.click();
  }

  document.addEventListener("contextmenu", (event) => {
    const node = nodeAt(event.target);
    if (!node || !menu()) return;
    event.preventDefault();
    node.click();
    const box = node.getBoundingClientRect();
    const [x, y] = event.clientX ? [event.clientX, event.clientY] : [box.left + 24, box.bottom];
    menu().classList.add("show");
    menu().style.left = Math.max(8, Math.min(x, innerWidth - menu().offsetWidth - 8)) + "px";
    menu().style.top = Math.max(8, Math.min(y, innerHeight - menu().offsetHeight - 8)) + "px";
    menu().querySelector("button").focus({ preventScroll: true });
  });

  document.addEventListener("click", ({ target }) => {
    const item = target.closest("[data-press]");
    close();
    if (item) press(item.dataset.press);
  });

  document.addEventListener("keydown", (event) => {
    const items = menu()?.classList.contains("show") ? [...menu().querySelectorAll("button")] : [];
    const at = items.indexOf(document.activeElement);
    if (items.length && event.key === "Escape") {
      close();
      document.querySelector('.cp-topology-node[aria-current="true"]')?.focus();
    } else if (items.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
    } else if (event.key === "Enter" && event.target.matches(".cp-topology-form input")) press("topology-do");
    else if (nodeAt(event.target) && KEYS[event.key]) {
      event.preventDefault();
      press(KEYS[event.key]);
    }
  });
})();
