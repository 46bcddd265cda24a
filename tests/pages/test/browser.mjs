// A browser that keeps account: whatever a page complains of, or asks any host for, is a failure.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const ROOT = resolve(import.meta.dirname, "../../..");
const BINARY = process.env.REHEARSE ?? join(ROOT, "target/release/rehearse");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

// What must stand in place before anything can be tested, and how to get it.
for (const [path, mend] of [[BINARY, "cargo build --release, or set REHEARSE"], [CHROMIUM, "install Chromium, or set CHROMIUM"]]) {
  if (!existsSync(path)) throw new Error(`${path} is not there: ${mend}`);
}

// A folder for the pages of one file of tests.
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "rehearsal-pages-"));
  return {
    path: (name) => join(path, name),
    cases: () => readdirSync(join(path, "out/cases")).map((name) => join(path, "out/cases", name)),
    remove: () => rmSync(path, { recursive: true }),
  };
}

// Runs the binary; that a property failed is what most of these commands are for.
export function rehearse(...typed) {
  try {
    return execFileSync(BINARY, typed, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
  } catch (error) {
    if (error.status === 1) return error.stdout;
    throw new Error(`${typed.join(" ")} ended with ${error.status}: ${error.stderr}`);
  }
}

export function launch() {
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: CHROMIUM, args: quiet });
}

// Opens a page; `complaints` has what it said on the console, what it threw, and whom it asked.
export async function open(browser, file, { hash = "", theme = "light" } = {}) {
  const page = await browser.newPage({ viewport: { width: 1500, height: 1000 }, colorScheme: theme });
  const complaints = [];
  page.on("console", (said) => complaints.push(`console: ${said.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(`file://${file}${hash}`);
  return { page, complaints };
}

// Brings the diagram of the page into view and waits until it is drawn.
export async function diagram(page) {
  await page.locator(".viewer").first().scrollIntoViewIfNeeded();
  await page.waitForSelector(".viewer li[data-index]");
  return page.locator(".viewer").first();
}
