import { expect, test } from 'vitest';
import type { PickledCall, PickledModule, PickleValue } from '../../../../../src/core/formats/torch/archive.ts';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { isRecord, stringEntries } from '../../../../../src/core/formats/torch/pickle-machine.ts';
import { moduleState } from '../../../../../src/core/formats/torch/pickled-module.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { bytesOf, EXPECTED, errorOf, fixture, pickleOf, zipOf } from './build.ts';

function open(bytes: Uint8Array): PickledModule {
  const program = openTorchFile(new MemoryBytes('model.pth', bytes));
  if (program.kind !== 'module') throw new Error(`opened as ${program.kind}`);
  return program;
}

/** What a module keeps under a path such as `blocks.0.conv.weight`. */
function at(module: PickledCall, path: string): PickleValue | undefined {
  const [name = '', ...rest] = path.split('.');
  const state = new Map(stringEntries(moduleState(module)));
  for (const dict of ['_modules', '_parameters', '_buffers']) {
    const found = new Map(stringEntries(state.get(dict))).get(name);
    if (rest.length === 0 && found !== undefined) return found;
    if (isRecord(found) && found.kind === 'call') return at(found, rest.join('.'));
  }
  return state.get(name);
}

test.each(['module.pth', 'module-legacy.pth'])('%s has the modules and weights that PyTorch has', (name) => {
  const { root, path } = open(fixture(name));
  expect([root.callee, path]).toEqual(['net.Net', []]);
  expect(at(root, 'blocks.0.act')).toMatchObject({ callee: 'torch.nn.modules.activation.ReLU' });
  for (const [weight, { shape, values }] of Object.entries(EXPECTED)) {
    const found = at(root, weight);
    if (!isRecord(found) || found.kind !== 'tensor') throw new Error(`no tensor at ${weight}`);
    expect([weight, found.shape, found.tensor.numbers()]).toEqual([weight, shape, values]);
  }
  const [head, tied] = [at(root, 'head.weight'), at(root, 'tied.weight')];
  expect(head).toBe(tied);
  expect(head).toMatchObject({ isParameter: true, tensor: { source: { kind: 'file' } } });
});

test('what a module keeps beside its parameters', () => {
  const { root, path, sources } = open(fixture('checkpoint-module.pth'));
  expect(path).toEqual(['model']);
  expect(sources.size).toBe(0);
  expect(at(root, 'weight')).toMatchObject({ kind: 'tensor', isParameter: true, shape: [2, 3] });
  expect(at(root, 'mode')).toMatchObject({ kind: 'call', callee: 'net.Mode', arguments: ['far'] });
  expect(at(root, 'names')).toMatchObject({ kind: 'call', callee: 'builtins.set', items: ['a'] });
  expect(at(root, 'size')).toEqual({ kind: 'tuple', items: [2n, 3n] });
  expect(at(root, 'act')).toMatchObject({
    callee: 'functools.partial',
    arguments: [{ kind: 'global', name: 'torch._C._nn.gelu' }],
  });
  // A method that is bound to the module lies within the module.
  const bound = at(root, 'call');
  if (!isRecord(bound) || bound.kind !== 'call') throw new Error('expected a record');
  expect([bound.callee, bound.arguments[0], bound.arguments[1]]).toEqual(['builtins.getattr', root, 'forward']);
});

test('a graph module has its code and the imports of it', () => {
  const { root } = open(fixture('graph-module.pth'));
  expect(root.callee).toBe('torch.fx.graph_module.reduce_graph_module');
  expect(at(root, '_code')).toContain("gelu(matmul, approximate = 'tanh')");
  expect(root.arguments[1]).toContain('import torch');
  expect(at(root, 'weight')).toMatchObject({ kind: 'tensor', shape: [2, 3] });
});

test('files without zip keep the source of classes', () => {
  const { sources } = open(fixture('fused-legacy.pth'));
  expect([...sources.keys()]).toEqual(['net.Fused']);
  expect(sources.get('net.Fused')).toMatchObject({ file: 'net.py', text: expect.stringContaining('def forward') });
});

const LEGACY = fixture('module-legacy.pth');

test.each<[string, Uint8Array, string, string]>([
  ['weights', fixture('weights.pth'), 'weights-only', '6 tensors'],
  ['weights without zip', fixture('weights-legacy.pth'), 'weights-only', '6 tensors'],
  ['two modules', zipOf({ 'a/data.pkl': twice() }), 'no-program', 'a dict without weights'],
  ['a file without its last storage', LEGACY.subarray(0, LEGACY.length - 1), 'file-truncated', 'the file ends'],
  ['a file without storages', LEGACY.subarray(0, LEGACY.length - 700), 'file-truncated', 'only'],
])('%s are no module', (_, bytes, code, message) => {
  const error = errorOf(() => open(bytes));
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
});

function twice(): Uint8Array {
  const module = 'cnet\nNet\n)\x81}(X\x08\0\0\0_modules}X\x0b\0\0\0_parameters}ub';
  return pickleOf(`}(X\x01\0\0\0a${module}X\x01\0\0\0b${module}u`);
}

test('a storage that was part of another is read from there', () => {
  const storage =
    '(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04(X\x01\0\0\x001K\x02K\x02ttQ';
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${storage}K\x00K\x02\x85K\x01\x85\x89}tR`;
  const module = `cnet\nNet\n)\x81}(X\x08\0\0\0_modules}X\x0b\0\0\0_parameters}X\x01\0\0\0w${tensor}ub`;
  const pickles = ['\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19', 'M\xe9\x03', '}', module, ']X\x01\0\0\x000a'];
  const numbers = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);
  const file = bytesOf(...pickles.map((pickle) => `\x80\x02${pickle}.`), '\x04\0\0\0\0\0\0\0', numbers);
  const found = at(open(file).root, 'w');
  expect(isRecord(found) && found.kind === 'tensor' && found.tensor.numbers()).toEqual([3, 4]);
});
