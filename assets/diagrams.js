// The browser's part of pages/diagrams.py: the address, and pictures of the chart.
(function () {
  // Without internet and in the shown theme: the chart alone has no ground of its own.
  function save(format) {
    const graph = document.querySelector("#diagram .js-plotly-plot");
    const name = document.getElementById("diagram-drawn").getAttribute("aria-label");
    const ground = getComputedStyle(graph.closest(".card")).backgroundColor;
    const margin = { ...graph.layout.margin, t: 72, l: 64, r: 24, b: 48 };
    const layout = { ...graph.layout, paper_bgcolor: ground, margin, title: { text: name, x: 0.02, font: { size: 14 } }, width: undefined, height: undefined };
    const { locale, locales } = graph._context;
    Plotly.downloadImage({ data: graph.data, layout, config: { locale, locales } }, { format, filename: name, width: 1200, height: 600, scale: 2 });
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-picture]");
    if (button) save(button.dataset.picture);
  });

  // Plotly moves a mark only after a click on it, which this is: the first drag is to move it. A mark that is ready says so.
  document.addEventListener("pointerover", ({ target }) => {
    const isReady = target.style?.cursor === "move";
    if (!isReady && target.matches("#timeline-overview .selectionlayer path")) target.dispatchEvent(new MouseEvent("click"));
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    diagrams: {
      // Of all that happens to the overview only what is dragged, or a click that took the mark away, moves the period.
      dragged(event) {
        const isDrag = Object.keys(event || {}).some((key) => key.startsWith("selections"));
        return isDrag ? event : window.dash_clientside.no_update;
      },
      // On a phone the list is a strip that is scrolled along: what is chosen comes into sight.
      bring() {
        requestAnimationFrame(() => {
          document.querySelector("#diagram-kind :checked + label")?.scrollIntoView({ block: "nearest", inline: "nearest" });
        });
        return window.dash_clientside.no_update;
      },
      // What is shown replaces the address, but only once something was chosen: it adds nothing to the history.
      keep(link) {
        const node = new URLSearchParams(location.search).get("node");
        const query = [node ? `node=${node}` : "", link].filter(Boolean).join("&");
        history.replaceState(history.state, "", `${location.pathname}?${query}`);
      },
    },
  });
})();
