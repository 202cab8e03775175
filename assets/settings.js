// The browser's part of pages/settings.py: windows change places by their grips, and another language is another page.
(function () {
  const place = (number) => document.querySelector(`[data-place="${number}"]`);
  let grip = null; // the one that is being dragged
  let over = null; // the place under the pointer

  // The page's callback gives the other place what stood here.
  function swap(from, to) {
    if (from === to || !place(to)) return;
    dash_clientside.set_props({ "window-place": from }, { value: place(to).querySelector("select").value });
  }

  function mark(found) {
    over?.classList.remove("is-over");
    over = found;
    over?.classList.add("is-over");
  }

  document.addEventListener("pointerdown", (event) => {
    grip = event.target.closest("[data-grip]");
    grip?.setPointerCapture(event.pointerId);
  });
  document.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (grip) mark(document.elementFromPoint(clientX, clientY)?.closest("[data-place]") ?? null);
  });
  document.addEventListener("pointerup", () => {
    if (grip && over) swap(Number(grip.dataset.grip), Number(over.dataset.place));
    grip = null;
    mark(null);
  });
  document.addEventListener("pointercancel", () => {
    grip = null;
    mark(null);
  });

  document.addEventListener("keydown", (event) => {
    const moved = event.target.closest("[data-grip]");
    const step = { ArrowUp: -2, ArrowLeft: -1, ArrowRight: 1, ArrowDown: 2 }[event.key];
    if (!moved || !step) return;
    event.preventDefault();
    const to = Number(moved.dataset.grip) + step;
    swap(Number(moved.dataset.grip), to);
    place(to)?.querySelector("[data-grip]").focus();
  });

  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    settings: {
      speak(language) {
        if (!language) return;
        document.querySelector(".cp-savebar").classList.remove("is-dirty"); // what would ask before the page is left
        location.reload();
      },
      // The browser's own time zone, unless it is the chosen one or none of the list.
      suggestZone: (chosen, options) => [zone(), zone() === chosen || !options.some(({ value }) => value === zone())],
      useZone: zone,
    },
  });
})();
