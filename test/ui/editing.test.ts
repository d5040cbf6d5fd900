/** A binary model as text beside its graph: written, mended, saved, and followed in both directions, as a user does it. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Workbench } from './workbench.ts';

const MODEL = 'light_squeezenet.onnx';

let vscode: Workbench;
const disk = () => readFileSync(path.join(vscode.workspace, MODEL));

beforeAll(async () => {
  vscode = await Workbench.start({ name: 'editing', width: 1600, settings: { 'files.autoSave': 'off' } });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(() => vscode?.stop());

test('the text of a model stands beside its graph', async () => {
  const { page } = vscode;
  await vscode.file(MODEL).dblclick();
  await vscode.graph.getByTestId('node').first().waitFor();
  await vscode.command('Graphwright: Open as Text');
  await page.locator('.view-line', { hasText: 'ir_version' }).first().waitFor();
  await vscode.command('View: Move Editor into Left Group');
  await vscode.graph.getByTestId('node').first().waitFor();
  await vscode.shot('beside');
});

test('the node at the cursor is selected in the graph, and the cursor stays', async () => {
  await vscode.focusText();
  await vscode.goToText('r2 = MaxPool');
  await vscode.selected('n2').waitFor();
  await vscode.shot('cursor-to-graph');
  await vscode.page.locator('.monaco-editor.focused').waitFor();
  await vscode.page.keyboard.press('ArrowDown');
  await vscode.selected('n3').waitFor();
});

test('a node that is selected in the graph is shown in the text, and nothing goes back and forth', async () => {
  const line = vscode.page.locator('.monaco-editor .line-numbers.active-line-number').first();
  const before = (await line.textContent()) ?? '';
  await vscode.graph.locator('[data-testid=node][data-name=n2]').first().click();
  await line.filter({ hasText: String(Number(before) - 1) }).waitFor();
  await vscode.page.locator('.view-line', { hasText: '[n2]' }).first().waitFor();
  await vscode.shot('graph-to-text');
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(await line.textContent()).toBe(String(Number(before) - 1));
  await vscode.selected('n2').waitFor();
});

test('hover, hints and completion', async () => {
  const { page } = vscode;
  await vscode.focusText();
  await vscode.goToText('r2 = MaxPool');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await vscode.command('Show or Focus Hover');
  await page.locator('.monaco-hover:visible', { hasText: 'MaxPool' }).first().waitFor();
  await vscode.shot('hover');
  await page.keyboard.press('Escape');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('z = Rel');
  await page.keyboard.press('Control+Space');
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'Relu' }).first().waitFor();
  await vscode.shot('completion');
  await page.keyboard.press('Escape');
  await vscode.command('File: Revert File');
  await vscode.dirtyTab.waitFor({ state: 'detached' });
});

test('a misspelt operator is marked as one types; a quick fix mends it', async () => {
  const { page } = vscode;
  await vscode.focusText();
  await vscode.goToText('r1 = Relu');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('lu');
  await vscode.squiggle.waitFor();
  await vscode.shot('squiggle');
  await page.keyboard.press('F8');
  await page.locator('.marker-widget', { hasText: 'Rellu' }).first().waitFor();
  await vscode.shot('problem');
  await page.keyboard.press('Escape');
  await vscode.quickFix('Relu', () => vscode.shot('quick-fix'));
  await vscode.squiggle.waitFor({ state: 'detached' });
});

test('saving writes the binary, and the graph follows', async () => {
  const { page } = vscode;
  await vscode.command('File: Revert File');
  const before = disk();
  await vscode.focusText();
  await vscode.goToText('r1 = Relu');
  await page.keyboard.press('ArrowRight');
  for (let k = 0; k < 4; k++) await page.keyboard.press('Backspace');
  await page.keyboard.type('Tanh');
  await page.keyboard.press('Control+S');
  await vscode.dirtyTab.waitFor({ state: 'detached' });
  expect(disk().equals(before)).toBe(false);
  await vscode.graph.locator('[data-testid=node][aria-label^=Tanh]').first().waitFor();
  await vscode.shot('saved');
});

test('text with an error is not saved and says why', async () => {
  const { page } = vscode;
  const before = disk();
  await vscode.focusText();
  await vscode.goToText('r1 = Tanh');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type(' ((');
  await page.keyboard.press('Control+S');
  await vscode.notification(/Line \d+: /).waitFor();
  await vscode.shot('not-saved');
  expect(disk().equals(before)).toBe(true);
  await vscode.command('Notifications: Clear All Notifications');
  await vscode.command('File: Revert File');
  await vscode.dirtyTab.waitFor({ state: 'detached' });
});

test('a change on disk meanwhile is asked about', async () => {
  const { page } = vscode;
  await vscode.focusText();
  await vscode.goToText('r1 = Tanh');
  await page.keyboard.press('Home');
  await page.keyboard.type('# mine');
  await page.keyboard.press('Enter');
  const other = disk();
  writeFileSync(path.join(vscode.workspace, MODEL), other);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await page.keyboard.press('Control+S');
  const asked = vscode.notification('The content of the file is newer');
  await asked.waitFor();
  await vscode.shot('conflict');
  await asked.getByRole('button', { name: 'Overwrite' }).click();
  await vscode.dirtyTab.waitFor({ state: 'detached' });
  await vscode.shot('overwritten');
});

test('what is not saved is compared with what is, and is there again after a restart', async () => {
  const { page } = vscode;
  await vscode.focusText();
  await vscode.goToText('r1 = Tanh');
  await page.keyboard.press('ArrowRight');
  for (let k = 0; k < 4; k++) await page.keyboard.press('Backspace');
  await page.keyboard.type('Sinh');
  await vscode.command('File: Compare Active File with Saved');
  await page.locator('.monaco-diff-editor .line-insert').first().waitFor();
  await vscode.shot('compare');
  await vscode.command('View: Close Editor');
  // Edits are kept a second after the last of them.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await vscode.reload();
  await vscode.dirtyTab.waitFor();
  await page.locator('.tab.dirty').first().click();
  await page.locator('.view-line', { hasText: 'Sinh' }).first().waitFor();
  await vscode.shot('after-restart');
  await vscode.focusText();
  await page.keyboard.press('Control+S');
  await vscode.dirtyTab.waitFor({ state: 'detached' });
  expect(disk().includes('Sinh')).toBe(true);
});

test('Reveal in Graph and Reveal in Text by keyboard', async () => {
  const { page } = vscode;
  await vscode.command('View: Close All Editors');
  await vscode.menu(MODEL, 'Open as Text');
  await page.locator('.view-line', { hasText: 'Conv' }).first().waitFor();
  await vscode.focusText();
  await vscode.goToText('r2 = MaxPool');
  await page.keyboard.press('Control+Alt+G');
  await vscode.selected('n2').waitFor();
  await vscode.graph.locator('[data-testid=node][data-name=n3]').first().click();
  await vscode.command('Graphwright: Reveal in Text');
  await page.locator('.view-line', { hasText: '[n3]' }).first().waitFor();
  await vscode.shot('revealed');
  // They stand beside one another, and neither opened twice.
  await vscode.graph.getByTestId('node').first().waitFor();
  expect(await page.locator('.tab').count()).toBe(2);
});

test('nothing went wrong on the page, and nothing was asked for outside this machine', () => {
  expect(vscode.errors).toEqual([]);
  expect([...vscode.external]).toEqual([]);
});
