import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { closeDataFiles } from '../../../../../src/core/formats/onnx/external.ts';
import { readOnnx } from '../../../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { FileBytes } from '../../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';
import { model } from '../../../text-model.ts';
import { floatType, long, modelBytes, read, readError } from './files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'graphwright-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = encodeOnnx(
  model(`<ir_version: 10, opset_import: ["" : 21]> g (bool c, float[N, 2] x) => (float[N, 2] y) <float[2] w = {1, 2}, string[1] s = {"a"}> {
    [n] t = Add <a = 1, b = [1.5], v = int64[2] {1, 2}> (x, w)
    y = If (c) <then_branch = a () => (u) { u = Neg (t) }, else_branch = b () => (u) { u = Abs (t) }>
  } <domain: "d", opset_import: ["" : 21]> F <a = 1.0> (x) => (y) { y = Neg (x) }`),
);

test('a file that ends anywhere, or has any one byte changed, is never worse than an InputError', () => {
  const attempt = (bytes: Uint8Array): void => {
    try {
      encodeOnnx(read(bytes));
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  };
  for (let end = 0; end < SMALL.length; end++) attempt(SMALL.subarray(0, end));
  for (let at = 0; at < SMALL.length; at++) {
    for (const byte of [0, 0x7f, 0x80, 0xff, (SMALL[at] ?? 0) ^ 1]) {
      const changed = SMALL.slice();
      changed[at] = byte;
      attempt(changed);
    }
  }
});

test('a cut file is said to be cut, and where', () => {
  const error = readError(SMALL.subarray(0, 100));
  expect(error.code).toBe('file-truncated');
  expect(error.describe()).toMatch(/^test\.onnx at byte \d+: a field ends at byte \d+, but the file at byte 100\n/);
});

test('lengths and sizes that lie are refused', () => {
  const tensor = (fields: object) =>
    readError(modelBytes({ initializer: [{ name: 'w', dataType: 1, ...fields }] })).message;
  expect(tensor({ dims: [long(-1)] })).toBe("the tensor 'w' has a size that cannot be: -1");
  expect(tensor({ dims: [{ low: 0, high: 0x7fffffff, unsigned: false }] })).toMatch('beyond 2^53');
  expect(tensor({ dims: [long(2 ** 40), long(2 ** 40)] })).toMatch('has more elements than can be');
  expect(tensor({ dims: [long(2 ** 40)] })).toMatch('has 0 bytes of data');
  expect(tensor({ dims: [long(2)], rawData: new Uint8Array(7) })).toBe(
    "the tensor 'w' has 7 bytes of data, its type and shape need 8",
  );
  expect(tensor({ dims: [long(2)], floatData: [1] })).toMatch('has 4 bytes of data');
  expect(tensor({ dataType: 7, dims: [long(2)], int64Data: [long(1)] })).toMatch('has 1 bytes of data for 2 elements');
  expect(tensor({ dataType: 7, dims: [long(2)], int64Data: [long(1), long(1), long(1)] })).toMatch(
    'more than the 2 elements',
  );
  expect(tensor({ dataType: 8, dims: [long(2)], stringData: [] })).toMatch('has 0 texts');
  expect(tensor({ dataType: 99, dims: [] })).toMatch('element type 99');
  expect(tensor({ dataType: 0, dims: [] })).toMatch('element type 0');
  // A tensor whose raw data is said to be larger than the tensor.
  const lying = Uint8Array.from([0x08, 8, 0x3a, 4, 0x2a, 2, 0x4a, 0x7f]);
  expect(readError(lying)).toMatchObject({ code: 'file-truncated', place: { offset: 6 } });
  expect(readError(Uint8Array.from([...lying, ...new Uint8Array(200)])).code).toBe('file-malformed');
});

test('names that mean nothing, or two things, are refused with the node that has them', () => {
  const input = [{ name: 'x', type: floatType(2) }];
  const graph = (node: object[], rest: object = {}) =>
    readError(modelBytes({ name: 'g', input, node, ...rest })).message;
  const relu = { opType: 'Relu', name: 'r', input: ['x'], output: ['y'] };
  expect(graph([{ ...relu, input: ['z'] }])).toBe("Relu 'r' reads 'z', which nothing defines in the graph 'g'");
  expect(graph([relu, { ...relu, name: 'q' }])).toBe(
    "the value 'y' is defined twice in the graph 'g', again by Relu 'q'",
  );
  expect(graph([{ ...relu, output: ['x'] }])).toMatch("'x' is defined twice");
  expect(graph([relu], { output: [{ name: 'z' }] })).toBe(
    "the outputs name 'z', which nothing defines in the graph 'g'",
  );
  const attribute = [{ name: 'a', i: long(1), type: 2 }];
  expect(graph([{ ...relu, attribute: [...attribute, ...attribute] }])).toBe("Relu 'r' has the attribute 'a' twice");
  expect(graph([{ ...relu, attribute: [{ name: 'a', type: 4 }] }])).toBe("the attribute 'a' of Relu 'r' has no tensor");
  expect(graph([{ ...relu, opType: '' }])).toBe("a node has no operator ('r')");
  expect(graph([], { initializer: [{ dataType: 1, dims: [long(0)] }] })).toBe('an initializer has no name');
  expect(readError(Uint8Array.from([0x08, 8])).message).toBe('the model has no graph');
});

test('graphs may be nested a hundred deep, and no more', () => {
  // By hand: the generated code stops at 100 messages.
  const wrap = (field: number, bytes: number[]): number[] => {
    const length: number[] = [];
    let rest = bytes.length;
    for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
    return [field * 8 + 2, ...length, rest, ...bytes];
  };
  const file = (depth: number): Uint8Array => {
    let graph: number[] = [];
    for (let k = 0; k < depth; k++) {
      const attribute = [...wrap(1, [0x67]), 0xa0, 1, 5, ...wrap(6, graph)];
      graph = wrap(1, [...wrap(4, [0x49]), ...wrap(5, attribute)]);
    }
    return Uint8Array.from([0x08, 8, ...wrap(7, graph)]);
  };
  expect(encodeOnnx(read(file(90))).length).toBeGreaterThan(900);
  expect(readError(file(110)).message).toBe('graphs are nested more than 100 deep');
  expect(readError(file(300)).message).toBe('graphs are nested more than 100 deep');
});

const external = (location: string, more: Record<string, string> = {}) =>
  modelBytes({
    initializer: [
      {
        name: 'w',
        dataType: 1,
        dims: [long(2)],
        dataLocation: 1,
        externalData: Object.entries({ location, ...more }).map(([key, value]) => ({ key, value })),
      },
    ],
  });

/** The file of a model in the test's folder. */
function placed(name: string, bytes: Uint8Array): FileBytes {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return new FileBytes(file);
}

test('external data is read from files below the folder of the model', () => {
  const data = new Uint8Array(new Float32Array([9, 1, 2]).buffer);
  mkdirSync(path.join(folder, 'in', 'below'), { recursive: true });
  writeFileSync(path.join(folder, 'in', 'below', 'w.bin'), data);
  const found = readOnnx(placed('in/a.onnx', external('below/w.bin', { offset: '4', length: '8' })));
  expect([...found.graph.initializers][0]?.constant?.numbers()).toEqual([1, 2]);
  closeDataFiles(found);
  expect([...found.graph.initializers][0]?.constant?.numbers()).toEqual([1, 2]);
  closeDataFiles(found);
});

test('external data that is missing, outside or too short is refused by name', () => {
  const problem = (location: string, more: Record<string, string> = {}) =>
    readError(placed('ext/b.onnx', external(location, more)));
  writeFileSync(path.join(folder, 'outside.bin'), new Uint8Array(8));
  placed('ext/short.bin', new Uint8Array(4)).close();
  expect(problem('no.bin')).toMatchObject({ code: 'external-data-missing', place: { inside: "the tensor 'w'" } });
  expect(problem('no.bin').message).toContain(path.join(folder, 'ext', 'no.bin'));
  for (const location of ['../outside.bin', path.join(folder, 'outside.bin'), '', '.', 'x/../../outside.bin', 'a\0b']) {
    expect(problem(location).code).toBe('external-data-outside');
  }
  symlinkSync(path.join(folder, 'outside.bin'), path.join(folder, 'ext', 'link.bin'));
  expect(problem('link.bin').code).toBe('external-data-outside');
  expect(problem('short.bin')).toMatchObject({ code: 'file-truncated', place: { offset: 0 } });
  expect(problem('short.bin', { offset: '9007199254740991' }).code).toBe('file-truncated');
  expect(problem('short.bin', { offset: '-1' }).message).toMatch("the offset of its external data is '-1'");
  expect(problem('short.bin', { length: '4' }).message).toMatch('has 4 bytes, its type and shape need 8');
});

test('a model and its data may both be links into one store', () => {
  placed('store/1', external('w.bin')).close();
  placed('store/2', new Uint8Array(8)).close();
  mkdirSync(path.join(folder, 'view'));
  symlinkSync('../store/1', path.join(folder, 'view', 'm.onnx'));
  symlinkSync('../store/2', path.join(folder, 'view', 'w.bin'));
  const found = readOnnx(new FileBytes(path.join(folder, 'view', 'm.onnx')));
  expect([...found.graph.initializers][0]?.constant?.numbers()).toEqual([0, 0]);
  closeDataFiles(found);
});
