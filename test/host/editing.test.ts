/** ONNX text as a language: what the editor's own commands answer, in the text of a binary and in a file of text. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, ours, sample, setTarget, TEXT, textOf, until } from './tools.ts';

const MODEL = `<ir_version: 8, opset_import: ["" : 17]>
net (float[2, 3] x) => (float[2, 3] y)
{
  h = Relu (x)
  y = Sigmoid (h)
}
`;

suite('ONNX text as a language', () => {
  let document: vscode.TextDocument;

  suiteSetup(async () => {
    const file = sample('language.onnxtxt');
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(MODEL));
    document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
  });

  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(sample('language.onnxtxt'));
  });

  /** Where a word stands for the first time, after some other text. */
  function at(word: string, after = ''): vscode.Position {
    const text = document.getText();
    return document.positionAt(text.indexOf(word, text.indexOf(after)));
  }

  function ask<T>(command: string, ...args: unknown[]): Thenable<T> {
    return vscode.commands.executeCommand<T>(`vscode.${command}`, document.uri, ...args);
  }

  async function edit(range: vscode.Range, text: string): Promise<void> {
    const all = new vscode.WorkspaceEdit();
    all.replace(document.uri, range, text);
    assert.ok(await vscode.workspace.applyEdit(all));
  }

  function wordAt(position: vscode.Position): vscode.Range {
    return document.getWordRangeAtPosition(position) ?? assert.fail('no word');
  }

  test('hover says what an operator does', async () => {
    const hovers = await ask<vscode.Hover[]>('executeHoverProvider', at('Relu'));
    const text = hovers.flatMap(({ contents }) => contents.map((each) => (each as vscode.MarkdownString).value)).join();
    assert.match(text, /Relu/);
  });

  test('completion offers operators and what to fill in', async () => {
    const position = at('Relu');
    const { items } = await ask<vscode.CompletionList>('executeCompletionItemProvider', position);
    const names = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(names.includes('Softmax'), names.slice(0, 20).join(' '));
  });

  test('signature help stands behind the parenthesis', async () => {
    const help = await ask<vscode.SignatureHelp>('executeSignatureHelpProvider', at('x)', 'Relu'));
    assert.equal(help.signatures.length, 1);
  });

  test('definition, references and highlights of a value', async () => {
    const [definition] = await ask<vscode.Location[]>('executeDefinitionProvider', at('h)', 'Sigmoid'));
    assert.deepEqual(definition?.range.start, at('h', '{'));
    const references = await ask<vscode.Location[]>('executeReferenceProvider', at('h)', 'Sigmoid'));
    assert.equal(references.length, 2);
    const highlights = await ask<vscode.DocumentHighlight[]>('executeDocumentHighlights', at('h)', 'Sigmoid'));
    assert.deepEqual(
      highlights.map(({ kind }) => kind),
      [vscode.DocumentHighlightKind.Write, vscode.DocumentHighlightKind.Read],
    );
  });

  test('rename changes every place of a value, and nothing of another one', async () => {
    const edits = await ask<vscode.WorkspaceEdit>('executeDocumentRenameProvider', at('h)', 'Sigmoid'), 'hidden');
    await vscode.workspace.applyEdit(edits);
    assert.match(document.getText(), /hidden = Relu \(x\)\n {2}y = Sigmoid \(hidden\)/);
  });

  test('rename to a name that is taken says so', async () => {
    await assert.rejects(async () => ask('executeDocumentRenameProvider', at('h)', 'Sigmoid'), 'y'), /y/);
  });

  test('outline, folding and selection ranges', async () => {
    const [graph] = await ask<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider');
    assert.ok(graph);
    const names = graph.children.map(({ name }) => name);
    assert.ok(names.includes('h') && names.includes('y'), names.join(' '));
    const folds = await ask<vscode.FoldingRange[]>('executeFoldingRangeProvider');
    assert.ok(folds.length > 0);
    const [selection] = await ask<vscode.SelectionRange[]>('executeSelectionRangeProvider', [at('Sigmoid')]);
    assert.equal(selection && document.getText(selection.range), 'Sigmoid');
    assert.ok(selection?.parent);
  });

  test('formatting', async () => {
    await edit(new vscode.Range(at('  h'), at('Relu')), '      h   =  ');
    const edits = await ask<vscode.TextEdit[]>('executeFormatDocumentProvider', { tabSize: 2, insertSpaces: true });
    const all = new vscode.WorkspaceEdit();
    all.set(document.uri, edits);
    await vscode.workspace.applyEdit(all);
    assert.match(document.getText(), /\n {2}h = Relu/);
  });

  test('inlay hints show inferred types', async () => {
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = await ask<vscode.InlayHint[]>('executeInlayHintProvider', whole);
    const text = hints.map(({ label }) =>
      typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
    );
    assert.ok(
      text.some((each) => each.includes('float[2, 3]')),
      text.join('\n'),
    );
  });

  test('colours by meaning', async () => {
    const legend = await ask<vscode.SemanticTokensLegend>('provideDocumentSemanticTokensLegend');
    assert.ok(legend.tokenTypes.includes('parameter'));
    const { data } = await ask<vscode.SemanticTokens>('provideDocumentSemanticTokens');
    assert.ok(data.length >= 5 * 5 && data.length % 5 === 0, String(data.length));
  });

  test('a misspelt operator is marked as one types, and a quick fix mends it', async () => {
    await edit(wordAt(at('Relu')), 'Rellu');
    const [found] = await until('a problem', () => ours(document.uri).length > 0 && ours(document.uri));
    assert.ok(found);
    assert.equal(document.getText(found.range), 'Rellu');
    const actions = await ask<vscode.CodeAction[]>('executeCodeActionProvider', found.range);
    const fix = actions.find(({ title }) => title.includes('Relu'));
    assert.ok(fix?.edit, actions.map(({ title }) => title).join('\n'));
    assert.ok(fix.isPreferred);
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.getText(), MODEL);
    await until('no problem', () => ours(document.uri).length === 0);
  });

  test('a bad line spoils one line, and the last answer is that of the last key', async () => {
    const end = at('\n', 'Relu');
    for (const text of [' ', '(', '(', ' ']) await edit(new vscode.Range(end, end), text);
    await until('a problem', () => ours(document.uri).length > 0);
    assert.ok(ours(document.uri).every(({ range }) => range.start.line >= 3 && range.start.line <= 4));
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await until('no problem', () => ours(document.uri).length === 0);
  });

  test('what the target does not take is marked, once, with what can be done about it', async () => {
    await setTarget('caffe:bvlc');
    try {
      await edit(wordAt(at('Sigmoid')), 'Round');
      const found = await until('a problem of the target', () => {
        const problems = ours(document.uri).filter(({ message }) => message.includes('Caffe'));
        return problems.length > 0 && problems;
      });
      const [first] = found;
      assert.ok(first);
      assert.equal(found.length, 1, found.map(({ message }) => message).join('\n'));
      assert.match(document.lineAt(first.range.start.line).text, /Round/);
      const actions = await ask<vscode.CodeAction[]>('executeCodeActionProvider', first.range);
      assert.ok(actions.some(({ title }) => title === 'Choose another target…'));
    } finally {
      await setTarget('');
    }
    await until('no problem of the target', () => !ours(document.uri).some(({ message }) => message.includes('Caffe')));
  });

  test('a file of text opens as a graph where one asks for it, and converts', async () => {
    await vscode.commands.executeCommand('vscode.openWith', document.uri, 'graphwright.sharedGraph');
    await until('the graph', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputCustom && input.uri.path === document.uri.path;
    });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const { convert } = await extension().activate();
    await convert(document.uri, { target: 'onnx', opset: 18 });
    await vscode.workspace.fs.delete(sample('language.onnx'));
  });

  test('the text of a binary has all of it too', async () => {
    const text = await vscode.workspace.openTextDocument(textOf('light_squeezenet.onnx'));
    assert.equal(text.uri.scheme, TEXT);
    const conv = text.positionAt(text.getText().indexOf('Conv'));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', text.uri, conv);
    assert.equal(hovers.length, 1);
  });
});
