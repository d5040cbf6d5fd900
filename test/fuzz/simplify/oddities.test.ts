/** What random models are not judged by, because onnxruntime does it in a way of its own. */
import { expect, test } from 'vitest';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../src/core/formats/onnxtxt/parse.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { comparesWide, withoutOddShapes } from './oddities.ts';
import type { Program } from './program.ts';
import { withRoundings } from './rounding.ts';
import { runAll } from './running.ts';

function encoded(graph: string): Uint8Array {
  return encodeOnnx(parseModel(`<ir_version: 8, opset_import: ["" : 17]> g ${graph}`, 'odd.onnxtxt'));
}

async function result(bytes: Uint8Array, x: Tensor): Promise<number[] | undefined> {
  const [found] = await runAll(bytes, [new Map([['x', x]])]);
  return typeof found === 'string' ? undefined : found?.get('y')?.numbers();
}

test('of two integers beyond 32 bits onnxruntime takes the wrong one, of one the right one', async () => {
  const clip = (count: number) =>
    result(
      encoded(`(int64[${count}] x) => (int64[${count}] y) <int64 most = {6}> { y = Clip (x, , most) }`),
      Tensor.of('int64', [count], Array<number>(count).fill(2 ** 31)),
    );
  expect(await clip(1)).toEqual([6]);
  // On other processors it may be right.
  expect([
    [6, 6],
    [2 ** 31, 2 ** 31],
  ]).toContainEqual(await clip(2));
  const wide = { name: 'x', tensor: Tensor.of('int64', [1], [2 ** 31]) };
  expect([comparesWide('Clip', [wide]), comparesWide('Neg', [wide])]).toEqual([true, false]);
});

test('an Identity between operators of float16 moves last digits, unless every float16 is rounded', async () => {
  const x = Tensor.of(
    'float32',
    [100],
    Array.from({ length: 100 }, (_, k) => k / 37 - 4),
  );
  const [plain, other] = [
    'c = Cast <to = 10> (x) y = Exp (c)',
    'c = Cast <to = 10> (x) d = Identity (c) y = Exp (d)',
  ].map((nodes) => encoded(`(float[100] x) => (float16[100] y) { ${nodes} }`)) as [Uint8Array, Uint8Array];
  expect(await result(plain, x)).not.toEqual(await result(other, x));
  const [rounded, same] = [withRoundings(plain), withRoundings(other)];
  expect(rounded && (await result(rounded, x))).toEqual(same && (await result(same, x)));
  expect(withRoundings(encoded('(float[1] x) => (float[1] y) { y = Exp (x) }'))).toBeUndefined();
});

test('what a Loop that never runs collects has a shape that onnxruntime makes up', () => {
  const tensor = Tensor.of('float32', [0, 4], []);
  const program: Program = {
    opset: 17,
    irVersion: 8,
    inputs: [{ name: 'x', tensor }],
    constants: [],
    lines: [{ op: 'Neg', inputs: ['x'], outputs: ['y'], attributes: [], bodies: [] }],
    outputs: [{ name: 'y', tensor }],
    declared: new Map(),
    functions: [],
  };
  const found = [
    [0, 4],
    [0, 0],
    [2, 4],
  ].map((shape) => new Map([['y', Tensor.of('float32', shape, Array<number>(shape.reduce((a, b) => a * b)).fill(1))]]));
  const judged = withoutOddShapes(program, found);
  expect([judged[0], judged[2]]).toEqual([found[0], found[2]]);
  expect(judged[1]).toBe('onnxruntime gives y another shape than [0, 4]');
});
