// Runs in <head>, before anything is drawn: the chosen theme (light, dark or the system's), without a flash.
// window.portalTheme.choose(choice) changes it; assets/theme.js recolours open figures.
(function () {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => document.cookie.match(/(?:^|; )theme-choice=(\w+)/)?.[1] || "system";
  const shown = () => (chosen() === "system" ? (system.matches ? "dark" : "light") : chosen());
  const keep = (name, value) => (document.cookie = `${name}=${value}; path=/; samesite=lax; max-age=31536000`);
  function show() {
    const root = document.documentElement;
    root.dataset.bsTheme = root.dataset.agThemeMode = shown();
    keep("theme", shown());
    document.dispatchEvent(new CustomEvent("theme", { detail: shown() }));
  }
  window.portalTheme = {
    chosen,
    shown,
    choose(choice) {
      keep("theme-choice", choice);
      show();
    },
  };
  system.addEventListener("change", show);
  show();
})();
