// The Navigator around its tree: search, states, drawer, and the chosen node in the address.
(function () {
  const SYSTEM = "system:1";
  let tree = null;
  let chosen = SYSTEM;
  const part = (id) => document.getElementById(id);
  const pressed = () => [...document.querySelectorAll('[data-facet][aria-pressed="true"]')].map((facet) => facet.dataset.facet);

  function go(ref) {
    if (!window.portalForms.mayLeave()) return;
    const query = new URLSearchParams(location.search);
    if (ref === SYSTEM) query.delete("node");
    else query.set("node", ref);
    const search = query.toString().replaceAll("%3A", ":");
    dash_clientside.set_props("url", { search: search && `?${search}` });
    drawer(false);
  }

  function mount() {
    const aside = part("navigator");
    if (tree || !aside) return;
    tree = new NavTree(part("navigator-tree"), { ...aside.dataset }, go);
    part("navigator-find").addEventListener("input", filter);
    part("navigator-find").addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") tree.tree.focus({ preventScroll: true });
      else if (event.key === "Enter") {
        const hit = tree.rows.find((node) => node.find.includes(tree.text));
        if (tree.text && hit) go(hit.ref);
      } else return;
      event.preventDefault();
    });
  }

  function filter() {
    tree.filter(part("navigator-find").value, pressed());
  }

  function drawCounts() {
    for (const [state, total] of Object.entries(tree.totals())) {
      document.querySelector(`[data-facet="${state}"] .cp-facet-count`).textContent = total;
    }
  }

  // What tells a node's state on a page does so as the tree does.
  function drawStates() {
    for (const pill of document.querySelectorAll("[data-state-of]")) {
      const state = tree.nodes.get(pill.dataset.stateOf)?.state;
      if (!state || pill.classList.contains(`is-${state}`)) continue;
      const { glyph, word } = tree.look(state);
      pill.className = `cp-pill is-${state}`;
      pill.replaceChildren(Object.assign(document.createElement("i"), { className: `bi ${glyph}`, ariaHidden: "true" }), word);
    }
  }

  // A page's heading calls its node as the tree does, also once somebody has renamed it.
  function drawNames() {
    for (const named of document.querySelectorAll("[data-node-name]")) {
      const node = tree.nodes.get(named.dataset.nodeName);
      if (node) named.textContent = node.label;
    }
  }

  function kindIcon(node) {
    const kinds = { station: "bi-ev-station", outlet: "bi-plug", grid_controller: "bi-hdd-network", ...NavTree.KIND_GLYPHS };
    const icon = document.createElement("i");
    icon.className = `bi ${kinds[node.kind]} cp-3rd`;
    icon.setAttribute("aria-hidden", "true");
    return icon;
  }

  function drawPath() {
    const path = tree.path(chosen);
    const items = path.map((node, i) => {
      const item = document.createElement("li");
      item.className = "breadcrumb-item";
      if (i < path.length - 1) {
        const link = document.createElement("a");
        link.href = location.pathname + (node.ref === SYSTEM ? "" : `?node=${node.ref}`);
        link.dataset.node = node.ref;
        link.append(tree.name(node));
        item.append(link);
      } else {
        item.classList.add("active", "fw-semibold");
        item.setAttribute("aria-current", "page");
        item.append(kindIcon(node), tree.name(node));
      }
      return item;
    });
    part("path").replaceChildren(...items);
  }

  function open() {
    if (innerWidth < 1200) {
      drawer(true);
    } else {
      part("app").classList.remove("is-nav-hidden");
      localStorage.removeItem("navigator-hidden");
    }
  }

  function find() {
    open();
    part("navigator-find").focus();
  }

  // Small screens: while the drawer is open, what lies behind it can't be reached.
  function drawer(isOpen) {
    part("navigator")?.classList.toggle("is-open", isOpen);
    part("scrim").hidden = !isOpen;
    for (const behind of document.querySelectorAll(".cp-main, .cp-rail, .cp-tabbar")) behind.inert = isOpen;
  }

  function hide() {
    if (innerWidth >= 1200) {
      part("app").classList.add("is-nav-hidden");
      localStorage.setItem("navigator-hidden", "yes");
    }
    drawer(false);
    document.querySelector('[data-navigator="open"]').focus();
  }

  document.addEventListener("click", (event) => {
    const facet = event.target.closest("[data-facet]");
    const action = event.target.closest("[data-navigator]")?.dataset.navigator;
    const link = event.target.closest("a[data-node]");
    if (facet) {
      facet.setAttribute("aria-pressed", facet.getAttribute("aria-pressed") !== "true");
      filter();
    } else if (action === "collapse") tree?.collapse();
    else if (action === "open") {
      open();
      document.querySelector('[data-navigator="hide"]').focus(); // not the search: it would bring up a phone's keyboard
    } else if (action === "find") find();
    else if (action === "hide") hide();
    else if (event.target.id === "scrim") drawer(false);
    else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      go(link.dataset.node);
    }
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && part("navigator")) {
      event.preventDefault();
      find();
    } else if (event.key === "Escape" && part("navigator")?.classList.contains("is-open")) hide();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    navigator: {
      show(data) {
        mount();
        if (!data || !tree) return;
        if (localStorage.getItem("navigator-hidden")) part("app").classList.add("is-nav-hidden");
        part("app").dataset.zone = data.zone;
        tree.show(data.nodes);
        tree.choose(chosen);
        drawCounts();
        drawStates();
        drawPath();
        drawNames();
      },
      choose(search) {
        chosen = new URLSearchParams(search).get("node") || SYSTEM;
        if (!tree || !tree.nodes.size) return;
        tree.choose(chosen);
        drawPath();
      },
    },
  });
  window.portalNavigator = {
    patch(states) {
      if (!tree) return;
      if (tree.patch(states)) drawCounts();
      drawStates();
    },
  };
})();
