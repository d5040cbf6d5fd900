import { expect, test } from 'vitest';
import type { PickledTensor, PickleValue, ScriptObject } from '../../../../../src/core/formats/torch/archive.ts';
import type { Statement } from '../../../../../src/core/formats/torch/ast.ts';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { isRecord } from '../../../../../src/core/formats/torch/pickle-machine.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { OneChunk } from '../../../../../src/core/ir/chunk-memory.ts';
import { EXPECTED, fixture, lineOf, torchScript, unzip, zipOf } from './build.ts';

/** The attribute at a path such as `blocks.0.conv.weight`. */
function at(root: ScriptObject, path: string): PickleValue | undefined {
  let value: PickleValue | undefined = root;
  for (const name of path.split('.'))
    value = isRecord(value) && value.kind === 'object' ? value.attributes.get(name) : undefined;
  return value;
}

function tensorAt(root: ScriptObject, path: string): PickledTensor {
  const value = at(root, path);
  if (isRecord(value) && value.kind === 'tensor') return value;
  throw new Error(`no tensor at ${path}`);
}

test.each(['traced.pt', 'deflated.pt'])('%s has the weights that PyTorch has', (name) => {
  const { root } = torchScript(name);
  expect(root.className).toBe('__torch__.net.Net');
  for (const [path, { dtype, shape, values }] of Object.entries(EXPECTED)) {
    const { tensor } = tensorAt(root, path);
    expect([path, `torch.${tensor.dtype}`, tensor.shape, tensor.numbers()]).toEqual([path, dtype, shape, values]);
  }
});

test('numbers of a big-endian machine are swapped as they are read', () => {
  const entries = unzip(fixture('traced.pt'));
  const swapped = Object.fromEntries(
    Object.entries(entries).map(([name, bytes]): [string, Uint8Array | string] => {
      if (name.endsWith('/byteorder')) return [name, 'big'];
      if (!/\/(?:data|constants)\/\d+$/.test(name)) return [name, bytes];
      return [name, name.endsWith('data/0') ? Buffer.from(bytes).swap64() : Buffer.from(bytes).swap32()];
    }),
  );
  const program = openTorchFile(new MemoryBytes('big.pt', zipOf(swapped)));
  if (program.kind !== 'torchscript') throw new Error(program.kind);
  for (const [path, { values }] of Object.entries(EXPECTED)) {
    const { tensor } = tensorAt(program.root, path);
    expect([path, tensor.numbers()]).toEqual([path, values]);
    expect(Buffer.concat(Array.from(tensor.source.chunks(new OneChunk()), (chunk) => chunk.slice()))).toEqual(
      Buffer.from(tensor.bytes()),
    );
  }
  // The weight that is double fills entry 0: were it not, this test would swap it wrongly.
  expect(tensorAt(program.root, 'scale').storage.key).toBe('data/0');
});

test.each([
  ['frozen.pt', 'CONSTANTS.c'],
  ['mobile-code.ptl', 'self.head'],
])('%s has its code', (name, sample) => {
  const archive = torchScript(name);
  const forward = archive.classOf(archive.root.className)?.methods.get('forward');
  expect(forward?.source.text.slice(forward.start, forward.end)).toContain(sample);
  expect(name === 'frozen.pt' ? archive.constants.length > 5 : archive.root.attributes.has('head')).toBe(true);
});

test('an archive that the Finder of macOS packed again is the same', () => {
  const entries = {
    ...unzip(fixture('traced.pt')),
    '__MACOSX/traced/._data.pkl': 'x',
    'traced/.DS_Store': 'x',
    'traced/': '',
  };
  const program = openTorchFile(new MemoryBytes('traced.pt', zipOf(entries)));
  expect(program).toMatchObject({ kind: 'torchscript', root: { className: '__torch__.net.Net' } });
});

test('views and shared storages are told', () => {
  const { root } = torchScript('traced.pt');
  const strided = tensorAt(root, 'blocks.0.conv.weight');
  expect([strided.strides, strided.tensor.source.kind]).toEqual([[27, 1, 9, 3], 'strided']);
  const [head, tied] = [tensorAt(root, 'head.weight'), tensorAt(root, 'tied.weight')];
  expect(head.tensor.source.kind).toBe('file');
  expect(head.storage).toBe(tied.storage);
  expect(head.storage.key).toMatch(/^data\/\d+$/);
  expect(head.storage).not.toBe(tensorAt(root, 'tied.bias').storage);
  expect(tensorAt(torchScript('deflated.pt').root, 'head.weight').tensor.source.kind).toBe('inflated');
});

test('opening reads no weights', () => {
  const bytes = fixture('traced.pt');
  const reads: [number, number][] = [];
  const program = openTorchFile({
    name: 'traced.pt',
    size: bytes.length,
    read: (offset, length) => {
      reads.push([offset, offset + length]);
      return bytes.subarray(offset, offset + length);
    },
  });
  if (program.kind !== 'torchscript') throw new Error(program.kind);
  const conv = Buffer.from(new Float32Array(tensorAt(program.root, 'head.weight').tensor.numbers()).buffer);
  const start = Buffer.from(bytes).indexOf(conv);
  const before = reads.slice(0, -1);
  // The directory is looked for in the last 64 KB, which is all of so small a file.
  expect(start).toBeGreaterThan(0);
  expect(before.filter(([from, to]) => from <= start && start < to && to - from < 65_536 && to < bytes.length)).toEqual(
    [],
  );
});

test('constants and example inputs', () => {
  const { constants, tracedInputs, version } = torchScript('traced.pt');
  const [constant] = constants;
  expect(isRecord(constant) && constant.kind === 'tensor' && constant.tensor.numbers()).toEqual([1, 2, 3]);
  expect([...tracedInputs.keys()]).toEqual(['forward']);
  expect(tracedInputs.get('forward')).toMatchObject([{ kind: 'tensor', dtype: 'float32', shape: [1, 3, 4, 4] }]);
  expect(version).toBe(3);
});

test('attributes of every kind', () => {
  const { root, constants } = torchScript('scripted.pt');
  expect(at(root, 'names')).toEqual({ kind: 'list', items: ['a', 'naïve\n"quoted"'], type: 'List[str]' });
  expect(at(root, 'table')).toEqual({
    kind: 'dict',
    entries: [
      ['one', 1n],
      ['largest', 9223372036854775807n],
    ],
    type: 'Dict[str, int]',
  });
  expect(at(root, 'mode')).toEqual({ kind: 'enum', className: '__torch__.net.Mode', name: undefined, value: 'far' });
  expect(at(root, 'limits')).toEqual({ kind: 'tuple', items: [Number.POSITIVE_INFINITY, -9223372036854775808n] });
  expect(at(root, 'device')).toEqual({ kind: 'device', device: 'cpu' });
  expect(at(root, 'maybe')).toBeNull();
  expect(at(root, 'layers.1')).toMatchObject({ kind: 'object', className: '__torch__.net.Affine' });
  expect(constants).toEqual(['naïve {}']);
});

test('classes and functions are found by name, and nothing else is', () => {
  const archive = torchScript('scripted.pt');
  expect(archive.classOf('__torch__.net.Scripted')?.methods.has('forward')).toBe(true);
  expect(archive.classOf('__torch__.net.Mode')).toMatchObject({ base: 'Enum' });
  expect(archive.classOf('__torch__.net.Guard')).toMatchObject({ base: undefined });
  expect(archive.functionOf('__torch__.net.scaled')?.parameters.map((p) => p.name)).toEqual(['x', 'by']);
  for (const name of [
    '__torch__.net.scaled',
    '__torch__.net.None',
    '__torch__.other.Net',
    'Net',
    '',
    '__torch__/net.Net',
  ]) {
    expect(archive.classOf(name)).toBeUndefined();
  }
});

test('all code of the fixtures parses', () => {
  for (const name of ['traced.pt', 'scripted.pt', 'deflated.pt']) {
    const archive = torchScript(name);
    for (const entry of archive.sourceEntries) {
      const module = entry.slice('code/'.length, -'.py'.length).replaceAll('/', '.');
      const first = /^(?:class|def) (\w+)/m.exec(archive.source(entry).text)?.[1];
      expect(archive.classOf(`${module}.${first}`) ?? archive.functionOf(`${module}.${first}`)).toBeDefined();
    }
  }
});

test('a traced operator leads to the line of the model, before the frames of PyTorch', () => {
  const archive = torchScript('traced.pt');
  const forward = archive.classOf('__torch__.net.Net')?.methods.get('forward');
  const mean = forward?.body.find((statement) => text(forward.source.text, statement).includes('torch.mean'));
  const origin = forward && mean ? archive.originOf(forward.source, mean.start) : [];
  expect(origin[0]).toEqual({ kind: 'python', file: 'net.py', line: lineOf('y.mean('), function: 'forward' });
  expect(origin.at(-1)).toMatchObject({
    kind: 'torchscript',
    file: 'code/__torch__/net.py',
    line: forward?.source.place(mean?.start ?? 0).line,
    column: 5,
    text: text(forward?.source.text ?? '', mean),
  });
  const framework = origin.findIndex((frame) => frame.file.includes('/torch/'));
  expect(framework).toBeGreaterThan(0);
  expect(origin.slice(framework, -1).every((frame) => frame.file.includes('/torch/'))).toBe(true);
});

test('a scripted operator leads to line, column and text', () => {
  const archive = torchScript('scripted.pt');
  const scaled = archive.functionOf('__torch__.net.scaled');
  const [statement] = scaled?.body ?? [];
  if (!scaled || statement?.kind !== 'return') throw new Error('expected a return');
  expect(archive.originOf(scaled.source, statement.value?.start ?? 0)[0]).toEqual({
    kind: 'python',
    file: 'net.py',
    line: lineOf('return x * by'),
    column: 12,
    function: 'scaled',
    text: 'return x * by',
  });
});

test('without debug records only the TorchScript frame is left', () => {
  const archive = torchScript('deflated.pt');
  const forward = archive.classOf('__torch__.net.Net')?.methods.get('forward');
  expect(forward && archive.originOf(forward.source, forward.start)).toMatchObject([{ kind: 'torchscript' }]);
});

function text(source: string, statement: Statement | undefined): string {
  return source.slice(statement?.start, statement?.end);
}
