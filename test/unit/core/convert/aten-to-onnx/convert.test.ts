import { expect, test } from 'vitest';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { CustomOperators } from '../../../../../src/core/custom/definition.ts';
import type { Attribute } from '../../../../../src/core/ir/attribute.ts';
import * as attribute from '../../../../../src/core/ir/attribute.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../../src/core/ir/model.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { ComputedSource, Tensor } from '../../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../../src/core/ir/type.ts';
import { validateModel } from '../../../../../src/core/ir/validate.ts';
import type { Value } from '../../../../../src/core/ir/value.ts';
import { makeBatch, readCases } from './cases.ts';

const bool = (value: boolean): Attribute => ({ type: 'bool', value });
const none: Attribute = { type: 'none', value: undefined };

/** Makes aten graphs: `add(op, inputs, attributes)` appends a node whose output has the shape of its first input. */
function building() {
  const graph = new Graph('net');
  const x = graph.addInput({ name: 'x', type: tensorType('float32', [2, 4]) });
  const add = (op: string, inputs: readonly Value[], attributes: Record<string, Attribute> = {}, name = op): Value => {
    const [namespace = '', rest = ''] = op.split('::');
    const [short = '', overload = ''] = rest.split('.');
    const outputs = [{ name: `${name}_out`, type: inputs[0]?.type }];
    const node = new Node(short, inputs, { domain: namespace, overload, name, attributes, outputs });
    graph.nodes.append(node);
    return node.output();
  };
  return { graph, x, add, model: makeModel('aten', graph) };
}

test('inputs and outputs keep name, number and order, whatever values they are', () => {
  const { graph, x, add, model } = building();
  graph.addInput({ name: 'unused', type: tensorType('int64', [1]) });
  const y = add('aten::relu', [x]);
  const same = add('aten::dropout', [y], { p: attribute.float(0.5), train: bool(false) });
  for (const value of [y, same, x, y]) graph.addOutput(value);
  const { model: made, problems } = atenToOnnx(model);
  expect(problems).toEqual([]);
  validateModel(made);
  expect(made.graph.inputs.map((value) => value.name)).toEqual(['x', 'unused']);
  expect(made.graph.outputs).toHaveLength(4);
  expect(new Set(made.graph.outputs.map((value) => value)).size).toBe(4);
  expect([...made.graph.nodes].map((node) => node.op)).toEqual(['Relu', 'Identity', 'Identity', 'Identity']);
  expect(made.opsetImports.get('')).toBe(22);
});

test('all problems are reported at once', () => {
  const { graph, x, add, model } = building();
  const a = add('acme::swish', [x]);
  const b = add('aten::dropout', [a], { p: attribute.float(0.5), train: bool(true) });
  const c = add('aten::erfinv', [b]);
  graph.addOutput(add('aten::relu', [c]));
  const { problems } = atenToOnnx(model);
  expect(problems.map((each) => [each.code, each.node?.operator, each.message])).toEqual([
    ['unsupported-operator', 'acme::swish', 'ONNX has no operator for acme::swish.'],
    [
      'unsupported-attribute',
      'aten::dropout',
      'ONNX cannot express aten::dropout with train=True: its result is random: export the model after model.eval().',
    ],
    ['unsupported-operator', 'aten::erfinv', 'ONNX has no operator for aten::erfinv.'],
  ]);
});

test('an operator that the user has defined stays one node of its domain', () => {
  const { graph, x, add, model } = building();
  graph.addOutput(add('acme::swish', [x], { beta: attribute.float(2), fast: bool(true), seed: none }));
  const customOps = new CustomOperators([
    {
      domain: 'com.acme',
      name: 'Swish',
      standsFor: { kind: 'operator', operator: 'acme::swish' },
      inputs: [{ name: 'x', optional: false }],
      outputs: [{ name: 'y', dtype: undefined, shape: undefined }],
      attributes: [],
      body: undefined,
      file: 'graphwright.ops.json',
      line: 1,
    },
  ]);
  const { model: made, problems } = atenToOnnx(model, { customOps });
  expect(problems).toEqual([]);
  const [node] = made.graph.nodes;
  expect([node?.operator, node?.output().type]).toEqual(['com.acme::Swish', tensorType('float32', [2, 4])]);
  expect([...(node?.attributes ?? [])]).toEqual([
    ['beta', attribute.float(2)],
    ['fast', attribute.int(1n)],
  ]);
  expect(made.opsetImports.get('com.acme')).toBe(1);
});

test('weights come over by name and unread; those that nobody reads stay behind', () => {
  const { graph, x, add, model } = building();
  const unread = () =>
    new ComputedSource('computed', () => {
      throw new Error('somebody read the weights');
    });
  const weight = graph.addInitializer({ name: 'fc.weight', constant: new Tensor('float32', [16, 4], unread()) });
  graph.addInitializer({ name: 'fc.count', constant: new Tensor('int64', [], unread()) });
  const wide = add('aten::unsqueeze', [x], { dim: attribute.int(0) });
  wide.type = tensorType('float32', [1, 2, 4]);
  const [three, two] = [add('aten::linear', [wide, weight], {}, 'three'), add('aten::linear', [x, weight], {}, 'two')];
  three.type = tensorType('float32', [1, 2, 16]);
  two.type = tensorType('float32', [2, 16]);
  for (const value of [three, two]) graph.addOutput(value);
  const { model: made } = atenToOnnx(model);
  expect(
    [...made.graph.initializers].flatMap((value) => value.name ?? '').filter((name) => name.startsWith('fc')),
  ).toEqual(['fc.weight']);
  // Read twice, so its bytes stay and a Transpose turns them for the one that needs it.
  expect([...made.graph.nodes].map((node) => node.op)).toEqual(['Unsqueeze', 'Transpose', 'MatMul', 'Gemm']);
});

test('a weight of one reader is turned as it is written', () => {
  const { graph, x, add, model } = building();
  const weight = graph.addInitializer({ name: 'w', constant: Tensor.of('float32', [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]) });
  const wide = add('aten::unsqueeze', [x], { dim: attribute.int(0) });
  wide.type = tensorType('float32', [1, 2, 4]);
  const y = add('aten::linear', [wide, weight]);
  y.type = tensorType('float32', [1, 2, 2]);
  graph.addOutput(y);
  const { model: made } = atenToOnnx(model);
  const turned = [...made.graph.initializers].find((value) => value.name === 'w_transposed')?.constant;
  expect([turned?.shape, turned?.numbers()]).toEqual([
    [4, 2],
    [1, 5, 2, 6, 3, 7, 4, 8],
  ]);
});

test('a rule that contradicts what capture recorded is our own fault', () => {
  const { graph, x, add, model } = building();
  const y = add('aten::relu', [x]);
  y.type = tensorType('float32', [2, 5]);
  graph.addOutput(y);
  expect(() => atenToOnnx(model)).toThrow(
    'the rule of aten::relu (aten::relu) makes float32[2, 4], but PyTorch makes float32[2, 5]',
  );
});

test('additions at places that may occur twice stand along one axis', () => {
  // ScatterND of onnxruntime adds from several threads at once, and loses summands now and then.
  const row = readCases('edges.json').find(([operator, args]) => operator === 'index_put' && args.accumulate === true);
  const { model } = atenToOnnx(makeBatch(row ? [row] : []).model);
  const ops = [...model.graph.nodes].map((node) => node.op);
  expect(ops).toContain('ScatterElements');
  expect(ops).not.toContain('ScatterND');
});
