// The browser's part of components/control: what concerns the shown stations makes the page ask again.

function whenChanged(changes, ...subjects) {
  return changes && subjects.some((subject) => subject in changes.changed) ? Date.now() : window.dash_clientside.no_update;
}

window.dash_clientside = Object.assign({}, window.dash_clientside, {
  control: {
    changed(changes, node) {
      const subjects = ["command", "open_transaction", "outlet_state", "station_state", "alarm", "topology"];
      const [kind, number] = (node ?? "").split(":");
      const concerns = (ids) => ids === null || kind !== "station" || ids.includes(Number(number));
      const has = changes && subjects.some((subject) => subject in changes.changed && concerns(changes.changed[subject]));
      return has ? Date.now() : window.dash_clientside.no_update;
    },
    files: (changes) => whenChanged(changes, "station_file", "software_image"),
    connection: (changes) => whenChanged(changes, "connection_day"),
    // Lets a file be chosen and sends it as a form does: it may be larger than what a callback carries.
    bring(clicks, model) {
      if (!clicks) return window.dash_clientside.no_update;
      const button = document.getElementById("software-upload").dataset;
      const said = (text, isFault = false) =>
        window.dash_clientside.set_props("software-said", { children: text, className: `w-100 cp-t13 ${isFault ? "is-fault" : ""}` });
      const input = Object.assign(document.createElement("input"), { type: "file" });
      input.onchange = () => {
        if (input.files[0].size > Number(button.largest)) return said(button.tooLarge, true);
        const form = new FormData();
        form.append("model", model ?? "");
        form.append("file", input.files[0]);
        const request = new XMLHttpRequest();
        request.upload.onprogress = ({ loaded, total }) => said(`${input.files[0].name}: ${Math.floor((100 * loaded) / total)} %`);
        request.onload = () => (request.status === 201 ? said(`${request.responseText} ✓`) : said(request.responseText, true));
        request.onerror = () => said(button.unreachable, true);
        request.open("POST", "/software");
        request.setRequestHeader("X-CSRFToken", /(?:^|; )csrf_token=([^;]*)/.exec(document.cookie)?.[1] ?? "");
        request.send(form);
      };
      input.click();
      return window.dash_clientside.no_update;
    },
    chosen(rows, text) {
      const stations = (rows ?? []).map((row) => String(row.station_id));
      return [stations, stations.length ? text.replace("{count}", stations.length) : ""];
    },
    // Rows change where they are: none moves while stations are being chosen.
    async show(rows) {
      const api = await dash_ag_grid.getApiAsync("control-stations");
      for (const row of rows ?? []) api.getRowNode(String(row.station_id))?.setData(row);
    },
  },
});
