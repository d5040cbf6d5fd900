/**
 * *Compare* by clicks, with the packaged extension, which has no onnxruntime of its own: of a captured program, and of a file. The
 * program is captured by a real Python where there is one, else by one that needs no PyTorch.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { CAPTURE, fakePython, realPython, startWith } from './capturing.ts';
import type { Workbench } from './workbench.ts';

let vscode: Workbench;
const folder = mkdtempSync(path.join(tmpdir(), 'gwp-'));
const GATE = inRoot('test/fixtures/host/gate');
const onDisk = (name: string) => path.join(vscode.workspace, name);

/** A body that leaves its attribute out. */
const WRONG = `<domain: "com.acme", opset_import: ["" : 17]>
Swish <beta> (x) => (y)
{
  open = Sigmoid (x)
  y = Mul (x, open)
}
`;

beforeAll(async () => {
  const python = realPython() ?? fakePython(folder);
  console.log(`Captured by ${python}`);
  const names = ['gate.py', 'graphwright.ops.json', 'bodies.onnxtxt'];
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(path.join(GATE, name), 'utf8')]));
  vscode = await startWith(python, { name: 'compare', files });
});
beforeEach(async ({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
  await vscode.command('Notifications: Clear All Notifications');
});
afterAll(async () => {
  await vscode?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a captured program is compared with what PyTorch gave for it', async () => {
  const { page } = vscode;
  await vscode.file('gate.py').dblclick();
  await (await vscode.lensOver('class Gate', 'Capture Model…')).click();
  await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Run', exact: true }).click();
  await vscode.choose('None');
  await vscode.quickInput.getByText('What is image?').waitFor({ timeout: CAPTURE });
  await vscode.quickInput.locator('input[type=text]').fill('float32[2,3]');
  await page.keyboard.press('Enter');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.shotInEveryLook('wishes');
  await vscode.convertNow('Compare');
  const done = vscode.notification(/Converted Gate of gate\.py to ONNX, opset 17: gate\.onnx/);
  await done.waitFor({ timeout: CAPTURE });
  expect(await done.textContent()).toMatch(/It agrees with PyTorch \S+ on 2 sets of inputs: .*difference/);
  await done.locator('.codicon-info').waitFor();
  await vscode.shotInEveryLook('agrees');
});

test('a body that computes something else is told with its output', async () => {
  writeFileSync(onDisk('bodies.onnxtxt'), WRONG);
  const done = await captureAgain();
  const told = await done.textContent();
  expect(told).toMatch(/It DIFFERS from PyTorch \S+ on 2 sets of inputs: .*difference \d\S*, in output output_0/);
  await done.locator('.codicon-warning').waitFor();
  await vscode.shotInEveryLook('differs');
});

test('a result that does not run there is written, and that is told', async () => {
  const entry = JSON.parse(readFileSync(onDisk('graphwright.ops.json'), 'utf8'));
  delete entry.operators[0].body;
  writeFileSync(onDisk('graphwright.ops.json'), JSON.stringify(entry));
  const done = await captureAgain();
  expect(await done.textContent()).toMatch(/It was not compared: gate\.onnx: onnxruntime cannot run it: .*Swish/);
  expect(await done.getByRole('button', { name: 'Copy Install Command' }).count()).toBe(0);
  await vscode.shotInEveryLook('not-run');
  expect(existsSync(onDisk('gate.onnx'))).toBe(true);
});

test('a file is compared with the onnxruntime of a Python, which is asked about once', async () => {
  const { page } = vscode;
  await vscode.menu('digits.traced.pt', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  // As the last time.
  await vscode.convertNow();
  const asking = vscode.notification(/Converted digits\.traced\.pt .*It was not compared/);
  await asking.waitFor();
  await vscode.shotInEveryLook('no-runtime');
  // What was said goes after some seconds, but not from the list.
  await vscode.command('Notifications: Show Notifications');
  await asking.getByRole('button', { name: 'Compare with Python…' }).click();
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('Compare with the onnxruntime of').waitFor();
  await vscode.shotInEveryLook('consent');
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();
  const done = vscode.notification(/It agrees with the source graph in onnxruntime/);
  await done.waitFor({ timeout: CAPTURE });
  await vscode.shot('file-agrees');
});

test('nothing went wrong on the page, and nothing was asked for outside this machine', () => {
  expect(vscode.errors).toEqual([]);
  expect([...vscode.external]).toEqual([]);
});

/** Captures as the last time, and lets what is there be replaced; gives what is said then. */
async function captureAgain() {
  const { page } = vscode;
  await vscode.menu('gate.py', 'Capture Model…');
  await vscode.choose('Capture Again');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('gate.onnx exists').waitFor({ timeout: CAPTURE });
  await dialog.getByRole('button', { name: 'Replace' }).click();
  const done = vscode.notification('Converted Gate of gate.py');
  await done.waitFor({ timeout: CAPTURE });
  return done;
}
