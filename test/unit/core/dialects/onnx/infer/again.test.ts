/** Inferring again, as an editor does after each edit: what was found before is no declaration. */
import { expect, test } from 'vitest';
import { dataOf } from '../../../../../../src/core/dialects/onnx/data.ts';
import { inferGraph, inferOutputs, modelContext } from '../../../../../../src/core/dialects/onnx/infer.ts';
import { parseModel } from '../../../../../../src/core/formats/onnxtxt/parse.ts';
import type { Model } from '../../../../../../src/core/ir/model.ts';
import type { Node } from '../../../../../../src/core/ir/node.ts';
import { tensorType, typeText } from '../../../../../../src/core/ir/type.ts';

function opened(body: string): { model: Model; node: (name: string) => Node } {
  const text = `<ir_version: 10, opset_import: ["" : 22]> g (float[2,3] x) => (float y) {\n${body}\n}`;
  const model = parseModel(text, 'case.onnxtxt');
  const [y] = model.graph.outputs;
  if (y) y.type = undefined;
  const node = (name: string) => {
    for (const each of model.graph.allNodes()) if (each.outputs[0]?.name === name) return each;
    throw new Error(`no ${name}`);
  };
  return { model, node };
}

test('a size that is no longer known is forgotten', () => {
  const { model, node } = opened('t = Constant <value_ints = [3,2]> ()\ny = Reshape (x, t)');
  const context = modelContext(model);
  inferGraph(model.graph, context);
  expect(typeText(node('y').output().type)).toBe('float32[3, 2]');
  node('y').setInput(1, model.graph.addInput({ name: 'i', type: tensorType('int64', [3]) }));
  inferOutputs(node('y'), context);
  expect(typeText(node('y').output().type)).toBe('float32[?, ?, ?]');
});

test('an operator that becomes unknown gives nothing, neither type nor data', () => {
  const { model, node } = opened('s = Shape (x)\ny = Identity (s)');
  const context = modelContext(model);
  inferGraph(model.graph, context);
  expect(dataOf(node('y').output())?.elements).toEqual([2, 3]);
  node('y').op = 'Mystery';
  inferOutputs(node('y'), context);
  expect(node('y').output().type).toBeUndefined();
  expect(dataOf(node('y').output())).toBeUndefined();
});

test('what was declared stays, whatever is found in between', () => {
  const { model, node } = opened('y = Neg (x)');
  const context = modelContext(model);
  node('y').output().type = tensorType('float32', [undefined, 7]);
  inferGraph(model.graph, context);
  expect(typeText(node('y').output().type)).toBe('float32[2, 3]');
  node('y').op = 'Mystery';
  inferOutputs(node('y'), context);
  expect(typeText(node('y').output().type)).toBe('float32[?, 7]');
});

test('the body of a loop follows what it is handed', () => {
  const { model, node } = opened(
    'n = Constant <value_int = 4> ()\ny = Loop (n, , x) <body = b (i, c, a) => (d, e) { d = Identity (c) e = Neg (a) }>',
  );
  const context = modelContext(model);
  inferGraph(model.graph, context);
  expect(typeText(node('e').output().type)).toBe('float32[2, 3]');
  node('y').setInput(2, model.graph.addInput({ name: 'w', type: tensorType('float64', [5]) }));
  inferOutputs(node('y'), context);
  expect(typeText(node('e').output().type)).toBe('float64[5]');
  expect(typeText(node('y').output().type)).toBe('float64[5]');
});
