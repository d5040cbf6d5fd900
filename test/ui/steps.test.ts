/** What a conversion did, step by step, with the packaged extension. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Workbench } from './workbench.ts';

let vscode: Workbench;

beforeAll(async () => {
  vscode = await Workbench.start({ name: 'steps' });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.shot(`FAILED-${task.name.replace(/\W+/g, '-')}`));
});
afterAll(() => vscode?.stop());

const steps = () => vscode.page.locator('.pane').filter({ hasText: 'Conversion Steps' });
const row = (text: string | RegExp) => steps().locator('.monaco-list-row').filter({ hasText: text }).first();
/** What it does here is known: the program normalises after four of its convolutions. */
const PASS = 'fold-batch-normalization';
const output = () => readFileSync(path.join(vscode.workspace, 'digits.traced.onnx'));

test('Simplify is checked: the passes are listed with their counts', async () => {
  await vscode.menu('digits.traced.pt', 'Convert Model…');
  await vscode.quickItem('ONNX').click();
  await vscode.quickItem('Opset 17').click();
  await vscode.convertNow('Simplify');
  const done = vscode.notification('Converted digits.traced.pt to ONNX, opset 17');
  await done.getByRole('button', { name: 'Show Steps' }).click();
  await row(PASS)
    .filter({ hasText: /4× · −\d+ \+\d+ nodes/ })
    .waitFor();
  await vscode.shot('passes');
});

test('a step is shown as text in the diff editor', async () => {
  await row(PASS).click();
  await vscode.page.keyboard.press('ArrowRight');
  const step = steps().locator('.monaco-list-row[aria-level="2"]').first();
  await step.click();
  const diff = vscode.page.locator('.monaco-diff-editor .original .view-line', { hasText: 'BatchNormalization' });
  await diff.last().waitFor();
  await vscode.shot('text');
});

test('and in the graph, before and after side by side', async () => {
  const step = steps().locator('.monaco-list-row[aria-level="2"]').first();
  await step.hover();
  await step.getByRole('button', { name: 'Show Step in Graph' }).click();
  await vscode.page.getByRole('tab', { name: /^Before Step \d+: digits/ }).waitFor();
  await vscode.page.getByRole('tab', { name: /^After Step \d+: digits/ }).waitFor();
  const frames = vscode.page.locator('iframe.webview.ready:visible');
  await expect.poll(() => frames.count()).toBe(2);
  for (const k of [0, 1]) {
    const graph = frames.nth(k).contentFrame().frameLocator('#active-frame');
    await graph.getByTestId('node').first().waitFor();
    // A moment of a conversion is looked at: there is nothing to convert.
    expect(await graph.getByTestId('convert').isVisible()).toBe(false);
  }
  const before = frames.nth(0).contentFrame().frameLocator('#active-frame');
  await before.locator('.box.ringed').first().waitFor();
  await vscode.shot('graph');
});

test('a pass is left out, and the conversion made again without it', async () => {
  await vscode.command('View: Close All Editors');
  const before = output();
  await row(PASS).getByRole('checkbox').click();
  await steps().getByText('Other passes are checked than were run').waitFor();
  await vscode.shot('unchecked');
  await vscode.command('Graphwright: Convert Again with the Checked Steps');
  await row(PASS).filter({ hasText: 'left out' }).waitFor();
  await vscode.shot('again');
  expect(output().equals(before)).toBe(false);
});
