import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import { DEFECTS, defectBytes } from '../../conformance/onnx/defects.ts';

const fixture = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const schema = JSON.parse(readFileSync(fixture('docs/cli-output.schema.json'), 'utf8')) as object;
const valid = new Ajv({ allowUnionTypes: true }).compile(schema);
const DIGITS = fixture('samples/digits.traced.pt');
const ACME = fixture('samples/acme.traced.pt');
const SHAPE = ['--input', '0:float32[1,1,28,28]'];

let folder = '';
let printed = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs with --json; the one object that it prints, checked against the published schema. */
async function json(...args: string[]) {
  const status = await run([...args, '--json']);
  const report = JSON.parse(printed) as Record<string, never>;
  expect(valid(report), JSON.stringify(valid.errors)).toBe(true);
  printed = '';
  return { exit: status, ...report };
}

test('a model is converted, and kept from being overwritten', async () => {
  const out = join(folder, 'digits.onnx');
  expect(await json('convert', DIGITS, '--to', 'onnx', ...SHAPE, '-o', out)).toMatchObject({
    exit: 0,
    status: 'done',
    output: [out],
  });
  const again = await json('convert', DIGITS, '--to', 'onnx', ...SHAPE, '-o', out);
  expect(again).toMatchObject({ exit: 2, status: 'bad-input', error: { code: 'file-exists' } });
  expect(await json('convert', DIGITS, '--to', 'onnx', ...SHAPE, '-o', out, '--force', '--verify')).toMatchObject({
    exit: 0,
  });
  expect(await json('inspect', out)).toMatchObject({ opsets: [{ domain: 'ai.onnx', version: 17 }] });
});

interface Explained {
  readonly passes: [{ readonly records: [{ readonly text: { readonly before: string[] } }] }];
}

const SMALL = `<ir_version: 8, opset_import: ["" : 17]>
  g (float[2,3] x) => (float[2,2] y) <float[3,2] w = {1, 2, 3, 4, 5, 6}, float[2] b = {1, 2}> {
    [product] t = MatMul (x, w)
    [sum] u = Add (t, b)
    [same] v = Identity (u)
    [last] y = Relu (v)
  }`;

test('what is written and gives other outputs ends with 1, and is told', async () => {
  const own = join(folder, 'wrong');
  mkdirSync(own);
  const [file, out] = [join(own, 'm.onnxtxt'), join(own, 'm.onnx')];
  writeFileSync(file, SMALL);
  const rules = [{ name: 'wrong', rule: ['y = Relu (x)', '=> y = Neg (x)'] }];
  writeFileSync(join(own, 'graphwright.ops.json'), JSON.stringify({ version: 1, operators: [], rules }));
  const told = await json('simplify', file, '-o', out, '--verify');
  expect(told).toMatchObject({ exit: 1, status: 'refused', output: [out] });
  expect(told).toMatchObject({ problems: [{ code: 'outputs-differ', severity: 'error' }] });
  expect(existsSync(out)).toBe(true);
});

test('a model is simplified, step by step where that is asked for', async () => {
  const [file, out] = [join(folder, 'm.onnxtxt'), join(folder, 'm.onnx')];
  writeFileSync(file, SMALL);
  const plain = await json('simplify', file, '-o', out, '--verify');
  expect(plain).toMatchObject({ exit: 0, simplified: { nodesBefore: 4, nodesAfter: 2, settled: true } });
  expect(plain).not.toHaveProperty('passes.0.records');
  const told = await json('simplify', file, '-o', out, '--force', '--explain', '--disable', 'no-identity');
  expect(told).toMatchObject({ simplified: { nodesAfter: 3 } });
  expect(told).toHaveProperty('passes.0.applications', 1);
  expect([...(told as unknown as Explained).passes[0].records[0].text.before].sort()).toEqual([
    '[product] t = MatMul (x, w)',
    '[sum] u = Add (t, b)',
  ]);
  expect(
    await json('convert', file, '--to', 'onnx', '--opset', '15', '--simplify', '-o', out, '--force'),
  ).toMatchObject({
    simplified: { nodesBefore: 4, nodesAfter: 2 },
  });
});

test('a simplified file says once where its nodes came from, and on each node where that is asked for', async () => {
  const [whole, out] = [join(folder, 'digits.onnx'), join(folder, 'm.onnx')];
  const convert = ['convert', DIGITS, '--to', 'onnx', ...SHAPE, '--simplify', '--force'];
  await json(...convert, '--annotate', '-o', whole);
  await json(...convert, '-o', out);
  expect(statSync(out).size).toBeLessThan(statSync(whole).size);
  const [each, once] = [whole, out].map((path) => readOnnx(new MemoryBytes(path, readFileSync(path))));
  const places = (model = each) => [...(model?.graph.nodes ?? [])].map(({ origin, scope }) => ({ origin, scope }));
  expect(places(once)).toEqual(places(each));
  expect(places(once)[0]?.origin[0]).toMatchObject({ kind: 'python' });
  expect([...(each?.graph.nodes ?? [])].every(({ metadata }) => metadata.has('pkg.torch.onnx.stack_trace'))).toBe(true);
  expect([...(once?.graph.nodes ?? [])].some(({ hasMetadata }) => hasMetadata)).toBe(false);
});

test('functions are put where they are called, where that is asked for', async () => {
  const [file, out] = [join(folder, 'm.onnxtxt'), join(folder, 'm.onnx')];
  writeFileSync(
    file,
    `<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
     g (float[2] x) => (float[2] y) { y = acme.twice (x) }
     <domain: "acme", opset_import: ["" : 17]> twice (p) => (q) { q = Add (p, p) }`,
  );
  expect(await json('simplify', file, '-o', out, '--inline')).toMatchObject({
    passes: [{ pass: 'inline-functions', applications: 1 }, { pass: 'remove-dead-code' }],
  });
});

test('how much larger constants may make a file is said in megabytes', async () => {
  const [file, out] = [join(folder, 'm.onnxtxt'), join(folder, 'm.onnx')];
  writeFileSync(
    file,
    `<ir_version: 8, opset_import: ["" : 17]>
     g (float[64, 64] x) => (float[64, 64] y) <float[64, 1] a = {${Array(64).fill(1)}}, float[1, 64] b = {${Array(64).fill(2)}}>
     { c = Sub (a, b) y = Mul (x, c) }`,
  );
  const applied = async (...limit: string[]) =>
    JSON.stringify(await json('simplify', file, '-o', out, '--force', ...limit)).includes('"fold-constants"');
  expect(await applied()).toBe(true);
  expect(await applied('--fold-limit', '0.02')).toBe(true);
  expect(await applied('--fold-limit', '0.01')).toBe(false);
  expect(await json('simplify', file, '-o', out, '--fold-limit', 'much')).toMatchObject({ exit: 2 });
});

test('rules of the user run before ours, and can be left out', async () => {
  const [file, out] = [join(folder, 'm.onnxtxt'), join(folder, 'm.onnx')];
  writeFileSync(file, SMALL);
  const rule = 'y = Relu (Identity (x)) => y = com.acme.Act (x)';
  writeFileSync(
    join(folder, 'graphwright.ops.json'),
    JSON.stringify({ version: 1, rules: [{ name: 'acme-act', rule }] }),
  );
  expect(await json('simplify', file, '-o', out)).toMatchObject({
    passes: [{ pass: 'acme-act', applications: 1 }, {}],
  });
  expect(await json('inspect', out)).toMatchObject({ opsets: [{}, { domain: 'com.acme', version: 1 }] });
  const without = await json('simplify', file, '-o', out, '--force', '--disable', 'acme-act');
  expect(JSON.stringify(without)).not.toContain('acme-act');
});

test('rules are listed, and proved by numbers', async () => {
  const file = join(folder, 'rules.onnxtxt');
  writeFileSync(
    file,
    'rule good { y = Neg (Neg (x)) => y = Identity (x) }\nrule bad { y = Neg (Neg (x)) => y = Neg (x) }',
  );
  expect(await json('rules', file)).toMatchObject({
    exit: 0,
    rules: [{ name: 'good', roots: ['Neg'] }, { name: 'bad' }],
  });
  const tested = await json('rules', file, '--test', '--seed', '3');
  expect(tested).toMatchObject({
    exit: 1,
    rules: [{ proof: { result: 'agrees' } }, { proof: { result: 'differs' } }],
    problems: [{ code: 'rule-differs', filePlace: { file, line: 2 } }],
  });
});

test('rules that undo each other are named', async () => {
  const file = join(folder, 'rules.onnxtxt');
  writeFileSync(
    file,
    `rule there { y = Sub (a, b) => y = Add (a, Neg (b)) }
     rule back { y = Add (a, Neg (b)) => y = Sub (a, b) }`,
  );
  expect(await json('rules', file, '--test')).toMatchObject({
    exit: 1,
    rules: [{ proof: { result: 'agrees' } }, { proof: { result: 'agrees' } }],
    problems: [{ code: 'endless-rules', details: { rules: expect.stringMatching(/there|back/) } }],
  });
});

test('of one node is told what became of it, and which rules nearly fit', async () => {
  const [file, out] = [join(folder, 'm.onnxtxt'), join(folder, 'm.onnx')];
  writeFileSync(file, SMALL.replace('float[2,3] x', 'float[4,2,3] x').replace('float[2,2] y', 'float[4,2,2] y'));
  const report = await json('simplify', file, '-o', out, '--why', 'product');
  const reason = '`x` has rank 3; the rule wants rank(x) == 2';
  expect(report).toHaveProperty('simplified.why.missed', expect.arrayContaining([expect.objectContaining({ reason })]));
  const same = await json('simplify', file, '-o', out, '--force', '--why', 'v');
  expect(same).toMatchObject({ simplified: { why: { done: [{ pass: 'no-identity', node: 'Identity same' }] } } });
  const lost = await json('simplify', file, '-o', out, '--force', '--why', 'produkt');
  expect(lost).toMatchObject({
    exit: 2,
    error: { message: 'no node and no value is named "produkt" (did you mean product?)' },
  });
  const rule = await json('simplify', file, '-o', out, '--force', '--disable', 'no-identiti');
  expect(rule).toMatchObject({
    exit: 2,
    error: { message: 'there is no rule "no-identiti" (did you mean no-identity?)' },
  });
});

test('an operator that nobody knows is refused with its place, and nothing is written', async () => {
  const out = join(folder, 'acme.onnx');
  const copy = join(folder, 'acme.pt');
  writeFileSync(copy, readFileSync(ACME));
  const report = await json('convert', copy, '--to', 'onnx', '-o', out);
  expect(report).toMatchObject({ exit: 1, status: 'refused', output: [] });
  expect(report).toHaveProperty('problems.0.details.operator', 'acme::swish');
  expect(JSON.stringify(report)).toContain('acme.py');
  expect(existsSync(out)).toBe(false);
});

test.each([
  [['convert'], 'IN is missing'],
  [['convert', DIGITS], 'the target is missing'],
  [['convert', DIGITS, '--to', 'tflite'], 'there is no target "tflite"'],
  [['convert', DIGITS, '--to', 'onnx', '--opset', 'new'], '"new" is not an opset'],
  [['convert', DIGITS, '--to', 'onnx', '--input', 'x'], '"x" does not describe an input'],
  [['convert', DIGITS, '--to', 'onnx', '--opset', '99'], 'opset 99'],
  [['convert', DIGITS, '--too', 'onnx'], "Unknown option '--too'"],
  [['inspect', '/nowhere/at.all'], 'no such file'],
  [['dance'], 'no command "dance"'],
  [['check', DIGITS, '--opset', '17'], '--opset says nothing without --to'],
  [['convert', DIGITS, '--to', 'caffe:bvlc', '--opset', '17'], 'caffe:bvlc has no opsets'],
  [['convert', DIGITS, '--to', 'onnx', ...SHAPE, '-o', '/nowhere/at/all.onnx'], 'there is no such folder'],
])('a wrong call is exit status 2: %j', async (args, message) => {
  const report = await json(...args);
  expect(report).toMatchObject({ exit: 2, status: 'bad-input' });
  expect(JSON.stringify(report)).toContain(JSON.stringify(message).slice(1, -1));
});

test('files that are no models are told what they are', async () => {
  const lfs = join(folder, 'lfs.onnx');
  writeFileSync(lfs, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
  expect(await json('inspect', lfs)).toMatchObject({ exit: 2, error: { code: 'git-lfs-pointer' } });
  const zeros = join(folder, 'zeros.pt');
  writeFileSync(zeros, '');
  truncateSync(zeros, 4 * 2 ** 30);
  expect(await json('inspect', zeros)).toMatchObject({ exit: 2, error: { code: 'file-truncated' } });
  const empty = join(folder, 'empty.onnx');
  writeFileSync(empty, '');
  expect(await json('inspect', empty)).toMatchObject({ exit: 2, error: { code: 'file-truncated' } });
  expect(await json('inspect', empty, '--from', 'onnx')).toMatchObject({ exit: 2, error: { code: 'file-truncated' } });
  const cut = join(folder, 'cut.pt');
  writeFileSync(cut, readFileSync(DIGITS).subarray(0, 5000));
  expect(await json('convert', cut, '--to', 'onnx')).toMatchObject({ exit: 2, error: { code: 'file-truncated' } });
});

/** Whole numbers from one to another. */
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k);

test('all targets are checked at once', async () => {
  expect(await json('check', DIGITS, '--to', 'all', ...SHAPE)).toMatchObject({
    exit: 0,
    best: 10,
    targets: expect.arrayContaining([
      expect.objectContaining({ target: 'onnx', opset: 17, problems: 0 }),
      expect.objectContaining({ target: 'onnx:onnxruntime-1.12', blocking: 0, opsets: range(7, 17) }),
    ]),
  });
  const erf = join(folder, 'erf.onnxtxt');
  writeFileSync(
    erf,
    '<ir_version: 8, opset_import: ["" : 17]>\ng (float[1, 3, 8, 8] x) => (float[1, 3, 8, 8] y) { a = Relu (x) y = Bernoulli (a) }',
  );
  expect(await run(['check', erf, '--to', 'all'])).toBe(0);
  expect(printed).toMatch(/^onnx opset 1 to 28 +yes$/m);
  expect(printed).toMatch(/^onnx:onnxruntime-1.12 +yes +at opset 7 to 17$/m);
  expect(printed).toMatch(/^onnx:ncnn +1 node +at opset 17: ncnn/m);
  expect(printed).toMatch(/^caffe:bvlc +1 node +\S/m);
  expect(printed).toMatch(/^lowest opset 1; best \d+, which \d+ of \d+ profiles take$/m);
  printed = '';
  expect(await json('check', DIGITS, '--to', 'onnx', '--opset', 'all', ...SHAPE)).toMatchObject({ exit: 0 });
  expect(await json('targets')).toMatchObject({ exit: 0 });
});

test('backends of a user are among the targets of their folder', async () => {
  const vendor = join(folder, 'vendor');
  mkdirSync(vendor);
  const entry = { name: 'acme', title: 'Acme NPU', proto: 'acme.proto' };
  writeFileSync(join(vendor, 'graphwright.caffe.json'), JSON.stringify({ version: 1, backends: [entry] }));
  writeFileSync(join(vendor, 'acme.proto'), 'syntax = "proto2"; package acme; import "bvlc.proto";');
  const net = join(vendor, 'net.prototxt');
  writeFileSync(net, 'input: "x" input_shape { dim: 1 } layer { name: "r" type: "ReLU" bottom: "x" top: "r" }');
  expect(await json('check', net, '--to', 'all')).toMatchObject({
    targets: expect.arrayContaining([expect.objectContaining({ target: 'caffe:acme', taken: 1 })]),
  });
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(vendor);
  expect(await json('targets')).toMatchObject({
    targets: expect.arrayContaining([expect.objectContaining({ id: 'caffe:acme', title: 'Caffe (Acme NPU)' })]),
  });
  cwd.mockRestore();
});

test('a model is shown as text', async () => {
  expect(await run(['text', DIGITS, ...SHAPE])).toBe(0);
  expect(printed).toContain('aten.');
});

test('neither the model itself nor a folder is replaced', async () => {
  const model = join(folder, 'm.onnx');
  await json('convert', DIGITS, '--to', 'onnx', ...SHAPE, '-o', model);
  const before = readFileSync(model);
  symlinkSync(model, join(folder, 'link.onnx'));
  for (const output of [model, join(folder, 'link.onnx')]) {
    const report = await json('convert', model, '--to', 'onnx', '--opset', '20', '-o', output, '--force');
    expect(report).toMatchObject({ exit: 2, error: { code: 'file-exists' } });
  }
  expect(readFileSync(model).equals(before)).toBe(true);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const output of [folder, pipe]) {
    const report = await json('convert', model, '--to', 'onnx', '-o', output, '--force');
    expect(report).toMatchObject({ exit: 2, error: { code: 'file-unwritable' } });
  }
});

test('what a link leads to is replaced, not the link', async () => {
  const [file, link] = [join(folder, 'old.onnx'), join(folder, 'link.onnx')];
  writeFileSync(file, 'old');
  symlinkSync(file, link);
  expect(await json('convert', DIGITS, '--to', 'onnx', ...SHAPE, '-o', link, '--force')).toMatchObject({ exit: 0 });
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file).length).toBeGreaterThan(100_000);
  expect(readdirSync(folder).sort()).toEqual(['link.onnx', 'old.onnx']);
});

test('an interrupt leaves nothing behind', async () => {
  const before = process.listeners('SIGINT').length;
  const running = run(['convert', DIGITS, '--to', 'onnx', ...SHAPE, '-o', join(folder, 'digits.onnx'), '--json']);
  // The listener is there once the command has begun.
  while (process.listeners('SIGINT').length === before) await new Promise((resolve) => setImmediate(resolve));
  process.emit('SIGINT');
  expect(await running).toBe(2);
  const report: unknown = JSON.parse(printed);
  expect(valid(report)).toBe(true);
  expect(report).toMatchObject({ error: { code: 'cancelled' } });
  expect(readdirSync(folder)).toEqual([]);
});

test('nodes with the same problem stand together', async () => {
  const lines: string[] = [];
  vi.mocked(process.stderr.write).mockImplementation((text) => lines.push(String(text)) > 0);
  const copy = join(folder, 'acme.pt');
  writeFileSync(copy, readFileSync(ACME));
  expect(await run(['check', copy, '--to', 'onnx'])).toBe(1);
  const text = lines.join('');
  expect(text.match(/acme::swish is not known/g)).toHaveLength(1);
  expect(text).toContain(
    '[unknown-operator] 2 times:\n    node stage1/swish_0\n      at samples/acme.py:36 in forward',
  );
  expect(text).toContain('What can be done:');
});

test('of many nodes with the same problem the first are named', async () => {
  const lines: string[] = [];
  vi.mocked(process.stderr.write).mockImplementation((text) => lines.push(String(text)) > 0);
  const file = join(folder, 'many.onnxtxt');
  const nodes = Array.from({ length: 15 }, (_, k) => `[node${k}] y${k} = NonZero (x)`).join(' ');
  const outputs = Array.from({ length: 15 }, (_, k) => `int64[1, n${k}] y${k}`).join(', ');
  writeFileSync(file, `<ir_version: 8, opset_import: ["" : 17]> many (float[4] x) => (${outputs}) { ${nodes} }`);
  expect(await run(['check', file, '--to', 'caffe:bvlc'])).toBe(1);
  const text = lines.join('');
  expect(text).toContain('15 times:');
  expect(text).toMatch(/ {4}node node11\n {6}at .*\n {4}and 3 more, which --json names\n/);
  expect(text).not.toContain('node12');
});

test('help is there', async () => {
  expect(await run(['--help'])).toBe(0);
  expect(printed).toContain('graphwright convert IN --to TARGET');
});

test('a faulty ONNX file is checked as far as it can be read', async () => {
  const bad = join(folder, 'bad.onnx');
  const defect = DEFECTS.find(({ name }) => name === 'tensor-too-few-bytes');
  writeFileSync(bad, defect ? defectBytes(defect) : '');
  const report = await json('check', bad);
  expect(report).toMatchObject({ exit: 1, status: 'refused' });
  expect(report).toHaveProperty('problems.0.code', 'tensor-malformed');
  expect(report).toHaveProperty('problems.0.part.name', 'w');
  expect(report).toHaveProperty('problems.0.filePlace.file', bad);
  writeFileSync(bad, 'no model at all');
  expect(await json('check', bad)).toMatchObject({ exit: 2, status: 'bad-input' });
});

test('a version of ai.onnx.ml is asked for beside the opset', async () => {
  const encoder = join(folder, 'encoder.onnxtxt');
  const node = 'y = ai.onnx.ml.LabelEncoder <keys_strings = ["a"], values_int64s = [7]> (x)';
  const text = `<ir_version: 8, opset_import: ["" : 17, "ai.onnx.ml" : 3]> g (string[1] x) => (int64[1] y) { ${node} }`;
  writeFileSync(encoder, text);
  const imports = async (...args: string[]) => {
    const made = join(folder, 'encoder.onnx');
    expect(await json('convert', encoder, '--to', 'onnx', '-o', made, '--force', ...args)).toMatchObject({ exit: 0 });
    return json('inspect', made);
  };
  const both = (opset: number, ml: number) => ({
    opsets: [
      { domain: 'ai.onnx', version: opset },
      { domain: 'ai.onnx.ml', version: ml },
    ],
  });
  expect(await imports()).toMatchObject(both(17, 3));
  expect(await imports('--opset', '13')).toMatchObject(both(13, 2));
  expect(await imports('--opset', '13,ai.onnx.ml:1')).toMatchObject(both(13, 1));
  expect(await imports('--opset', 'ai.onnx.ml:5')).toMatchObject(both(17, 5));
  // Without an operator of ai.onnx there is no opset that a file keeps.
  writeFileSync(encoder, text.replace('"" : 17, "ai.onnx.ml" : 3', '"ai.onnx.ml" : 5'));
  expect(await imports()).toMatchObject({ opsets: [{ domain: 'ai.onnx.ml', version: 5 }] });
  expect(await imports('--opset', '17')).toMatchObject({ opsets: [{ domain: 'ai.onnx.ml', version: 3 }] });
  for (const wrong of ['ai.onnx.ml:6', '13,14', 'acme:1', 'ai.onnx.ml:'])
    expect((await json('convert', encoder, '--to', 'onnx', '--opset', wrong)).exit).toBe(2);
});
