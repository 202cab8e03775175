// The page Import: a file is chosen or dropped, and sent as a form does: it may be larger than what a callback carries.
(function () {
  const said = (children) => window.dash_clientside.set_props("import-said", { children });

  function send(kind, file) {
    const form = new FormData();
    form.append("file", file);
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => said(`${file.name}: ${Math.floor((100 * loaded) / total)} %`);
    request.onerror = () => said("✗");
    request.onload = () => {
      const isKept = request.status === 201;
      said(isKept ? "" : request.responseText);
      if (isKept) window.dash_clientside.set_props("import-id", { data: Number(request.responseText) });
    };
    request.open("POST", `/import/${kind}`);
    request.setRequestHeader("X-CSRFToken", /(?:^|; )csrf_token=([^;]*)/.exec(document.cookie)?.[1] ?? "");
    request.send(form);
  }

  document.addEventListener("click", ({ target }) => {
    const kind = target.closest("[data-import-choose]")?.dataset.importChoose;
    if (!kind) return;
    const input = Object.assign(document.createElement("input"), { type: "file", accept: ".csv,.txt,.tsv,.xlsx,.xlsm" });
    input.onchange = () => send(kind, input.files[0]);
    input.click();
  });

  const zone = (event) => event.target.closest?.("[data-import-drop]");
  document.addEventListener("dragover", (event) => {
    if (!zone(event)) return;
    event.preventDefault();
    zone(event).classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => zone(event)?.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    const over = zone(event);
    if (!over) return;
    event.preventDefault();
    over.classList.remove("is-over");
    if (event.dataTransfer.files.length) send(over.dataset.importDrop, event.dataTransfer.files[0]);
  });
})();
