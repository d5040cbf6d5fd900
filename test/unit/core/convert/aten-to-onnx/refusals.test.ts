import { expect, test } from 'vitest';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../../src/core/ir/model.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import type { Value } from '../../../../../src/core/ir/value.ts';
import { makeBatch } from './cases.ts';
import { REFUSED } from './refused.ts';

test.each(REFUSED.map(([row, reason]) => [row[0], reason, row] as const))('%s: %s', (_, reason, row) => {
  const { problems } = atenToOnnx(makeBatch([row]).model);
  expect(problems.map((each) => each.code)).toEqual(['unsupported-attribute']);
  expect(problems[0]?.message).toContain(reason);
});

test('an output of a type that ONNX passes on only later is a problem', () => {
  const graph = new Graph();
  const x = graph.addInput({ name: 'x', type: { kind: 'tensor', dtype: 'float8e8m0', shape: [2] } });
  graph.addOutput(x);
  const { problems } = atenToOnnx(makeModel('aten', graph));
  expect(problems).toMatchObject([{ code: 'dtype-not-taken', details: { dtype: 'float8e8m0', operator: 'output x' } }]);
});

test('complex numbers do not enter the program: that is said on the line that takes them', () => {
  const graph = new Graph();
  const x = graph.addInput({ name: 'x', type: { kind: 'tensor', dtype: 'complex64', shape: [2] } });
  const outputs = [{ name: 'y', type: { kind: 'tensor', dtype: 'float32', shape: [2, 2] } as const }];
  const node = new Node('view_as_real', [x], { domain: 'aten', name: 'y', outputs });
  node.origin = [{ kind: 'python', file: 'net.py', line: 7 }];
  graph.nodes.append(node);
  graph.addOutput(node.output());
  const { problems } = atenToOnnx(makeModel('aten', graph));
  expect(problems).toMatchObject([{ code: 'unsupported-attribute', origin: [{ file: 'net.py', line: 7 }] }]);
  expect(problems[0]?.message).toBe(
    'ONNX cannot express input x with complex numbers: its tensors are of real ones: let forward take real ones with a last axis of 2, and begin with torch.view_as_complex of them.',
  );
});

test('complex numbers do not leave the program, and not every operator takes them', () => {
  const graph = new Graph();
  const type = (dtype: 'float32' | 'complex64', ...shape: number[]) => ({ kind: 'tensor', dtype, shape }) as const;
  const x = graph.addInput({ name: 'x', type: type('float32', 2, 2) });
  const call = (op: string, input: Value, name: string) => {
    const outputs = [{ name, type: type('complex64', 2) }];
    const node = new Node(op, [input], { domain: 'aten', name: op, outputs });
    graph.nodes.append(node);
    return node.output();
  };
  graph.addOutput(call('tan', call('view_as_complex', x, 'z'), 'y'));
  const { problems } = atenToOnnx(makeModel('aten', graph));
  expect(problems.map((each) => each.message)).toEqual([
    'ONNX cannot express aten::tan with complex numbers: its operators take real ones only, and this one is not known on their parts.',
    'ONNX cannot express output y with complex numbers: its operators take real ones only: pass on torch.view_as_real of it.',
  ]);
});
