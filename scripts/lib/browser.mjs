/** The browser that the tests drive, and waiting for VS Code in it. */
import { chromium as driver } from 'playwright-core';
import { chromium } from './system.mjs';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Starts a browser with one page, which can reach this machine and nothing else; `external` lists what it asked for. */
export async function startBrowser({ width = 1400, height = 900 } = {}) {
  const browser = await driver.launch({ executablePath: chromium(), headless: true, args: QUIET });
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-US', reducedMotion: 'reduce' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const external = new Set();
  const elsewhere = (url) => /^https?:$/.test(url.protocol) && !['127.0.0.1', 'localhost'].includes(url.hostname);
  await context.route(elsewhere, (route) => {
    external.add(route.request().url());
    return route.abort();
  });
  return { browser, page: await context.newPage(), external };
}

/** Resolves when the workbench stands and extensions are known: before, custom editors would open as plain text. */
export async function waitForWorkbench(page, timeout = 90_000) {
  await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout });
  await page.waitForSelector('.explorer-folders-view .monaco-list-row', { timeout });
  const loaded = () => performance.getEntriesByName('code/didLoadExtensions').length > 0;
  await page.waitForFunction(loaded, undefined, { timeout });
}
