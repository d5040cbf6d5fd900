/** The page of targets in every kind of theme and in a narrow window, and a profile as the target of a text that is edited. */
import { expect, test } from 'vitest';
import { Workbench, type WorkbenchOptions } from './workbench.ts';

const settings = { 'files.autoSave': 'off' };
/** No opset before 20 says what the last node does, and few runtimes the second. */
const TEXT = `<ir_version: 10, opset_import: ["" : 20]>
g (float[1,3,64,64] x, string[2] s) => (int64[4,n] q, bool[2] m) {
  h = Gelu (x)
  q = NonZero (h)
  m = RegexFullMatch <pattern = "a+"> (s)
}
`;
/** Profiles of the user's own, of which one is cut off. */
const OWN = {
  'chip.graphwright-target.json': '{ "version": 1, "name": "chip", "like": "onnxruntime-1.16", "operators": {} }',
  'broken.graphwright-target.json': '{ "version": 1',
};
const LOOKS: readonly WorkbenchOptions[] = [
  { name: 'targets-dark', theme: 'dark', settings },
  { name: 'targets-light', theme: 'light', settings },
  { name: 'targets-high-contrast', theme: 'high-contrast', settings },
  { name: 'targets-narrow', theme: 'dark', width: 640, height: 900, settings },
];

test.each(LOOKS)('$name: which targets can take a model, with links to its lines', async (look) => {
  const vscode = await Workbench.start({ ...look, files: { 'texts.onnxtxt': TEXT, ...OWN } });
  try {
    await vscode.file('texts.onnxtxt').dblclick();
    await vscode.page.locator('.view-line', { hasText: 'NonZero' }).first().waitFor();
    await vscode.command('Graphwright: Which Targets Can Take This Model?');
    const page = vscode.page.locator('iframe.webview.ready:visible').contentFrame().frameLocator('#active-frame');
    await page.getByRole('heading', { name: 'Which targets can take texts.onnxtxt?' }).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'onnx:ncnn' });
    await vscode.shot('page');
    const own = (name: string) => page.getByRole('row').filter({ hasText: name });
    expect(await own('chip.graphwright-target.json').textContent()).toContain('1 node at opset 19');
    const broken = own('broken.graphwright-target.json');
    expect(await broken.textContent()).toContain('expected }');
    await broken.scrollIntoViewIfNeeded();
    await vscode.shot('own');
    expect(await row.textContent()).toContain('2 nodes');
    await row.getByRole('link', { name: '2 nodes' }).click();
    await vscode.page.locator('.view-line', { hasText: 'NonZero' }).first().waitFor();
    await vscode.shot('line');
  } finally {
    await vscode.stop();
  }
});

test('what a profile does not take is marked as one edits', async () => {
  const target = { ...settings, 'graphwright.target': 'onnx:tensorrt-10' };
  const vscode = await Workbench.start({ name: 'targets-profile', settings: target, files: { 'texts.onnxtxt': TEXT } });
  try {
    await vscode.file('texts.onnxtxt').dblclick();
    await vscode.page.locator('.squiggly-error').first().waitFor();
    await vscode.command('Problems: Focus on Problems View');
    await vscode.page
      .locator('.markers-panel', { hasText: 'TensorRT 10 has no operator for RegexFullMatch' })
      .waitFor();
    await vscode.shot('problems');
  } finally {
    await vscode.stop();
  }
});

test('a profile of the folder stands among the targets, also one that is broken; a model is converted for it', async () => {
  const chip = `{
  // An NPU of ours
  "version": 1, "name": "chip", "title": "Acme NPU", "like": "onnxruntime-1.16", "operators": {}
}`;
  const files = {
    'chip.graphwright-target.json': chip,
    'broken.graphwright-target.json':
      '{ "version": 1, "name": "broken", "opsets": { "ai.onnx": [17, 11] }, "operators": {} }',
  };
  const vscode = await Workbench.start({ name: 'targets-own', settings, files });
  try {
    await vscode.menu('light_squeezenet.onnx', 'Convert Model…');
    await vscode.quickItem('cannot be used: expected').waitFor();
    await vscode.shot('choice');
    await vscode.choose('Acme NPU');
    await vscode.convertNow();
    await vscode.notification(/(Converted|cannot take) light_squeezenet\.onnx/).waitFor();
    await vscode.shot('converted');
    await vscode.file('chip.graphwright-target.json').dblclick();
    await vscode.page.locator('.view-line', { hasText: 'An NPU of ours' }).waitFor();
    await vscode.page.locator('.statusbar-item', { hasText: 'JSON with Comments' }).waitFor();
  } catch (error) {
    await vscode.failed('own-profile');
    throw error;
  } finally {
    await vscode.stop();
  }
});
