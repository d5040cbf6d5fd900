import { expect, test } from 'vitest';
import { onnxBuilder } from '../../../../src/core/convert/builder.ts';
import { operatorNames, operatorSchema } from '../../../../src/core/dialects/onnx/operators.ts';
import { Graph } from '../../../../src/core/ir/graph.ts';
import { Node } from '../../../../src/core/ir/node.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { tensorType, typeText } from '../../../../src/core/ir/type.ts';
import { cpuTime } from '../../cpu-time.ts';

function start() {
  const graph = new Graph('g');
  const x = graph.addInput({ name: 'x', type: tensorType('float32', [2, 3, 8, 8]) });
  return { graph, x, onnx: onnxBuilder(graph, 22) };
}

test('plain values become attributes of the types in the schema, and the result has its type', () => {
  const { x, onnx } = start();
  const w = onnx.constant(Tensor.of('float32', [4, 3, 3, 3], Array(108).fill(0)));
  const y = onnx.Conv(x, w, undefined, { group: 1n, pads: [1, 1, 1, 1] });
  expect([...(y.producer?.attributes ?? [])]).toEqual([
    ['group', { type: 'int', value: 1n }],
    ['pads', { type: 'ints', value: [1n, 1n, 1n, 1n] }],
  ]);
  expect(typeText(y.type)).toBe('float32[2, 4, 8, 8]');
  expect(y.producer?.inputCount).toBe(2);
});

test('names, origin and modules come from the node that is lowered', () => {
  const { graph, x, onnx } = start();
  const frame = { kind: 'python', file: 'net.py', line: 7 } as const;
  const scope = [{ path: 'block.act', type: 'SiLU' }];
  onnx.from(new Node('silu', [x], { domain: 'aten', name: 'block.act/silu_3', origin: [frame], scope }));
  onnx.Mul(x, onnx.Sigmoid(x));
  onnx.Sigmoid(x);
  expect([...graph.nodes].map((node) => node.name)).toEqual([
    'block.act/Sigmoid',
    'block.act/Mul',
    'block.act/Sigmoid_2',
  ]);
  for (const node of graph.nodes) expect([node.origin, node.scope]).toEqual([[frame], scope]);
});

test('nodes stand before the one that is lowered where it is in the same graph', () => {
  const { graph, x } = start();
  const old = new Node('Softmax', [x], { name: 'softmax' });
  graph.nodes.append(old, new Node('Relu', [old.output()], { name: 'last' }));
  const onnx = onnxBuilder(graph, 22).from(old);
  const [same] = onnx.movedToLast(x, 1, (moved) => onnx.same([moved], { axis: -1 })[0] ?? moved) ? onnx.built : [];
  expect(same?.op).toBe('Transpose');
  expect([...graph.nodes].map((node) => node.op)).toEqual(['Transpose', 'Softmax', 'Transpose', 'Softmax', 'Relu']);
  expect(onnx.built[1]?.int('axis')).toBe(-1n);
});

test('equal small constants are one initialiser, others are not', () => {
  const { graph, x, onnx } = start();
  expect(onnx.ints([1, -1])).toBe(onnx.constant([1n, -1n]));
  expect(onnx.like(x, 2)).toBe(onnx.constant(2, 'float32'));
  expect(onnx.like(x, 2)).not.toBe(onnx.constant(2, 'float64'));
  expect(onnx.like(x, -0)).not.toBe(onnx.like(x, 0));
  expect(onnx.constant(9223372036854775807n).constant?.bigints()).toEqual([9223372036854775807n]);
  expect([...graph.initializers].map((value) => value.name)).toEqual([
    'int64_list_1_-1',
    'float32_2',
    'float64_2',
    'float32_0',
    'float32_0_2',
    'int64_9223372036854775807',
  ]);
});

test('what changes nothing makes no node', () => {
  const { graph, x, onnx } = start();
  expect([onnx.cast(x, 'float32'), onnx.reshape(x, [2, 3, 8, 8]), onnx.transpose(x, [0, 1, 2, 3])]).toEqual([x, x, x]);
  expect(onnx.squeeze(onnx.unsqueeze(x, []), [])).toBe(x);
  expect(graph.nodes.length).toBe(0);
  expect(typeText(onnx.reshape(x, [-1, 64]).type)).toBe('float32[6, 64]');
  expect(typeText(onnx.cast(x, 'int64').type)).toBe('int64[2, 3, 8, 8]');
  expect(typeText(onnx.shapeOf(x).type)).toBe('int64[4]');
});

test('several outputs come by many', () => {
  const { x, onnx } = start();
  const parts = onnx.many('Split', [x], { axis: 2, num_outputs: 2 }, 2);
  expect(parts.map((each) => typeText(each.type))).toEqual(['float32[2, 3, 4, 8]', 'float32[2, 3, 4, 8]']);
});

test('an operator or attribute that the opset does not have is our own fault', () => {
  const { graph, x } = start();
  expect(() => onnxBuilder(graph, 13).HardSwish(x)).toThrow('opset 13 has no operator HardSwish');
  expect(() => onnxBuilder(graph, 13).Gather(x, x, { axis: 1, ...({ wrong: 1 } as object) })).toThrow(
    'Gather of opset 13 has no attribute wrong',
  );
});

test('every operator of the pivot opset can be called', () => {
  const { onnx } = start();
  for (const name of operatorNames('')) {
    const schema = operatorSchema('', name, 22);
    if (schema && !schema.deprecated) expect([name, name in onnx]).toEqual([name, true]);
  }
});

test('names that are taken are numbered, however many there are', () => {
  const { onnx } = start();
  onnx.keep('y_3');
  expect([1, 2, 3].map(() => onnx.unique('y'))).toEqual(['y', 'y_2', 'y_4']);
  const started = cpuTime();
  for (let k = 0; k < 100_000; k++) onnx.unique('node');
  expect(onnx.unique('node')).toBe('node_100001');
  expect(cpuTime() - started).toBeLessThan(3000);
});
