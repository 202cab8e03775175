// The Dashboard's windows are drawn again where they changed and nowhere else: Dash alone would build a window anew,
// and take the focus, the place in a list and the click under way with it.
(function () {
  const isComponent = (part) => part !== null && typeof part === "object" && "type" in part;
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const list = (children) => (Array.isArray(children) ? children : [children ?? null]);

  // Returns where a component stands in the page's layout, as Dash writes it.
  function pathOf(id, component = dash_component_api.getLayout(["components"]), path = ["components"]) {
    if (isSame(component.props.id, id)) return path;
    const { children } = component.props;
    for (const [i, child] of list(children).entries()) {
      const found = isComponent(child) && pathOf(id, child, childPath(path, children, i));
      if (found) return found;
    }
    return null;
  }

  const childPath = (path, children, i) => [...path, "props", "children", ...(Array.isArray(children) ? [i] : [])];

  // Changes a component into the next one of its kind. What the next one does not name stays as it is.
  function merge(path, shown, next) {
    const { children, ...props } = next.props;
    const changed = Object.entries(props).filter(([name, value]) => !isSame(shown.props[name], value));
    const before = list(shown.props.children);
    const after = list(children);
    const isAlike = (part, i) => (isComponent(part) ? part.type === before[i]?.type : isSame(part, before[i]));
    if (before.length !== after.length || !after.every(isAlike)) changed.push(["children", children]);
    else after.forEach((part, i) => isComponent(part) && merge(childPath(path, children, i), before[i], part));
    if (changed.length) dash_clientside.set_props(path, Object.fromEntries(changed));
  }

  // Rows do not change places under the pointer or the focus, for half a minute at most.
  const HOLD_MS = 30_000;
  const heldSince = new Map();
  const links = (children) => JSON.stringify(children).match(/"href":"[^"]*"/g);

  function isHeld(id, shown, next) {
    const rows = document.getElementById(id)?.querySelector(".cp-window-scroll");
    const isUsed = rows?.matches(":hover, :has(:focus-visible)") && !isSame(links(shown), links(next));
    if (!isUsed) heldSince.delete(id);
    else if (!heldSince.has(id)) heldSince.set(id, Date.now());
    return isUsed && Date.now() - heldSince.get(id) < HOLD_MS;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    windows: {
      show(contents, ids) {
        contents.forEach((content, i) => {
          const path = content && pathOf({ window: ids[i].content });
          if (!path) return;
          const card = dash_component_api.getLayout(path);
          const id = dash_component_api.stringifyId(card.props.id);
          if (!isHeld(id, card.props.children, content)) merge(path, card, { props: { children: content } });
        });
      },
    },
  });
})();
