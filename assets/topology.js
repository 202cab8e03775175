// The browser's part of Topology: the right-click menu of a node, its keys Insert, F2 and Delete, and where the focus
// goes. The panel is drawn by the server when another node or deed is chosen.
(function () {
  const menu = () => document.getElementById("topology-menu");
  const nodeAt = (target) => target.closest?.(".cp-topology tr")?.querySelector(".cp-topology-node");
  const form = () => document.querySelector(".cp-topology-form");
  const chosen = () => document.querySelector('.cp-topology-node[aria-current="true"]');
  const stored = (id) => dash_component_api.getLayout(id).props.data;
  const WAIT_MS = 15000; // for the question to close and the rows to be drawn: either may be slow
  const isChosen = (node) => node.getAttribute("aria-current") === "true";
  const FOCUSING = "#topology-create, #topology-rename, #topology-move, #topology-do";
  let next = null; // what is to be pressed when the panel is drawn for the node that was just selected
  let isTaking = false; // whether a caller's button was pressed, which goes when somebody takes it in
  let isFocusing = false; // whether the panel's field takes the focus when it is drawn

  const KEYS = { Insert: "topology-create", F2: "topology-rename", Delete: "topology-remove" };

  function close() {
    menu()?.classList.remove("show");
  }

  function press(id) {
    const button = document.getElementById(id);
    if (!button || button.disabled) return;
    button.click();
  }

  // Does something with a node, which is selected first.
  function act(node, id) {
    if (isChosen(node)) return press(id);
    if (!window.portalForms.mayLeave()) return;
    node.click();
    next = id;
  }

  // Empties the panel, and goes back to its node.
  function leave() {
    if (!window.portalForms.mayLeave()) return;
    window.dash_clientside.set_props("topology-mode", { data: stored("topology-mode") });
    chosen()?.focus();
  }

  // What had the focus may be gone, with a node that was removed or with the menu: the selected node takes it.
  function home(until = Date.now() + WAIT_MS) {
    const isSettled = !document.querySelector(".modal") && chosen()?.closest("tr").dataset.ref === stored("topology-selected");
    if (!isSettled && Date.now() < until) requestAnimationFrame(() => home(until));
    else if (document.activeElement === document.body) chosen()?.focus();
  }

  document.addEventListener("contextmenu", (event) => {
    const node = nodeAt(event.target);
    if (!node || !menu()) return;
    event.preventDefault();
    if (!isChosen(node)) {
      if (!window.portalForms.mayLeave()) return;
      node.click();
    }
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
    isTaking = Boolean(target.closest("#topology-callers button"));
    if (target.closest(".cp-topology-node")) isFocusing = false;
    else if (target.closest(FOCUSING)) isFocusing = true;
  });

  document.addEventListener("input", ({ target }) => {
    if (target.matches('.cp-topology-form input[type="text"]')) form().dataset.typing = "";
  });

  document.addEventListener("keydown", (event) => {
    const items = menu()?.classList.contains("show") ? [...menu().querySelectorAll("button")] : [];
    const at = items.indexOf(document.activeElement);
    if (items.length && event.key === "Escape") {
      close();
      chosen()?.focus();
    } else if (items.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
    } else if (event.key === "Escape" && form()?.contains(event.target)) leave();
    else if (nodeAt(event.target) && KEYS[event.key]) {
      event.preventDefault();
      act(nodeAt(event.target), KEYS[event.key]);
    }
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    topology: {
      drawn() {
        delete form()?.dataset.typing;
        requestAnimationFrame(() => {
          const id = next;
          next = null;
          if (id) return press(id);
          if (isFocusing) form()?.querySelector('input[type="text"], select')?.focus();
          isFocusing = false;
          home();
        });
      },
      asked(isOpen) {
        if (isOpen === false) home();
      },
      called() {
        if (isTaking) requestAnimationFrame(() => home());
      },
    },
  });
})();
