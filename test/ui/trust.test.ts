/** A folder that is not trusted: no program of it is captured or offered to be, and what the user sees until it is trusted. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CAPTURE, startCapturing } from './capturing.ts';
import type { Workbench } from './workbench.ts';

let vscode: Workbench;
let python = '';
const folder = mkdtempSync(path.join(tmpdir(), 'gwt-'));
const lenses = () => vscode.page.locator('.codelens-decoration a', { hasText: 'Capture Model…' });

beforeAll(async () => {
  ({ vscode, python } = await startCapturing(folder, { name: 'trust', untrusted: true }));
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(async () => {
  await vscode?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('no class has a lens, no file an entry in its menu', async () => {
  const { page } = vscode;
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  // It moves what is below it, and closes a menu that is open.
  await page.getByText('Restricted Mode is intended for safe code browsing').waitFor();
  await vscode.file('program.py').dblclick();
  await page.locator('.view-line', { hasText: 'class Digits' }).waitFor();
  await vscode.file('program.py').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
  await vscode.shot('restricted');
  expect(await page.getByRole('menuitem', { name: 'Capture Model…' }).count()).toBe(0);
  await page.keyboard.press('Escape');
  expect(await lenses().count()).toBe(0);
});

test('the command says why nothing runs, and leads to where that is changed', async () => {
  for (const title of ['Graphwright: Capture Model…', 'Graphwright: Capture Model of an Installed Module…']) {
    await vscode.command('Notifications: Clear All Notifications');
    await vscode.command(title);
    await vscode.notification('this workspace is not trusted').waitFor();
  }
  await vscode.shot('refused');
  expect(existsSync(`${python}.log`)).toBe(false);
  await vscode.notification('not trusted').getByRole('button', { name: 'Manage Workspace Trust' }).click();
  await vscode.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).waitFor();
  await vscode.shot('manage');
});

test('once it is trusted a lens stands over each class, and a capture works', async () => {
  const { page } = vscode;
  await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ state: 'detached' });
  await vscode.command('View: Close All Editors');
  await vscode.file('program.py').dblclick();
  await lenses().nth(3).waitFor({ timeout: 60_000 });
  await (await vscode.lensOver('class Digits(', 'Capture Model…')).click();
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('Run program.py').waitFor();
  expect(await dialog.textContent()).toContain(python);
  await page.keyboard.press('Enter');
  await vscode.quickInput.getByText('Arguments of Digits(width=4)').waitFor();
  await page.keyboard.press('Enter');
  await vscode.quickItem('None').waitFor();
  await page.keyboard.press('Enter');
  await vscode.quickInput.getByText('What is image?').waitFor();
  await page.keyboard.press('Enter');
  await vscode.quickItem('ONNX').waitFor();
  await page.keyboard.press('Enter');
  await vscode.choose('Opset 17');
  await vscode.convertNow();
  await vscode.file('program.Digits.onnx').waitFor({ timeout: CAPTURE });
  await vscode.shot('trusted');
});

test('nothing went wrong on the page', () => {
  expect(vscode.errors).toEqual([]);
});
