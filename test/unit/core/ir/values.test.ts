import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FileBytes, MemoryBytes } from '../../../../src/core/ir/bytes.ts';
import { OneChunk } from '../../../../src/core/ir/chunk-memory.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { Expression } from '../../../../src/core/ir/expression.ts';
import {
  add,
  type Dim,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  sameDim,
  subtract,
} from '../../../../src/core/ir/shape.ts';
import { stridedSource } from '../../../../src/core/ir/strided-source.ts';
import { ComputedSource, FileSource, MemorySource, Tensor } from '../../../../src/core/ir/tensor.ts';

const h = Expression.symbol('h');
const w = Expression.symbol('w');

test('equal expressions look equal', () => {
  expect(String(multiply(add(h, 1), 2))).toBe('2*h + 2');
  expect(String(subtract(multiply(h, w), multiply(w, h)))).toBe('0');
  expect(String(floorDivide(multiply(6, h), 3))).toBe('2*h');
  expect(modulo(multiply(6, h), 3)).toBe(0);
  expect(sameDim(h, w)).toBeUndefined();
  expect(sameDim(add(h, 1), h)).toBe(false);
  expect(minimum(h, add(h, 1))).toBe(h);
  expect(multiply(undefined, 0)).toBe(0);
  expect(add(undefined, 1)).toBeUndefined();
});

type Form = { text: string; dim: Dim; value: number };
const leaf = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map((n): Form => ({ text: `${n}`, dim: n, value: n })),
  fc.constant<Form>({ text: 'h', dim: h, value: 7 }),
  fc.constant<Form>({ text: 'w', dim: w, value: 3 }),
);
const OPERATIONS: [string, (a: Dim, b: Dim) => Dim, (a: number, b: number) => number][] = [
  ['+', add, (a, b) => a + b],
  ['-', subtract, (a, b) => a - b],
  ['*', multiply, (a, b) => a * b],
  ['//', floorDivide, (a, b) => Math.floor(a / b)],
  ['%', modulo, (a, b) => a - b * Math.floor(a / b)],
  ['min', minimum, Math.min],
  ['max', maximum, Math.max],
];

test('expressions have the value of the arithmetic that made them', () => {
  const step = fc.tuple(fc.nat({ max: 6 }), leaf);
  fc.assert(
    fc.property(leaf, fc.array(step, { maxLength: 6 }), (start, steps) => {
      let { dim, value } = start;
      for (const [k, other] of steps) {
        const [name, symbolic, numeric] = OPERATIONS[k] ?? OPERATIONS[0] ?? ['+', add, (a: number, b: number) => a + b];
        if ((name === '//' || name === '%') && other.value === 0) continue;
        dim = symbolic(dim, other.dim);
        value = numeric(value, other.value);
      }
      const known = new Map([
        ['h', 7],
        ['w', 3],
      ]);
      expect(dim instanceof Expression ? dim.substitute(known).constant() : dim).toBe(value + 0);
    }),
    { seed: 20261123 },
  );
});

test('numbers go into tensors and come back', () => {
  expect(Tensor.of('float16', [4], [1, -2.5, 65504, 2 ** -24]).numbers()).toEqual([1, -2.5, 65504, 2 ** -24]);
  expect(Tensor.of('float16', [2], [65520, 1 + 2 ** -11]).numbers()).toEqual([Number.POSITIVE_INFINITY, 1]);
  expect(Tensor.of('bfloat16', [2], [1, 3.140625]).numbers()).toEqual([1, 3.140625]);
  expect(Tensor.of('int64', [1], [2n ** 63n - 1n]).bigints()).toEqual([2n ** 63n - 1n]);
  expect(Tensor.of('bool', [2], [true, false]).numbers()).toEqual([1, 0]);
  expect(() => Tensor.ofBytes('float32', [2], new Uint8Array(7))).toThrow(RangeError);
});

test('a strided view is made contiguous', () => {
  const base = new MemorySource(Tensor.of('int16', [2, 3], [0, 1, 2, 3, 4, 5]).bytes());
  const transposed = new Tensor('int16', [3, 2], stridedSource(base, 'int16', [3, 2], [1, 3], 0));
  expect(transposed.numbers()).toEqual([0, 3, 1, 4, 2, 5]);
  const row = new Tensor('int16', [2], stridedSource(base, 'int16', [2], [1], 4));
  expect(row.numbers()).toEqual([4, 5]);
});

test.each(['int8', 'float16', 'int32', 'int64', 'float64'] as const)('elements of %s are moved whole', (dtype) => {
  const bytes = Tensor.of(dtype, [2, 3], [0, 1, 2, -3, 4, 5]).bytes();
  // At an odd place in memory, where no word of several bytes may begin.
  const memory = Buffer.alloc(bytes.length + 1);
  memory.set(bytes, 1);
  const base = new MemorySource(memory.subarray(1));
  const view = (shape: number[], strides: number[], offset: number) =>
    new Tensor(dtype, shape, stridedSource(base, dtype, shape, strides, offset)).numbers();
  expect(view([3, 2], [1, 3], 0)).toEqual([0, -3, 1, 4, 2, 5]);
  expect(view([2, 2], [3, 2], 0)).toEqual([0, 2, -3, 5]);
  expect(view([2, 2], [0, 1], 1)).toEqual([1, 2, 1, 2]);
  expect(view([], [], 3)).toEqual([-3]);
  expect(view([0, 2], [2, 1], 0)).toEqual([]);
});

test('the pieces of a file follow each other, also in walks at the same time', () => {
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, k) => (k * 7) & 255);
  const folder = mkdtempSync(path.join(tmpdir(), 'pieces-'));
  const name = path.join(folder, 'weights.bin');
  writeFileSync(name, bytes);
  const file = new FileBytes(name);
  const walks = [new FileSource(file, 0, 2_500_000), new FileSource(file, 500_000, 2_500_000)].map((source) =>
    source.chunks(new OneChunk())[Symbol.iterator](),
  );
  const found = walks.map(() => Buffer.alloc(0));
  for (let going = true; going; ) {
    const steps = walks.map((walk) => walk.next());
    steps.forEach((step, k) => {
      if (!step.done) found[k] = Buffer.concat([found[k] ?? Buffer.alloc(0), step.value]);
    });
    going = steps.some((step) => !step.done);
  }
  file.close();
  rmSync(folder, { recursive: true });
  expect(found.map((each, k) => each.equals(bytes.subarray(k * 500_000, k * 500_000 + 2_500_000)))).toEqual([
    true,
    true,
  ]);
});

test('a range past the end of a file is an error with its place', () => {
  const file = new MemoryBytes('weights.bin', new Uint8Array(10));
  expect(() => new FileSource(file, 8, 4).bytes()).toThrow(InputError);
});

test('what is computed is kept where it is small, and computed again where it is not', () => {
  const counted = (length: number) => {
    let count = 0;
    const source = new ComputedSource('computed', () => {
      count++;
      return new Uint8Array(length).fill(7);
    });
    for (let k = 0; k < 3; k++) expect(source.bytes()[length - 1]).toBe(7);
    for (const chunk of source.chunks()) expect(chunk.length).toBe(length);
    return count;
  };
  expect(counted(1 << 16)).toBe(1);
  expect(counted((1 << 16) + 1)).toBe(4);
});
