/** Rewrite rules of the user in the editor: marks as one types, a quick fix, tests by numbers, rules that undo each other. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Workbench } from './workbench.ts';

let vscode: Workbench;

const RULES = `{
  "version": 1,
  "rules": [
    { "name": "no-negations", "rule": ["y = Neg (Neg (x))", "=> y = x"] },
    { "name": "to-sub", "rule": "y = Add (a, Neg (b)) => y = Sab (a, b)" },
    { "name": "to-add", "rule": "y = Sub (a, b) => y = Add (a, Neg (b))" }
  ]
}
`;

beforeAll(async () => {
  const settings = { 'files.autoSave': 'off' };
  vscode = await Workbench.start({ name: 'rules', settings, files: { 'graphwright.ops.json': RULES } });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.shot(`FAILED-${task.name.replace(/\W+/g, '-')}`));
});
afterAll(() => vscode?.stop());

const lens = (text: string | RegExp) => vscode.page.locator('.codelens-decoration').filter({ hasText: text });

test('what is wrong with a rule is marked at its word, and mended by a quick fix', async () => {
  await vscode.file('graphwright.ops.json').dblclick();
  await vscode.page.locator('.squiggly-error').first().waitFor();
  await vscode.command('Problems: Focus on Problems View');
  await vscode.problem('ONNX has no operator Sab at these opsets (did you mean Sub?)').waitFor();
  await vscode.shot('wrong');
  await vscode.problem('ONNX has no operator Sab').dblclick();
  await vscode.page.locator('.monaco-editor.focused').waitFor();
  await vscode.quickFix('Change to Sub', () => vscode.shot('quick-fix'));
  await vscode.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  await vscode.page.keyboard.press('Control+S');
});

test('rules are tested, and those that undo each other are problems', async () => {
  // The links are drawn anew when the file is saved, and a click meanwhile goes astray.
  await lens('Test by numbers').first().waitFor();
  await vscode.command('Graphwright: Test Rewrite Rules by Numbers');
  // The package comes without onnxruntime: rules are not run, but tried together all the same.
  await vscode.notification('5 findings about rules.').waitFor();
  await vscode.problem('undo each other').first().waitFor();
  await vscode.problem('running a model needs onnxruntime-node').first().waitFor();
  await lens('Test again').first().waitFor();
  await vscode.shot('tested');
  expect(await vscode.problem('undo each other').count()).toBe(2);
});
