// The browser's part of pages/settings.py: another language is another page.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  settings: {
    speak(language) {
      if (!language) return;
      document.querySelector(".cp-savebar").classList.remove("is-dirty"); // what would ask before the page is left
      location.reload();
    },
  },
});
