/** *Capture Model…* as a user does it, with the packaged extension; an interpreter that needs no PyTorch stands for Python. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { CAPTURE, startCapturing } from './capturing.ts';
import type { Workbench } from './workbench.ts';

let vscode: Workbench;
const folder = mkdtempSync(path.join(tmpdir(), 'gwp-'));
const onDisk = (name: string) => path.join(vscode.workspace, name);
const input = () => vscode.quickInput.locator('input[type=text]');

beforeAll(async () => {
  ({ vscode } = await startCapturing(folder, { name: 'capture' }));
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(async () => {
  await vscode?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a lens stands over each module class; its click asks for consent, with the command and the folder', async () => {
  const { page } = vscode;
  await vscode.file('program.py').dblclick();
  const lenses = page.locator('.codelens-decoration a', { hasText: 'Capture Model…' });
  await lenses.nth(2).waitFor();
  await vscode.shot('lenses');
  await lenses.first().click();
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('Run program.py to capture a model?').waitFor();
  expect(await dialog.textContent()).toContain('graphwright_capture');
  expect(await dialog.textContent()).toContain(vscode.workspace);
  await vscode.shot('consent');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(existsSync(path.join(folder, 'fake-python.cjs.log'))).toBe(false);
});

test('by keyboard: class, arguments, weights, inputs, target; the result is offered as that of any conversion', async () => {
  const { page } = vscode;
  await vscode.command('Graphwright: Capture Model…');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('Run program.py').waitFor();
  await page.keyboard.press('Enter');
  await vscode.quickItem('Digits').waitFor();
  await vscode.shot('class');
  // The last class of a file is the first choice.
  for (let k = 0; k < 3; k++) await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await vscode.quickInput.getByText('Arguments of Digits(width=4)').waitFor();
  await page.keyboard.type('width=(8');
  await vscode.quickInput.getByText('A bracket or a quote is not closed').waitFor();
  await vscode.shot('arguments');
  await page.keyboard.type(')');
  await page.keyboard.press('Enter');
  await vscode.quickItem('None').waitFor();
  await vscode.shot('weights');
  await page.keyboard.press('Enter');
  await vscode.quickInput.getByText('What is image?').waitFor();
  expect(await input().inputValue()).toBe('float32[1,1,28,28]');
  await vscode.shot('inputs');
  await page.keyboard.press('Enter');
  await vscode.quickItem('ONNX').waitFor();
  await vscode.shot('target');
  await page.keyboard.press('Enter');
  await vscode.quickItem('Opset').first().waitFor();
  await page.keyboard.type('Opset 17');
  await page.keyboard.press('Enter');
  await vscode.convertNow();
  const done = vscode.notification('Converted Digits of program.py to ONNX, opset 17: program.Digits.onnx');
  await done.waitFor({ timeout: CAPTURE });
  await vscode.written('program.Digits.onnx');
  await vscode.shot('converted');
  await done.getByRole('button', { name: 'Open Graph' }).click();
  await vscode.graph.getByTestId('node').first().waitFor();
});

test('the next time the same is the first choice', async () => {
  const { page } = vscode;
  rmSync(onDisk('program.Digits.onnx'));
  await vscode.command('Notifications: Clear All Notifications');
  await vscode.menu('program.py', 'Capture Model…');
  await vscode.quickItem('Capture Again').waitFor();
  await vscode.shot('again');
  await page.keyboard.press('Enter');
  await vscode.notification('Converted Digits of program.py').waitFor({ timeout: CAPTURE });
  expect(existsSync(onDisk('program.Digits.onnx'))).toBe(true);
});

test('all can be answered otherwise, with a way back', async () => {
  const { page } = vscode;
  await vscode.command('Notifications: Clear All Notifications');
  await vscode.menu('program.py', 'Capture Model…');
  await vscode.choose('Change Something…');
  await vscode.quickItem('Broken').waitFor();
  await page.keyboard.press('Enter');
  await vscode.quickInput.getByText('Arguments of Digits(width=4)').waitFor();
  expect(await input().inputValue()).toBe('width=(8)');
  await vscode.quickInput.getByRole('button', { name: 'Back' }).click();
  await vscode.quickItem('Broken').waitFor();
  await page.keyboard.press('Escape');
});

test('inputs of which a program says nothing are asked for by their names', async () => {
  const { page } = vscode;
  await vscode.file('program.py').dblclick();
  await (await vscode.lensOver('class Silent', 'Capture Model…')).click();
  await vscode.quickItem('None').waitFor();
  await page.keyboard.press('Enter');
  await vscode.quickInput.getByText('What is a? The program does not say.').waitFor();
  await vscode.shot('unknown-input');
  await page.keyboard.press('Enter');
  await vscode.quickInput.getByText('What is b? The program does not say.').waitFor();
  await page.keyboard.press('Escape');
});

test('a line that cannot be captured is marked; its quick fix defines an operator and captures again', async () => {
  const { page } = vscode;
  await vscode.command('Notifications: Clear All Notifications');
  await vscode.command('View: Close All Editors');
  await vscode.file('program.py').dblclick();
  await (await vscode.lensOver('class Broken', 'Capture Model…')).click();
  await answerAsGuessed();
  const failed = vscode.notification('Capturing program.py');
  await failed.waitFor({ timeout: CAPTURE });
  await vscode.shot('failed');
  await failed.getByRole('button', { name: 'Show Problem' }).click();
  await vscode.squiggle.waitFor();
  await page.locator('.statusbar-item', { hasText: 'Ln 17' }).waitFor();
  await vscode.quickFix('Define custom operator…', () => vscode.shot('quick-fix'));
  // The notification may be gone before a busy machine looks; the file stays.
  await vscode.written('program.Broken.onnx', CAPTURE);
  await vscode.squiggle.waitFor({ state: 'detached' });
  await vscode.shot('defined');
  expect(readFileSync(onDisk('graphwright.ops.json'), 'utf8')).toContain('"function": "program.swish"');
});

test('a program that does not end is cancelled', async () => {
  await vscode.command('Notifications: Clear All Notifications');
  await (await vscode.lensOver('class Endless', 'Capture Model…')).click();
  await answerAsGuessed();
  const running = vscode.notification('Capturing Endless of program.py');
  await running.getByText('Importing program.py').waitFor();
  await vscode.shot('running');
  await running.getByRole('button', { name: 'Cancel' }).click();
  await running.waitFor({ state: 'detached' });
});

test('a file of weights offers to take its program from Python', async () => {
  const { page } = vscode;
  copyFileSync(inRoot('test/fixtures/torch/weights.pth'), onDisk('weights.pth'));
  await vscode.command('View: Close All Editors');
  await vscode.menu('weights.pth', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow();
  const refused = vscode.notification('holds weights only');
  await refused.waitFor();
  await vscode.shot('weights-only');
  await refused.getByRole('button', { name: 'Copy Export Script' }).waitFor();
  await refused.getByRole('button', { name: 'Capture with Python…' }).click();
  await vscode.quickItem('Digits').waitFor();
  await vscode.shot('capture-with-python');
  await page.keyboard.press('Escape');
});

test('the graph of such a file has the same offer in its place', async () => {
  await vscode.menu('weights.pth', 'Open Graph');
  await vscode.graph.getByTestId('error').waitFor();
  await vscode.shot('no-graph');
  await vscode.graph.getByTestId('capture').click();
  await vscode.quickItem('Digits').waitFor();
  await vscode.page.keyboard.press('Escape');
});

test('nothing went wrong on the page, and nothing was asked for outside this machine', () => {
  expect(vscode.errors).toEqual([]);
  expect([...vscode.external]).toEqual([]);
});

/** No weights, the guessed input, ONNX at opset 17, and nothing else. */
async function answerAsGuessed(): Promise<void> {
  const { page } = vscode;
  await vscode.quickItem('None').waitFor();
  await page.keyboard.press('Enter');
  await vscode.quickInput.getByText('What is image?').waitFor();
  await page.keyboard.press('Enter');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow();
}
