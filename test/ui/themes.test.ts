/** The panel and the text in every kind of theme and in a narrow window: screenshots to look at, and nothing that hides. */
import { describe, expect, test } from 'vitest';
import { Workbench, type WorkbenchOptions } from './workbench.ts';

const settings = { 'files.autoSave': 'off' };
const LOOKS: readonly WorkbenchOptions[] = [
  { name: 'light', theme: 'light', settings },
  { name: 'high-contrast', theme: 'high-contrast', settings },
  { name: 'narrow', theme: 'dark', width: 640, height: 800, settings },
];

/** Converts, and shows a step of it as text and in the graph. */
async function lookAtSteps(vscode: Workbench): Promise<void> {
  await vscode.command('View: Revert and Close Editor');
  await vscode.menu('digits.traced.pt', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow('Simplify');
  const done = vscode.notification('Converted digits.traced.pt');
  await done.getByRole('button', { name: 'Show Steps' }).click();
  const rows = vscode.page.locator('.part.panel .monaco-list-row');
  await rows.filter({ hasText: 'Makes BatchNormalization part' }).first().click();
  await vscode.page.keyboard.press('ArrowRight');
  const step = rows.filter({ hasText: 'Conv features.0' }).first();
  await step.click();
  await vscode.page.locator('.monaco-diff-editor .view-line', { hasText: 'BatchNormalization' }).last().waitFor();
  await vscode.shot('step-text');
  await step.hover();
  await step.getByRole('button', { name: 'Show Step in Graph' }).click();
  const frames = vscode.page.locator('iframe.webview.ready:visible');
  await expect.poll(() => frames.count(), { timeout: 60_000 }).toBe(2);
  for (const k of [0, 1])
    await frames.nth(k).contentFrame().frameLocator('#active-frame').locator('.box.ringed').first().waitFor();
  await vscode.shot('step-graph');
}

describe.each(LOOKS)('$name', (look) => {
  test('the graph, a node, the problems of another target, the text', async () => {
    const vscode = await Workbench.start(look);
    try {
      await vscode.file('light_squeezenet.onnx').dblclick();
      const { graph } = vscode;
      const node = graph.locator('[data-testid=node][aria-label^=Conv]').first();
      await node.waitFor();
      await vscode.shot('graph');
      await node.click();
      await graph.getByTestId('node-details').waitFor();
      await vscode.shot('node-details');
      await vscode.menu('acme.traced.pt', 'Open Graph');
      await graph.getByTestId('problem-badge').first().waitFor();
      await vscode.shot('problems');
      await vscode.command('View: Close All Editors');
      await vscode.menu('light_squeezenet.onnx', 'Open as Text');
      await vscode.page.locator('.view-line', { hasText: 'ir_version' }).first().waitFor();
      await vscode.goToText('r1 = Relu');
      await vscode.page.keyboard.press('ArrowRight');
      await vscode.page.keyboard.press('Backspace');
      await vscode.page.keyboard.type('lu');
      await vscode.page.locator('.squiggly-error').first().waitFor();
      await vscode.page.locator('.view-line', { hasText: 'float[1, 64, 111, 111]' }).first().waitFor();
      await vscode.shot('text');
      await lookAtSteps(vscode);
      expect(vscode.errors).toEqual([]);
    } catch (error) {
      await vscode.shot('FAILED');
      throw error;
    } finally {
      await vscode.stop();
    }
  });
});
