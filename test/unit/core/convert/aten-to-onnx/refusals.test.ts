import { expect, test } from 'vitest';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../../src/core/ir/model.ts';
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
