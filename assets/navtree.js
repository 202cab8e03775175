// The Navigator's tree: an ARIA tree that only draws the rows in sight, so ten thousand nodes stay smooth.
//   tree.show(nodes)      nodes: [ref, parent, kind, name, state] each, parents first; what was open stays open
//   tree.patch(states)    {ref: state, ...}: redraws the rows in sight that changed, and the counts above them
//   tree.choose(ref)      marks the chosen node, opens what hides it and scrolls to it
//   tree.filter(text, states), tree.collapse(), tree.path(ref)
// A click or Enter calls onChoose(ref). A right-click, Shift+F10 or the Menu key sends the cancelable event
// 'navigator-menu' with {ref, x, y}: whoever shows a menu prevents its default.
(function () {
  function capital(word) {
    return word.charAt(0).toUpperCase() + word.slice(1);
  }

  function span(className, text) {
    const element = document.createElement("span");
    element.className = className;
    element.textContent = text;
    return element;
  }

  function icon(className) {
    const element = document.createElement("i");
    element.className = `bi ${className}`;
    element.setAttribute("aria-hidden", "true");
    return element;
  }

  window.NavTree = class {
    static MARGIN_ROWS = 6;
    static KIND_GLYPHS = { system: "bi-diagram-3", site: "bi-geo-alt", floor: "bi-layers" };

    constructor(box, words, onChoose) {
      this.words = words; // texts by data attribute name: wordCharging, glyphCharging, outlet …
      this.onChoose = onChoose;
      this.box = box;
      this.nodes = new Map();
      this.roots = [];
      this.rows = [];
      this.open = new Set(JSON.parse(sessionStorage.getItem("navigator-open") || '["system:1"]'));
      this.text = "";
      this.states = new Set();
      this.drawn = new Map();
      this.tree = document.createElement("div");
      this.tree.className = "cp-tree";
      this.tree.tabIndex = 0;
      this.tree.setAttribute("role", "tree");
      this.tree.setAttribute("aria-label", words.tree);
      this.nothing = document.createElement("p");
      this.nothing.className = "cp-empty";
      this.nothing.setAttribute("role", "status");
      box.replaceChildren(this.tree, this.nothing);
      this.listen();
    }

    listen() {
      const drawSoon = () => (this.frame ??= requestAnimationFrame(() => this.draw()));
      this.box.addEventListener("scroll", drawSoon, { passive: true });
      new ResizeObserver(drawSoon).observe(this.box);
      this.tree.addEventListener("click", (event) => {
        const node = this.nodeAt(event.target);
        if (!node) return;
        this.cursor = node;
        if (event.target.closest(".cp-caret") && node.children.length) this.toggle(node);
        else this.onChoose(node.ref);
      });
      this.tree.addEventListener("contextmenu", (event) => {
        const node = this.nodeAt(event.target) || this.cursor;
        if (node && this.askMenu(node, event.clientX, event.clientY)) event.preventDefault();
      });
      this.tree.addEventListener("keydown", (event) => {
        if (!event.ctrlKey && !event.metaKey && !event.altKey && this.onKey(event)) event.preventDefault();
      });
      this.tree.addEventListener("focus", () => {
        this.cursor ??= this.nodes.get(this.chosen) || this.rows[0];
        this.draw();
      });
    }

    show(nodes) {
      this.nodes.clear();
      this.roots = [];
      for (const [ref, parent, kind, name, state] of nodes) {
        const above = this.nodes.get(parent);
        const node = { ref, kind, name, state, above, children: [], charging: 0, fault: 0 };
        node.label = kind === "outlet" ? `${this.words.outlet} ${name}` : name;
        node.find = node.label.toLowerCase();
        node.level = above ? above.level + 1 : 1;
        (above ? above.children : this.roots).push(node);
        node.place = (above ? above.children : this.roots).length;
        this.nodes.set(ref, node);
        if (kind === "outlet") this.count(node, state, 1);
      }
      this.cursor = this.cursor && this.nodes.get(this.cursor.ref);
      this.refresh();
      if (this.chosen) this.choose(this.chosen);
    }

    patch(states) {
      const touched = new Set();
      for (const [ref, state] of Object.entries(states)) {
        const node = this.nodes.get(ref);
        if (!node || node.state === state) continue;
        if (node.kind === "outlet") {
          this.count(node, node.state, -1);
          this.count(node, state, 1);
        }
        node.state = state;
        for (let part = node; part; part = part.above) touched.add(part);
      }
      if (this.states.size && touched.size) this.refresh();
      else for (const node of touched) this.redraw(node);
      return touched.size > 0;
    }

    count(outlet, state, by) {
      if (state !== "charging" && state !== "fault") return;
      for (let node = outlet.above; node; node = node.above) node[state] += by;
    }

    look(state) {
      return { glyph: this.words[`glyph${capital(state)}`], word: this.words[`word${capital(state)}`] };
    }

    totals() {
      const totals = { available: 0, charging: 0, fault: 0, never: 0 };
      for (const node of this.nodes.values()) if (node.kind === "outlet") totals[node.state] += 1;
      return totals;
    }

    choose(ref) {
      this.chosen = ref;
      const node = this.nodes.get(ref);
      if (!node) return this.draw();
      for (let above = node.above; above; above = above.above) this.open.add(above.ref);
      this.cursor = node;
      this.refresh();
      this.reveal(node);
    }

    path(ref) {
      const path = [];
      for (let node = this.nodes.get(ref); node; node = node.above) path.unshift(node);
      return path;
    }

    filter(text, states) {
      this.text = text.trim().toLowerCase();
      this.states = new Set(states);
      this.box.scrollTop = 0;
      this.refresh();
    }

    collapse() {
      this.open = new Set(this.roots.map((node) => node.ref));
      this.refresh();
    }

    toggle(node) {
      if (!this.open.delete(node.ref)) this.open.add(node.ref);
      this.refresh();
    }

    isFiltered() {
      return this.text !== "" || this.states.size > 0;
    }

    hits() {
      const wanted = (node) => !this.states.size || (node.kind === "outlet" && this.states.has(node.state));
      return new Set([...this.nodes.values()].filter((node) => wanted(node) && node.find.includes(this.text)));
    }

    // The rows: without a filter what is open; with one the hits, all above them, and below a hit what is open.
    refresh() {
      const hits = this.isFiltered() ? this.hits() : new Set();
      const kept = new Set();
      for (const hit of hits) for (let node = hit; node && !kept.has(node); node = node.above) kept.add(node);
      this.rows = [];
      const walk = (nodes, all) => {
        for (const node of nodes) {
          if (!all && !kept.has(node)) continue;
          const inside = all || hits.has(node);
          node.isOpen = node.children.some((child) => kept.has(child)) || (inside && this.open.has(node.ref));
          this.rows.push(node);
          if (node.isOpen) walk(node.children, inside);
        }
      };
      walk(this.roots, !this.isFiltered());
      sessionStorage.setItem("navigator-open", JSON.stringify([...this.open]));
      this.nothing.textContent = this.rows.length ? "" : this.words.nothing;
      this.draw();
    }

    draw() {
      this.frame = undefined;
      this.height = parseFloat(getComputedStyle(this.box).getPropertyValue("--cp-row"));
      this.tree.style.height = `${this.rows.length * this.height}px`;
      const first = Math.max(0, Math.floor(this.box.scrollTop / this.height) - NavTree.MARGIN_ROWS);
      const last = Math.min(this.rows.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / this.height) + NavTree.MARGIN_ROWS);
      this.place(this.rows.slice(first, last), first);
      this.tree.toggleAttribute("hidden", !this.rows.length);
      if (this.drawn.has(this.cursor)) this.tree.setAttribute("aria-activedescendant", this.drawn.get(this.cursor).id);
      else this.tree.removeAttribute("aria-activedescendant");
    }

    // Rows that stay keep their elements, so that a click that begins on one also ends on it.
    place(nodes, first) {
      const inSight = new Set(nodes);
      for (const [node, row] of this.drawn) {
        if (inSight.has(node)) continue;
        row.remove();
        this.drawn.delete(node);
      }
      let next = this.tree.firstChild;
      nodes.forEach((node, i) => {
        const row = this.drawn.get(node) || document.createElement("div");
        if (row === next) next = next.nextSibling;
        else this.tree.insertBefore(row, next);
        this.drawn.set(node, row);
        row.style.top = `${(first + i) * this.height}px`;
        this.fill(row, node);
      });
    }

    redraw(node) {
      if (this.drawn.has(node)) this.fill(this.drawn.get(node), node);
    }

    fill(row, node) {
      const counts = this.counts(node);
      const aria = { level: node.level, setsize: (node.above?.children || this.roots).length, posinset: node.place };
      aria.selected = node.ref === this.chosen;
      aria.label = [node.label, this.look(node.state).word, ...counts.map(([name, n]) => `${n} ${this.look(name).word}`)]
        .filter(Boolean)
        .join(", ");
      if (node.children.length) aria.expanded = node.isOpen;
      row.classList.toggle("is-cursor", node === this.cursor);
      const look = JSON.stringify(aria);
      if (row.dataset.look === look) return;
      row.dataset.look = look;
      row.dataset.ref = node.ref;
      row.draggable = "moves" in this.words && (node.kind === "station" || node.kind === "grid_controller");
      row.id = `node-${node.ref}`;
      row.className = `cp-node is-${node.state} ${node === this.cursor ? "is-cursor" : ""}`;
      row.style.setProperty("--lvl", node.level - 1);
      row.setAttribute("role", "treeitem");
      for (const [name, value] of Object.entries(aria)) row.setAttribute(`aria-${name}`, value);
      const caret = node.children.length ? (node.isOpen ? "bi-chevron-down" : "bi-chevron-right") : "";
      const kind = NavTree.KIND_GLYPHS[node.kind] || this.look(node.state).glyph;
      row.replaceChildren(icon(`${caret} cp-caret`), icon(`${kind} cp-kind`), this.name(node), ...this.aggregate(node, counts));
    }

    name(node) {
      const name = document.createElement("span");
      const [, zeros, rest] = /^(0*)(.*)$/s.exec(node.label);
      name.className = "cp-name";
      name.title = node.label;
      if (!zeros || !rest) name.textContent = node.label;
      else name.append(span("cp-id-z", zeros), rest);
      return name;
    }

    counts(node) {
      if (!NavTree.KIND_GLYPHS[node.kind]) return [];
      return ["charging", "fault"].filter((name) => node[name]).map((name) => [name, node[name]]);
    }

    aggregate(node, counted) {
      if (node.kind === "grid_controller") return [icon("bi-hdd-network cp-3rd")];
      const counts = counted.map(([name, n]) => {
        const part = span(`is-${name}`, "");
        part.append(icon(this.words[`glyph${capital(name)}`]), String(n));
        return part;
      });
      if (!counts.length) return [];
      const aggregate = span("cp-agg", "");
      aggregate.append(...counts);
      return [aggregate];
    }

    nodeAt(element) {
      return this.nodes.get(element.closest(".cp-node")?.dataset.ref);
    }

    moveTo(node) {
      if (!node) return;
      this.cursor = node;
      this.reveal(node);
      this.draw();
    }

    reveal(node) {
      const index = this.rows.indexOf(node);
      if (index < 0) return;
      const top = index * this.height;
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      else if (top + 2 * this.height > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + 2 * this.height - this.box.clientHeight;
    }

    askMenu(node, x, y) {
      const detail = { ref: node.ref, x, y };
      return !document.dispatchEvent(new CustomEvent("navigator-menu", { detail, cancelable: true }));
    }

    // Returns whether the key was meant for the tree.
    onKey(event) {
      const at = this.rows.indexOf(this.cursor);
      const node = this.rows[at];
      if (!node) return false;
      const inside = node.children.length > 0;
      const keys = {
        ArrowDown: () => this.moveTo(this.rows[at + 1]),
        ArrowUp: () => this.moveTo(this.rows[at - 1]),
        Home: () => this.moveTo(this.rows[0]),
        End: () => this.moveTo(this.rows.at(-1)),
        Enter: () => this.onChoose(node.ref),
        " ": () => this.onChoose(node.ref),
        ArrowRight: () => inside && (node.isOpen ? this.moveTo(this.rows[at + 1]) : this.toggle(node)),
        ArrowLeft: () => (inside && node.isOpen ? this.toggle(node) : this.moveTo(node.above)),
      };
      const menu = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
      if (menu) {
        const place = this.drawn.get(node)?.getBoundingClientRect();
        return place ? this.askMenu(node, place.left + 40, place.bottom) : false;
      }
      if (keys[event.key]) keys[event.key]();
      else if (event.key.length === 1 && !"/?".includes(event.key)) this.typeAhead(event.key);
      else return false;
      return true;
    }

    // Letters typed within half a second are one text; the next row that begins with it gets the cursor.
    typeAhead(letter) {
      const now = performance.now();
      this.typed = (now - (this.typedAt || 0) < 500 ? this.typed : "") + letter.toLowerCase();
      this.typedAt = now;
      const at = this.rows.indexOf(this.cursor) + (this.typed.length > 1 ? 0 : 1);
      const turned = [...this.rows.slice(at), ...this.rows.slice(0, at)];
      this.moveTo(turned.find((node) => node.find.startsWith(this.typed)));
    }
  };
})();
