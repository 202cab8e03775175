// A charging station or grid controller is dragged onto another site or floor, in the Navigator or in Topology: what may
// be dragged is draggable and names its node in data-ref. The server asks first, and refuses what cannot be.
(function () {
  let dragged = "";
  let over = null;

  const rowOf = (target) => target.closest?.(".cp-node[data-ref], .cp-topology tr[data-ref]");
  const placeOf = (target) => {
    const row = dragged && rowOf(target);
    return row && /^(site|floor):/.test(row.dataset.ref) ? row : null;
  };

  function mark(row) {
    over?.classList.remove("is-drop");
    over = row;
    over?.classList.add("is-drop");
  }

  // The browser would drag the text that is selected, instead of the row in which it is.
  document.addEventListener("mousedown", (event) => {
    if (rowOf(event.target)?.draggable) getSelection().removeAllRanges();
  });
  document.addEventListener("dragstart", (event) => {
    const row = rowOf(event.target);
    if (!row?.draggable) return;
    dragged = row.dataset.ref;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged);
  });
  document.addEventListener("dragover", (event) => {
    const place = placeOf(event.target);
    if (place !== over) mark(place);
    if (place) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const place = placeOf(event.target);
    if (!place) return;
    event.preventDefault();
    window.dash_clientside.set_props("move-wanted", { data: { node: dragged, to: place.dataset.ref, at: Date.now() } });
  });
  document.addEventListener("dragend", () => {
    dragged = "";
    mark(null);
  });
})();
