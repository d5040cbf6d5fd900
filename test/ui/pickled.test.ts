/** A pickled module, from the question for its input to the graph, with the packaged extension. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Workbench } from './workbench.ts';

let vscode: Workbench;

beforeAll(async () => {
  vscode = await Workbench.start({ name: 'pickled' });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(() => vscode?.stop());

async function convert(): Promise<void> {
  await vscode.menu('block.pth', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow();
}

test('the first layer says what the input may be; a name leaves a size open', async () => {
  await convert();
  const input = vscode.quickInput.locator('input');
  await vscode.quickInput.getByText('What is x?').waitFor();
  expect(await input.inputValue()).toBe('float32[1,4,224,224]');
  await input.fill('float32[batch,4,32,32]');
  await vscode.shot('input-shape');
  await input.press('Enter');
});

test('what is assumed of a class is refused, and leads to the text that is assumed', async () => {
  const { page } = vscode;
  const refusal = vscode.notification('cannot take block.pth');
  await refusal.waitFor();
  await vscode.shot('refused');
  await refusal.getByRole('button', { name: 'Show Problems' }).click();
  await vscode.problem('assumed forward').first().waitFor();
  await vscode.shot('problems');
  await page.locator('.markers-panel .monaco-list-row', { hasText: 'def forward' }).dblclick();
  await page.locator('.view-line', { hasText: 'def forward' }).first().waitFor();
  await vscode.shot('assumed-forward');
});

test('accepted, it converts, and the graph has its nodes', async () => {
  const { page } = vscode;
  await page.locator('.squiggly-error').first().waitFor();
  // The cursor is on the forward already: a double click on a place in the list leaves the keyboard to the list.
  await page.locator('.view-line', { hasText: 'def forward' }).nth(1).click();
  await page.locator('.monaco-editor.focused').waitFor();
  // The keys of quick fixes are for editors that can be written in; the light bulb is for all.
  await page.locator('.monaco-editor [class*=lightbulb], .monaco-editor .lightBulbWidget').first().click();
  const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'Accept the approximation' });
  await fix.waitFor();
  await vscode.shot('accept');
  await fix.click();
  // It stays a warning: the user knows, and others should.
  await page.locator('.markers-panel .monaco-list-row[aria-label^=Warning]').first().waitFor();
  await convert();
  const done = vscode.notification('Converted block.pth to ONNX, opset 17');
  await done.waitFor();
  expect(existsSync(path.join(vscode.workspace, 'block.onnx'))).toBe(true);
  await done.getByRole('button', { name: 'Open Graph' }).click();
  await vscode.graph.getByTestId('node').first().waitFor();
  await vscode.shot('graph');
});

test('nothing went wrong on the page', () => {
  expect(vscode.errors).toEqual([]);
});
