/** Conversions and what they leave behind. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { extension, ours, sample, until } from './tools.ts';

suite('conversion', () => {
  test('a traced program becomes a model beside it', async () => {
    const { convert } = await extension().activate();
    await convert(sample('digits.traced.pt'), { target: 'onnx', opset: 17 });
    const bytes = await vscode.workspace.fs.readFile(sample('digits.traced.onnx'));
    assert.ok(bytes.length > 50_000, `${bytes.length} bytes`);
  });

  test('an exported program becomes the files of a Caffe backend', async () => {
    const { convert } = await extension().activate();
    await convert(sample('digits.exported.pt2'), { target: 'caffe:opencv' });
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(sample('digits.exported.prototxt')));
    assert.match(text, /type: "Convolution"/);
    assert.ok(existsSync(sample('digits.exported.caffemodel').fsPath));
  });

  test('a refused model leaves no file, and its problems are listed', async () => {
    const { convert, check } = await extension().activate();
    const model = sample('acme.exported.pt2');
    await convert(model, { target: 'onnx', opset: 17 });
    assert.ok(!existsSync(sample('acme.exported.onnx').fsPath));
    const operators = check(model)?.problems?.map((problem) => problem.node?.operator) ?? [];
    assert.ok(operators.filter((operator) => operator === 'acme::swish').length === 2, operators.join(' '));
    assert.ok(operators.includes('aten::special_i0'), operators.join(' '));
  });

  test('what a conversion tells of is listed, also where a check does not find it', async () => {
    const { convert } = await extension().activate();
    const model = sample('large.onnxtxt');
    const text = `<ir_version: 10, opset_import: ["": 21]>
g (float[1] x) => (float[5000, 8000] y)
<int64[2] sizes = {5000, 8000}, float one = {1}>
{
  ones = Expand (one, sizes)
  y = Add (ones, x)
}
`;
    await vscode.workspace.fs.writeFile(model, new TextEncoder().encode(text));
    await convert(model, { target: 'onnx', opset: 21 }, { simplify: true, verify: false });
    assert.ok(existsSync(sample('large.onnx').fsPath));
    const codes = await until('the problem', () => {
      const listed = ours(model).map(({ code }) => (typeof code === 'object' ? code.value : code));
      return listed.length > 0 && listed;
    });
    assert.deepEqual(codes, ['constant-too-large']);
  });

  test('the graph of the result opens in the custom editor', async () => {
    await vscode.commands.executeCommand('graphwright.openGraph', sample('digits.traced.onnx'));
    const input = await until('the graph', () => {
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
      return tab?.input instanceof vscode.TabInputCustom && tab.input;
    });
    assert.equal(input.viewType, 'graphwright.graph');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('the extension goes on after its engine died', async () => {
    const { convert, enginePid } = await extension().activate();
    const before = enginePid();
    assert.ok(before);
    process.kill(before, 'SIGKILL');
    // Somebody may ask something at once: then there is another one already.
    await until('the end of the engine', () => enginePid() !== before);
    await vscode.workspace.fs.delete(sample('digits.traced.onnx'));
    await convert(sample('digits.traced.pt'), { target: 'onnx', opset: 13 });
    assert.ok(existsSync(sample('digits.traced.onnx').fsPath));
    assert.notEqual(enginePid(), before);
  });
});
