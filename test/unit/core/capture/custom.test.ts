import { expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { CustomOperators } from '../../../../src/core/custom/definition.ts';
import { parseOps } from '../../../../src/core/custom/read.ts';
import type {
  Argument,
  ExportedNode,
  ExportedProgram,
  TensorMeta,
} from '../../../../src/core/formats/torch/exported.ts';
import { Expression } from '../../../../src/core/ir/expression.ts';
import type { Scope } from '../../../../src/core/ir/origin.ts';
import { captured, forward, graphText, lines, object, stored } from './support.ts';

function definitions(...operators: object[]): CustomOperators {
  return new CustomOperators(parseOps(JSON.stringify({ version: 1, operators }), 'graphwright.ops.json'));
}

const swish = {
  name: 'Swish',
  domain: 'acme',
  for: { operator: 'acme::swish' },
  inputs: ['x'],
  outputs: [{ name: 'y', dtype: 'x', shape: 'x' }],
  attributes: { beta: { type: 'float' } },
};
const gate = {
  name: 'Gate',
  domain: 'acme',
  for: { module: 'my.net.Gate' },
  inputs: ['x', 'width'],
  outputs: [{ name: 'y', dtype: 'x', shape: 'x' }],
  attributes: {},
};
const x = stored('float32', [2, 3]);

test('an operator with a definition becomes a node whose arguments are its attributes', () => {
  const code = forward('x: Tensor', 'return torch.relu(ops.acme.swish(x, 1.5))');
  const { model, problems } = captured({ code, inputs: [x] }, { customOps: definitions(swish) });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`swish_0 = acme::swish(x, beta=1.5) : float32[2, 3]
           output_0 = aten::relu(swish_0) : float32[2, 3]
           return output_0`),
  );
});

test('an argument for which the definition has no attribute is not lost in silence', () => {
  const code = forward('x: Tensor', 'return ops.acme.swish(x, 1.5, "fast")');
  const { problems } = captured({ code, inputs: [x] }, { customOps: definitions(swish) });
  expect(problems.map((each) => [each.code, each.details.reason])).toEqual([
    ['custom-operator-mismatch', 'the call gives "fast", for which the entry has no attribute'],
  ]);
});

test('a module class with a definition is one node, each time it is called', () => {
  const code = `class Gate(Module):
  __parameters__ = ["scale", "width", ]
  __buffers__ = []
  scale : Tensor
  width : Tensor
  def forward(self: __torch__.my.net.Gate, x: Tensor) -> Tensor:
    return ops.secret.thing(x)
  def forward1(self: __torch__.my.net.Gate, x: Tensor) -> Tensor:
    return ops.secret.thing(x)
`.replaceAll('__torch__.my.net.Gate', '__torch__.Gate');
  const root = forward(
    'x: Tensor',
    'gate = self.gate\nreturn (gate).forward1((gate).forward(x, ), )',
    '  gate : __torch__.Gate\n',
  );
  const attributes = { gate: object('Gate', { scale: stored('float32', [1]), width: stored('float32', [3]) }) };
  const customOps = definitions({ ...gate, for: { module: 'Gate' } });
  const { model, problems } = captured({ code: code + root, attributes, inputs: [x] }, { customOps });
  // The class has a parameter `scale` too, which this entry does not take.
  expect(problems.map((each) => [each.code, each.details.attribute])).toEqual([
    ['parameter-left-out', 'scale'],
    ['parameter-left-out', 'scale'],
  ]);
  expect(graphText(model)).toBe(
    lines(`gate/Gate_0 = acme::Gate(x, gate.width) : float32[2, 3]
           output_0 = acme::Gate(gate/Gate_0, gate.width) : float32[2, 3]
           return output_0`),
  );
});

const meta: TensorMeta = {
  dtype: 'float32',
  scalarType: 7,
  shape: [2],
  strides: [1],
  storageOffset: 0,
  requiresGrad: true,
  device: { type: 'cpu', index: undefined },
  layout: 'Strided',
};

function exported(
  steps: readonly (readonly [target: string, inputs: readonly string[], output: string, path: string])[],
): ExportedProgram {
  const tensor = (name: string): Argument => ({ kind: 'tensor', name });
  const nodes = steps.map(([op, inputs, output, path]): ExportedNode => {
    const scope: Scope = [{ path: '', type: 'my.net.Net' }, ...(path ? [{ path, type: 'my.net.Gate' }] : [])];
    const names = ['self', 'other'];
    const named = inputs.map((name, k) => ({ name: names[k] ?? '', value: tensor(name), keyword: false }));
    return {
      target: `torch.ops.aten.${op}`,
      name: output,
      inputs: named,
      outputs: [tensor(output)],
      origin: [],
      scope,
      metadata: new Map(),
    };
  });
  return {
    kind: 'exported',
    file: 'net.pt2',
    graph: {
      inputs: [tensor('p_gate_width'), tensor('x')],
      outputs: [tensor('out')],
      nodes,
      tensors: new Map(['x', 'p_gate_width', 'a', 'b', 'c', 'out'].map((name) => [name, meta])),
      symInts: new Map(),
      symFloats: new Map(),
      symBools: new Map(),
    },
    inputSpecs: [
      { kind: 'parameter', name: 'p_gate_width', target: 'gate.width' },
      { kind: 'user-input', argument: tensor('x') },
    ],
    outputSpecs: [{ kind: 'user-output', argument: tensor('out') }],
    weights: new Map([['gate.width', stored('float32', [2])]]),
    argumentNames: ['x'],
    rangeConstraints: new Map(),
    opsetVersions: new Map(),
    torchVersion: '2.13.0',
    schemaVersion: { major: 8, minor: 0 },
  };
}

test('the nodes of a module of an exported program are one node', () => {
  const program = exported([
    ['relu.default', ['x'], 'a', ''],
    ['mul.Tensor', ['p_gate_width', 'a'], 'b', 'gate'],
    ['neg.default', ['b'], 'c', 'gate'],
    ['relu.default', ['c'], 'out', ''],
  ]);
  const { model, problems } = capture(program, { inputs: [], customOps: definitions(gate) });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`relu_0 = aten::relu(x) : float32[2]
           gate/Gate_0 = acme::Gate(relu_0, gate.width) : float32[2]
           output_0 = aten::relu(gate/Gate_0) : float32[2]
           return output_0`),
  );
});

test('a module that changes its input in place cannot be replaced', () => {
  const program = exported([
    ['relu.default', ['x'], 'a', ''],
    ['relu_.default', ['a'], 'b', 'gate'],
    ['add.Tensor', ['a', 'b'], 'out', ''],
  ]);
  const { problems } = capture(program, { inputs: [], customOps: definitions({ ...gate, inputs: ['x'] }) });
  expect(problems.map((each) => each.code)).toEqual(['alias-write']);
});

const live = {
  ...swish,
  for: { function: 'my.net.swish' },
  inputs: ['x', { name: 'bias', optional: true }],
  attributes: { beta: { type: 'float' }, sizes: { type: 'ints' }, labels: { type: 'strings' } },
};

test('a call that live capture recorded has its arguments in the order of its entry, None among them', () => {
  const code = forward(
    'x: Tensor',
    'return ops.graphwright.my_net_swish(x, None, None, [1, 2], "[\\"a\\", \\"b, c\\"]")',
  );
  const { model, problems } = captured({ code, inputs: [x] }, { customOps: definitions(live) });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`output_0 = graphwright::my_net_swish(x, None, sizes=[1, 2], labels=[a, b, c]) : float32[2, 3]
           return output_0`),
  );
});

const liveGate = { ...gate, attributes: { slope: { type: 'float' } } };

test('a module that live capture recorded is its one operator, which has the attributes too', () => {
  const code = `class Gate(Module):
  __parameters__ = ["width", ]
  __buffers__ = []
  width : Tensor
  def forward(self: __torch__.Gate, x: Tensor) -> Tensor:
    width = self.width
    return ops.graphwright.Gate(x, width, 0.5)
`;
  const root = forward('x: Tensor', 'gate = self.gate\nreturn (gate).forward(x, )', '  gate : __torch__.Gate\n');
  const attributes = { gate: object('Gate', { width: stored('float32', [3]) }) };
  const customOps = definitions({ ...liveGate, for: { module: 'Gate' } });
  const { model, problems } = captured({ code: code + root, attributes, inputs: [x] }, { customOps });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`output_0 = acme::Gate(x, gate.width, slope=0.5) : float32[2, 3]
           return output_0`),
  );
});

test('so it is in an exported program', () => {
  const program = exported([['relu.default', ['x'], 'a', '']]);
  const call: ExportedNode = {
    target: 'torch.ops.graphwright.my_net_Gate.default',
    name: 'out',
    inputs: [
      { name: 'x', value: { kind: 'tensor', name: 'a' }, keyword: false },
      { name: 'width', value: { kind: 'tensor', name: 'p_gate_width' }, keyword: false },
      { name: 'slope', value: { kind: 'float', value: 0.5 }, keyword: false },
    ],
    outputs: [{ kind: 'tensor', name: 'out' }],
    origin: [],
    scope: [
      { path: '', type: 'my.net.Net' },
      { path: 'gate', type: 'my.net.Gate' },
    ],
    metadata: new Map(),
  };
  const graph = { ...program.graph, nodes: [...program.graph.nodes, call] };
  const { model, problems } = capture({ ...program, graph }, { inputs: [], customOps: definitions(liveGate) });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`relu_0 = aten::relu(x) : float32[2]
           output_0 = acme::Gate(relu_0, gate.width, slope=0.5) : float32[2]
           return output_0`),
  );
});

test('sizes that stay open go through the rules of an entry, also where the file records no types', () => {
  const wider = { ...swish, outputs: [{ name: 'y', dtype: 'x', shape: ['x[0]', '2*x[1] + 1'] }] };
  const code = forward('x: Tensor', 'return torch.relu(ops.acme.swish(x, 1.5))');
  const shape = [Expression.symbol('batch'), 3];
  const inputs = [{ key: 0, dtype: 'float32', shape }] as const;
  const { model, problems } = captured({ code, inputs: [x] }, { customOps: definitions(wider), inputs });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`swish_0 = acme::swish(x, beta=1.5) : float32[batch, 7]
           output_0 = aten::relu(swish_0) : float32[batch, 7]
           return output_0`),
  );
});
