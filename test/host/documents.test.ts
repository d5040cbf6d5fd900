/** Models as text, and the problems that stand on it and on the sources that a model came from. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, ours, sample, setTarget, textOf, until } from './tools.ts';

suite('documents', () => {
  suiteTeardown(async () => {
    await setTarget('');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('an ONNX model opens as text', async () => {
    await vscode.commands.executeCommand('graphwright.openText', sample('light_squeezenet.onnx'));
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, 'onnx-text');
    assert.match(document?.getText() ?? '', /= Conv ?</);
  });

  test('problems stand on the line of the text that has the operator', async () => {
    await vscode.commands.executeCommand('graphwright.openText', sample('acme.traced.pt'));
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    const found = await until('problems on the text', () => nonEmpty(ours(document.uri)));
    const swish = found.find(({ message }) => message.includes('acme::swish'));
    assert.ok(swish, found.map(({ message }) => message).join('\n'));
    assert.match(document.lineAt(swish.range.start.line).text, /swish/);
  });

  test("problems stand on the user's own Python line", async () => {
    const found = await until('problems on acme.py', () => nonEmpty(ours(sample('acme.py'))));
    const python = await vscode.workspace.openTextDocument(sample('acme.py'));
    const lines = found.map(({ range }) => python.lineAt(range.start.line).text.trim());
    assert.ok(lines.includes('x = torch.ops.acme.swish(x, 1.5)'), lines.join('\n'));
    assert.ok(lines.includes('window = torch.special.i0(self.width)'), lines.join('\n'));
  });

  test('problems stand on the TorchScript line in the archive, which linters for Python leave alone', async () => {
    const model = sample('acme.traced.pt');
    const { check } = await extension().activate();
    const frame = check(model)
      ?.problems?.flatMap(({ origin }) => origin)
      .find(({ kind }) => kind === 'torchscript');
    assert.ok(frame);
    const uri = model.with({
      scheme: 'graphwright-torchscript',
      path: `${model.path}/${frame.file}`,
      query: frame.file,
    });
    const { document } = await vscode.window.showTextDocument(uri);
    assert.equal(document.languageId, 'torchscript');
    const [first] = await until('problems on the TorchScript', () => nonEmpty(ours(uri)));
    assert.match(document.lineAt(first?.range.start.line ?? 0).text, /swish|special_i0/);
  });

  test('problems go with the last editor of their model', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const text = sample('acme.traced.pt');
    await until('no problems', () => {
      const uri = text.with({ scheme: 'graphwright-text', path: `${text.path}.onnxtxt` });
      return ours(uri).length === 0;
    });
  });

  test('the problems of a model stand on the lines that its text has when it is opened', async () => {
    const model = sample('light_squeezenet.onnx');
    await setTarget('onnx:coremltools-5');
    await vscode.commands.executeCommand('graphwright.openGraph', model);
    const before = await until('problems on the text', () => nonEmpty(ours(textOf('light_squeezenet.onnx'))));
    const document = await vscode.workspace.openTextDocument(textOf('light_squeezenet.onnx'));
    for (const { range, message } of before) {
      const operator = /operator for (\w+)/.exec(message)?.[1] ?? '';
      assert.ok(document.lineAt(range.start.line).text.includes(operator), `${range.start.line}: ${message}`);
    }
    await setTarget('');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('another target is another check', async () => {
    await vscode.commands.executeCommand('graphwright.openText', sample('digits.traced.pt'));
    const { check } = await extension().activate();
    const of = (target: string) => () => {
      const found = check(sample('digits.traced.pt'));
      return found?.target.target === target && found.problems;
    };
    assert.deepEqual(await until('the check for ONNX', of('onnx')), []);
    await setTarget('caffe:bvlc');
    await until('the check for Caffe', of('caffe:bvlc'));
  });
});

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
