// The plan of a floor: its stations as markers, moved by mouse, touch and keys. What is moved goes into the store
// positions-moved, {station: {seen, wanted}} with places as fractions of the picture; saving is the page's.
(function () {
  const { KINDS, element, fit, glyph, icon } = portalMaps;
  const STEP = 0.01;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const LONGEST = 14; // characters on a marker
  let plan = null; // the drawn one: {box, map, markers}
  let model = { kept: [], moved: {}, chosen: null };
  let held = null; // the field that has the focus: it may be drawn anew, and keeps it
  let isInMap = false; // whether the focus was last in what is shown of the floor's map on the tab General
  let early = null; // the button that was pressed before the plan was drawn

  const stored = (id) => dash_component_api.getLayout(id).props.data;
  const station = (id) => model.kept.find((one) => one.id === id);
  const place = (one) => (one.id in model.moved ? model.moved[one.id].wanted : one.at);
  const isDrawn = () => Boolean(plan?.map.getContainer().isConnected);
  const isOpen = () => isDrawn() && !("closed" in plan.box.dataset);
  const within = (value) => Math.min(1, Math.max(0, Number(value.toFixed(6))));
  const toMap = ([x, y]) => {
    const [width, height] = JSON.parse(plan.box.dataset.size);
    return L.latLng(height * (1 - y), width * x);
  };
  const toPlace = ({ lat, lng }) => {
    const [width, height] = JSON.parse(plan.box.dataset.size);
    return [within(lng / width), within(1 - lat / height)];
  };

  function move(id, wanted) {
    const one = station(id);
    if (!one || !isOpen()) return;
    const seen = model.moved[id]?.seen ?? one.at;
    model.moved = { ...model.moved, [id]: { seen, wanted } };
    if (wanted) model.chosen = id;
    draw();
    dash_clientside.set_props("positions-chosen", { data: model.chosen });
    dash_clientside.set_props("positions-moved", { data: model.moved });
  }

  // Near the middle of what is seen of the plan, and on no other station.
  function free() {
    const points = model.kept.filter(place).map((one) => plan.map.latLngToContainerPoint(toMap(place(one))));
    const isTaken = (at) => points.some((point) => Math.abs(point.x - at.x) < 70 && Math.abs(point.y - at.y) < 44);
    const view = plan.map.getBounds();
    const [[left, top], [right, bottom]] = [view.getNorthWest(), view.getSouthEast()].map(toPlace);
    let at = plan.map.latLngToContainerPoint(toMap([(left + right) / 2, (top + bottom) / 2]));
    while (isTaken(at) && at.y < plan.map.getSize().y) at = at.add([0, 8]);
    return toPlace(plan.map.containerPointToLatLng(at)).map((part) => Math.round(part * 100) / 100);
  }

  function choose(id) {
    if (model.chosen === id) return;
    model.chosen = id;
    draw();
    dash_clientside.set_props("positions-chosen", { data: id });
  }

  function draw() {
    if (!isDrawn()) return;
    const shown = new Map(model.kept.filter(place).map((one) => [one.id, one]));
    for (const [id, marker] of plan.markers) {
      if (shown.has(id)) continue;
      marker.ghost?.remove();
      marker.remove();
      plan.markers.delete(id);
    }
    for (const one of shown.values()) {
      const marker = plan.markers.get(one.id) ?? added(one);
      look(marker, one);
      if (!marker.isDragged) marker.setLatLng(toMap(place(one)));
      marker.setZIndexOffset(one.id === model.chosen ? 1000 : 0);
      ghost(marker, one);
    }
  }

  function look(marker, one) {
    const { look, glyph: sign, word } = JSON.parse(plan.box.dataset.looks)[one.state];
    const pin = marker.getElement().firstChild;
    pin.className = `cp-pin ${look}${one.id === model.chosen ? " is-sel" : ""}`;
    if (!pin.hasChildNodes()) pin.append(glyph(sign), short(one.name));
    pin.firstChild.className = `bi ${sign}`; // not made anew: a finger that drags it would lose it
    pin.lastChild.textContent = short(one.name);
    marker.getElement().setAttribute("aria-label", `${one.name}, ${word}`);
    marker.getElement().setAttribute("aria-pressed", one.id === model.chosen);
    marker.getElement().title = one.name;
  }

  function short(name) {
    const text = name.replace(/^0+(?=.)/, "");
    return text.length > LONGEST ? `…${text.slice(1 - LONGEST)}` : text;
  }

  // Where a moved station still stands for everybody else.
  function ghost(marker, one) {
    marker.ghost?.remove();
    marker.ghost = null;
    if (!(one.id in model.moved) || !one.at) return;
    const pin = element("span", "cp-pin is-ghost", short(one.name));
    const line = L.polyline([toMap(one.at), marker.getLatLng()], { className: "cp-ghost-line", interactive: false });
    const old = L.marker(toMap(one.at), { icon: icon(pin), interactive: false, keyboard: false });
    marker.ghost = L.layerGroup([line, old]).addTo(plan.map);
  }

  function added(one) {
    const marker = L.marker(toMap(place(one)), { icon: icon(element("span", "cp-pin")), draggable: isOpen(), autoPan: true });
    plan.markers.set(one.id, marker.addTo(plan.map));
    marker.on("dragstart", () => {
      marker.isDragged = true;
      choose(one.id);
    });
    marker.on("dragend", () => {
      marker.isDragged = false;
      move(one.id, toPlace(marker.getLatLng()));
    });
    marker.on("click", () => choose(one.id));
    marker.getElement().addEventListener("focus", () => choose(one.id));
    marker.getElement().addEventListener("keydown", (event) => keyed(event, one.id));
    return marker;
  }

  function keyed(event, id) {
    const arrow = ARROWS[event.key];
    if (arrow && isOpen()) {
      const step = event.shiftKey ? 5 * STEP : STEP;
      const [x, y] = place(station(id));
      move(id, [within(x + step * arrow[0]), within(y + step * arrow[1])]);
    } else if (event.key === "Enter" && isOpen()) {
      document.getElementById("positions-save").click();
    } else if (event.key === "Escape" && id in model.moved) {
      const { [id]: _undone, ...rest } = model.moved;
      model.moved = rest;
      draw();
      dash_clientside.set_props("positions-moved", { data: rest });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  KINDS.plan = (box, map) => {
    plan = { box, map, markers: new Map() };
    model = { kept: stored("positions-kept"), moved: stored("positions-moved"), chosen: stored("positions-chosen") ?? null };
    const size = JSON.parse(box.dataset.size);
    map.setMaxBounds([[-size[1], -size[0]], [2 * size[1], 2 * size[0]]]);
    const whole = () => fit(map, L.latLngBounds([0, 0], [size[1], size[0]]), 0);
    const upright = matchMedia("(orientation: portrait)");
    let wasUpright = upright.matches;
    map.on("resize", () => {
      if (upright.matches !== wasUpright) whole(); // a phone was turned
      wasUpright = upright.matches;
    });
    whole();
    const container = map.getContainer();
    container.addEventListener("dragover", (event) => event.preventDefault());
    container.addEventListener("drop", (event) => {
      event.preventDefault();
      const id = Number(event.dataTransfer.getData("application/x-station"));
      if (id) move(id, toPlace(map.mouseEventToLatLng(event)));
    });
    const side = document.getElementById("positions-side");
    new MutationObserver(() => {
      if (document.activeElement === document.body) document.getElementById(held)?.focus();
    }).observe(side, { childList: true, subtree: true });
    draw();
    if (early?.isConnected) press(early);
    early = null;
  };

  function press(button) {
    const id = Number(button.dataset.station);
    move(id, button.dataset.plan === "place" ? free() : null);
    if (button.dataset.plan === "place") plan.markers.get(id)?.getElement().focus();
  }

  document.addEventListener("dragstart", (event) => {
    const row = event.target.closest?.(".cp-off-map");
    if (row) event.dataTransfer.setData("application/x-station", row.dataset.station);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-plan]");
    if (!button) return;
    if (isDrawn()) press(button);
    else early = button;
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches?.(".cp-axis") || !model.chosen) return;
    const typed = ["x", "y"].map((axis) => document.getElementById(`positions-${axis}`));
    const isPlace = typed.every((field) => field.value && field.validity.valid);
    document.getElementById("positions-fault").hidden = isPlace;
    if (isPlace) move(model.chosen, typed.map((field) => within(field.valueAsNumber / 100)));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.(".cp-axis")) return;
    event.target.dispatchEvent(new Event("change", { bubbles: true })); // what is typed counts now
    if (document.getElementById("positions-fault").hidden) document.getElementById("positions-save").click();
  });
  document.addEventListener("focusin", ({ target }) => (held = target.matches(".cp-axis") ? target.id : null));
  document.addEventListener("pointerdown", ({ target }) => {
    if (target.id !== held) held = null;
  });

  document.addEventListener("focusin", ({ target }) => (isInMap = Boolean(target.closest("#floor-map"))));

  // A floor's map that is too large is refused before it is read.
  function refuse(event, files) {
    const zone = event.target.closest?.("[data-largest]");
    if (!zone || ![...(files ?? [])].some((file) => file.size > Number(zone.dataset.largest))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.target.type === "file") event.target.value = "";
    dash_clientside.set_props("floor-map-fault", { children: zone.dataset.tooLarge });
  }
  document.addEventListener("change", (event) => refuse(event, event.target.files), true);
  document.addEventListener("drop", (event) => refuse(event, event.dataTransfer?.files), true);

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    floorplan: {
      draw(kept, moved, chosen) {
        model = { ...model, kept: kept ?? [], moved: moved ?? {}, chosen: chosen ?? null };
        draw();
      },
      // The button is what chooses a file; dcc.Upload's own field, which it draws when it likes, is nobody's. What is
      // accepted only helps to choose: dcc.Upload ignores other files without a word, the server says what they are.
      choose(id) {
        const zone = document.getElementById(id);
        const own = { ariaHidden: "true", tabIndex: -1, accept: "image/jpeg" };
        const set = () => zone.querySelectorAll("input").forEach((field) => Object.assign(field, own));
        new MutationObserver(set).observe(zone, { childList: true, subtree: true });
        set();
        // Who removed the map by keyboard is taken to what brings another: what was pressed is gone.
        const toButton = () => isInMap && document.activeElement === document.body && zone.querySelector("button").focus();
        new MutationObserver(toButton).observe(document.getElementById("floor-map"), { childList: true });
        return "button";
      },
      changed(changes, kept) {
        const { changed = {}, states = {} } = changes ?? {};
        const has = "topology" in changed || Object.values(changed).includes(null);
        const isHere = (kept ?? []).some((one) => `station:${one.id}` in states);
        return has || isHere ? Date.now() : window.dash_clientside.no_update;
      },
    },
  });
})();
