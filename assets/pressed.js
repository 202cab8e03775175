// The browser's part of components/pressed.py: a store is told which of many buttons alike was pressed.
document.addEventListener("click", ({ target }) => {
  const { pressed, of, question, field } = target.closest("button[data-pressed]")?.dataset ?? {};
  if (!pressed || (question && !window.confirm(question))) return;
  const typed = field && document.getElementById(field).value;
  dash_clientside.set_props(pressed, { data: { of: JSON.parse(of), typed, at: Date.now() } });
});
