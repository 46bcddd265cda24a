// Events, times and states in words, as the other reports have them.
const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

function time(nanos) {
  const seconds = Math.floor(nanos / 1e9);
  const rest = String(nanos % 1e9).padStart(9, "0");
  const digits = rest.endsWith("000000") ? 3 : rest.endsWith("000") ? 6 : 9;
  return `${seconds}.${rest.slice(0, digits)}s`;
}

// What happens in an event, without who it happens to.
function told(trace, index) {
  const { text, from } = trace.events;
  const words = text[index];
  const sender = trace.path(from[index]);
  switch (trace.kind(index)) {
    case "fact":
      return `states ${words}`;
    case "message":
      return `handles ${words} from ${sender}`;
    case "lost":
      return sender ? `never gets ${words} from ${sender}` : `loses ${words}`;
    case "duplicated":
      return `will get twice ${words} from ${sender}`;
    case "dead-letter":
      return `dead letter ${words}`;
    case "ended":
    case "fault-ends":
      return `ends: ${words}`;
    case "fault-begins":
      return `begins: ${words}`;
    case "node-down":
      return `${words} is down`;
    case "node-up":
      return `${words} is up`;
    case "healed":
      return "all faults are over";
    default:
      return `handles ${words}`;
  }
}

const CLOSING = { "{": "}", "[": "]", "(": ")" };

// Where the bracket that opens at a place closes; text in quotes counts for nothing.
function closing(text, open) {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
    } else if (CLOSING[sign]) depth++;
    else if (sign === "}" || sign === "]" || sign === ")") {
      depth--;
      if (depth === 0) return at;
    }
  }
  return text.length;
}

const SHORT = 56;

// A state or payload over several lines: what fits on one stays there.
function pretty(text, indent = "") {
  let lines = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const from = at;
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
      lines += text.slice(from, at + 1);
      continue;
    }
    if (!CLOSING[sign]) {
      lines += sign;
      continue;
    }
    const end = closing(text, at);
    if (end - at <= SHORT) {
      lines += text.slice(at, end + 1);
    } else {
      const deeper = `${indent}  `;
      const parts = separated(text.slice(at + 1, end)).map((part) => deeper + pretty(part, deeper));
      lines += `${sign}\n${parts.join(",\n")}\n${indent}${text[end] ?? ""}`;
    }
    at = end;
  }
  return lines;
}

// The parts between the commas that stand in no bracket and no quotes.
function separated(text) {
  const parts = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
    } else if (CLOSING[text[at]]) at = closing(text, at);
    else if (text[at] === ",") {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

// The lines of two texts, each with a sign: "-" if only the first has it, "+" if only the second, " " if both.
function compared(before, after) {
  const [a, b] = [before.split("\n"), after.split("\n")];
  let [start, ends] = [0, 0];
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  while (ends < a.length - start && ends < b.length - start && a.at(-1 - ends) === b.at(-1 - ends)) ends++;
  const between = merged(a.slice(start, a.length - ends), b.slice(start, b.length - ends));
  const same = (lines) => lines.map((line) => [" ", line]);
  return [...same(a.slice(0, start)), ...between, ...same(a.slice(a.length - ends))];
}

// By the longest common subsequence, unless that is too much work.
function merged(a, b) {
  const only = (sign, lines) => lines.map((line) => [sign, line]);
  if (a.length * b.length > 250_000) return [...only("-", a), ...only("+", b)];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = i * width + j;
      longest[here] = a[i] === b[j] ? longest[here + width + 1] + 1 : Math.max(longest[here + width], longest[here + 1]);
    }
  }
  const lines = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const here = i * width + j;
    if (a[i] === b[j]) {
      lines.push([" ", a[i++]]);
      j++;
    } else if (longest[here + width] >= longest[here + 1]) lines.push(["-", a[i++]]);
    else lines.push(["+", b[j++]]);
  }
  return [...lines, ...only("-", a.slice(i)), ...only("+", b.slice(j))];
}
