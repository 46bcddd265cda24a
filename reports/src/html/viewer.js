// A run that can be walked through: filters, keys, links.
const SHOWN = [
  ["everything", () => true],
  ["facts", (trace, index) => trace.kind(index) === "fact"],
  ["turns", (trace, index) => trace.isTurn(index)],
  ["messages", (trace, index) => ["message", "lost", "duplicated", "dead-letter"].includes(trace.kind(index))],
  ["faults", (trace, index) => ["node-down", "node-up", "fault-begins", "fault-ends", "healed", "lost", "duplicated", "ended"].includes(trace.kind(index))],
];
// More lanes than these are too many for a first look.
const LANES = 40;

class Viewer {
  constructor(section) {
    this.section = section;
    this.id = section.dataset.trace;
    this.selected = -1;
  }

  // Reads the run and draws it, once.
  open() {
    if (this.trace) return this;
    this.trace = new Trace(JSON.parse(document.getElementById(this.id).textContent));
    this.slots = this.usualSlots();
    this.build();
    this.diagram = new Diagram(this.trace, this.find(".scroll"), this.find(".sheet"), this.find(".head"));
    this.details = new Details(this.trace, this.find(".details"));
    this.listen();
    this.filter();
    const { end } = this.trace;
    this.select(end ? Math.max(0, this.trace.index(end.event)) : 0, { quietly: true });
    return this;
  }

  find(selector) {
    return this.section.querySelector(selector);
  }

  // The actors with lanes at first: all that do anything, or those near the end of a run that has too many.
  usualSlots() {
    const { trace } = this;
    const busy = new Set();
    for (let index = trace.length - 1; index >= 0; index--) if (trace.events.actor[index] >= 0) busy.add(trace.events.actor[index]);
    if (busy.size <= LANES) return busy;
    const near = new Set();
    for (const number of trace.slice.keys()) {
      const index = trace.index(number);
      if (index >= 0 && trace.events.actor[index] >= 0) near.add(trace.events.actor[index]);
    }
    const last = trace.end ? trace.index(trace.end.event) : trace.length - 1;
    for (const index of [last, ...trace.way(last)]) if (trace.events.actor[index] >= 0 && near.size < LANES) near.add(trace.events.actor[index]);
    for (let index = last; index >= 0 && near.size < LANES; index--) if (trace.events.actor[index] >= 0) near.add(trace.events.actor[index]);
    return near;
  }

  build() {
    const { trace } = this;
    const shown = SHOWN.map(([name]) => `<option>${name}</option>`).join("");
    const actors = trace.nodes.map((node, number) => this.choices(node, number)).join("");
    const slice = trace.slice.size > 0 ? `<label><input type="checkbox" class="only-slice"> only the ${trace.slice.size} that matter</label>` : "";
    const left = trace.first > 0 ? `<span class="odd">the last ${trace.length} of ${trace.total} events</span>` : "";
    this.section.insertAdjacentHTML(
      "beforeend",
      `<div class="bar">
        <select class="shown" aria-label="which events">${shown}</select>
        <input type="search" class="words" placeholder="words that an event has" aria-label="words that an event has">
        <details class="actors"><summary>actors</summary><div><button type="button" data-all="yes">all</button> <button type="button" data-all="">none</button>${actors}</div></details>
        ${slice}<span class="count"></span>${left}
        <span class="keys faint" title="j k or arrows: next, previous · h l: cause, first effect · [ ]: previous, next of the same actor · n: one that matters · e: the end · /: words"><kbd>j</kbd><kbd>k</kbd> step <kbd>h</kbd> cause <kbd>l</kbd> effect <kbd>[</kbd><kbd>]</kbd> same actor <kbd>n</kbd> matters <kbd>e</kbd> end</span>
      </div>
      <div class="halves">
        <div class="left"><div class="head"></div><div class="scroll" tabindex="0" role="group" aria-label="events"><div class="sheet"></div></div></div>
        <aside class="details" aria-live="polite"></aside>
      </div>`,
    );
  }

  choices(node, number) {
    const own = this.trace.actors.map((actor, slot) => [actor, slot]).filter(([actor]) => actor.node === number);
    const choice = ([actor, slot]) => `<label><input type="checkbox" data-slot="${slot}"${this.slots.has(slot) ? " checked" : ""}> ${escaped(actor.path)}</label>`;
    return own.length === 0 ? "" : `<fieldset><legend>${escaped(node)}</legend>${own.map(choice).join("")}</fieldset>`;
  }

  listen() {
    this.section.addEventListener("pointerdown", () => (Viewer.present = this));
    this.find(".shown").addEventListener("change", () => this.filter());
    this.find(".words").addEventListener("input", () => this.filter());
    this.find(".only-slice")?.addEventListener("change", () => this.filter());
    this.find(".actors").addEventListener("change", (event) => this.choose([event.target], event.target.checked));
    this.find(".actors").addEventListener("click", (event) => {
      if (event.target.dataset.all !== undefined) this.choose(this.section.querySelectorAll(".actors input"), event.target.dataset.all !== "");
    });
    this.find(".scroll").addEventListener("click", (event) => {
      const row = event.target.closest("li[data-index]");
      if (row && getSelection().isCollapsed) this.select(Number(row.dataset.index));
    });
    this.find(".scroll svg, .left").addEventListener("click", (event) => {
      const svg = event.target.closest(".window svg");
      if (!svg) return;
      const row = Math.floor((event.clientY - this.find(".sheet").getBoundingClientRect().top) / ROW);
      if (row >= 0 && row < this.rows.length) this.select(this.rows[row]);
    });
  }

  choose(boxes, wanted) {
    for (const box of boxes) {
      box.checked = wanted;
      if (wanted) this.slots.add(Number(box.dataset.slot));
      else this.slots.delete(Number(box.dataset.slot));
    }
    this.filter();
  }

  // Shows the events that pass all filters.
  filter() {
    const { trace } = this;
    const [, passes] = SHOWN[this.find(".shown").selectedIndex];
    const words = this.find(".words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const onlySlice = this.find(".only-slice")?.checked;
    const has = (index) => {
      if (words.length === 0) return true;
      const text = `#${trace.number(index)} ${trace.path(trace.events.actor[index])} ${told(trace, index)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const wanted = (slot) => slot < 0 || this.slots.has(slot);
    const rows = [];
    for (let index = 0; index < trace.length; index++) {
      if (onlySlice && !trace.slice.has(trace.number(index))) continue;
      if (wanted(trace.events.actor[index]) && passes(trace, index) && has(index)) rows.push(index);
    }
    this.rows = rows;
    this.find(".count").textContent = `${rows.length.toLocaleString("en")} of ${trace.length.toLocaleString("en")} events`;
    this.diagram.show(rows, this.slots);
    if (this.selected >= 0) this.diagram.select(this.selected);
  }

  select(index, { quietly } = {}) {
    if (index < 0 || index >= this.trace.length) return;
    this.selected = index;
    this.diagram.select(index);
    this.details.show(index);
    Viewer.present = this;
    if (!quietly) history.replaceState(null, "", this.link(this.trace.number(index)));
  }

  // The first run of a page has plain links, so that they can be written by hand.
  link(number) {
    return this === Viewer.all[0] ? `#event-${number}` : `#${this.id}-event-${number}`;
  }

  go(number) {
    this.open();
    this.select(this.trace.index(number));
  }

  // The next event that is shown, forwards or backwards, for which something holds.
  next(step, holds = () => true) {
    let row = this.diagram.place[this.selected];
    if (row < 0) row = this.diagram.rowFrom(this.selected) - (step > 0 ? 1 : 0);
    for (row += step; row >= 0 && row < this.rows.length; row += step) if (holds(this.rows[row])) return this.rows[row];
    return -1;
  }

  press(key) {
    const { trace, selected } = this;
    const sameActor = (index) => trace.events.actor[index] === trace.events.actor[selected];
    const matters = (index) => trace.slice.has(trace.number(index));
    const keys = {
      j: () => this.next(1),
      ArrowDown: () => this.next(1),
      k: () => this.next(-1),
      ArrowUp: () => this.next(-1),
      h: () => trace.cause(selected),
      ArrowLeft: () => trace.cause(selected),
      l: () => trace.firstEffect[selected],
      ArrowRight: () => trace.firstEffect[selected],
      "]": () => this.next(1, sameActor),
      "[": () => this.next(-1, sameActor),
      n: () => this.next(1, matters),
      N: () => this.next(-1, matters),
      e: () => (trace.end ? trace.index(trace.end.event) : trace.length - 1),
    };
    if (key === "/") {
      this.find(".words").focus();
      return true;
    }
    if (!Object.hasOwn(keys, key)) return false;
    this.select(keys[key]());
    return true;
  }
}

Viewer.all = [...document.querySelectorAll(".viewer")].map((section) => new Viewer(section));
Viewer.present = Viewer.all[0];

// Opens what the address asks for: an event of a run.
function follow() {
  const asked = /^#(?:(.+)-)?event-(\d+)$/.exec(decodeURIComponent(location.hash));
  if (!asked) return;
  const viewer = asked[1] ? Viewer.all.find((one) => one.id === asked[1]) : Viewer.all[0];
  viewer?.go(Number(asked[2]));
  viewer?.section.scrollIntoView({ block: "nearest" });
}

// The viewer that a link to an event is about: the one that it stands in or before.
function viewerOf(link) {
  const own = link.closest(".viewer") ?? link.closest(".failure, main")?.querySelector(".viewer");
  return Viewer.all.find((viewer) => viewer.section === own);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-event]");
  const viewer = link && viewerOf(link);
  if (!viewer) return;
  event.preventDefault();
  viewer.go(Number(link.dataset.event));
  viewer.section.scrollIntoView({ block: "nearest" });
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, summary");
  if (event.key === "Escape") event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !Viewer.present?.trace) return;
  if (Viewer.present.press(event.key)) event.preventDefault();
});

window.addEventListener("hashchange", follow);
const soon = new IntersectionObserver(
  (seen) => seen.filter((one) => one.isIntersecting).forEach((one) => Viewer.all.find((viewer) => viewer.section === one.target).open()),
  { rootMargin: "200px" },
);
Viewer.all.forEach((viewer) => soon.observe(viewer.section));
follow();
