// The log-in page's two buttons: show what is typed, and the other theme.
const reveal = document.getElementById("reveal");
reveal.addEventListener("click", () => {
  const field = document.getElementById("password");
  const show = field.type === "password";
  field.type = show ? "text" : "password";
  reveal.setAttribute("aria-pressed", show);
  reveal.firstElementChild.className = show ? "bi bi-eye-slash" : "bi bi-eye";
});
document.getElementById("theme-switch").addEventListener("click", () => {
  window.portalTheme.choose(window.portalTheme.shown() === "dark" ? "light" : "dark");
});
