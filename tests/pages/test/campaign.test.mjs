// The page of `fuzz`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { diagram, folder, launch, open, rehearse } from "./browser.mjs";

const files = folder();
let browser;
let campaign;

before(async () => {
  const typed = ["fuzz", "session", "--variant", "calls-without-results", "--seeds", "3000", "--out", files.path("out")];
  campaign = JSON.parse(rehearse(...typed, "--json", "--html", files.path("campaign.html")));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  files.remove();
});

test("the table has the numbers of the document, and a link to each failure", async () => {
  const { page, complaints } = await open(browser, files.path("campaign.html"));
  const [scenario] = campaign.scenarios;
  const row = await page.locator("table.summary tbody tr").first().innerText();
  assert.ok(row.includes(scenario.runs.toLocaleString("en")) && row.includes("FAIL"), row);
  assert.equal(await page.locator("table.summary").first().locator("a").count(), scenario.violations.length);
  assert.equal(await page.locator("section.failure").count(), scenario.violations.length);
  assert.deepEqual(complaints, []);
});

test("each failure can be walked through, and a link leads to an event of it", async () => {
  const { page, complaints } = await open(browser, files.path("campaign.html"));
  const viewer = await diagram(page);
  await page.keyboard.press("k");
  const here = await viewer.locator("aside h4").innerText();
  const { page: again } = await open(browser, files.path("campaign.html"), { hash: new URL(page.url()).hash });
  await again.waitForSelector(".viewer li.selected");
  assert.equal(await again.locator("aside h4").first().innerText(), here);
  assert.deepEqual(complaints, []);
});
