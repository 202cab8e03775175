// What maps show besides dash-leaflet's layers: the outline of the world, the pin of an address, sites and stations.
// A box with data-map says which; portalMaps.KINDS has a function for each: (box, map) => draw.
(function () {
  const KINDS = {};
  const APART_PX = 30;
  let world = null;

  // dash-leaflet sets the view of a map that it has just made: what is drawn comes after that.
  L.Map.addInitHook(function () {
    setTimeout(() => {
      const box = this.getContainer().closest("[data-map]");
      if (!box) return;
      name(this, box);
      byFingers(this, box);
      new ResizeObserver(() => this.getContainer().isConnected && this.invalidateSize()).observe(this.getContainer());
      if (this.options.crs !== L.CRS.Simple) outline(this);
      this.eachLayer((layer) => withoutTiles(box, this, layer));
      this.on("layeradd", ({ layer }) => withoutTiles(box, this, layer));
      KINDS[box.dataset.map](box, this);
    });
  });

  function name(map, box) {
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", box.dataset.label);
    map.attributionControl?.setPrefix(false);
    map.zoomControl = L.control.zoom({ position: "topright", zoomInTitle: box.dataset.in, zoomOutTitle: box.dataset.out });
    map.zoomControl.addTo(map);
  }

  // One finger scrolls the page, two move the map: it is as large as a phone's screen, and would hold the page.
  function byFingers(map, box) {
    if (!matchMedia("(pointer: coarse)").matches) return;
    map.dragging.disable();
    const tell = ({ touches, target }) =>
      box.classList.toggle("is-swiped", touches.length === 1 && !target.closest(".leaflet-marker-draggable"));
    map.getContainer().addEventListener("touchmove", tell);
    for (const end of ["touchend", "touchcancel"]) map.getContainer().addEventListener(end, tell);
  }

  // Nothing lies under the buttons that zoom: it stands beside them or below, whichever shows more.
  function fit(map, bounds, padding, options) {
    const { offsetWidth, offsetHeight, offsetTop } = map.zoomControl.getContainer();
    const ways = [L.point(offsetTop + offsetWidth, 0), L.point(0, offsetTop + offsetHeight)];
    const [beside, below] = ways.map((way) => map.getBoundsZoom(bounds, false, way.add([2 * padding, 2 * padding])));
    const kept = ways[beside > below ? 0 : 1];
    const paddingTopLeft = [padding, padding + kept.y];
    map.fitBounds(bounds, { paddingTopLeft, paddingBottomRight: [padding + kept.x, padding], animate: false, ...options });
  }

  // Below the tiles, so that it shows where there are none.
  async function outline(map) {
    map.createPane("world").style.zIndex = 150;
    world ??= fetch("/assets/world.json").then((answer) => answer.json());
    const data = await world;
    if (!map.getContainer().isConnected) return;
    const style = ({ properties }) => ({ className: `cp-world-${properties.kind}` });
    L.geoJSON(data, { pane: "world", interactive: false, style }).addTo(map);
  }

  // Where no tile comes, the outline is all there is to see: it takes a step back.
  function withoutTiles(box, map, layer) {
    if (!(layer instanceof L.TileLayer)) return;
    const far = Number(box.dataset.outline);
    let hasCome = false;
    layer.on("tileload", () => (hasCome = true));
    layer.once("load", () => {
      if (hasCome) return;
      box.dataset.near = far;
      if (map.getZoom() > far) map.setZoom(far);
    });
  }

  function element(tag, className, text = "", children = []) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    made.append(...children);
    return made;
  }

  const glyph = (name) => {
    const made = element("i", `bi ${name}`);
    made.setAttribute("aria-hidden", "true");
    return made;
  };

  // A marker's icon of one's own making; it stands on its point by the style sheet.
  const icon = (content) => L.divIcon({ className: "cp-marker", iconSize: null, html: content });

  KINDS.address = (box, map) => {
    const isOpen = !("closed" in box.dataset);
    const field = (name) => ({ form: box.dataset.form, field: name });
    let pin = null;

    function set({ lat, lng }) {
      if (!isOpen) return;
      const at = L.latLng(lat, lng).wrap();
      const position = { latitude: Number(at.lat.toFixed(6)), longitude: Number(at.lng.toFixed(6)) };
      for (const [name, value] of Object.entries(position)) dash_clientside.set_props(field(name), { value });
      dash_clientside.set_props(`${box.dataset.form}-clicked`, { data: position });
    }

    function show() {
      const [lat, lng] = [box.dataset.latitude, box.dataset.longitude].map((text) => (text ? Number(text) : NaN));
      const isPlace = Math.abs(lat) <= 90 && Math.abs(lng) <= 180;
      if (!isPlace) {
        pin?.remove();
        return;
      }
      pin ??= made();
      pin.setLatLng([lat, lng]).addTo(map);
      pin.getElement().setAttribute("aria-label", box.dataset.pin);
      pin.getElement().setAttribute("role", "img");
      if (!map.getBounds().contains([lat, lng])) map.setView([lat, lng], Number(box.dataset.near));
    }

    function made() {
      const marker = L.marker([0, 0], { icon: icon(element("span", "cp-mappin")), draggable: isOpen, keyboard: false });
      marker.bindTooltip(element("span", "", box.dataset.name), { permanent: true, direction: "right", offset: [16, -24] });
      return marker.on("dragend", () => set(marker.getLatLng()));
    }

    map.on("click", ({ latlng }) => set(latlng));
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === map.getContainer()) set(map.getCenter());
    });
    box.addEventListener("place", show);
    places(box, map, false);
    show();
  };

  // Sites and stations: links in the colour and glyph of their state.
  function places(box, map, isFitted) {
    const markers = new Map();
    const read = () => new Map(JSON.parse(box.dataset.places).map((place) => [place.ref, place]));

    function draw() {
      const shown = read();
      const isOther = shown.size !== markers.size || ![...shown.keys()].every((ref) => markers.has(ref));
      for (const [ref, marker] of markers) if (!shown.has(ref)) marker.remove();
      for (const ref of [...markers.keys()]) if (!shown.has(ref)) markers.delete(ref);
      for (const place of shown.values()) {
        const marker = markers.get(place.ref) ?? added(place);
        look(marker.link, place);
        marker.at = place.at;
        marker.setZIndexOffset(place.look === "is-fault" ? 1000 : 0);
      }
      const bounds = L.latLngBounds([...shown.values()].map((place) => place.at));
      if (isFitted && isOther) fit(map, bounds, 36, { maxZoom: Number(box.dataset.near) });
      spread();
    }

    // Where places are close together at this zoom, each stands beside the ones before it, within reach of a finger.
    function spread() {
      const taken = [];
      for (const marker of markers.values()) {
        const own = map.latLngToLayerPoint(marker.at);
        let at = own;
        for (let turn = 1; turn < 60 && taken.some((other) => other.distanceTo(at) < APART_PX); turn++) {
          const angle = turn * 2.4;
          at = own.add([Math.cos(angle) * 6 * Math.sqrt(turn), Math.sin(angle) * 6 * Math.sqrt(turn)]);
        }
        taken.push(at);
        marker.setLatLng(map.layerPointToLatLng(at));
      }
    }

    function added(place) {
      const link = element("a", "");
      Object.assign(link, { href: `?node=${place.ref}` }).dataset.node = place.ref;
      const marker = L.marker(place.at, { icon: icon(link), keyboard: false }).addTo(map);
      markers.set(place.ref, Object.assign(marker, { link }));
      return marker.bindTooltip(element("span", "", place.name), { direction: "top", offset: [0, -14] });
    }

    function look(link, place) {
      link.className = `cp-site ${place.look}${place.ref.startsWith("station:") ? " is-small" : ""}`;
      link.setAttribute("aria-label", place.label);
      link.replaceChildren(glyph(place.glyph));
    }

    new MutationObserver(draw).observe(box, { attributeFilter: ["data-places"] });
    map.on("zoomend", spread);
    draw();
  }

  KINDS.places = (box, map) => places(box, map, true);

  window.portalMaps = { KINDS, element, fit, glyph, icon };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    maps: {
      // A geocoder may take seconds: what was typed meanwhile stays, and so does the address of another node.
      fill(found) {
        for (const { id, row, was, value } of found ?? []) {
          const field = document.getElementById(JSON.stringify(id, Object.keys(id).sort()));
          if (!field || dash_component_api.getLayout(`${id.form}-seen`).props.data.row !== row) continue;
          if (was === null || field.value === was) dash_clientside.set_props(id, { value });
        }
      },
      place(latitude, longitude, id) {
        const box = id && document.getElementById(id);
        if (!box) return;
        Object.assign(box.dataset, { latitude: latitude ?? "", longitude: longitude ?? "" });
        box.dispatchEvent(new Event("place"));
      },
    },
  });
})();
