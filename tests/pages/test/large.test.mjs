// A run of more than a hundred thousand events: only what is seen is drawn.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { after, before, test } from "node:test";
import { diagram, folder, launch, open, rehearse } from "./browser.mjs";

const files = folder();
let browser;
let run;

before(async () => {
  const size = ["--set", "clients=3", "--set", "rounds=2000"];
  const written = ["--trace", files.path("large.html"), "--format", "html", "--json", "--out", files.path("out")];
  run = JSON.parse(rehearse("run", "session", ...size, "--seed", "0x5", ...written));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  files.remove();
});

test("it opens, scrolls to its end and back, and never draws more than it shows", async (t) => {
  assert.ok(run.events >= 100_000, `${run.events} events`);
  // States are kept as what changes of them; a state that is written out each time would take ten times as much.
  const bytes = statSync(files.path("large.html")).size / run.events;
  assert.ok(bytes < 300, `${bytes.toFixed(0)} bytes an event`);
  const { page, complaints } = await open(browser, files.path("large.html"));
  const viewer = await diagram(page);
  t.diagnostic(`opened in ${Math.round(await page.evaluate(() => performance.now()))} ms, ${run.events} events`);
  const scroll = viewer.locator(".scroll");
  for (const share of [0, 0.5, 1, 0.25]) {
    const took = await scroll.evaluate(async (element, share) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const from = performance.now();
      element.scrollTop = element.scrollHeight * share;
      await frame();
      await frame();
      return performance.now() - from;
    }, share);
    t.diagnostic(`two frames after a jump in ${took.toFixed(1)} ms`);
    const rows = await viewer.locator("li[data-index]").count();
    assert.ok(rows > 10 && rows < 200, `${rows} rows`);
  }
  assert.deepEqual(complaints, []);
});
