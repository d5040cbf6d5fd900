/** Caffe networks as a language: what the editor's own commands answer, and what quick fixes do beside the text. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, ours, sample, setTarget, until } from './tools.ts';

const NET = `name: "net"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer {
  name: "pool"
  type: "Pooling"
  bottom: "data"
  top: "pool"
  pooling_param { kernel_size: 2 stride: 2 }
}
layer { name: "relu" type: "ReLU" bottom: "pool" top: "relu" }
`;

suite('Caffe networks as a language', () => {
  let document: vscode.TextDocument;

  suiteSetup(async () => {
    const file = sample('net.prototxt');
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(NET));
    document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
  });

  teardown(async () => {
    // VS Code may have saved it meanwhile.
    const all = new vscode.WorkspaceEdit();
    all.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), NET);
    await vscode.workspace.applyEdit(all);
    await document.save();
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ['net.prototxt', 'graphwright.caffe.json', 'custom.proto'])
      await vscode.workspace.fs.delete(sample(name)).then(undefined, () => undefined);
  });

  function at(text: string, after = ''): vscode.Position {
    const all = document.getText();
    return document.positionAt(all.indexOf(text, all.indexOf(after)));
  }

  function ask<T>(command: string, ...args: unknown[]): Thenable<T> {
    return vscode.commands.executeCommand<T>(`vscode.${command}`, document.uri, ...args);
  }

  async function replace(text: string, by: string): Promise<void> {
    const start = at(text);
    const all = new vscode.WorkspaceEdit();
    all.replace(document.uri, new vscode.Range(start, start.translate(0, text.length)), by);
    assert.ok(await vscode.workspace.applyEdit(all));
  }

  async function quickFix(title: string, range: vscode.Range): Promise<void> {
    const actions = await ask<vscode.CodeAction[]>('executeCodeActionProvider', range);
    const fix = actions.find((each) => each.title === title);
    assert.ok(fix, actions.map((each) => each.title).join('\n'));
    if (fix.edit) await vscode.workspace.applyEdit(fix.edit);
    const { command } = fix;
    if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
  }

  const marked = (code: string) =>
    until(code, () => ours(document.uri).find((each) => codeOf(each) === code)).catch((error: unknown) => {
      throw new Error(
        `${error} There are ${ours(document.uri)
          .map(({ message }) => message)
          .join('; ')}`,
      );
    });

  test('the language is known by the ending', () => {
    assert.equal(document.languageId, 'caffe-prototxt');
  });

  test('hover, completion, definition and rename', async () => {
    const hovers = await ask<vscode.Hover[]>('executeHoverProvider', at('ooling"'));
    assert.match(
      hovers.flatMap(({ contents }) => contents.map((each) => (each as vscode.MarkdownString).value)).join(),
      /kernel_size/,
    );
    const { items } = await ask<vscode.CompletionList>('executeCompletionItemProvider', at('ool"', 'bottom: "pool"'));
    const names = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.deepEqual(names.slice(0, 2), ['pool', 'data']);
    const [definition] = await ask<vscode.Location[]>('executeDefinitionProvider', at('ool"', 'bottom: "pool"'));
    assert.deepEqual(definition?.range.start, at('pool"', 'top: "pool"'));
    await vscode.workspace.applyEdit(await ask('executeDocumentRenameProvider', at('ool"', 'top: "pool"'), 'half'));
    assert.match(document.getText(), /top: "half"[\s\S]*bottom: "half"/);
  });

  test('outline, folding, formatting and shapes', async () => {
    const symbols = await ask<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider');
    assert.deepEqual(
      symbols.map(({ name, detail }) => `${name} ${detail}`),
      ['data Input', 'pool Pooling', 'relu ReLU'],
    );
    assert.equal((await ask<vscode.FoldingRange[]>('executeFoldingRangeProvider')).length, 1);
    await replace('  name: "pool"', '      name :"pool"');
    const edits = await ask<vscode.TextEdit[]>('executeFormatDocumentProvider', { tabSize: 2, insertSpaces: true });
    const all = new vscode.WorkspaceEdit();
    all.set(document.uri, edits);
    await vscode.workspace.applyEdit(all);
    assert.equal(document.getText(), NET);
    const hints = await ask<vscode.InlayHint[]>('executeInlayHintProvider', new vscode.Range(0, 0, 99, 0));
    assert.deepEqual(
      hints.map(({ label }) => label),
      ['[1, 3, 4, 4]', '[1, 3, 4, 4]'],
    );
  });

  test('what is wrong is marked as one types, and mended', async () => {
    await replace('bottom: "pool"', 'bottom: "pol"');
    const { range } = await marked('bottom-undefined');
    assert.equal(document.getText(range), 'pol');
    await quickFix('Change to pool', range);
    await until('no problem', () => ours(document.uri).length === 0);
  });

  test('the dialect is switched, for the text and the model, and told by the file again', async () => {
    await replace('"ReLU"', '"ReLU6"');
    const { range } = await marked('caffe-dialect');
    await quickFix('Switch dialect to ncnn', range);
    await until('no note on the dialect', () => ours(document.uri).length === 0);
    await vscode.workspace.applyEdit(new vscode.WorkspaceEdit());
    await vscode.commands.executeCommand('graphwright.applyTextFix', document.uri, { dialect: 'bvlc' });
    const unknown = await marked('layer-type-unknown');
    assert.equal(document.getText(unknown.range), 'ReLU6');
  });

  test('a custom layer is defined in files beside the text', async () => {
    await replace('type: "ReLU"', 'type: "Swirl" swirl_param { beta: 0.5 }');
    const { range } = await marked('layer-type-unknown');
    await quickFix('Define custom layer Swirl', range);
    // The network can be read then; that ONNX, the usual target, has no such operator is said still.
    await until('a known layer', () => !ours(document.uri).some((each) => codeOf(each) === 'layer-type-unknown'));
    const entry = await vscode.workspace.fs.readFile(sample('graphwright.caffe.json'));
    assert.match(new TextDecoder().decode(entry), /"Swirl"/);
  });

  test('what a Caffe target does not take is marked beside', async () => {
    await vscode.commands.executeCommand('graphwright.applyTextFix', document.uri, { dialect: 'bvlc' });
    await replace('"ReLU"', '"Exp"');
    await setTarget('caffe:mnn');
    try {
      const { range } = await until('a problem of Exp', () =>
        ours(document.uri).find((each) => codeOf(each) === 'unsupported-operator' && each.message.includes('Exp')),
      );
      assert.equal(document.getText(range), 'Exp');
    } finally {
      await setTarget('');
    }
  });

  test('the graph opens, and another tool has its own texts', async () => {
    await vscode.commands.executeCommand('vscode.openWith', document.uri, 'graphwright.sharedGraph');
    await until('the graph', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputCustom && input.uri.path === document.uri.path;
    });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const content = 'net: "a.prototxt"\nbase_lr: 0.1\n';
    const solver = await vscode.workspace.openTextDocument({ language: 'caffe-prototxt', content });
    await extension().activate();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(ours(solver.uri), []);
  });
});

function codeOf({ code }: vscode.Diagnostic): string | number | undefined {
  return typeof code === 'object' ? code.value : code;
}
