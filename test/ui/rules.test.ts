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

const GATES = `# our own
rule gate {
  y = Mul (x, Sigmoid (x))
  where rank(x) == 4
  => y = Relo (x)
}
`;

beforeAll(async () => {
  const settings = { 'files.autoSave': 'off' };
  const files = { 'graphwright.ops.json': RULES, 'gates.onnxtxt': GATES };
  vscode = await Workbench.start({ name: 'rules', settings, files });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => vscode.failed(task.name));
});
afterAll(() => vscode?.stop());

/** The cursor behind a text of the first editor, and what is offered there. */
const offers = (text: string) =>
  vscode.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: text }).first();

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
  await vscode.problem('running a model needs onnxruntime').first().waitFor();
  await lens('Test again').first().waitFor();
  await vscode.shot('tested');
  expect(await vscode.problem('undo each other').count()).toBe(2);
});

test('within the text of a rule there is completion and hover', async () => {
  const { page } = vscode;
  // Escape leaves a notification first.
  await vscode.command('Notifications: Clear All Notifications');
  await vscode.focusText();
  await vscode.goToText('Neg (Neg (');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+Space');
  await offers('Abs').waitFor();
  await vscode.shot('completion');
  await page.keyboard.press('Escape');
  await vscode.goToText('y = Neg');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await vscode.command('Show or Focus Hover');
  await page.locator('.monaco-hover:visible', { hasText: 'Neg (X' }).first().waitFor();
  await vscode.shot('hover');
  await page.keyboard.press('Escape');
});

test('a file of rules is no model: its rules are checked, completed and mended', async () => {
  const { page } = vscode;
  await vscode.command('View: Close All Editors');
  await vscode.file('gates.onnxtxt').dblclick();
  await page.locator('.view-line', { hasText: 'Sigmoid' }).first().waitFor();
  await vscode.squiggle.waitFor();
  await vscode.shot('file-of-rules');
  await vscode.goToText('Relo');
  await vscode.quickFix('Change to Relu');
  await vscode.squiggle.waitFor({ state: 'detached' });
  await vscode.goToText('where ');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+Space');
  await offers('broadcasts').waitFor();
  await vscode.shot('conditions');
  await page.keyboard.press('Escape');
});
