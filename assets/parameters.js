// The browser's part of components/configuration/station_parameters.py: it knows what is being typed. A row whose text is
// not what the station has is marked: data-differs; data-changed when the station got another value meanwhile;
// data-typing while the text has not been sent, so leaving asks first (assets/forms.js).
(function () {
  const sent = new Map(); // what was sent last, by key
  const inRow = (target) => target.closest?.(".cp-parameters tr")?.querySelector("input") === target;
  const has = (row) => row.querySelector(".cp-kept b")?.textContent ?? "";
  const keyOf = (input) => JSON.parse(input.id).parameter;
  const inputOf = (id) => document.getElementById(dash_component_api.stringifyId(id));

  function mark(input, text, kept) {
    const row = input.closest("tr");
    const differs = text !== kept;
    row.toggleAttribute("data-differs", differs);
    row.toggleAttribute("data-typing", differs && sent.get(keyOf(input)) !== text);
    if (!differs) row.removeAttribute("data-changed");
  }

  function put(input, text) {
    dash_clientside.set_props(JSON.parse(input.id), { value: text });
    mark(input, text, has(input.closest("tr")));
  }

  document.addEventListener("input", ({ target }) => {
    if (inRow(target)) mark(target, target.value, has(target.closest("tr")));
  });

  document.addEventListener("keydown", (event) => {
    if (!inRow(event.target) || event.isComposing) return;
    const row = event.target.closest("tr");
    if (event.key === "Escape") put(event.target, has(row));
    else if (event.key === "Enter" || (event.key === "s" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      row.querySelector("button").click();
    }
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    parameters: {
      find(text, ids) {
        const hidden = ids.map((id) => !id["parameter-row"].toLowerCase().includes((text ?? "").trim().toLowerCase()));
        return [hidden, !ids.length || hidden.includes(false)];
      },
      // Rows that nobody types in show what the station has now; others keep their text and say it.
      take(now, ids, texts, keptIds, kept) {
        if (!now) sent.clear(); // another page
        const before = Object.fromEntries(keptIds.map((id, at) => [id["parameter-kept"], kept[at] ?? ""]));
        const values = ids.map((id, at) => {
          const [key, text] = [id.parameter, texts[at] ?? ""];
          const [was, is] = [before[key] ?? "", now?.values[key] ?? before[key] ?? ""];
          // What was sent gives way too: what the station made of it may be overtaken before this page hears of it.
          const shown = text === was || (was !== is && text === sent.get(key)) ? is : text;
          const input = inputOf(id);
          if (input && was !== is) input.closest("tr").toggleAttribute("data-changed", shown !== is);
          if (input) mark(input, shown, is);
          return shown === text ? dash_clientside.no_update : shown;
        });
        const { no_update } = dash_clientside;
        return [values, keptIds.map((id) => now?.values[id["parameter-kept"]] ?? no_update), now?.version ?? no_update];
      },
      sent(parameter) {
        const input = parameter && inputOf({ parameter: parameter.key });
        if (!input) return;
        sent.set(parameter.key, parameter.value);
        if (input.type === "password") put(input, "");
        else mark(input, input.value, has(input.closest("tr")));
      },
    },
  });
})();
