/** A copy of a model reads the same, is sound, and neither sees what becomes of the other. */
import { expect, test } from 'vitest';
import { copyKept } from '../../../../src/core/dialects/onnx/infer/kept.ts';
import { inferModel } from '../../../../src/core/dialects/onnx/infer.ts';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import { printModel } from '../../../../src/core/formats/onnxtxt/print.ts';
import { cloneModel } from '../../../../src/core/ir/clone.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { validateModel } from '../../../../src/core/ir/validate.ts';

const TEXT = `<ir_version: 8, opset_import: ["" : 17, "acme" : 1], producer_name: "test", metadata_props: ["a" : "b"]>
g (float[2, n] x, bool more, float[2] start = {1, 2}) => (float[2, n] y, float[2] start2)
<float[2] one = {1, 1}, float[2, n] c>
{
  [scaled] c = acme.twice <by = 2.0> (x)
  [choice] y = If (more) <
    then_branch = a () => (float[2, n] p) { p = Add (c, x) },
    else_branch = b () => (float[2, n] q) <float[1] half = {0.5}> { q = Mul (c, half) }
  >
  [sum] start2 = Add (start, one)
}
<domain: "acme", opset_import: ["" : 17]>
twice <by> (x) => (y) { f = Constant <value_float : float = @by> () y = Mul (x, f) }
`;

const print = (model: Model) => printModel(model, {}).text;

test('a copy with subgraphs, functions, constants and defaults', () => {
  const model = parseModel(TEXT, 'model.onnxtxt');
  inferModel(model);
  const before = print(model);
  const copy = cloneModel(model, copyKept);
  validateModel(copy);
  expect(print(copy)).toBe(before);
  expect(copy.graph.inputs.map(({ overridable }) => overridable)).toEqual([false, false, true]);

  const [scaled, choice] = [...copy.graph.nodes];
  const then = choice?.subgraphs()[0];
  expect(then?.parent === choice).toBe(true);
  expect(choice === [...model.graph.nodes][1]).toBe(false);
  // The value that branches read is the copy's own.
  expect([...(then?.nodes ?? [])][0]?.input(0) === scaled?.output()).toBe(true);
  expect(scaled?.output().useCount).toBe(2);

  for (const node of copy.graph.nodes) node.name = `${node.name}_2`;
  for (const value of copy.graph.initializers) value.constant = value.constant && Tensor.of('float32', [2], [3, 4]);
  copy.functions.length = 0;
  copy.metadata.clear();
  copy.opsetImports.set('', 9);
  expect(print(model)).toBe(before);
  expect(print(copy)).not.toBe(before);
});

test('weights are shared, and what inference found goes on apart', () => {
  const model = parseModel(TEXT, 'model.onnxtxt');
  inferModel(model);
  const copy = cloneModel(model, copyKept);
  const [one, two] = [model, copy].map(({ graph }) => [...graph.initializers][0]);
  expect(two === one).toBe(false);
  expect(two?.constant === one?.constant).toBe(true);
  const [sum, other] = [model, copy].map(({ graph }) => [...graph.nodes][2]?.output());
  expect(other?.inference).toEqual(sum?.inference);
  expect(other?.inference === sum?.inference).toBe(false);
});

test('a value of no node of the graph stays one of its own', () => {
  const model = parseModel('<ir_version: 8, opset_import: ["" : 17]> g (float x) => (float y) { y = Relu (x) }', 'm');
  const [relu] = [...model.graph.nodes];
  const gone = parseModel('<ir_version: 8, opset_import: ["" : 17]> h (float a) => (float b) { b = Abs (a) }', 'm');
  relu?.setInput(0, gone.graph.outputs[0]);
  const [copied] = [...cloneModel(model).graph.nodes];
  expect(copied?.input(0)?.name).toBe('b');
  expect(copied?.input(0)?.producer === undefined).toBe(true);
  expect(copied?.input(0)?.useCount).toBe(1);
});
