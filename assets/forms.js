// Forms with a save bar: Ctrl+S or Enter saves, Esc discards, and leaving with unsaved changes asks once. The bar says
// that there are some (is-dirty), and what to ask (data-leave, data-discard). A field with a button of its own stands in
// a .cp-own-save that tells what is kept (data-kept). What has no save bar names the button that Enter presses
// (data-enter). Fields that begin empty, to add something, stand in a .cp-adds; what is pressed beside them without
// leaving the page (data-leaves) leaves them as they are. A fault stands beside its field, or names it (data-of).
(function () {
  const bar = () => document.querySelector(".cp-savebar.is-dirty, .cp-savebar[data-typing]");
  const ownSave = (target) => target.closest?.(".cp-own-save");
  const ownField = (own) => own.querySelector("input, textarea, select");
  const addFields = (adds) => [...adds.querySelectorAll("input")];
  const edited = () => [
    ...document.querySelectorAll(".is-dirty[data-leave], [data-typing][data-leave]"),
    ...[...document.querySelectorAll(".cp-own-save")].filter((own) => ownField(own).value !== own.dataset.kept),
  ];
  const unsaved = () => [
    ...edited(),
    ...[...document.querySelectorAll(".cp-adds")].filter((adds) => addFields(adds).some((field) => field.value)),
  ];
  const inForm = (target) => !ownSave(target) && target.closest?.(".cp-form input:not([type=file]), .cp-form textarea, .cp-form select");
  const SAVES = ".btn-primary, .cp-own-save button, #services-add";
  let isGoingBack = false;
  let isSaving = false; // until the next key or press
  let valueAtFocus = "";
  let isTypedIn = false; // the field in focus, since it is

  function mayLeave(left = unsaved()) {
    if (left.length && !window.confirm(left[0].dataset.leave)) return false;
    for (const one of left) {
      one.classList.remove("is-dirty");
      one.removeAttribute("data-typing");
      if (ownSave(one)) one.dataset.kept = ownField(one).value;
      if (one.matches(".cp-adds")) empty(one);
    }
    return true;
  }

  // What was typed has been looked at: whether there is something to save now stands in the bar's class. An answer to
  // something earlier (another's change, a save) says nothing of a field that is still being typed in.
  function settled() {
    const field = document.activeElement;
    if (inForm(field) && isTypedIn) return;
    document.querySelector(".cp-savebar")?.removeAttribute("data-typing");
  }

  // What is being typed, by column: Dash knows it only when the field is left.
  function typing() {
    const field = document.activeElement;
    if (!inForm(field) || !field.id.startsWith("{") || !isTypedIn) return {};
    const value = field.type === "number" ? (Number.isNaN(field.valueAsNumber) ? null : field.valueAsNumber) : field.value;
    return { [JSON.parse(field.id).field]: value };
  }

  function save() {
    press(document.querySelector(".cp-savebar:not([hidden]) .btn-primary"));
  }

  // Presses a button for a key: what is typed counts when its field is left, and the focus stays where it was.
  function press(button) {
    const from = document.activeElement;
    button?.focus();
    button?.click();
    if (document.activeElement === button) from.focus({ preventScroll: true });
  }

  function toFault() {
    const at = document.querySelector(".modal.show") ?? document;
    [...at.querySelectorAll("[aria-invalid=true]")].find((field) => field.checkVisibility())?.focus();
  }

  function discard() {
    if (!bar()) return document.activeElement.blur();
    if (!bar().dataset.discard || !window.confirm(bar().dataset.discard)) return;
    press(bar().querySelector(".btn-ghost"));
  }

  addEventListener("beforeunload", (event) => {
    if (unsaved().length) event.preventDefault();
  });

  // Back and Forward: the address has changed already, so staying means to go back to it.
  addEventListener(
    "popstate",
    (event) => {
      if (isGoingBack || !mayLeave()) {
        event.stopImmediatePropagation();
        if (!isGoingBack) history.forward();
        isGoingBack = !isGoingBack;
      }
    },
    true
  );

  document.addEventListener(
    "click",
    (event) => {
      const leaves = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.target.closest('a[href]:not([href^="#"], [target="_blank"]), [data-leaves]');
      if (!leaves || mayLeave(leaves.matches("[data-leaves]") ? edited() : unsaved())) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true
  );

  // A comma is a point in a number: a browser in English leaves it out, and 5,5 becomes 55.
  document.addEventListener("beforeinput", (event) => {
    if (event.target.type !== "number" || !event.data?.includes(",")) return;
    event.preventDefault();
    document.execCommand("insertText", false, event.data.replaceAll(",", "."));
  });

  // Whoever saves what is wrong is taken to the first field that is.
  for (const begins of ["keydown", "pointerdown"]) document.addEventListener(begins, () => (isSaving = false), true);
  document.addEventListener("click", ({ target }) => {
    isSaving = Boolean(target.closest(SAVES));
    if (isSaving) toFault();
  });

  document.addEventListener("input", (event) => {
    isTypedIn = true;
    if (inForm(event.target)) document.querySelector(".cp-savebar:not([hidden])")?.setAttribute("data-typing", "");
  });
  document.addEventListener("focusin", ({ target }) => {
    valueAtFocus = target.value;
    isTypedIn = false;
  });
  document.addEventListener("focusout", ({ target }) => {
    if (inForm(target) && target.value === valueAtFocus) settled();
  });

  // Writes into a field as a person does; Dash hears of it.
  function type(field, text) {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function empty(adds) {
    for (const field of addFields(adds)) type(field, "");
  }

  document.addEventListener("keydown", (event) => {
    if (document.querySelector(".modal.show, dialog[open]")) return;
    const adds = event.key === "Escape" && event.target.closest?.(".cp-adds");
    if (adds) return empty(adds);
    const own = ownSave(event.target);
    const isSave = event.key === "s" && (event.ctrlKey || event.metaKey);
    if (own && event.target === ownField(own)) {
      if (event.key === "Escape") return type(event.target, own.dataset.kept);
      if (event.key === "Enter" || isSave) {
        event.preventDefault();
        return press(own.querySelector("button"));
      }
    }
    const isEnter = event.key === "Enter" && inForm(event.target) && event.target.matches("input, select");
    if (isEnter || (isSave && document.querySelector(".cp-savebar"))) {
      event.preventDefault();
      save();
    } else if (event.key === "Enter" && event.target.matches("[data-enter] :is(input, select)")) {
      event.preventDefault();
      press(document.getElementById(event.target.closest("[data-enter]").dataset.enter));
    } else if (event.key === "Escape" && (inForm(event.target) || event.target.matches(".cp-form [data-map] *, .cp-axis"))) discard();
  });

  // What is wrong with a field is said by the field too.
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const fault = (target.nodeType === 1 ? target : target.parentElement)?.closest(".form-text.is-fault");
      const field = fault && (document.getElementById(fault.dataset.of) ?? fault.parentElement.querySelector("input, textarea, select"));
      if (!field) continue;
      if (!fault.textContent) {
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
        continue;
      }
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", fault.id);
      if (isSaving) requestAnimationFrame(toFault);
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });

  window.portalForms = { hasUnsaved: () => unsaved().length > 0, mayLeave, press };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    forms: {
      settled,
      changed_any(changes) {
        const has = changes && ["topology", "unknown_caller"].some((subject) => subject in changes.changed);
        return has ? Date.now() : window.dash_clientside.no_update;
      },
      // What is said of a record's station follows the station too.
      hinted(changes, seen) {
        const { topology, station_state: stations } = changes?.changed ?? {};
        const has = topology !== undefined || stations === null || stations?.includes(seen.row);
        return has ? Date.now() : window.dash_clientside.no_update;
      },
      changed(changes, subject) {
        const has = changes && subject in changes.changed && changes.changed[subject] !== null;
        return has ? { at: Date.now(), typing: typing() } : window.dash_clientside.no_update;
      },
    },
  });
})();
