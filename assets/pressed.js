// The browser's part of components/pressed.py: a store is told which of many buttons alike was pressed.
document.addEventListener("click", ({ target }) => {
  const { pressed, of, question } = target.closest("button[data-pressed]")?.dataset ?? {};
  if (pressed && (!question || window.confirm(question))) dash_clientside.set_props(pressed, { data: { of: JSON.parse(of), at: Date.now() } });
});
