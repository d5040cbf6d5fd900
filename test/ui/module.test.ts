/**
 * *Capture Model of an Installed Module…* by clicks, with the packaged extension: a model of torchvision from its name to its graph.
 * A real Python has torchvision where there is one; else one that needs none stands for it.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CAPTURE, fakePython, realPython, startWith } from './capturing.ts';
import type { Workbench } from './workbench.ts';

let vscode: Workbench;
let isReal = false;
const folder = mkdtempSync(path.join(tmpdir(), 'gwp-'));
const input = () => vscode.quickInput.locator('input[type=text]');

beforeAll(async () => {
  const real = realPython();
  isReal = real !== undefined;
  vscode = await startWith(real ?? fakePython(folder), { name: 'module' });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(async () => {
  await vscode?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('its name is asked for, and what is none is told', async () => {
  const { page } = vscode;
  await vscode.command('Graphwright: Capture Model of an Installed Module…');
  await vscode.quickInput.getByText('MODULE:NAME, a class or function').waitFor();
  await vscode.shotInEveryLook('name');
  await page.keyboard.type('torchvision.models');
  await vscode.quickInput.getByText('Write it as MODULE:NAME').waitFor();
  await page.keyboard.type(':resnet18');
  await page.keyboard.press('Enter');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('Run torchvision.models to capture a model?').waitFor();
  expect(await dialog.textContent()).toContain('all that its code does');
  await vscode.shotInEveryLook('consent');
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();
});

test('with its arguments and inputs it is captured and converted; the graph of the result opens', async () => {
  const { page } = vscode;
  await vscode.quickInput.getByText('Arguments of resnet18, as Python has them').waitFor();
  await vscode.shotInEveryLook('arguments');
  await page.keyboard.type('num_classes=10');
  await page.keyboard.press('Enter');
  await vscode.choose('None');
  await vscode.quickInput.getByText('What is').waitFor({ timeout: CAPTURE });
  await vscode.shotInEveryLook('inputs');
  const name = isReal ? 'x' : 'image';
  expect(await vscode.quickInput.textContent()).toContain(`What is ${name}?`);
  if (isReal) expect(await input().inputValue()).toMatch(/^float32\[1,3,\d+,\d+\]$/);
  await input().fill(isReal ? 'float32[batch,3,64,64]' : 'float32[1,1,28,28]');
  await page.keyboard.press('Enter');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow('Compare');
  const done = vscode.notification('Converted resnet18 of torchvision.models to ONNX, opset 17: resnet18.onnx');
  await done.waitFor({ timeout: CAPTURE });
  await vscode.shot('converted');
  if (isReal) expect(await done.textContent()).toContain('It agrees with PyTorch');
  expect(existsSync(path.join(vscode.workspace, 'resnet18.onnx'))).toBe(true);
  await done.getByRole('button', { name: 'Open Graph' }).click();
  const nodes = vscode.graph.locator('[data-testid=node]');
  await nodes.first().waitFor();
  await vscode.graph.locator('[data-testid=node][aria-label^=Conv]').first().waitFor();
  await vscode.shotInEveryLook('graph');
});

test('nothing went wrong on the page, and nothing was asked for outside this machine', () => {
  expect(vscode.errors).toEqual([]);
  expect([...vscode.external]).toEqual([]);
});
