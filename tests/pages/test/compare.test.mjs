// The page of `compare`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { folder, launch, open, rehearse } from "./browser.mjs";

const files = folder();
const POLICIES = ["one-for-one", "rest-for-one", "backoff"];
let browser;
let comparison;

before(async () => {
  const typed = ["compare", "pipeline", "--policies", POLICIES.join(","), "--seeds", "300", "--pareto", "availability,restarts"];
  comparison = JSON.parse(rehearse(...typed, "--json", "--html", files.path("compare.html")));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  files.remove();
});

const opened = (options) => open(browser, files.path("compare.html"), options);

test("each metric has its line, each pair of policies its plot, and nothing is asked for", async () => {
  const { page, complaints } = await opened();
  assert.equal(await page.locator("h2:has-text('values') + table tbody tr").count(), comparison.metrics.length);
  assert.equal(await page.locator("section.pair").count(), 3);
  assert.equal(await page.locator("section.pareto svg").count(), 1);
  assert.equal(await page.locator("section.timeline svg").count(), 1);
  assert.ok((await page.locator("section.distributions svg").count()) >= 6);
  assert.match(await page.locator("section.pareto h2").innerText(), /restarts against availability/);
  assert.deepEqual(complaints, []);
});

test("the plot of a pair says what the document says, as text that can be selected", async () => {
  const { page } = await opened();
  const plot = page.locator("#pair-0-1 svg");
  const texts = (await plot.locator("text").allTextContents()).map((text) => text.trim());
  for (const metric of comparison.metrics) assert.ok(texts.includes(metric.name), metric.name);
  const [availability] = comparison.metrics[0].pairs;
  const points = (availability.mean_difference / 1e4).toFixed(2);
  assert.ok(texts.some((text) => text.startsWith(`+${points} pp [`)), texts.join(" | "));
  const selected = await page.evaluate(() => {
    const text = document.querySelector("#pair-0-1 svg text");
    getSelection().selectAllChildren(text);
    return getSelection().toString().trim();
  });
  assert.equal(selected, texts[0]);
});

test("the interval with common seeds is drawn narrower than that with seeds of their own", async () => {
  const { page } = await opened();
  const widths = await page.locator("#pair-0-1 svg polyline").evaluateAll((lines) => {
    const span = (line) => {
      const [from, to] = line.getAttribute("points").trim().split(" ").map((point) => Number(point.split(",")[0]));
      return to - from;
    };
    const by = (thick) => lines.filter((line) => line.getAttribute("stroke-width") === thick).map(span);
    return { common: by("5"), apart: by("1").filter((width) => width > 0) };
  });
  assert.ok(widths.common.length >= 8 && widths.common[0] * 2 <= widths.apart[0], JSON.stringify(widths));
});

// The contrast of two colours, by WCAG.
const contrast = (one, other) => {
  const light = (colour) => {
    const parts = colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};

for (const theme of ["light", "dark"]) {
  test(`plots can be read in the ${theme} theme`, async () => {
    const { page, complaints } = await opened({ theme });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const colours = await page.locator(".plot svg text").evaluateAll((texts) => [...new Set(texts.map((text) => getComputedStyle(text).fill))]);
    assert.ok(colours.length >= 4, colours.join(" "));
    for (const colour of colours) assert.ok(contrast(colour, ground) >= 4.5, `${colour} on ${ground}`);
    assert.ok((await page.screenshot({ fullPage: true })).length > 100_000);
    assert.deepEqual(complaints, []);
  });
}

test("printed, plots stay whole and figures are open", async () => {
  const { page } = await opened();
  await page.emulateMedia({ media: "print" });
  const figure = page.locator("figure.plot").first();
  assert.equal(await figure.evaluate((found) => getComputedStyle(found).breakInside), "avoid");
  assert.ok(await page.locator("#pair-0-1 details table").isVisible());
});
