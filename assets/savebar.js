// A page with a save bar: Ctrl+S saves, and it asks once before it is left with unsaved changes. The bar says that there
// are some (is-dirty), and what to ask (data-leave).
(function () {
  const unsaved = () => document.querySelector(".cp-savebar.is-dirty");

  addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });

  document.addEventListener(
    "click",
    (event) => {
      const leaves = event.target.closest("a[href]") && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (!leaves || !unsaved() || window.confirm(unsaved().dataset.leave)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true
  );

  document.addEventListener("keydown", (event) => {
    const save = document.querySelector(".cp-savebar .btn-primary");
    if (!save || event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    save.focus(); // what is typed counts when its field is left
    save.click();
  });
})();
