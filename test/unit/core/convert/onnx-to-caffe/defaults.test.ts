import { expect, test } from 'vitest';
import { fixDefaults } from '../../../../../src/core/convert/onnx-to-caffe/defaults.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';

function withDefault(irVersion: number) {
  const graph = new Graph('g');
  graph.addInput({ name: 'x' });
  graph.addInput({ name: 'w', constant: Tensor.of('float32', [1], [2]) });
  return makeModel('onnx', graph, { irVersion });
}

test('inputs with defaults become constants, which the user accepts', () => {
  const model = withDefault(4);
  const problems = fixDefaults(model, 'Caffe');
  expect(problems).toMatchObject([{ code: 'inexact', details: { operator: '1 input with a default' } }]);
  expect(model.graph.inputs.map((value) => value.name)).toEqual(['x']);
  expect([...model.graph.initializers].map((value) => value.name)).toEqual(['w']);
});

test('until IR 3 every weight had to be an input: nothing is lost', () => {
  expect(fixDefaults(withDefault(3), 'Caffe')).toEqual([]);
});
