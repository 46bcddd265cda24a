// So many lines that did not change are shown around one that did.
const AROUND = 3;

// Compared lines, with those folded that are far from any change.
function folded(lines) {
  const name = { "-": "was", "+": "is", " ": "same" };
  const line = ([sign, text]) => `<span class="${name[sign]}">${sign} ${escaped(text)}</span>\n`;
  const changes = lines.flatMap(([sign], at) => (sign === " " ? [] : [at]));
  // The first line has the name of the state.
  const near = new Set([0, ...changes.flatMap((at) => Array.from({ length: 2 * AROUND + 1 }, (_, step) => at - AROUND + step))]);
  let text = "";
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (end < lines.length && near.has(end) === near.has(at)) end++;
    const part = lines.slice(at, end).map(line).join("");
    text += near.has(at) || end - at < 3 ? part : `<details><summary>… ${end - at} lines that did not change</summary>\n${part}</details>\n`;
    at = end;
  }
  return text;
}

// Everything about one event: what it carried, what led to it, what it led to, and what it made of its actor's state.
class Details {
  constructor(trace, panel) {
    this.trace = trace;
    this.panel = panel;
  }

  show(index) {
    const { trace } = this;
    const { at, actor, from, node } = trace.events;
    const fact = (name, value) => (value === "" ? "" : `<dt>${name}</dt><dd>${value}</dd>`);
    const parts = [
      `<h4>#${trace.number(index)} <span class="kind ${trace.kind(index)}">${trace.kind(index)}</span></h4><dl>`,
      fact("at", time(at[index])),
      fact("actor", escaped(trace.path(actor[index]))),
      fact("node", node[index] < 0 ? "" : escaped(trace.nodes[node[index]])),
      fact("from", escaped(trace.path(from[index]))),
      fact("cause", this.cause(index)),
      "</dl>",
      this.role(index),
      `<h5>payload</h5><pre class="payload">${escaped(pretty(trace.events.text[index]))}</pre>`,
      this.log(index),
      this.effects(index),
      this.states(index),
    ];
    this.panel.innerHTML = parts.join("");
    this.panel.scrollTop = 0;
  }

  link(index) {
    const { trace } = this;
    const number = trace.number(index);
    const text = `${trace.path(trace.events.actor[index])} ${told(trace, index)}`;
    return `<a href="#event-${number}" data-event="${number}">#${number}</a> <span class="faint">${time(trace.events.at[index])}</span> ${escaped(text)}`;
  }

  cause(index) {
    const cause = this.trace.cause(index);
    return cause < 0 ? "" : this.link(cause);
  }

  role(index) {
    const { trace } = this;
    const slice = trace.slice.get(trace.number(index));
    const why = { violation: "", deviation: "the first thing that a deviation changes", about: "a fact about what failed", cause: "it led to what failed" };
    const lines = [];
    if (slice && why[slice.role]) lines.push(why[slice.role]);
    if (slice && slice.deviations.length > 0) lines.push(`deviation ${slice.deviations.map((number) => `(${number + 1})`).join(" ")}`);
    const end = trace.end && trace.end.event === trace.number(index) ? `<p class="bad"><strong>${escaped(trace.end.title)}</strong> ${escaped(trace.end.text)}</p>` : "";
    return end + (lines.length > 0 ? `<p class="odd">${escaped(lines.join("; "))}</p>` : "");
  }

  log(index) {
    const lines = this.trace.log.get(this.trace.number(index)) ?? [];
    if (lines.length === 0) return "";
    return `<h5>log</h5><pre>${lines.map(([, level, text]) => escaped(`${level} ${text}`)).join("\n")}</pre>`;
  }

  effects(index) {
    const effects = this.trace.effects(index);
    if (effects.length === 0) return "";
    const shown = effects.slice(0, 40).map((effect) => `<li>${this.link(effect)}</li>`);
    const more = effects.length > shown.length ? `<li class="faint">and ${effects.length - shown.length} more</li>` : "";
    return `<h5>led to</h5><ol class="links">${shown.join("")}${more}</ol>`;
  }

  states(index) {
    const { trace } = this;
    if (trace.events.actor[index] < 0 || !trace.hasStates()) return "";
    const { before, after } = trace.statesAround(index);
    if (!trace.isTurn(index)) return before === "" ? "" : `<h5>state</h5><pre class="state">${escaped(pretty(before))}</pre>`;
    if (before === after) return `<h5>state, unchanged</h5><pre class="state">${escaped(pretty(after))}</pre>`;
    if (before === "") return `<h5>state after</h5><pre class="state">${escaped(pretty(after))}</pre>`;
    return `<h5>state before and after</h5><pre class="state changed">${folded(compared(pretty(before), pretty(after)))}</pre>`;
  }
}
