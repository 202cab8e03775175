// Draws the rows of components/configuration/parameter_table.py, and knows what is typed in them. A row whose text is not
// what the station has is marked: data-differs; data-changed when the station got another value meanwhile; data-typing
// while the text has not been sent, so leaving asks first (assets/forms.js).
(function () {
  const TRIES = 60; // frames until a new page stands
  const sent = new WeakMap(); // what was sent last, by row
  const looked = { text: "", which: "all" };
  let fields = 0;

  const body = () => document.getElementById("parameters-rows");
  const rows = () => [...(body()?.rows ?? [])];
  const part = (row, name) => row.querySelector(`[data-part="${name}"]`);
  const kept = (row) => part(row, "kept").textContent;
  const field = (row) => row.querySelector("input");
  const inRow = (target) => target.matches?.("#parameters-rows input");

  const fits = {
    all: () => true,
    editable: (row) => !!field(row),
    changed: (row) => row.hasAttribute("data-differs"),
  };

  function count() {
    for (const of of document.querySelectorAll("[data-count]")) of.textContent = rows().filter(fits[of.dataset.count]).length;
  }

  function find() {
    const all = rows();
    const wanted = looked.text.trim().toLowerCase();
    for (const row of all) row.hidden = !row.dataset.key.toLowerCase().includes(wanted) || !fits[looked.which](row);
    document.getElementById("parameters-none").hidden = !all.length || all.some((row) => !row.hidden);
    count();
  }

  function mark(row) {
    const differs = field(row).value !== kept(row);
    const isTyping = differs && sent.get(row) !== field(row).value;
    row.toggleAttribute("data-differs", differs);
    row.toggleAttribute("data-typing", isTyping);
    const save = row.querySelector("button");
    save.disabled = !differs;
    save.classList.toggle("btn-primary", isTyping);
    save.classList.toggle("btn-secondary", !isTyping);
    if (!differs) row.removeAttribute("data-changed");
  }

  function made({ key, value, pattern, cutsOff }) {
    const row = document.querySelector(`#parameters-patterns [data-pattern="${pattern}"]`).cloneNode(true);
    row.dataset.key = key;
    part(row, "key").textContent = key;
    if (pattern === "closed") return row;
    const [input, button] = [field(row), row.querySelector("button")];
    part(row, "key").htmlFor = input.id = `parameter-${fields++}`;
    part(row, "cuts-off").hidden = !cutsOff;
    input.type = value === null ? "password" : "text";
    if (value !== null) input.placeholder = "";
    button.ariaLabel = button.ariaLabel.replace("{key}", () => key);
    Object.assign(button.dataset, { pressed: "parameters-pressed", of: JSON.stringify(key), field: input.id });
    return row;
  }

  function say(row, said) {
    const place = part(row, "said");
    if (place.dataset.said === JSON.stringify(said)) return;
    place.dataset.said = JSON.stringify(said);
    if (!said) return place.replaceChildren();
    const add = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });
    const glyph = add("i", `bi ${said.glyph} me-1`, "");
    glyph.ariaHidden = true;
    place.replaceChildren(glyph, said.text, add("span", "cp-3rd ms-1", said.time), add("div", "text-break", said.later));
  }

  // A row that nobody types in shows what the station has now; another keeps its text and says it.
  function fill(row, { value, pattern, said }, isNew) {
    say(row, said);
    if (pattern === "closed") {
      part(row, "kept").textContent = value ?? part(row, "kept").dataset.secret;
      return;
    }
    const [input, was, is] = [field(row), kept(row), value ?? ""];
    if (!isNew && was === is) return;
    part(row, "kept").textContent = is;
    // What was sent gives way too: what the station made of it may be overtaken before this page hears of it.
    if (isNew || input.value === was || input.value === sent.get(row)) input.value = is;
    else row.toggleAttribute("data-changed", input.value !== is);
    mark(row);
  }

  function draw(now, tries = TRIES) {
    const place = body();
    if (!place) {
      if (tries) requestAnimationFrame(() => draw(now, tries - 1));
      return;
    }
    if (place.dataset.node !== now.node) place.replaceChildren(); // of another station
    place.dataset.node = now.node;
    const before = new Map(rows().map((row) => [row.dataset.key, row]));
    now.rows.forEach((one, at) => {
      const old = before.get(one.key);
      const isNew = old?.dataset.pattern !== one.pattern;
      const row = isNew ? made(one) : old;
      if (!isNew) before.delete(one.key);
      if (place.rows[at] !== row) place.insertBefore(row, place.rows[at] ?? null);
      fill(row, one, isNew);
    });
    for (const row of before.values()) row.remove();
    find();
  }

  document.addEventListener("input", ({ target }) => {
    if (!inRow(target)) return;
    mark(target.closest("tr"));
    count();
  });

  document.addEventListener("keydown", (event) => {
    if (!inRow(event.target) || event.isComposing) return;
    const row = event.target.closest("tr");
    if (event.key === "Escape") {
      event.target.value = kept(row);
      mark(row);
      count();
    } else if (event.key === "Enter" || (event.key === "s" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      row.querySelector("button").click();
    }
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    parameters: {
      draw(now) {
        draw(now);
        return now.rows.length > 0;
      },
      find(text, which) {
        Object.assign(looked, { text: text ?? "", which });
        if (body()) find();
      },
      sent(parameter) {
        const row = parameter && rows().find(({ dataset }) => dataset.key === parameter.key);
        if (!row) return;
        sent.set(row, parameter.value);
        if (field(row).type === "password") field(row).value = "";
        mark(row);
        count();
      },
    },
  });
})();
