// Runs in <head>, before anything is drawn: the chosen theme (light, dark or the system's), without a flash.
// window.portalTheme.choose(choice) changes it; assets/theme.js recolours open figures.
(function () {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => localStorage.getItem("theme") || "system";
  const shown = () => (chosen() === "system" ? (system.matches ? "dark" : "light") : chosen());
  function show() {
    const root = document.documentElement;
    root.dataset.bsTheme = root.dataset.agThemeMode = shown();
    document.cookie = `theme=${shown()}; path=/; samesite=lax; max-age=31536000`;
    document.dispatchEvent(new CustomEvent("theme", { detail: shown() }));
  }
  window.portalTheme = {
    chosen,
    shown,
    choose(choice) {
      localStorage.setItem("theme", choice);
      show();
    },
  };
  system.addEventListener("change", show);
  show();
})();
