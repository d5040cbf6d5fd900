/** The panel in every kind of theme and in a narrow window: screenshots to look at, and nothing that hides. */
import { describe, expect, test } from 'vitest';
import { Workbench, type WorkbenchOptions } from './workbench.ts';

const LOOKS: readonly WorkbenchOptions[] = [
  { name: 'light', theme: 'light' },
  { name: 'high-contrast', theme: 'high-contrast' },
  { name: 'narrow', theme: 'dark', width: 640, height: 800 },
];

describe.each(LOOKS)('$name', (look) => {
  test('the graph, a node, the problems of another target', async () => {
    const vscode = await Workbench.start(look);
    try {
      await vscode.file('light_squeezenet.onnx').dblclick();
      const { graph } = vscode;
      const node = graph.locator('[data-testid=node][aria-label^=Conv]').first();
      await node.waitFor({ timeout: 30_000 });
      await vscode.shot('graph');
      await node.click();
      await graph.getByTestId('node-details').waitFor();
      await vscode.shot('node-details');
      await vscode.menu('acme.traced.pt', 'Open Graph');
      await graph.getByTestId('problem-badge').first().waitFor({ timeout: 30_000 });
      await vscode.shot('problems');
      expect(vscode.errors).toEqual([]);
    } catch (error) {
      await vscode.shot('FAILED');
      throw error;
    } finally {
      await vscode.stop();
    }
  });
});
