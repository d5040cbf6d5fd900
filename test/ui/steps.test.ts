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
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(() => vscode?.stop());

const steps = () => vscode.page.locator('.part.panel');
const row = (text: string | RegExp) => steps().locator('.monaco-list-row').filter({ hasText: text }).first();
const stepRows = () => steps().locator('.monaco-list-row[aria-level="2"]');
/** What it does here is known: the program normalises after four of its convolutions. */
const PASS = 'Makes BatchNormalization part of the weights before it';
const OPSET = 'Adapts operators from opset 18 to opset 17';
const output = () => readFileSync(path.join(vscode.workspace, 'digits.traced.onnx'));

/** The graphs of both moments, with the nodes that are ringed. */
async function bothGraphs() {
  const frames = vscode.page.locator('iframe.webview.ready:visible');
  await expect.poll(() => frames.count()).toBe(2);
  const graphs = [0, 1].map((k) => frames.nth(k).contentFrame().frameLocator('#active-frame'));
  for (const graph of graphs) {
    await graph.getByTestId('node').first().waitFor();
    // A moment of a conversion is looked at: there is nothing to convert.
    expect(await graph.getByTestId('convert').isVisible()).toBe(false);
  }
  return graphs;
}

/** Unfolds a pass, and shows its first step in the graph. */
async function showFirstInGraph(pass: string) {
  // Until the steps of this conversion are there, the row of the one before has none.
  await expect.poll(() => row(pass).getAttribute('aria-expanded'), { timeout: 60_000 }).not.toBeNull();
  await row(pass).click();
  await vscode.page.keyboard.press('ArrowRight');
  const step = stepRows().first();
  await step.hover();
  await step.getByRole('button', { name: 'Show Step in Graph' }).click();
  await vscode.page.getByRole('tab', { name: /^Before Step \d+: digits/ }).waitFor();
  await vscode.page.getByRole('tab', { name: /^After Step \d+: digits/ }).waitFor();
}

test('Simplify is checked: the passes are listed with their counts', async () => {
  await vscode.menu('digits.traced.pt', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow('Simplify');
  const done = vscode.notification('Converted digits.traced.pt to ONNX, opset 17');
  await done.filter({ hasText: /\d+ nodes became \d+\. The \d+ steps are listed under Conversion Steps/ }).waitFor();
  await vscode.shot('notification');
  await done.getByRole('button', { name: 'Show Steps' }).click();
  await row(PASS)
    .filter({ hasText: /4× .*−8 \+4 nodes/ })
    .waitFor();
  await steps().getByText('Unfold a row and click a step').waitFor();
  // What keeps an opset's meaning is shown, and cannot be left out.
  await row(OPSET).waitFor();
  expect(await row(OPSET).getByRole('checkbox').count()).toBe(0);
  await vscode.shot('passes');
});

test('a step is shown as text in the diff editor', async () => {
  await row(PASS).click();
  await vscode.page.keyboard.press('ArrowRight');
  const step = steps().locator('.monaco-list-row[aria-level="2"]').first();
  await step.click();
  const diff = vscode.page.locator('.monaco-diff-editor .original .view-line', { hasText: 'BatchNormalization' });
  await diff.last().waitFor();
  // Lines that are longer than the editor is wide go on in the next.
  const editor = vscode.page.locator('.monaco-diff-editor .editor.original');
  const right = await editor.evaluate((element) => element.getBoundingClientRect().right);
  const ends = await editor
    .locator('.view-line > span')
    .evaluateAll((lines) => lines.map((line) => line.getBoundingClientRect().right));
  expect(Math.max(...ends)).toBeLessThanOrEqual(right);
  await vscode.shot('text');
});

test('and in the graph, before and after side by side', async () => {
  await row(PASS).click();
  await vscode.page.keyboard.press('ArrowLeft');
  await showFirstInGraph(PASS);
  const [before, after] = await bothGraphs();
  await before?.locator('.box.ringed[aria-label^=BatchNormalization]').first().waitFor();
  await after?.locator('.box.ringed[aria-label^=Conv]').first().waitFor();
  await vscode.shot('graph');
});

test('a step from opset to opset, too', async () => {
  await vscode.command('View: Close All Editors');
  await row(PASS).click();
  await vscode.page.keyboard.press('ArrowLeft');
  await showFirstInGraph(OPSET);
  const [before, after] = await bothGraphs();
  await before?.locator('.box.ringed').first().waitFor();
  await after?.locator('.box.ringed').first().waitFor();
  await vscode.shot('opset-graph');
  await row(OPSET).click();
  await vscode.page.keyboard.press('ArrowLeft');
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

test('what a Caffe backend wants is a step like others, and can be left out', async () => {
  await vscode.menu('digits.traced.pt', 'Convert Model…');
  // The list is longer than what is shown of it.
  await vscode.quickInput.locator('input').fill('OpenCV');
  await vscode.choose('Caffe (OpenCV');
  // As the last time, but for the check box.
  await vscode.convertNow('Simplify');
  await vscode.notification('Converted digits.traced.pt to Caffe').waitFor();
  await showFirstInGraph(PASS);
  const [before] = await bothGraphs();
  await before?.locator('.box.ringed[aria-label^=BatchNormalization]').first().waitFor();
  await vscode.shot('caffe-graph');
  await row(PASS).getByRole('checkbox').click();
  await vscode.command('Graphwright: Convert Again with the Checked Steps');
  await row(PASS).filter({ hasText: 'left out' }).waitFor();
  const prototxt = readFileSync(path.join(vscode.workspace, 'digits.traced.prototxt'), 'utf8');
  expect(prototxt).toContain('type: "BatchNorm"');
});
