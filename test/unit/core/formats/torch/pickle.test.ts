import { expect, test } from 'vitest';
import type { PickleValue } from '../../../../../src/core/formats/torch/archive.ts';
import { TorchMeaning } from '../../../../../src/core/formats/torch/meaning.ts';
import { checkNesting } from '../../../../../src/core/formats/torch/nesting.ts';
import { readPickle } from '../../../../../src/core/formats/torch/pickle.ts';
import { cpuTime } from '../../../cpu-time.ts';
import { bytesOf, errorOf, pickleOf } from './build.ts';

const meaning = new TorchMeaning(() => {
  throw new Error('no storages here');
});
const read = (bytes: Uint8Array): PickleValue => readPickle(bytes, meaning, { file: 'a.pkl' }).value;
const list = (...items: PickleValue[]) => ({ kind: 'list', items, type: undefined });

// Each was made with Python's pickle.dumps(value, protocol).
test.each<[number, string, unknown]>([
  [0, '(lp0\nI1\naI01\naNaF1.5\na.', list(1n, true, null, 1.5)],
  [0, 'L123456789012345678901234567890L\n.', 123456789012345678901234567890n],
  [0, 'Vna\\u00efve\np0\n.', 'naïve'],
  [1, ']q\x00(K\x01M\x00\x01J\x00\x00\x01\x00J\xff\xff\xff\xffe.', list(1n, 256n, 65536n, -1n)],
  [2, '\x80\x02\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.', -9223372036854775808n],
  [2, '\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.', 18446744073709551615n],
  [2, '\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s.', { kind: 'dict', entries: [['a', 1n]], type: undefined }],
  [
    2,
    '\x80\x02c_codecs\nencode\nq\x00X\x02\x00\x00\x00\xc3\xbfq\x01X\x06\x00\x00\x00latin1q\x02\x86q\x03Rq\x04.',
    Uint8Array.of(255),
  ],
  [3, '\x80\x03C\x02\x00\xffq\x00.', Uint8Array.of(0, 255)],
  [4, '\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x01a\x94h\x01e.', list('a', 'a')],
  [4, '\x80\x04G\x3f\xf8\x00\x00\x00\x00\x00\x00.', 1.5],
  [
    5,
    '\x80\x05\x95\x0e\x00\x00\x00\x00\x00\x00\x00\x96\x02\x00\x00\x00\x00\x00\x00\x00\x01\x02\x94.',
    Uint8Array.of(1, 2),
  ],
])('protocol %i: %j', (_, text, value) => {
  expect(read(bytesOf(text))).toEqual(value);
});

test('what is shared stays one object', () => {
  const value = read(pickleOf(']q\x00(]q\x01h\x01e'));
  if (typeof value !== 'object' || value === null || !('items' in value)) throw new Error('expected a list');
  expect(value.items[0]).toBe(value.items[1]);
});

test('calls and instances become records and call nothing', () => {
  expect(read(pickleOf('cdatetime\ndate\nK\x01\x85R'))).toMatchObject({
    kind: 'call',
    callee: 'datetime.date',
    arguments: [1n],
  });
  expect(read(pickleOf('cmine\nNet\n)\x81}X\x01\x00\x00\x00aK\x01sb'))).toMatchObject({
    callee: 'mine.Net',
    state: { entries: [['a', 1n]] },
  });
});

test('TorchScript objects, typed lists and devices have their meaning', () => {
  expect(read(pickleOf('c__torch__.net\nNet\n)\x81}X\x01\x00\x00\x00aK\x01sb'))).toMatchObject({
    kind: 'object',
    className: '__torch__.net.Net',
    attributes: new Map([['a', 1n]]),
  });
  expect(read(pickleOf('ctorch.jit._pickle\nbuild_intlist\n](K\x01K\x02e\x85R'))).toMatchObject({
    items: [1n, 2n],
    type: 'List[int]',
  });
  expect(read(pickleOf('ctorch\ndevice\nX\x04\x00\x00\x00cudaK\x01\x86R'))).toEqual({
    kind: 'device',
    device: 'cuda:1',
  });
});

test.each([
  ['os.system', 'cos\nsystem\nX\x02\x00\x00\x00ls\x85R'],
  ['posix.system', 'cposix\nsystem\nX\x02\x00\x00\x00ls\x85R'],
  ['builtins.eval', '\x8c\x08builtins\x8c\x04eval\x93'],
  ['builtins.__import__', 'cbuiltins\n__import__\n'],
  ['subprocess.Popen', '(S"ls"\nisubprocess\nPopen\n'],
  ['torch.serialization.os.system', '\x8c\x13torch.serialization\x8c\x09os.system\x93'],
  ['torch.hub.load', 'ctorch.hub\nload\n'],
  ['runpy._run_code', 'crunpy\n_run_code\n'],
  // Calls of what stands on no list, however harmless its name
  ['mine.make', 'cmine\nmake\n)R'],
  ['mine.Make', 'cmine\nMake\n(X\x02\x00\x00\x00lsX\x02\x00\x00\x00lstR'],
  ['torch.jit.unsupported_tensor_ops.execWrapper', 'ctorch.jit.unsupported_tensor_ops\nexecWrapper\n)R'],
  ['torch._dynamo.guards.GuardBuilder.get', 'ctorch._dynamo.guards\nGuardBuilder.get\n)R'],
  ['mine.make', '(cmine\nmake\nK\x01o'],
  ['mine.make', '(K\x01imine\nmake\n'],
  ['what builtins.getattr gives', 'cbuiltins\ngetattr\nctorch\nTensor\nX\x01\x00\x00\x00a\x86R)R'],
])('%s is unsafe, and named', (name, text) => {
  const error = errorOf(() => read(pickleOf(text)));
  expect([error.code, error.message]).toEqual(['unsafe-pickle', expect.stringContaining(name)]);
  expect(error.place?.offset).toBeGreaterThan(1);
});

test.each([
  ['collections.OrderedDict', 'ccollections\nOrderedDict\n)R'],
  ['a function of a library', 'ctorch._C._nn\ngelu\n'],
  ['a package called code', 'cmypackage.code.types\nNet\n)\x81'],
  ['builtins.set', 'cbuiltins\nset\n](K\x01e\x85R'],
  ['a module called test', 'ctest\nNet\n)\x81'],
  ['a member of an enum', 'cmine\nMode\nX\x03\x00\x00\x00far\x85R'],
  ['a record of a library', 'ctimm.layers.format\nFormat\nK\x01K\x02\x86R'],
  ['an instance of protocol 0', '(imine\nNet\n}b'],
  ['a reconstructed instance', 'ccopy_reg\n_reconstructor\n(cmine\nNet\nc__builtin__\nobject\nNtR'],
  ['a partial function', 'cfunctools\npartial\nctorch.nn\nLayerNorm\n\x85R'],
])('%s is not unsafe', (_, text) => {
  expect(() => read(pickleOf(text))).not.toThrow();
});

test.each([
  ['an empty stack', ''],
  ['a mark that is not there', 't'],
  ['a memo that is not there', 'h\x07'],
  ['an unknown opcode', '\xff'],
  ['a newer protocol', '\x80\x09'],
  ['data outside', '\x97'],
  ['a call of a number', 'K\x01)R'],
  ['a state for a number', 'K\x01}b'],
  ['an item of a number', 'K\x01K\x02a'],
  ['a key without value', '}(K\x01u'],
  ['a huge integer', '\x8b\xff\xff\xff\x7f'],
  ['text for an integer', 'Iabc\n'],
  ['a line without end', 'I12345'],
  ['a reference to something else', 'X\x01\x00\x00\x00aQ'],
])('%s is a damaged pickle', (_, text) => {
  expect(errorOf(() => read(pickleOf(text))).code).toBe('file-malformed');
});

test.each([
  ['text', 'X\xff\xff\xff\x7fabc'],
  ['bytes', 'B\xff\xff\xff\xffabc'],
  ['nothing', ''],
])('%s that ends too early is truncated', (_, text) => {
  expect(errorOf(() => read(bytesOf(0x80, 2, text))).code).toBe('file-truncated');
});

test('endless work cannot be asked for', () => {
  const steps = bytesOf(0x80, 2, 'N0'.repeat(4_500_000), '.');
  expect(errorOf(() => read(steps)).message).toContain('steps');
});

/** A list of 100,000 entries, kept as memo 0. */
const LONG = `](${'N'.repeat(100_000)}eq\x00`;
const NAME = `X\xa0\x86\x01\x00${'n'.repeat(100_000)}`;

test.each([
  ['ordered dicts of one list', `ccollections\nOrderedDict\nq\x01${LONG}${'0h\x01h\x00\x85R'.repeat(1000)}`, 'items'],
  ['sets of one list', `cbuiltins\nset\nq\x01${LONG}${'0h\x01h\x00\x85R'.repeat(1000)}`, 'items'],
  ['instances of many arguments', `cmine\nNet\nq\x01${LONG}${'0h\x01(h\x00t}\x92'.repeat(1000)}`, 'items'],
  [
    'states of one dict',
    `c__torch__\nM\n)\x81q\x01}(${'X\x01\0\0\0aN'.repeat(50_000)}uq\x000${'h\x01h\x00b0'.repeat(1000)}`,
    'items',
  ],
  ['names without end', `${NAME}q\x00${'h\x00h\x00\x930'.repeat(1000)}`, 'no name'],
  [
    'keys without end',
    `ctorch\nFloatStorage\nq\x01${NAME}q\x00(X\x07\0\0\0storageh\x01h\x00NK\x00tQq\x02ctorch._utils\n_rebuild_tensor_v2\n(h\x02K\x00))tR`,
    'key',
  ],
])('a memo that asks for %s again and again is stopped', (_, text, message) => {
  const started = cpuTime();
  const error = errorOf(() => read(pickleOf(text)));
  expect([error.code, error.message]).toEqual(['file-malformed', expect.stringContaining(message)]);
  expect(cpuTime() - started).toBeLessThan(1000);
});

test('bytes of one text are made once', () => {
  const long = `X\xa0\x86\x01\x00${'b'.repeat(100_000)}q\x00`;
  const many = `c_codecs\nencode\nq\x01(${long}${'h\x01h\x00X\x06\0\0\0latin1\x86R'.repeat(1000)}l`;
  const value = read(pickleOf(many));
  if (typeof value !== 'object' || value === null || !('items' in value)) throw new Error('expected a list');
  expect(value.items[1]).toBe(value.items[1000]);
});

test('long integers cost what they are long', () => {
  const long = `\x8b\x00\x10\x00\x00${'\x11'.repeat(4095)}\x01`;
  const started = cpuTime();
  expect(read(pickleOf(`](${long.repeat(2000)}e`))).toMatchObject({ kind: 'list' });
  expect(cpuTime() - started).toBeLessThan(2000);
});

test('values that lie in themselves, or too deep, are refused where they are read', () => {
  const where = { file: 'a.pkl', inside: 'data.pkl' };
  const deep = read(pickleOf(']'.repeat(5000), 'a'.repeat(4999)));
  expect(errorOf(() => checkNesting(deep, where)).message).toContain('deep');
  expect(errorOf(() => checkNesting(read(pickleOf(']q\x00h\x00a')), where)).message).toContain('within itself');
  // 60 lists, each of which holds the one before twice: 2^60 paths, 60 values
  const shared = read(pickleOf(`]q\x00${'0](h\x00h\x00eq\x00'.repeat(60)}`));
  expect(() => checkNesting(shared, where)).not.toThrow();
});
