/** The quick fix that turns a refusal into a conversion. Last: from then on the samples convert. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { configure, extension, ours, sample, until } from './tools.ts';

const model = () => sample('acme.exported.pt2');

suite('custom operators', () => {
  /** VS Code saves by itself while definitions are written. */
  suiteSetup(async () => {
    await configure('files', 'autoSave', 'afterDelay');
    await configure('files', 'autoSaveDelay', 50);
  });

  suiteTeardown(async () => {
    await configure('files', 'autoSave', 'off');
    await configure('files', 'autoSaveDelay', undefined);
  });

  test('a quick fix on the Python line defines the operator; the conversion goes through when all are defined', async () => {
    const { check, convert } = await extension().activate();
    await convert(model(), { target: 'onnx', opset: 17 });
    for (const [operator, line] of [
      ['acme::swish', 'swish(x, 1.5)'],
      ['aten::special_i0', 'special.i0'],
    ] as const) {
      const action = await quickFix(line, `Define custom operator ${operator}…`);
      await vscode.commands.executeCommand(
        action.command?.command ?? '',
        ...withModel(action.command?.arguments ?? []),
      );
      await until(`${operator} is defined`, () => {
        const { problems: found, failure } = check(model()) ?? {};
        assert.equal(failure, undefined);
        return found && !found.some((problem) => problem.node?.operator === operator);
      });
      // The next definition goes through the editor.
      await vscode.window.showTextDocument(sample('graphwright.ops.json'));
    }
    const file = await vscode.workspace.openTextDocument(sample('graphwright.ops.json'));
    assert.equal(file.languageId, 'jsonc');
    assert.match(file.getText(), /"operator": "acme::swish"/);
    await convert(model(), { target: 'onnx', opset: 17 });
    const bytes = await vscode.workspace.fs.readFile(sample('acme.exported.onnx'));
    assert.match(new TextDecoder('latin1').decode(bytes), /acme/);
  });

  test('a definition that is wrong is said, with its line, and nothing breaks', async () => {
    const { convert } = await extension().activate();
    await vscode.workspace.fs.delete(sample('acme.exported.onnx'));
    const broken = new TextEncoder().encode('{ "version": 1, "operators": [{}] }');
    await vscode.workspace.fs.writeFile(sample('graphwright.ops.json'), broken);
    await convert(model(), { target: 'onnx', opset: 17 });
    await assert.rejects(async () => vscode.workspace.fs.stat(sample('acme.exported.onnx')));
    // The model is held open, so its check says the same on the line that is wrong.
    await vscode.commands.executeCommand('graphwright.openGraph', model());
    const [said] = await until('a problem on the file', () => {
      const found = ours(sample('graphwright.ops.json'));
      return found.length > 0 && found;
    });
    assert.equal(said?.range.start.line, 0);
  });
});

/** The diagnostics of several models stand on one Python line: the one that is converted here is meant. */
async function quickFix(text: string, title: string): Promise<vscode.CodeAction> {
  const python = await vscode.workspace.openTextDocument(sample('acme.py'));
  const line = python
    .getText()
    .split('\n')
    .findIndex((each) => each.includes(text));
  await until(`a problem on ${text}`, () => ours(python.uri).some(({ range }) => range.start.line === line));
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    python.uri,
    python.lineAt(line).range,
  );
  const found = actions.find((action) => action.title.startsWith(title) && isOfModel(action));
  assert.ok(found, actions.map((action) => action.title).join('\n'));
  return found;
}

function isOfModel(action: vscode.CodeAction): boolean {
  const [uri] = action.command?.arguments ?? [];
  return uri instanceof vscode.Uri ? uri.path === model().path : !action.title.includes('acme.traced.pt');
}

/** Arguments of a command cross processes: an address comes back as plain data. */
function withModel([uri, ...rest]: readonly unknown[]): unknown[] {
  return [uri instanceof vscode.Uri ? uri : model(), ...rest];
}
