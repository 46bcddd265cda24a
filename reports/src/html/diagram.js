// The space-time diagram: a lane for each actor, a row for each event, arrows for messages, shades for faults. Only the rows that are
// seen are drawn, so the length of a run does not matter.
const ROW = 20;
// Arrows are found by blocks of rows.
const BLOCK = 256;
// An arrow over more blocks than these is drawn at its ends only.
const FAR = 64;

class Diagram {
  constructor(trace, scroll, sheet, head) {
    this.trace = trace;
    this.scroll = scroll;
    this.sheet = sheet;
    this.head = head;
    this.selected = -1;
    this.way = new Set();
    scroll.addEventListener("scroll", () => this.drawSoon());
    new ResizeObserver(() => this.drawSoon()).observe(scroll);
  }

  // Shows these events, on lanes for these actors.
  show(rows, slots) {
    this.rows = rows;
    this.place = new Int32Array(this.trace.length).fill(-1);
    rows.forEach((index, row) => (this.place[index] = row));
    this.arrange(slots);
    this.findArrows();
    this.findSpans();
    this.sheet.style.height = `${rows.length * ROW}px`;
    this.drawHead();
    this.draw();
  }

  // Gives each actor its lane, the actors of a node side by side.
  arrange(slots) {
    const { actors } = this.trace;
    this.slots = [...slots].sort((a, b) => actors[a].node - actors[b].node || a - b);
    this.step = Math.max(9, Math.min(30, 560 / Math.max(1, this.slots.length)));
    this.lane = new Map(this.slots.map((slot, lane) => [slot, (lane + 0.5) * this.step + 6]));
    this.width = this.slots.length * this.step + 12;
    this.sheet.style.setProperty("--lanes", `${this.width}px`);
    this.head.style.setProperty("--lanes", `${this.width}px`);
  }

  // The lanes of a node, from left to right; null if none of its actors is shown.
  band(node) {
    const lanes = this.slots.filter((slot) => this.trace.actors[slot].node === node).map((slot) => this.lane.get(slot));
    return lanes.length === 0 ? null : [lanes[0] - this.step / 2, lanes.at(-1) + this.step / 2];
  }

  // The first row at or after an event.
  rowFrom(index) {
    let low = 0;
    for (let high = this.rows.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.rows[middle] < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  findArrows() {
    const { trace } = this;
    this.start = new Float64Array(this.rows.length).fill(-1);
    this.blocks = Array.from({ length: Math.ceil(this.rows.length / BLOCK) + 1 }, () => []);
    this.rows.forEach((index, row) => {
      const kind = trace.kind(index);
      if (kind !== "message" && kind !== "lost" && kind !== "duplicated") return;
      const cause = trace.cause(index);
      const from = trace.events.from[index];
      if (cause < 0 || from === trace.events.actor[index]) return;
      if (!this.lane.has(from) || !this.lane.has(trace.events.actor[index])) return;
      const start = this.place[cause] >= 0 ? this.place[cause] : this.rowFrom(cause) - 0.5;
      this.start[row] = start;
      const [first, last] = [Math.max(0, Math.floor(start / BLOCK)), Math.floor(row / BLOCK)];
      if (last - first > FAR) {
        this.blocks[first].push(row);
        this.blocks[last].push(row);
      } else for (let block = first; block <= last; block++) this.blocks[block].push(row);
    });
  }

  // What lasts: episodes of faults, and nodes that are down; by rows.
  findSpans() {
    const { trace } = this;
    this.spans = [];
    const span = (from, until, nodes, kind, text) => {
      for (const node of nodes) {
        const band = this.band(node);
        if (band) this.spans.push({ from: this.rowFrom(from), until: this.rowFrom(until), band, kind, text });
      }
    };
    for (const fault of trace.faults) span(trace.at(fault.from), trace.at(fault.until), fault.nodes, "fault", fault.text);
    const down = new Map();
    for (let index = 0; index < trace.length; index++) {
      const [kind, node] = [trace.kind(index), trace.events.node[index]];
      if (kind === "node-down") down.set(node, index);
      if (kind !== "node-up" || !down.has(node)) continue;
      span(down.get(node), index, [node], "down", `${trace.nodes[node]} is down`);
      down.delete(node);
    }
    for (const [node, from] of down) span(from, trace.length, [node], "down", `${trace.nodes[node]} is down`);
  }

  drawHead() {
    const { trace } = this;
    const names = new Map(this.slots.map((slot) => [slot, this.name(slot)]));
    // Letters of 11 pixels are 6.7 wide, and lie at 50 degrees.
    const longest = Math.max(0, ...[...names.values()].map((name) => name.length));
    const height = Math.min(190, Math.round(longest * 6.7 * 0.77) + 16);
    const label = ([slot, name]) =>
      `<text class="actor" data-slot="${slot}" transform="translate(${this.lane.get(slot) + 4},${height - 2}) rotate(-50)">${escaped(name)}<title>${escaped(trace.path(slot))}</title></text>`;
    const node = (number) => {
      const band = this.band(number);
      if (!band) return "";
      return `<rect class="node" x="${band[0] + 1}" y="${height + 2}" width="${band[1] - band[0] - 2}" height="4" rx="2"><title>node ${escaped(trace.nodes[number])}</title></rect>`;
    };
    const labels = [...names].map(label).join("");
    this.head.innerHTML = `<svg width="${this.width + height}" height="${height + 8}">${labels}${trace.nodes.map((_, number) => node(number)).join("")}</svg>`;
  }

  // The name of an actor: with that of its node if it has that for itself, and once if both are the same.
  name(slot) {
    const { trace } = this;
    const { path, node } = trace.actors[slot];
    const prefix = `/${trace.nodes[node]}/`;
    const name = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    const alone = this.slots.filter((other) => trace.actors[other].node === node).length === 1;
    return alone && name !== trace.nodes[node] ? path.slice(1) : name;
  }

  drawSoon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const seen = Math.ceil(this.scroll.clientHeight / ROW) || 30;
    const top = Math.max(0, Math.floor(this.scroll.scrollTop / ROW) - 10);
    const end = Math.min(this.rows.length, top + seen + 20);
    const svg = this.drawing(top, end);
    const lines = [];
    for (let row = top; row < end; row++) lines.push(this.line(row));
    const height = (end - top) * ROW;
    this.sheet.innerHTML = `<div class="window" style="top:${top * ROW}px"><svg width="${this.width}" height="${height}" aria-hidden="true">${svg}</svg><ol>${lines.join("")}</ol></div>`;
  }

  line(row) {
    const { trace } = this;
    const index = this.rows[row];
    const number = trace.number(index);
    const slice = trace.slice.get(number);
    const actor = trace.path(trace.events.actor[index]);
    const classes = [trace.kind(index)];
    if (index === this.selected) classes.push("selected");
    if (this.way.has(index)) classes.push("way");
    if (slice) classes.push("slice", `slice-${slice.role}`);
    if (trace.end && trace.end.event === number) classes.push("end");
    const text = `<b>#${number}</b> <i>${time(trace.events.at[index])}</i> <span class="who">${escaped(actor)}</span> ${escaped(told(trace, index))}`;
    return `<li data-index="${index}" class="${classes.join(" ")}">${text}</li>`;
  }

  drawing(top, end) {
    const y = (row) => (row - top + 0.5) * ROW;
    const height = (end - top) * ROW;
    const shapes = [];
    for (const { from, until, band, kind, text } of this.spans) {
      if (until < top || from > end) continue;
      const [y0, y1] = [Math.max(-4, (from - top) * ROW), Math.min(height + 4, (until - top) * ROW)];
      shapes.push(`<rect class="${kind}" x="${band[0]}" y="${y0}" width="${band[1] - band[0]}" height="${Math.max(2, y1 - y0)}"><title>${escaped(text)}</title></rect>`);
    }
    for (const x of this.lane.values()) shapes.push(`<line class="lane" x1="${x}" y1="0" x2="${x}" y2="${height}"/>`);
    for (const row of this.arrowsIn(top, end)) shapes.push(this.arrow(row, y));
    for (let row = top; row < end; row++) shapes.push(this.mark(row, y(row)));
    return shapes.join("");
  }

  arrowsIn(top, end) {
    const rows = new Set();
    for (let block = Math.floor(top / BLOCK); block <= Math.floor(end / BLOCK); block++) {
      for (const row of this.blocks[block] ?? []) if (row >= top && this.start[row] <= end) rows.add(row);
    }
    return rows;
  }

  arrow(row, y) {
    const { trace } = this;
    const index = this.rows[row];
    const [x0, x1] = [this.lane.get(trace.events.from[index]), this.lane.get(trace.events.actor[index])];
    const [y0, y1] = [y(this.start[row]), y(row)];
    const kind = trace.kind(index);
    const classes = ["arrow", kind];
    if (index === this.selected || trace.cause(index) === this.selected) classes.push("selected");
    else if (this.way.has(index)) classes.push("way");
    else if (trace.slice.has(trace.number(index))) classes.push("slice");
    const short = 5 / Math.max(1, Math.hypot(x1 - x0, y1 - y0));
    let [tip, tipY] = [x1 - (x1 - x0) * short, y1 - (y1 - y0) * short];
    if (kind === "lost") [tip, tipY] = [(x0 + x1 * 3) / 4, (y0 + y1 * 3) / 4];
    const line = `<line class="${classes.join(" ")}" x1="${x0}" y1="${y0}" x2="${tip.toFixed(1)}" y2="${tipY.toFixed(1)}"/>`;
    if (kind === "lost") {
      const cross = `M${tip - 4},${tipY - 4}l8,8m0,-8l-8,8`;
      return `${line}<path class="${classes.join(" ")}" d="${cross}"/>`;
    }
    const angle = (Math.atan2(y1 - y0, x1 - x0) * 180) / Math.PI;
    return `${line}<path class="tip ${classes.join(" ")}" d="M0,0l-7,-3v6z" transform="translate(${tip.toFixed(1)},${tipY.toFixed(1)}) rotate(${angle.toFixed(1)})"/>`;
  }

  mark(row, y) {
    const { trace } = this;
    const index = this.rows[row];
    const kind = trace.kind(index);
    const classes = ["mark", kind];
    if (index === this.selected) classes.push("selected");
    if (trace.slice.has(trace.number(index))) classes.push("slice");
    if (trace.end && trace.end.event === trace.number(index)) classes.push("end");
    const x = this.lane.get(trace.events.actor[index]);
    if (x === undefined) {
      const band = trace.events.node[index] < 0 ? [2, this.width - 2] : this.band(trace.events.node[index]);
      return band ? `<line class="${classes.join(" ")}" x1="${band[0]}" y1="${y}" x2="${band[1]}" y2="${y}"/>` : "";
    }
    if (kind === "fact") return `<rect class="${classes.join(" ")}" x="${x - 4}" y="${y - 4}" width="8" height="8" rx="1.5"/>`;
    if (kind === "ended" || kind === "dead-letter") return `<path class="${classes.join(" ")}" d="M${x - 4},${y - 4}l8,8m0,-8l-8,8"/>`;
    return `<circle class="${classes.join(" ")}" cx="${x}" cy="${y}" r="4"/>`;
  }

  // Marks an event and what led to it, and brings it into view.
  select(index) {
    this.selected = index;
    this.way = new Set(this.trace.way(index));
    const row = this.place[index] >= 0 ? this.place[index] : this.rowFrom(index);
    const [top, seen] = [this.scroll.scrollTop, this.scroll.clientHeight];
    if (row * ROW < top + 2 * ROW || (row + 3) * ROW > top + seen) this.scroll.scrollTop = row * ROW - seen / 2;
    this.draw();
  }
}
