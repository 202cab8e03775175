// The browser's part of components/control: what concerns the shown stations makes the page ask again.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  control: {
    changed(changes, node) {
      const subjects = ["command", "open_transaction", "outlet_state", "station_state", "alarm", "topology"];
      const [kind, number] = (node ?? "").split(":");
      const concerns = (ids) => ids === null || kind !== "station" || ids.includes(Number(number));
      const has = changes && subjects.some((subject) => subject in changes.changed && concerns(changes.changed[subject]));
      return has ? Date.now() : window.dash_clientside.no_update;
    },
    chosen: (value) => value ?? [],
  },
});
