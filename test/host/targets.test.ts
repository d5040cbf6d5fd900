/** What a target does not take of a text that is edited, and the quick fixes that help, applied as the editor applies them. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering } from './answering.ts';
import { saying } from './saying.ts';
import { extension, ours, sample, setTarget, until } from './tools.ts';

const OWN = 'own.graphwright-target.json';
const NAMES = ['noop.onnxtxt', 'erf.onnxtxt', 'abs.onnxtxt', 'chip.json', OWN];

suite('quick fixes for a target', () => {
  suiteSetup(async () => {
    await extension().activate();
  });
  teardown(() => setTarget(''));
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of NAMES) await vscode.workspace.fs.delete(sample(name));
  });

  /** Opens a text for a target, and waits for the one problem in it. */
  async function problemIn(name: string, text: string, target: string) {
    await vscode.workspace.fs.writeFile(sample(name), new TextEncoder().encode(text));
    await setTarget(target);
    const document = await vscode.workspace.openTextDocument(sample(name));
    await vscode.window.showTextDocument(document);
    const [problem] = await until('a problem', () => ours(document.uri).length > 0 && ours(document.uri));
    assert.ok(problem);
    return { document, problem };
  }

  async function fixNamed(title: string, document: vscode.TextDocument, { range }: vscode.Diagnostic) {
    const command = 'vscode.executeCodeActionProvider';
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(command, document.uri, range);
    return actions.find((each) => each.title === title) ?? assert.fail(actions.map((each) => each.title).join('\n'));
  }

  const codeOf = ({ code }: vscode.Diagnostic) => (typeof code === 'object' ? code.value : code);

  test('a node that the opset does not take and that does nothing is taken out', async () => {
    // Opset 12 takes no bfloat16, and the Cast to what its input is changes nothing.
    const { document, problem } = await problemIn(
      'noop.onnxtxt',
      `<ir_version: 8, opset_import: ["" : 13]>
g (bfloat16[2] x, float[2] z) => (bfloat16[2] y, float[2] w) {
  a = Cast <to = 16> (x)
  y = Identity (a)
  w = Relu (z)
}
`,
      'onnx@12',
    );
    assert.equal(document.lineAt(problem.range.start.line).text.trim(), 'a = Cast <to = 16> (x)');
    const fix = await fixNamed('Take out Cast, which casts bfloat16 to bfloat16', document, problem);
    assert.ok(fix.edit);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.doesNotMatch(document.getText(), /Cast/);
    assert.match(document.getText(), /y = Identity \(x\)/);
    const left = () => ours(document.uri).filter(({ range }) => document.getText(range).includes('Cast'));
    await until('no problem of the Cast', () => left().length === 0);
  });

  test('an approximation that is accepted stays to be seen, and refuses no more', async () => {
    const { document, problem } = await problemIn(
      'erf.onnxtxt',
      '<ir_version: 7, opset_import: ["" : 13]>\ng (float[2] x) => (float[2] y) { y = Erf (x) }\n',
      'onnx@8',
    );
    assert.equal(codeOf(problem), 'inexact');
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    const { command } = await fixNamed('Accept the approximation', document, problem);
    assert.ok(command);
    await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    const [accepted] = await until('the same as a warning', () => {
      const found = ours(document.uri);
      return found[0]?.severity === vscode.DiagnosticSeverity.Warning && found;
    });
    assert.equal(accepted && codeOf(accepted), 'inexact');
    const { convert } = await extension().activate();
    await convert(document.uri, { target: 'onnx', opset: 8 });
    await vscode.workspace.fs.stat(sample('erf.onnx'));
    await vscode.workspace.fs.delete(sample('erf.onnx'));
  });

  test('a profile that is broken is marked on its line and over the text; once it is saved right, the text is checked', async () => {
    const chip = sample('chip.json');
    const broken = '{\n"version": 1, "name": "chip", "title": "Acme NPU",\n"operators": { "Rleu": {} }\n}\n';
    await vscode.workspace.fs.writeFile(chip, new TextEncoder().encode(broken));
    const { document, problem } = await problemIn(
      'abs.onnxtxt',
      '<ir_version: 7, opset_import: ["" : 13]>\ng (float[2] x) => (float[2] y) { y = Abs (x) }\n',
      'chip.json',
    );
    const said = 'ONNX has no operator Rleu (did you mean Relu?)';
    assert.ok(problem.message.startsWith(`chip.json cannot be used as a target: ${said}`), problem.message);
    assert.equal(problem.relatedInformation?.[0]?.location.uri.fsPath, chip.fsPath);
    const [fault] = await until('the mark in the profile', () => ours(chip).length > 0 && ours(chip));
    assert.equal(fault?.range.start.line, 2);
    assert.ok(fault?.message.startsWith(said), fault?.message);

    const profile = await vscode.workspace.openTextDocument(chip);
    const edit = new vscode.WorkspaceEdit();
    const place = profile.positionAt(profile.getText().indexOf('Rleu'));
    edit.replace(chip, new vscode.Range(place, place.translate(0, 4)), 'Relu');
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.ok(await profile.save());
    const now = await until('a check', () =>
      ours(document.uri).find((each) => codeOf(each) === 'unsupported-operator'),
    );
    assert.match(now.message, /has no operator for Abs/);
    // It is marked as long as a text is not checked again that it kept from being checked.
    await until('no mark in the profile', () => ours(chip).length === 0);
  });

  test('a profile of the folder is chosen from the list of targets; the setting names it from the folder', async () => {
    const profile = '{ "version": 1, "name": "own", "title": "Acme NPU 2", "operators": { "Relu": {} } }';
    await vscode.workspace.fs.writeFile(sample(OWN), new TextEncoder().encode(profile));
    const document = await vscode.workspace.openTextDocument(sample('abs.onnxtxt'));
    await vscode.window.showTextDocument(document);
    const questions = answering('Acme NPU 2');
    await saying({}, () => vscode.commands.executeCommand('graphwright.chooseTarget'), questions.stubs);
    assert.equal(vscode.workspace.getConfiguration('graphwright').get('target'), OWN, questions.asked.join('\n'));
    const now = await until('a problem', () =>
      ours(document.uri).find(({ message }) => message.startsWith('Acme NPU 2 has no operator for Abs')),
    );
    assert.equal(codeOf(now), 'unsupported-operator');
  });
});
