/** A real VS Code in a real browser with the packaged extension, and how its parts are found on the page. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { startBrowser, waitForWorkbench } from '../../scripts/lib/browser.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { startVSCode } from '../../scripts/lib/vscode.mjs';

const ARTIFACTS = inRoot('artifacts/screenshots');
export const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
} as const;

/** What VS Code's window is of, by theme. */
const CLASSES = { dark: 'vs-dark', light: 'vs', 'high-contrast': 'hc-black' } as const;

/** The last is what a test begins with. */
const LOOKS: readonly { readonly look: string; readonly theme: keyof typeof THEMES; readonly width?: number }[] = [
  { look: 'light', theme: 'light' },
  { look: 'high-contrast', theme: 'high-contrast' },
  { look: 'narrow', theme: 'dark', width: 640 },
  { look: 'dark', theme: 'dark' },
];

/** The height of a line of text, in pixels. */
const LINE = 19;

/** The question at the start is answered by its setting: a folder is looked at, and not trusted. */
const UNTRUSTED = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };

export interface WorkbenchOptions {
  readonly theme?: keyof typeof THEMES;
  readonly width?: number;
  readonly height?: number;
  /** Starts the names of its screenshots. */
  readonly name: string;
  /** Of the user, besides those that keep it quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Texts beside the samples, by the names of their files. */
  readonly files?: Readonly<Record<string, string>>;
  /** Opens the folder as one that the user does not trust, as VS Code does with a folder that it has not seen. */
  readonly untrusted?: boolean;
}

export class Workbench {
  readonly errors: string[] = [];
  private shots = 0;

  private constructor(
    readonly page: Page,
    readonly workspace: string,
    readonly external: ReadonlySet<string>,
    private readonly name: string,
    private readonly end: () => Promise<void>,
  ) {
    page.on('pageerror', (error) => this.errors.push(error.stack ?? error.message));
    page.setDefaultTimeout(60_000);
  }

  /** Starts VS Code on a copy of samples/ with the packaged extension installed. */
  static async start(options: WorkbenchOptions): Promise<Workbench> {
    const { theme = 'dark', width = 1400, height = 900, name, settings = {}, files = {}, untrusted = false } = options;
    const folder = await mkdtemp(path.join(tmpdir(), 'gwu-'));
    const workspace = path.join(folder, 'samples');
    await cp(inRoot('samples'), workspace, { recursive: true });
    for (const file of ['plain.traced.pt', 'block.pth'])
      await cp(inRoot('test/fixtures/host', file), path.join(workspace, file));
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(workspace, file)), { recursive: true });
      await writeFile(path.join(workspace, file), text);
    }
    await mkdir(ARTIFACTS, { recursive: true });
    const server = await startVSCode({
      data: path.join(folder, 's'),
      cwd: workspace,
      vsix: [inRoot('artifacts/graphwright.vsix')],
      trust: untrusted,
      settings: {
        'workbench.colorTheme': THEMES[theme],
        'workbench.reduceMotion': 'on',
        'editor.minimap.enabled': false,
        'files.simpleDialog.enable': true,
        'window.dialogStyle': 'custom',
        ...(untrusted && UNTRUSTED),
        ...settings,
      },
    });
    const { browser, page, external } = await startBrowser({ width, height });
    const workbench = new Workbench(page, workspace, external, name, async () => {
      await browser.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    });
    // A machine that is busy with other tests takes its time.
    await page.goto(server.address(workspace), { timeout: 240_000 });
    await waitForWorkbench(page, 240_000);
    await workbench.extensionKnown();
    return workbench;
  }

  /** Resolves when VS Code has what the extension contributes: before, a model would open as text. */
  private async extensionKnown(): Promise<void> {
    const entry = this.page.getByRole('menuitem', { name: 'Convert Model…' });
    for (let tries = 20; tries > 0; tries--) {
      await this.file('light_squeezenet.onnx').click({ button: 'right' });
      const known = await entry.waitFor({ timeout: 1000 }).then(
        () => true,
        () => false,
      );
      await this.page.keyboard.press('Escape');
      await this.page.getByRole('menu').waitFor({ state: 'detached' });
      if (known) return;
    }
    throw new Error('VS Code does not know the extension.');
  }

  /** Loads the page again, as after a restart of VS Code. */
  async reload(): Promise<void> {
    await this.page.reload();
    await waitForWorkbench(this.page);
  }

  stop(): Promise<void> {
    return this.end();
  }

  /** Keeps what is seen now, as a file that is numbered in order. */
  async shot(step: string): Promise<void> {
    const number = String(++this.shots).padStart(2, '0');
    const file = path.join(ARTIFACTS, `${this.name}-${number}-${step}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled' });
  }

  /** Keeps what is seen now in every kind of theme and in a narrow window; then all is as it was. */
  async shotInEveryLook(step: string): Promise<void> {
    const file = path.join(this.workspace, '.vscode/settings.json');
    const before = await readFile(file, 'utf8');
    const own: Record<string, unknown> = JSON.parse(before);
    const size = this.page.viewportSize() ?? { width: 1400, height: 900 };
    for (const { look, theme, width = size.width } of LOOKS) {
      await writeFile(file, JSON.stringify({ ...own, 'workbench.colorTheme': THEMES[theme] }));
      await this.page.locator(`.monaco-workbench.${CLASSES[theme]}`).waitFor();
      await this.page.setViewportSize({ ...size, width });
      // The window lays itself out anew, and notifications move.
      await this.page.waitForTimeout(500);
      await this.shot(`${step}-${look}`);
    }
    await this.page.setViewportSize(size);
    await writeFile(file, before);
  }

  /** What is seen where a test failed, as a file and in words. */
  async failed(test: string): Promise<void> {
    await this.shot(`FAILED-${test.replace(/\W+/g, '-')}`);
    const texts = (locator: Locator) => locator.allInnerTexts().catch(() => []);
    const seen = {
      'quick input': await texts(this.page.locator('.quick-input-widget:visible')),
      dialog: await texts(this.page.locator('.monaco-dialog-box')),
      notifications: await texts(this.page.locator('.notification-list-item')),
      tabs: await texts(this.page.locator('.tab')),
      'status bar': await texts(this.page.locator('.part.statusbar')),
    };
    for (const [part, found] of Object.entries(seen)) console.error(`  ${part}: ${JSON.stringify(found)}`);
  }

  /** A file in the explorer. */
  file(name: string): Locator {
    return this.page
      .locator('.explorer-folders-view .monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(name, { exact: true }) });
  }

  /** Resolves when a file is there. The explorer may show it later, as the server sees no change of its disk at once. */
  async written(name: string, milliseconds = 60_000): Promise<void> {
    const file = path.join(this.workspace, name);
    for (const end = Date.now() + milliseconds; !existsSync(file); await this.page.waitForTimeout(100)) {
      if (Date.now() > end) throw new Error(`${name} was not written.`);
    }
  }

  /** Chooses an entry of a file's context menu. On a busy machine VS Code may open it before it knows what the file is of. */
  async menu(file: string, entry: string): Promise<void> {
    for (let tries = 5; ; tries--) {
      await this.file(file).click({ button: 'right' });
      const item = this.page.getByRole('menuitem', { name: entry });
      const isThere = await item.waitFor({ timeout: tries > 1 ? 5000 : 60_000 }).then(
        () => true,
        () => false,
      );
      if (isThere || tries === 1) break;
      await this.page.keyboard.press('Escape');
      await this.page.getByRole('menu').waitFor({ state: 'detached' });
    }
    await this.chooseInMenu(entry);
  }

  /** Chooses an entry of the menu that is open. A menu takes no click until it has had the pointer. */
  async chooseInMenu(entry: string): Promise<void> {
    const item = this.page.getByRole('menuitem', { name: entry });
    await item.hover();
    await this.page.locator('.action-item.focused').filter({ hasText: entry }).waitFor();
    await item.click({ delay: 100 });
    await item.waitFor({ state: 'detached' });
  }

  /**
   * Runs a command by its title, through the palette. The palette closes again, or never opens, where another part of the page
   * is just taking the focus: then it is opened anew.
   */
  async command(title: string): Promise<void> {
    for (let tries = 5; ; tries--) {
      try {
        const timeout = tries > 1 ? 5000 : 60_000;
        await this.page.keyboard.press('F1');
        await this.quickInput.locator('input').fill(`>${title}`, { timeout });
        await this.choose(title, timeout);
        return;
      } catch (error) {
        if (tries === 1) throw error;
        await this.page.keyboard.press('Escape');
        // A key that is pressed within a panel that is being closed reaches nobody.
        await this.page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
      }
    }
  }

  /** The code lens of that title over the line that reads so: on the page, lenses stand in no order. */
  async lensOver(line: string, title: string): Promise<Locator> {
    const lenses = this.page.locator('.codelens-decoration a', { hasText: title });
    const below = this.page.locator('.view-line', { hasText: line }).first();
    for (let tries = 60; tries > 0; tries--) {
      const top = (await below.boundingBox())?.y ?? 0;
      for (const lens of await lenses.all()) {
        const box = await lens.boundingBox({ timeout: 1000 }).catch(() => null);
        if (box && box.y < top && top - box.y < 1.5 * LINE) return lens;
      }
      await this.page.waitForTimeout(500);
    }
    throw new Error(`No lens ${title} stands over ${line}.`);
  }

  /** Puts the cursor of the active editor behind the first place that reads so. */
  async goToText(text: string): Promise<void> {
    await this.page.keyboard.press('Control+F');
    const find = this.page.locator('.find-widget.visible textarea').first();
    await find.fill(text);
    await find.press('Enter');
    await this.page.locator('.statusbar-item', { hasText: `(${text.length} selected)` }).waitFor();
    await this.page.keyboard.press('Escape');
    await this.page.locator('.find-widget.visible').waitFor({ state: 'detached' });
  }

  /** Opens quick fixes at the cursor and applies one. The menu closes by itself when diagnostics arrive meanwhile. */
  async quickFix(title: string, see?: () => Promise<void>): Promise<void> {
    const fix = this.page.locator('.action-widget .monaco-list-row', { hasText: title });
    for (let presses = 0; presses < 5 && !(await fix.isVisible()); presses++) {
      await this.page.keyboard.press('Control+.');
      await fix.waitFor({ timeout: 4000 }).catch(() => undefined);
    }
    await fix.waitFor();
    await see?.();
    await fix.click();
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  quickItem(text: string): Locator {
    return this.quickInput.locator('.monaco-list-row').filter({ hasText: text }).first();
  }

  /**
   * Clicks a row of the question that is open. VS Code gives the elements of its rows to other rows, also to those of the next
   * question: a click that has its element and waits for the page would hit another row. Here the row is looked for until it
   * stands still, and what is clicked is its place.
   */
  async choose(text: string, timeout = 60_000): Promise<void> {
    const row = this.quickItem(text);
    await row.scrollIntoViewIfNeeded({ timeout });
    for (const end = Date.now() + timeout; ; ) {
      const before = await row.boundingBox({ timeout });
      await this.page.waitForTimeout(100);
      const now = await row.boundingBox({ timeout });
      if (before && now && before.x === now.x && before.y === now.y)
        return this.page.mouse.click(now.x + now.width / 2, now.y + now.height / 2);
      if (Date.now() > end) throw new Error(`The row ${text} does not stand still.`);
    }
  }

  /** Answers the last question before a conversion: what else to do. */
  async convertNow(...wishes: readonly string[]): Promise<void> {
    await this.quickInput.locator('input[placeholder^="Check what else to do"]').waitFor();
    for (const wish of wishes) await this.choose(wish);
    await this.page.keyboard.press('Enter');
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-list-item').filter({ hasText: text });
  }

  /** The content of the graph panel that is in view. */
  get graph(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('#active-frame');
  }

  /** The first mark of an error in a text. */
  get squiggle(): Locator {
    return this.page.locator('.squiggly-error').first();
  }

  /** The tab of a text that is not saved. */
  get dirtyTab(): Locator {
    return this.page.locator('.tab.dirty').first();
  }

  /** The node of that name, where it is selected in the graph. */
  selected(name: string): Locator {
    return this.graph.locator(`.box.selected[data-name="${name}"]`).first();
  }

  async focusText(): Promise<void> {
    await this.command('View: Focus First Editor Group');
    await this.page.locator('.monaco-editor.focused').waitFor();
  }

  problem(text: string | RegExp): Locator {
    return this.page.locator('.markers-panel .monaco-list-row').filter({ hasText: text });
  }

  get status(): Locator {
    return this.page.locator('[id="graphwright.graphwright.graphwright.target"]');
  }
}
