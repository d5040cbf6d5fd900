/** A Caffe network as text beside its graph: written, mended and followed in both directions, as a user does it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Workbench } from './workbench.ts';

const NET = `name: "tiny"  # a network of a few layers
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } }
}
layer {
  name: "conv1"
  type: "Convolution"
  bottom: "data"
  top: "conv1"
  convolution_param {
    num_output: 64
    kernel_size: 7
    pad: 3
    stride: 2
    weight_filler { type: "xavier" }
  }
}
layer {
  name: "elu1"
  type: "ELU"
  bottom: "conv1"
  top: "conv1"
}
layer {
  name: "pool1"
  type: "Pooling"
  bottom: "conv1"
  top: "pool1"
  pooling_param {
    pool: MAX
    kernel_size: 3
    stride: 2
  }
}
layer {
  name: "fc"
  type: "InnerProduct"
  bottom: "pool1"
  top: "fc"
  inner_product_param { num_output: 10 }
}
layer {
  name: "prob"
  type: "Softmax"
  bottom: "fc"
  top: "prob"
}
`;
const FILES = {
  'tiny.prototxt': NET,
  'solver.prototxt': 'net: "tiny.prototxt"\ntest_iter: 100\nbase_lr: 0.01\nlr_policy: "step"\nsolver_mode: GPU\n',
};

let vscode: Workbench;

beforeAll(async () => {
  vscode = await Workbench.start({
    name: 'prototxt',
    width: 1600,
    settings: { 'files.autoSave': 'off' },
    files: FILES,
  });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(() => vscode?.stop());

const revert = async () => {
  await vscode.command('File: Revert File');
  await vscode.dirtyTab.waitFor({ state: 'detached' });
};

test('a network has colours, shapes and no problems', async () => {
  const { page } = vscode;
  await vscode.file('tiny.prototxt').dblclick();
  await page.locator('.view-line', { hasText: 'Convolution' }).first().waitFor();
  await page.locator('.view-line', { hasText: '[1, 64, 112, 112]' }).first().waitFor();
  await page.locator('.statusbar-item', { hasText: 'Caffe Prototxt' }).waitFor();
  expect(await vscode.squiggle.count()).toBe(0);
  await vscode.shot('text');
});

test('hover and completion', async () => {
  const { page } = vscode;
  await vscode.goToText('"Pooling"');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await vscode.command('Show or Focus Hover');
  await page.locator('.monaco-hover:visible', { hasText: 'pooling_param' }).first().waitFor();
  await vscode.shot('hover');
  await page.keyboard.press('Escape');
  await vscode.goToText('bottom: "fc');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  for (let k = 0; k < 2; k++) await page.keyboard.press('Backspace');
  await page.keyboard.press('Control+Space');
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'pool1' }).first().waitFor();
  await vscode.shot('completion');
  await page.keyboard.press('Escape');
  await revert();
});

test('a field of another dialect is marked, and rewritten by a quick fix', async () => {
  const { page } = vscode;
  await vscode.goToText('kernel_size: 3');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('ceil_mode: false');
  await page.keyboard.press('Escape');
  // The text reads as OpenCV's now, and says so in its first line.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Home');
  await page.locator('.squiggly-info').first().waitFor();
  await vscode.quickFix('Switch dialect…', () => vscode.shot('dialect-fixes'));
  await vscode.choose('BVLC');
  await vscode.squiggle.waitFor();
  await vscode.shot('squiggle');
  await page.keyboard.press('F8');
  await page.locator('.marker-widget', { hasText: 'ceil_mode' }).first().waitFor();
  await vscode.shot('problem');
  await page.keyboard.press('Escape');
  await vscode.quickFix('Rewrite for bvlc', () => vscode.shot('quick-fix'));
  await vscode.squiggle.waitFor({ state: 'detached' });
  await page.locator('.view-line', { hasText: 'round_mode' }).first().waitFor();
  await vscode.shot('rewritten');
  await revert();
});

test('a blob has one new name everywhere', async () => {
  const { page } = vscode;
  await vscode.goToText('bottom: "pool1');
  await page.keyboard.press('F2');
  await page.locator('.rename-box input').fill('reduced');
  await page.keyboard.press('Enter');
  await page.locator('.view-line', { hasText: 'top: "reduced"' }).first().waitFor();
  await revert();
});

test('the layer at the cursor is selected in the graph, and back', async () => {
  const { page } = vscode;
  await vscode.goToText('name: "conv1');
  await page.keyboard.press('Control+Alt+G');
  await vscode.graph.getByTestId('node').first().waitFor();
  await vscode.selected('conv1').waitFor();
  await vscode.focusText();
  await vscode.goToText('name: "pool1');
  await vscode.selected('pool1').waitFor();
  await vscode.shot('graph');
  await vscode.graph.locator('[data-testid=node][data-name=fc]').first().click();
  const line = page.locator('.monaco-editor .line-numbers.active-line-number').first();
  await line.filter({ hasText: '38' }).waitFor();
  await vscode.shot('graph-to-text');
});

test('which targets can take it stands in a table, with links to the lines', async () => {
  const { page } = vscode;
  await vscode.focusText();
  await vscode.command('Graphwright: Which Targets Can Take This Model?');
  const shown = page.frameLocator('iframe.webview.ready:visible').last().frameLocator('#active-frame');
  await shown.locator('h1', { hasText: 'Which targets can take' }).waitFor();
  await page.locator('.notification-list-item').first().waitFor({ state: 'detached' });
  await vscode.shot('backends');
  await shown
    .locator('a', { hasText: /^(line )?38$/ })
    .first()
    .click();
  await page.locator('.statusbar-item', { hasText: 'Ln 38, Col 1' }).waitFor();
});

test("another tool's prototxt is left alone", async () => {
  const { page } = vscode;
  await vscode.focusText();
  await vscode.file('solver.prototxt').dblclick();
  await page.locator('.view-line', { hasText: 'lr_policy' }).first().waitFor();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await page.locator('.squiggly-error, .squiggly-warning, .squiggly-info').count()).toBe(0);
  await vscode.shot('solver');
});

test('in light, too', async () => {
  const light = await Workbench.start({ name: 'prototxt-light', width: 1600, theme: 'light', files: FILES });
  try {
    await light.file('tiny.prototxt').dblclick();
    await light.page.locator('.view-line', { hasText: '[1, 64, 112, 112]' }).first().waitFor();
    await light.goToText('name: "conv1');
    await light.page.keyboard.press('Control+Alt+G');
    await light.graph.getByTestId('node').first().waitFor();
    await light.shot('graph');
    await light.command('Graphwright: Which Targets Can Take This Model?');
    const shown = light.page.frameLocator('iframe.webview.ready:visible').last().frameLocator('#active-frame');
    await shown.locator('h1', { hasText: 'Which targets can take' }).waitFor();
    await light.page.locator('.notification-list-item').first().waitFor({ state: 'detached' });
    await light.shot('backends');
  } finally {
    await light.stop();
  }
});
