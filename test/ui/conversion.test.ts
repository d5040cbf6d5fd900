/** From a right-click to a converted model, as a user does it, with the packaged extension. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openModel } from '../../src/core/open.ts';
import { silent } from '../../src/core/progress.ts';
import { PLAIN_READING } from '../../src/core/reading.ts';
import { Workbench } from './workbench.ts';

let vscode: Workbench;
const onDisk = (name: string) => path.join(vscode.workspace, name);

/** Its operator of ai.onnx.ml is another one in versions 1, 2 and 4. */
const LABELS = `<ir_version: 9, opset_import: ["" : 20, "ai.onnx.ml" : 4]>
g (string[2] s) => (int64[2] y) { y = ai.onnx.ml.LabelEncoder <keys_strings = ["a"], values_int64s = [1]> (s) }
`;

beforeAll(async () => {
  vscode = await Workbench.start({ name: 'flow', files: { 'labels.onnxtxt': LABELS } });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(() => vscode?.stop());

test('right-click, Convert Model…, target, opset: the file appears beside the source', async () => {
  await vscode.file('digits.traced.pt').click({ button: 'right' });
  const entry = vscode.page.getByRole('menuitem', { name: 'Convert Model…' });
  await entry.waitFor();
  await vscode.shot('context-menu');
  await vscode.chooseInMenu('Convert Model…');
  await vscode.quickItem('ONNX').waitFor();
  await vscode.shot('choose-target');
  await vscode.choose('ONNX');
  await vscode.quickItem('Opset 17').waitFor();
  await vscode.shot('choose-opset');
  await vscode.choose('Opset 17');
  await vscode.quickItem('Simplify').waitFor();
  await vscode.shot('what-else');
  await vscode.convertNow();
  await vscode.notification('Converted digits.traced.pt to ONNX, opset 17').waitFor();
  await vscode.written('digits.traced.onnx');
  await vscode.shot('converted');
});

test('Open Graph shows the result; a click on a node shows its details', async () => {
  await vscode.notification('Converted digits.traced.pt').getByRole('button', { name: 'Open Graph' }).click();
  const { graph } = vscode;
  await graph.getByTestId('node').first().waitFor();
  await vscode.shot('graph');
  const node = graph.locator('[data-testid=node][aria-label^=Conv]').first();
  await node.click();
  const details = graph.getByTestId('node-details');
  await details.getByText('Conv', { exact: true }).waitFor();
  await vscode.shot('node-details');
});

test('a conversion that would replace a file asks first', async () => {
  await vscode.menu('digits.traced.pt', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 13');
  await vscode.convertNow();
  const dialog = vscode.page.locator('.monaco-dialog-box');
  await dialog.getByText('digits.traced.onnx exists').waitFor();
  await vscode.shot('replace');
  const before = readFileSync(onDisk('digits.traced.onnx'));
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(readFileSync(onDisk('digits.traced.onnx')).equals(before)).toBe(true);
});

test('a program whose file keeps no example input asks for its shape, and then converts', async () => {
  await vscode.command('View: Close All Editors');
  await vscode.menu('plain.traced.pt', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow();
  const input = vscode.quickInput.locator('input');
  await vscode.quickInput.getByText('What is input?').waitFor();
  expect(await input.inputValue()).toBe('float32[1,3,224,224]');
  await input.fill('float32[1,3,');
  await vscode.quickInput.getByText('Write it as TYPE[SIZES]').waitFor();
  await vscode.shot('input-shape');
  await input.fill('float32[1,3,16,16]');
  await input.press('Enter');
  await vscode.notification('Converted plain.traced.pt to ONNX, opset 17').waitFor();
  await vscode.written('plain.traced.onnx');
});

test('a node of the graph is found in the text, and a line of the text in the graph', async () => {
  await vscode.command('View: Close All Editors');
  await vscode.menu('acme.traced.pt', 'Open Graph');
  const { graph, page } = vscode;
  await graph.locator('[data-testid=node][data-name*=swish]').first().click();
  await graph.getByTestId('node-details').getByText('Show in text').first().click();
  await page.locator('.statusbar-item', { hasText: /Ln 18, Col .* selected/ }).waitFor();
  await page.locator('.squiggly-error').first().waitFor();
  await vscode.shot('graph-to-text');
  await vscode.command('Graphwright: Reveal in Graph');
  await graph.locator('.box.selected[data-name*=swish]').first().waitFor();
  await vscode.shot('text-to-graph');
});

test('Open as Text shows a model as ONNX text', async () => {
  await vscode.command('View: Close All Editors');
  await vscode.menu('light_squeezenet.onnx', 'Open as Text');
  await vscode.page.locator('.view-line', { hasText: 'ir_version' }).first().waitFor();
  // The grammar's colours: what it does not know has the colour class 1.
  await vscode.page.locator('.view-line span[class^=mtk]:not(.mtk1)', { hasText: 'ir_version' }).first().waitFor();
  await vscode.shot('text');
});

test('a model with operators of its own is refused, with every problem', async () => {
  await vscode.command('View: Close All Editors');
  await vscode.menu('acme.traced.pt', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow();
  const refusal = vscode.notification('cannot take acme.traced.pt');
  await refusal.waitFor();
  await vscode.shot('refused');
  await refusal.getByRole('button', { name: 'Show Problems' }).click();
  await vscode.problem('acme::swish').first().waitFor();
  await vscode.problem('special_i0').first().waitFor();
  await vscode.shot('problems');
  expect(existsSync(onDisk('acme.traced.onnx'))).toBe(false);
});

test('the problems stand on the Python lines; quick fixes define the operator and the module class', async () => {
  await define('acme::swish', 'torch.ops.acme.swish(x, 1.5)', 'acme::swish', 'operator');
  await define('aten::special_i0', 'torch.special.i0(self.width)', 'acme.BesselGate', 'module-class');
  await vscode.written('graphwright.ops.json');
  const operators = readFileSync(onDisk('graphwright.ops.json'), 'utf8');
  expect(operators).toContain('"operator": "acme::swish"');
  expect(operators).toContain('"module": "acme.BesselGate"');
});

test('then the same conversion goes through', async () => {
  await vscode.menu('acme.traced.pt', 'Convert Model…');
  await vscode.choose('ONNX');
  await vscode.choose('Opset 17');
  await vscode.convertNow();
  const done = vscode.notification('Converted acme.traced.pt to ONNX, opset 17');
  await done.waitFor();
  await vscode.shot('converted-with-custom-operators');
  await done.getByRole('button', { name: 'Open Graph' }).click();
  await vscode.graph.getByTestId('node').first().waitFor();
  await vscode.shot('graph-with-custom-operators');
  expect(readFileSync(onDisk('acme.traced.onnx'), 'latin1')).toContain('acme');
});

test('the operator file has its schema', async () => {
  await vscode.command('View: Close All Editors');
  await vscode.file('graphwright.ops.json').dblclick();
  await vscode.page.locator('.view-line', { hasText: 'acme::swish' }).first().waitFor();
  await vscode.shot('operator-file');
});

test('a model with operators of ai.onnx.ml is asked for its version, too; the answer is remembered', async () => {
  const { quickInput } = vscode;
  const question = quickInput.locator('input[placeholder="Choose the version of ai.onnx.ml"]');
  const askedAt = async (opset: string) => {
    await vscode.menu('labels.onnxtxt', 'Convert Model…');
    await vscode.choose('ONNX');
    await vscode.choose(opset);
    await question.waitFor();
  };
  // What a version needs stands in a second line.
  const label = '.quick-input-list-row:first-child .label-name';
  const rows = () => quickInput.locator(label).allTextContents();
  const focused = async () => {
    await question.waitFor();
    return quickInput.locator(`.monaco-list-row.focused ${label}`).textContent();
  };

  await askedAt('Opset 13');
  await vscode.shot('choose-ml-version');
  expect(await rows()).toEqual([4, 5, 3, 2, 1].map((version) => `ai.onnx.ml ${version}`));
  expect(await quickInput.locator('.monaco-list-row').first().textContent()).toContain("the file's own");
  expect(await vscode.quickItem('ai.onnx.ml 2').textContent()).toMatch(
    /released with opset 13.*otherwise.*LabelEncoder/,
  );
  // As where nobody is asked: going down it is the version of the release.
  expect(await focused()).toBe('ai.onnx.ml 2');
  await vscode.choose('ai.onnx.ml 1');
  await quickInput.getByRole('button', { name: 'Back' }).click();
  expect(await focused()).toBe('ai.onnx.ml 1');
  await quickInput.getByRole('button', { name: 'Back' }).click();
  await quickInput.locator('input[placeholder="Choose the opset"]').fill('17');
  await vscode.choose('Opset 17');
  expect(await focused()).toBe('ai.onnx.ml 3');
  await vscode.choose('ai.onnx.ml 1');
  await vscode.convertNow();
  await vscode.notification('Converted labels.onnxtxt to ONNX, opset 17, ai.onnx.ml 1').waitFor();
  await vscode.shot('converted-with-ml-version');
  const made = await openModel(onDisk('labels.onnx'), PLAIN_READING, silent);
  made.close();
  expect([...made.model.opsetImports]).toEqual([
    ['', 17],
    ['ai.onnx.ml', 1],
  ]);

  await askedAt('Opset 17');
  expect(await focused()).toBe('ai.onnx.ml 1');
  await vscode.page.keyboard.press('Escape');
});

test('nothing went wrong on the page, and nothing was asked for outside this machine', () => {
  expect(vscode.errors).toEqual([]);
  expect([...vscode.external]).toEqual([]);
});

/** Goes from the problem of an operator to its line of acme.py and applies the quick fix that defines `what`. */
async function define(operator: string, line: string, what: string, name: string): Promise<void> {
  const { page } = vscode;
  await vscode.problem(operator).first().dblclick();
  const code = page.locator('.view-line', { hasText: line }).first();
  await code.click();
  await page.locator('.monaco-editor.focused').waitFor();
  await page.locator('.squiggly-error').first().waitFor();
  await vscode.shot(`${name}-line`);
  await vscode.quickFix(`${what}…`, () => vscode.shot(`${name}-quick-fix`));
  await vscode.quickItem('The same as input 0').waitFor();
  await vscode.shot(`${name}-shape-rule`);
  await vscode.choose('The same as input 0');
  await vscode.notification(`${what} is a custom operator now`).waitFor();
  await vscode.shot(`${name}-defined`);
  await vscode.problem(operator).first().waitFor({ state: 'detached' });
}
