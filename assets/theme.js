// When the theme changes, open figures get the other template; what they colour themselves stays.
document.addEventListener("theme", async (event) => {
  const graphs = document.querySelectorAll(".js-plotly-plot");
  if (!graphs.length) return;
  const templates = await (await fetch("/assets/plotly-template.json")).json();
  for (const graph of graphs) window.Plotly.relayout(graph, { template: templates[event.detail] });
});
