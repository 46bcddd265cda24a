// Texts without a page: how states are laid out and compared.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const source = readFileSync(new URL("../../../reports/src/html/words.js", import.meta.url), "utf8");
const { compared, escaped, pretty, time } = vm.runInNewContext(`${source}; ({ compared, escaped, pretty, time })`);

const plain = (lines) => Array.from(lines, ([sign, line]) => sign + line);

test("what is short stays on a line, what is long is laid out by its brackets", () => {
  assert.equal(pretty("Item { key: 1 }"), "Item { key: 1 }");
  const long = `Session { first: ${"a".repeat(30)}, queue: [Item { key: 1 }, Item { key: 2 }], last: None }`;
  assert.equal(pretty(long), `Session {\n  first: ${"a".repeat(30)},\n  queue: [Item { key: 1 }, Item { key: 2 }],\n  last: None\n}`);
});

test("brackets and commas in quotes are no structure", () => {
  const text = `Said { words: "a { b, [ c \\" }", other: ${"x".repeat(60)} }`;
  assert.equal(pretty(text), `Said {\n  words: "a { b, [ c \\" }",\n  other: ${"x".repeat(60)}\n}`);
});

test("nothing but spaces and line ends is ever added or left out", () => {
  const text = `A { b: [1, 2, ${"3, ".repeat(40)}4], c: (D(None), "e, f"), g: {} }`;
  const bare = (text) => text.replace(/\s+/g, "");
  assert.equal(bare(pretty(text)), bare(text));
});

test("of two texts, only the lines that differ have a sign", () => {
  assert.deepEqual(plain(compared("a\nb\nc\nd", "a\nx\nc\ny\nd")), [" a", "-b", "+x", " c", "+y", " d"]);
});

test("times read as everywhere else", () => {
  assert.deepEqual([0, 140_700_000, 2_000_000_000, 602_519_761_964].map(time), ["0.000s", "0.140700s", "2.000s", "602.519761964s"]);
});

test("a text cannot become markup", () => {
  assert.equal(escaped(`<img src="x">&`), "&lt;img src=&quot;x&quot;&gt;&amp;");
});
