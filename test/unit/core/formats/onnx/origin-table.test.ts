import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ORIGINS, shareOrigins } from '../../../../../src/core/formats/onnx/origin-table.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { printModel } from '../../../../../src/core/formats/onnxtxt/print.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import type { Node } from '../../../../../src/core/ir/node.ts';
import type { Origin, Scope } from '../../../../../src/core/ir/origin.ts';
import { allGraphs } from '../../../../../src/core/passes/graphs.ts';
import { model, nodeOf } from '../../../text-model.ts';
import { floatType, modelBytes, read } from './files.ts';

const TEXT = `<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
  g (float[2] x, bool c) => (float[2] y) {
    a = Relu (x)
    b = If (c) <then_branch = t () => (v) { v = Neg (a) }, else_branch = e () => (v) { v = Abs (a) }>
    d = acme.Twice (b)
    y = Neg (d)
  }
  <domain: "acme", opset_import: ["" : 17]>
  Twice (p) => (v) { v = Add (p, p) }`;

function nodesOf(made: Model): readonly Node[] {
  return [...allGraphs(made)].flatMap((graph) => [...graph.nodes]);
}

/** Each node with a place of its own, below modules that they share. */
function placed(text = TEXT, step = 1): Model {
  const made = model(text);
  for (const [k, node] of nodesOf(made).entries()) {
    node.scope = scopeAt(step * k);
    node.origin = originAt(step * k);
  }
  return made;
}

function scopeAt(k: number): Scope {
  const block = { path: `layers.${k % 2}`, type: 'net.Block' };
  return [{ path: '', type: 'net.Net' }, block, { path: `${block.path}.act${k}`, type: `torch.nn.Act${k}` }];
}

function originAt(k: number): Origin {
  return [
    { kind: 'python', file: '/app/act.py', line: 3 + k, function: 'forward', text: `return act${k}(x)` },
    { kind: 'torchscript', file: 'code/net.py', line: 8, function: 'forward' },
    { kind: 'python', file: '/app/net.py', line: 12, text: 'x = self.layers(x)' },
    { kind: 'python', file: '/app/main.py', line: 1 },
    ...(k % 3 === 0 ? [] : ([{ kind: 'torchscript', file: 'code/b.py', line: k }] as const)),
    ...(k % 3 === 2 ? ([{ kind: 'torchscript', file: 'code/c.py', line: k }] as const) : []),
  ];
}

function shared(made = placed()): Uint8Array {
  shareOrigins(made);
  return encodeOnnx(made);
}

test('one table says where all nodes came from, also in subgraphs and functions', () => {
  const again = read(shared());
  const nodes = nodesOf(again);
  expect(nodes.map(({ op }) => op)).toEqual(['Relu', 'If', 'Twice', 'Neg', 'Neg', 'Abs', 'Add']);
  for (const [k, node] of nodes.entries()) {
    expect(node.scope).toEqual(scopeAt(k));
    expect(node.origin).toEqual(originAt(k));
    expect(node.hasMetadata).toBe(false);
  }
  // What has a table is written with one again, and the same.
  expect(encodeOnnx(again)).toEqual(shared());
});

test('a table is much smaller than what every node says by itself', () => {
  const chain = Array.from({ length: 100 }, (_, k) => `x${k + 1} = Relu (x${k})`).join('\n');
  const text = `<ir_version: 8, opset_import: ["" : 17]> g (float[2] x0) => (float[2] x100) { ${chain} }`;
  const bare = encodeOnnx(model(text)).length;
  const alone = encodeOnnx(placed(text, 3)).length - bare;
  const together = shared(placed(text, 3)).length - bare;
  expect(together).toBeLessThan(alone / 10);
  expect(together).toBeLessThan(40 * 100);
});

test('nodes that others add, rename or move change nothing for the rest', () => {
  const made = read(shared());
  const { graph } = made;
  const [relu, neg] = [nodeOf(graph, 'a'), nodeOf(graph, 'y')];
  relu.output().name = 'renamed';
  relu.origin = [];
  relu.scope = [];
  neg.origin = [];
  neg.scope = [];
  const again = read(encodeOnnx(made));
  expect(nodeOf(again.graph, 'renamed').scope).toEqual([]);
  // What the table said of a name before stays where nothing else is known: texts know no places of their nodes.
  expect(nodeOf(again.graph, 'y').scope).toEqual(scopeAt(3));
  expect(nodeOf(again.graph, 'y').origin).toEqual(originAt(3));
});

test('places go through the text of a model and back', () => {
  const { text } = printModel(read(shared()), { notes: (json) => json });
  const changed = text.replace('y = Neg (d)', 'z = Abs (d)\n  y = Neg (z)');
  const again = read(encodeOnnx(model(changed)));
  expect(nodeOf(again.graph, 'y').origin).toEqual(originAt(3));
  expect(nodeOf(again.graph, 'a').scope).toEqual(scopeAt(0));
  expect(nodeOf(again.graph, 'z').origin).toEqual([]);
});

test('module paths of all kinds stay', () => {
  const paths = [
    ['', '.odd', '.odd.x'],
    ['\\', '\\.a'],
    ['a', 'ab', 'a.b'],
    ['äöü', 'äöü.ß'],
  ];
  const made = placed();
  const nodes = nodesOf(made);
  for (const [k, list] of paths.entries()) {
    const node = nodes[k];
    if (node) node.scope = list.map((path) => ({ path, type: '' }));
  }
  const found = nodesOf(read(shared(made))).map(({ scope }) => scope.map(({ path }) => path));
  expect(found.slice(0, paths.length)).toEqual(paths);
});

test('notes of the exporter go where the graph knows what they say; others stay', () => {
  const metadataProps = Object.entries({
    'pkg.torch.onnx.name_scopes': `['', 'act', 'relu']`,
    'pkg.torch.onnx.class_hierarchy': `['app.Net', 'torch.nn.ReLU', 'aten.relu.default']`,
    'pkg.torch.onnx.stack_trace': 'no trace at all',
    'pkg.torch.onnx.fx_node': '%relu',
    'pkg.onnxscript.rewriter.rule_name': 'Some',
    namespace: ': app.Net/act: torch.nn.ReLU',
    mine: 'kept',
  }).map(([key, value]) => ({ key, value }));
  const signature = [
    { key: 'pkg.torch.export.graph_signature.InputSpec.kind', value: 'USER_INPUT' },
    { key: 'mine', value: 'kept' },
  ];
  const made = read(
    modelBytes({
      input: [{ name: 'x', type: floatType(2), metadataProps: signature }],
      node: [{ opType: 'Relu', input: ['x'], output: ['y'], metadataProps }],
      output: [{ name: 'y', type: floatType(2) }],
      metadataProps: [{ key: 'pkg.torch.export.ExportedProgram.graph_signature', value: 'long' }],
    }),
  );
  const again = read(shared(made));
  const node = nodeOf(again.graph, 'y');
  expect([...node.metadata]).toEqual([
    ['pkg.torch.onnx.stack_trace', 'no trace at all'],
    ['mine', 'kept'],
  ]);
  expect(node.scope.map(({ path }) => path)).toEqual(['', 'act']);
  expect([...(again.graph.inputs[0]?.metadata ?? [])]).toEqual([['mine', 'kept']]);
  expect([...again.graph.metadata.keys()]).toEqual([ORIGINS]);
});

test('a model that knows no places gets no table', () => {
  const made = model(TEXT);
  shareOrigins(made);
  expect(read(encodeOnnx(made)).graph.metadata.size).toBe(0);
});

const EMPTY = { texts: [], modules: [], lines: [], stacks: [], nodes: [], keys: '' };
const key = Buffer.alloc(4);

test.each([
  ['no base64', '%%%'],
  ['nothing deflated', 'AAAA'],
  ['no JSON', deflated('{')],
  ['another object', deflated('{"texts":[1]}')],
  ['a bomb', deflateRawSync(Buffer.alloc(1 << 27)).toString('base64')],
  ['numbers that are none', deflated(JSON.stringify({ ...EMPTY, nodes: [0.5, null] }))],
])('a table that is none says nothing: %s', (_, text) => {
  expect(nodeOf(read(withTable(text)).graph, 'y').scope).toEqual([]);
});

test('modules that hold each other, and numbers out of range, end', () => {
  // FNV-1a of 'y'.
  key.writeUInt32LE(Math.imul(0x811c9dc5 ^ 0x79, 0x01000193) >>> 0);
  const keys = key.toString('base64');
  const table = {
    ...EMPTY,
    texts: ['m'],
    modules: [1, 0, 9, 0, 0, 0, 1, 7, 0],
    lines: [],
    stacks: [0, 5, 7, -4],
    nodes: [2, 1, 0],
    keys,
  };
  const node = nodeOf(read(withTable(deflated(JSON.stringify(table)))).graph, 'y');
  expect(node.scope).toEqual([
    { path: 'm', type: '' },
    { path: 'm', type: 'm' },
    { path: '', type: 'm' },
  ]);
  expect(node.origin).toEqual([{ kind: 'python', file: '', line: 0 }]);
});

function deflated(text: string): string {
  return deflateRawSync(text).toString('base64');
}

function withTable(value: string): Uint8Array {
  return modelBytes({
    input: [{ name: 'x', type: floatType(2) }],
    node: [{ opType: 'Relu', input: ['x'], output: ['y'] }],
    output: [{ name: 'y', type: floatType(2) }],
    metadataProps: [{ key: ORIGINS, value }],
  });
}
