// The page of `explain`, walked through as an engineer with a failing case does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { diagram, folder, launch, open, rehearse } from "./browser.mjs";

const files = folder();
let browser;
let why;

before(async () => {
  rehearse("fuzz", "session", "--variant", "stored-interrupt", "--seeds", "3000", "--out", files.path("out"));
  const [one] = files.cases();
  why = JSON.parse(rehearse("explain", one, "--json", "--html", files.path("why.html")));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  files.remove();
});

test("the violation is selected at first, and says what it violates", async () => {
  const { page, complaints } = await open(browser, files.path("why.html"));
  const viewer = await diagram(page);
  assert.match(await viewer.locator("aside.details").innerText(), new RegExp(why.invariant));
  assert.equal(await viewer.locator("li.selected.end").count(), 1);
  assert.deepEqual(complaints, []);
});

test("a click on an event shows its payload, and puts it into the address", async () => {
  const { page, complaints } = await open(browser, files.path("why.html"));
  const viewer = await diagram(page);
  const fact = why.slice.find((event) => event.kind === "fact");
  await page.locator(`a[data-event="${fact.event}"]`).first().click();
  await viewer.locator("li", { hasText: `#${fact.event} ` }).first().click();
  const payload = await viewer.locator("aside .payload").innerText();
  assert.equal(payload.replace(/\s+/g, " "), fact.payload.replace(/\s+/g, " "));
  assert.equal(new URL(page.url()).hash, `#event-${fact.event}`);
  assert.deepEqual(complaints, []);
});

test("the slice can be followed by its key from the first event that matters to the violation", async () => {
  const { page, complaints } = await open(browser, files.path("why.html"), { hash: "#event-0" });
  const viewer = await diagram(page);
  const numbers = [];
  for (let step = 0; step < why.slice.length; step++) {
    await page.keyboard.press("n");
    numbers.push(Number((await viewer.locator("aside h4").innerText()).match(/#(\d+)/)[1]));
  }
  assert.deepEqual(numbers, why.slice.map((event) => event.event));
  assert.deepEqual(complaints, []);
});

test("a cause is gone to by its key and by its link, and an effect leads back", async () => {
  const { page } = await open(browser, files.path("why.html"));
  const viewer = await diagram(page);
  const present = async () => viewer.locator("aside h4").innerText();
  const violation = await present();
  await page.keyboard.press("h");
  const cause = await present();
  assert.notEqual(cause, violation);
  await page.locator("aside .links a", { hasText: violation.match(/#\d+/)[0] }).click();
  assert.equal(await present(), violation);
  await page.locator("aside dd a").first().click();
  assert.equal(await present(), cause);
});

test("a turn shows the state of its actor before and after it", async () => {
  const { page } = await open(browser, files.path("why.html"));
  const viewer = await diagram(page);
  await page.keyboard.press("h");
  const state = viewer.locator("aside .state.changed");
  assert.ok((await state.locator(".was").count()) > 0);
  assert.ok((await state.locator(".is").count()) > 0);
  assert.match(await state.innerText(), /SessionActor/);
});

test("the state of an actor is the one that a replay shows there", async () => {
  const { page } = await open(browser, files.path("why.html"));
  const viewer = await diagram(page);
  // Without the commas that `{:#?}` puts before closing brackets, and without any space.
  const bare = (text) => text.replace(/\s+/g, "").replace(/,(?=[}\])])/g, "");
  for (const { event, actor, kind } of why.slice.filter((event) => event.kind === "fact" || event.kind === "message")) {
    await page.locator(`.words a[data-event="${event}"]`).first().click();
    const asked = kind === "message" ? event + 1 : event;
    const { inspected } = JSON.parse(rehearse("replay", why.case, "--until", String(asked), "--inspect", actor, "--json"));
    await viewer.locator("aside .state details").evaluateAll((folds) => folds.forEach((fold) => (fold.open = true)));
    const lines = await viewer.locator("aside .state").evaluate((state) => {
      const shown = [...state.querySelectorAll(".same, .is")].map((line) => line.textContent.slice(2));
      return shown.length > 0 ? shown.join("\n") : state.textContent;
    });
    assert.equal(bare(lines), bare(inspected.state), `after #${event}`);
  }
});

test("only the events that matter are left if that is asked for", async () => {
  const { page } = await open(browser, files.path("why.html"));
  const viewer = await diagram(page);
  await viewer.locator(".only-slice").check();
  assert.equal(await viewer.locator("li[data-index]").count(), why.slice.length);
  await viewer.locator(".words").fill("states");
  const facts = why.slice.filter((event) => event.kind === "fact").length;
  assert.equal(await viewer.locator("li[data-index]").count(), facts);
});

test("an actor that is not chosen has no lane and no events", async () => {
  const { page } = await open(browser, files.path("why.html"));
  const viewer = await diagram(page);
  const lanes = await viewer.locator(".head text").count();
  await viewer.locator(".actors summary").click();
  await viewer.locator(".actors label", { hasText: /^\s*\/runtime\/gateway$/ }).click();
  assert.equal(await viewer.locator(".head text").count(), lanes - 1);
  await viewer.locator(".words").fill("/runtime/gateway");
  const actors = await viewer.locator("li[data-index] .who").allInnerTexts();
  assert.ok(actors.length > 0 && !actors.includes("/runtime/gateway"), actors.join(", "));
});

test("on paper there are the words, and no diagram", async () => {
  const { page } = await open(browser, files.path("why.html"));
  await diagram(page);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".viewer").first().isVisible(), false);
  assert.ok(await page.getByText(why.narrative.slice(0, 30)).first().isVisible());
});

for (const theme of ["light", "dark"]) {
  test(`text stands out from its ground in ${theme}`, async () => {
    const { page } = await open(browser, files.path("why.html"), { theme });
    await diagram(page);
    const contrasts = await page.evaluate(() => {
      // By the rule of WCAG 2: the ratio of relative luminances.
      const luminance = (colour) => {
        const canvas = document.createElement("canvas").getContext("2d");
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const part = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
        const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
        return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
      };
      const ground = luminance(getComputedStyle(document.body).backgroundColor);
      const ratio = (text) => (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
      return ["body", "header .bad", ".faint", "li.fact", "aside a"].map((selector) => [selector, ratio(luminance(getComputedStyle(document.querySelector(selector)).color))]);
    });
    for (const [selector, ratio] of contrasts) assert.ok(ratio >= 4.5, `${selector} has a contrast of ${ratio.toFixed(1)}`);
  });
}
