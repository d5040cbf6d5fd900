/** Types of browser.mjs for tests. */
import type { Browser, Page } from 'playwright-core';

export interface StartedBrowser {
  readonly browser: Browser;
  readonly page: Page;
  /** Addresses outside this machine that the page asked for. */
  readonly external: ReadonlySet<string>;
}

export function startBrowser(size?: { readonly width?: number; readonly height?: number }): Promise<StartedBrowser>;
export function waitForWorkbench(page: Page, timeout?: number): Promise<void>;
