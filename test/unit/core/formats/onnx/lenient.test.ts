import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { readOnnx, readOnnxLeniently } from '../../../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { type ByteSource, FileBytes, MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';
import type { Problem } from '../../../../../src/core/problems/problem.ts';
import { cpuTime } from '../../../cpu-time.ts';
import { model } from '../../../text-model.ts';
import { floatType, long, modelBytes } from './files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'graphwright-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What `check` tells of a file. */
function problemsIn(source: ByteSource): Problem[] {
  const { model: read, problems, told } = readOnnxLeniently(source);
  return [...problems, ...checkOnnx(read, { told, types: problems.length === 0 })];
}

const memory = (bytes: Uint8Array) => new MemoryBytes('test.onnx', bytes);
const codes = (problems: readonly Problem[]) => problems.map(({ code }) => code);

test('every fault of a file is told, with its byte, and the rest is read', () => {
  const bytes = modelBytes({
    name: 'g',
    input: [{ name: 'x', type: floatType(2) }],
    output: [{ name: 'y', type: floatType(2) }],
    initializer: [
      { name: 'short', dataType: 1, dims: [long(2)], rawData: new Uint8Array(7) },
      { name: 'strange', dataType: 99, dims: [], rawData: new Uint8Array(4) },
    ],
    node: [
      { opType: 'Relu', name: 'first', input: ['nowhere'], output: ['t'] },
      { opType: 'Add', name: 'second', input: ['t', 'short'], output: ['y'], attribute: [{ name: 'a', type: 4 }] },
      { opType: 'Neg', name: 'third', input: ['t'], output: ['t'] },
    ],
  });
  const problems = problemsIn(memory(bytes));
  expect(problems.map(({ code, message, filePlace }) => `${code}: ${message}${filePlace ? ' @' : ''}`)).toEqual([
    "tensor-malformed: The tensor 'short' has 7 bytes of data, its type and shape need 8. @",
    "tensor-malformed: The tensor 'strange' has element type 99, which is not one that we know. @",
    "attribute-malformed: The attribute 'a' of Add 'second' has no tensor. @",
    "value-undefined: Relu reads 'nowhere', which nothing defines.",
    "value-redefined: 't' is defined twice, by Relu and by Neg: a name stands for one value, in graphs within too.",
    "unused-initializer: Nothing uses the constant 'strange'.",
    'dead-node: Nothing uses what Neg makes.',
  ]);
  const short = problems[0]?.filePlace?.offset ?? 0;
  expect(bytes.subarray(short, short + 40).includes('s'.charCodeAt(0))).toBe(true);
  expect(() => readOnnx(memory(bytes))).toThrow(InputError);
});

test('a file that ends anywhere, or has any one byte changed, is checked or is no protobuf', () => {
  const small = encodeOnnx(
    model(`<ir_version: 10, opset_import: ["" : 21]> g (bool c, float[N, 2] x) => (float[N, 2] y) <float[2] w = {1, 2}, string[1] s = {"a"}> {
      [n] t = Add <a = 1, b = [1.5], v = int64[2] {1, 2}> (x, w)
      y = If (c) <then_branch = a () => (u) { u = Neg (t) }, else_branch = b () => (u) { u = Abs (t) }>
    } <domain: "d", opset_import: ["" : 21]> F <a = 1.0> (x) => (y) { y = Neg (x) }`),
  );
  const attempt = (bytes: Uint8Array): Problem[] | undefined => {
    try {
      return problemsIn(memory(bytes));
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return undefined;
    }
  };
  for (let end = 0; end < small.length; end += 3) attempt(small.subarray(0, end));
  let refusedOnlyStrictly = 0;
  for (let at = 0; at < small.length; at++) {
    const changed = small.slice();
    changed[at] = (small[at] ?? 0) ^ 1;
    const errors = attempt(changed)?.filter(({ severity }) => severity === 'error');
    for (const { message } of errors ?? []) expect(message).not.toMatch(/this target|undefined/);
    try {
      readOnnx(memory(changed));
    } catch {
      // What strict reading refuses is never without a problem here.
      expect(errors?.length).not.toBe(0);
      if (errors) refusedOnlyStrictly++;
    }
  }
  expect(refusedOnlyStrictly).toBeGreaterThan(25);
});

/** Graphs within graphs, by hand: the generated code stops at 100 messages. */
function nested(depth: number): Uint8Array {
  const wrap = (field: number, bytes: number[]): number[] => {
    const length: number[] = [];
    let rest = bytes.length;
    for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
    return [field * 8 + 2, ...length, rest, ...bytes];
  };
  const name = wrap(2, [0x67]);
  let graph: number[] = name;
  for (let k = 0; k < depth; k++) {
    const attribute = [...wrap(1, [0x67]), 0xa0, 1, 5, ...wrap(6, graph)];
    graph = [...wrap(1, [...wrap(7, [0x64]), ...wrap(4, [0x49]), ...wrap(5, attribute)]), ...name];
  }
  return Uint8Array.from([0x08, 8, ...wrap(8, [...wrap(1, [0x64]), 16, 1]), ...wrap(7, graph)]);
}

test('graphs nested a hundred deep are checked, deeper ones are a problem', () => {
  expect(codes(problemsIn(memory(nested(99))))).not.toContain('invalid-model');
  for (const depth of [101, 300, 2000]) {
    const deep = problemsIn(memory(nested(depth))).find(({ code }) => code === 'invalid-model');
    expect(deep?.message).toBe('The model is not valid: graphs are nested more than 100 deep.');
  }
});

test('functions that call each other endlessly, or without need very deep, are told without recursion', () => {
  const call = (k: number) => ({
    name: `f${k}`,
    domain: 'd',
    input: ['a'],
    output: ['b'],
    opsetImport: [{ domain: 'd', version: long(1) }],
    node: [{ opType: `f${k + 1}`, domain: 'd', input: ['a'], output: ['b'] }],
  });
  const graph = { name: 'g', input: [{ name: 'x', type: floatType(2) }], output: [{ name: 'x', type: floatType(2) }] };
  const chain = Array.from({ length: 5000 }, (_, k) => call(k));
  const deep = problemsIn(memory(modelBytes(graph, { functions: chain })));
  expect(codes(deep)).toContain('function-malformed');
  const last = chain[chain.length - 1];
  if (last) last.node = [{ opType: 'f4990', domain: 'd', input: ['a'], output: ['b'] }];
  const round = problemsIn(memory(modelBytes(graph, { functions: chain.slice(4980) })));
  expect(round.find(({ code }) => code === 'function-recursive')?.message).toMatch(
    'The function d::f4990 calls itself by way of d::f4991, d::f4992',
  );
});

test('a thousand misspelt or undefined names cost no more than a look at each', () => {
  const node = Array.from({ length: 5000 }, (_, k) => ({ opType: 'Rleu', input: [`x${k}x`], output: [`value${k}`] }));
  const started = cpuTime();
  const problems = problemsIn(memory(modelBytes({ name: 'g', node })));
  expect(problems.filter(({ code }) => code === 'no-such-operator')).toHaveLength(5000);
  expect(cpuTime() - started).toBeLessThan(3000);
});

const external = (location: string) =>
  modelBytes({
    name: 'g',
    initializer: [
      {
        name: 'w',
        dataType: 1,
        dims: [long(2)],
        dataLocation: 1,
        externalData: [{ key: 'location', value: location }],
      },
    ],
  });

test('data in other files is told by its path: outside, missing, too short, linked', () => {
  const file = path.join(folder, 'net.onnx');
  const inFile = (location: string) => {
    writeFileSync(file, external(location));
    const source = new FileBytes(file);
    const found = problemsIn(source).filter(({ code }) => code !== 'unused-initializer');
    source.close();
    return found.map(({ code, message, part }) => ({ code, message, part }));
  };
  const part = { kind: 'value', name: 'w', role: 'initializer', graph: 'g' };
  writeFileSync(path.join(folder, 'short.bin'), new Uint8Array(4));
  writeFileSync(path.join(folder, 'whole.bin'), new Uint8Array(8));
  symlinkSync(path.join(folder, 'whole.bin'), path.join(folder, 'link.bin'));
  expect(inFile('../../etc/passwd')).toMatchObject([{ code: 'external-data-outside', part }]);
  expect(inFile('../../etc/passwd')[0]?.message).toContain("'../../etc/passwd'");
  expect(inFile('no.bin')).toMatchObject([{ code: 'external-data-missing', part }]);
  expect(inFile('no.bin')[0]?.message).toContain(path.join(folder, 'no.bin'));
  expect(inFile('short.bin')).toMatchObject([{ code: 'tensor-malformed', part }]);
  expect(inFile('whole.bin')).toEqual([]);
  expect(inFile('link.bin')).toMatchObject([{ code: 'external-data-linked' }]);
  linkSync(path.join(folder, 'whole.bin'), path.join(folder, 'other.bin'));
  expect(inFile('other.bin')).toMatchObject([{ code: 'external-data-linked' }]);
});

test('what is no protobuf message is no model', () => {
  expect(() => readOnnxLeniently(memory(Uint8Array.from([0xff, 0xff, 0xff, 0xff])))).toThrow(InputError);
});
