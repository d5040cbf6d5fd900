/** Text of a binary that is edited and saved back into it: all of it or nothing, and never over what somebody else wrote. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { configure, extension, ours, sample, TEXT, textOf, until } from './tools.ts';

suite('text of a binary', () => {
  let document: vscode.TextDocument;
  /** Each test has a file of its own: VS Code remembers how it left a document. */
  let name = '';
  let count = 0;

  setup(async () => {
    name = `edited-${++count}.onnx`;
    await vscode.workspace.fs.copy(sample('light_squeezenet.onnx'), sample(name));
    await vscode.commands.executeCommand('graphwright.openText', sample(name));
    document = vscode.window.activeTextEditor?.document ?? assert.fail('no editor');
    assert.equal(document.uri.scheme, TEXT);
  });

  teardown(async () => {
    await configure('files', 'autoSave', 'off');
    await configure('files', 'autoSaveDelay', undefined);
    await configure('graphwright', 'autoSaveLimit', undefined);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(sample(name));
  });

  /** Renames the graph: one word, without which every file is the same. */
  async function renameGraph(to: string): Promise<void> {
    const text = document.getText();
    const [, before = '', old = ''] = /^([\s\S]*?>\s*)(\w+)/.exec(text) ?? [];
    await replace(before.length, old.length, to);
  }

  async function replace(offset: number, length: number, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    edit.replace(document.uri, range, text);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  const disk = async () => Buffer.from(await vscode.workspace.fs.readFile(sample(name)));
  const holds = async (text: string) => (await disk()).includes(text);

  test('it opens as ONNX text that can be edited, and never as a graph', async () => {
    assert.equal(document.languageId, 'onnx-text');
    assert.ok(document.uri.path.endsWith('.onnx.onnxtxt'));
    assert.equal(vscode.workspace.fs.isWritableFileSystem(TEXT), true);
    await vscode.commands.executeCommand('vscode.open', document.uri);
    assert.ok(vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputText);
  });

  test('saving writes the binary; the rest of it stays the same', async () => {
    const before = await disk();
    await renameGraph('renamed');
    assert.equal(document.isDirty, true);
    assert.ok(await document.save());
    assert.equal(document.isDirty, false);
    const after = await disk();
    assert.ok(after.includes('renamed'));
    assert.notDeepEqual(after, before);
    // Saved once more under its old name, it is what it was but for how its fields were written.
    await vscode.commands.executeCommand('undo');
    assert.ok(await document.save());
    const again = document.getText();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const reopened = await vscode.workspace.openTextDocument(textOf('light_squeezenet.onnx'));
    assert.equal(again, reopened.getText());
  });

  test('undo goes back over a save, and redo forward', async () => {
    const before = document.getText();
    await renameGraph('once');
    await document.save();
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    assert.equal(document.isDirty, true);
    await vscode.commands.executeCommand('redo');
    assert.match(document.getText(), /once/);
  });

  test('text with an error is not saved, and the binary stays as it is', async () => {
    const before = await disk();
    await replace(document.getText().indexOf('Conv'), 0, '((( ');
    assert.equal(await save(document), false);
    assert.equal(document.isDirty, true);
    assert.deepEqual(await disk(), before);
    await until('a problem', () => ours(document.uri).length > 0);
  });

  test('what somebody else wrote meanwhile is not overwritten', async () => {
    await renameGraph('mine');
    // The same length and other bytes: such are new weights.
    const other = await disk();
    other[other.length - 40] = (other[other.length - 40] ?? 0) ^ 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await vscode.workspace.fs.writeFile(sample(name), other);
    assert.equal(await save(document), false);
    assert.deepEqual(await disk(), other);
    assert.match(document.getText(), /mine/);
  });

  test('a clean text is read again when the binary changes, and its problems too', async () => {
    const other = await disk();
    const at = other.indexOf('squeezenet_old');
    assert.ok(at > 0);
    other.write('X', at);
    await vscode.workspace.fs.writeFile(sample(name), other);
    await until('the new text', () => document.getText().includes('Xqueezenet_old'));
    assert.equal(document.isDirty, false);
  });

  test('the models that are open are read again after a save', async () => {
    const { check } = await extension().activate();
    await vscode.commands.executeCommand('graphwright.openGraph', sample(name));
    const before = await until('a check', () => check(sample(name))?.problems && check(sample(name)));
    await renameGraph('checked');
    await document.save();
    await until('another check', () => check(sample(name)) !== before && check(sample(name))?.problems);
  });

  test('a small binary is saved by itself where the user wants that', async () => {
    await configure('files', 'autoSave', 'afterDelay');
    await configure('files', 'autoSaveDelay', 100);
    await renameGraph('automatic');
    await until('the save', () => !document.isDirty);
    assert.ok(await holds('automatic'));
  });

  test('a large binary is not, however much is typed', async () => {
    await configure('graphwright', 'autoSaveLimit', 0);
    await configure('files', 'autoSave', 'afterDelay');
    await configure('files', 'autoSaveDelay', 50);
    const before = await disk();
    for (const to of ['a1', 'a2', 'a3']) {
      await renameGraph(to);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    assert.equal(document.isDirty, true);
    assert.deepEqual(await disk(), before);
    await configure('files', 'autoSave', 'off');
    assert.ok(await document.save());
    assert.ok(await holds('a3'));
  });

  test('comments that were saved stay while the text is open', async () => {
    await replace(0, 0, '# A word to myself.\n');
    await document.save();
    await vscode.commands.executeCommand('workbench.action.files.revert');
    assert.match(document.getText(), /A word to myself/);
  });

  test('a model that does not hold together opens as text, with what is wrong, and can be mended', async () => {
    const faulty = 'faulty.onnx';
    const bytes = Buffer.from(await vscode.workspace.fs.readFile(sample('light_squeezenet.onnx')));
    bytes.write('lost', bytes.lastIndexOf('softmaxout_1'));
    await vscode.workspace.fs.writeFile(sample(faulty), bytes);
    await vscode.commands.executeCommand('graphwright.openText', sample(faulty));
    document = vscode.window.activeTextEditor?.document ?? assert.fail('no editor');
    await until('a problem', () => ours(document.uri).some(({ message }) => message.includes('lostmaxout_1')));
    await replace(document.getText().indexOf('lostmaxout_1'), 4, 'soft');
    await until('no error', () =>
      ours(document.uri).every(({ severity }) => severity !== vscode.DiagnosticSeverity.Error),
    );
    assert.ok(await document.save());
    await vscode.workspace.fs.delete(sample(faulty));
  });

  test('the text of a PyTorch model is only read', async () => {
    await vscode.commands.executeCommand('graphwright.openText', sample('digits.traced.pt'));
    const text = vscode.window.activeTextEditor?.document;
    assert.ok(text);
    const { permissions } = await vscode.workspace.fs.stat(text.uri);
    assert.equal(permissions, vscode.FilePermission.Readonly);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(text.uri, new Uint8Array()));
  });

  test('after the engine died the text is there again with the next question, and can be saved', async () => {
    const { enginePid } = await extension().activate();
    await renameGraph('survivor');
    const pid = enginePid();
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await until('the end of the engine', () => enginePid() !== pid);
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.ok(symbols.length > 0);
    assert.ok(await document.save());
    assert.ok(await holds('survivor'));
  });
});

/** Whether a save went through; VS Code throws for some failures and answers false for others. */
async function save(document: vscode.TextDocument): Promise<boolean> {
  try {
    return await document.save();
  } catch {
    return false;
  }
}
