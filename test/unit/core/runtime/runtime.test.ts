import { expect, test } from 'vitest';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { compareOutputs, compareTensors, worstDifference, worstOutput } from '../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../src/core/runtime/inputs.ts';
import { runModel, runModelOnSets } from '../../../../src/core/runtime/onnxruntime.ts';
import { unverifiedBy } from '../../../../src/core/verify.ts';

const model = (graph: string) => parseModel(`<ir_version: 8, opset_import: ["" : 17]> ${graph}`, 'case.onnxtxt');
const f32 = (...values: number[]) => Tensor.of('float32', [values.length], values);

test('a model is run', async () => {
  const bytes = encodeOnnx(
    model('g (float[2] x, int64[2] i) => (float[2] y, int64[2] z) { y = Neg (x) z = Add (i, i) }'),
  );
  const inputs = new Map([
    ['x', f32(1, -2)],
    ['i', Tensor.of('int64', [2], [3n, 2n ** 40n])],
  ]);
  const outputs = await runModel(bytes, inputs);
  expect([...outputs.keys()]).toEqual(['y', 'z']);
  expect(outputs.get('y')?.numbers()).toEqual([-1, 2]);
  expect(outputs.get('z')?.bigints()).toEqual([6n, 2n ** 41n]);
});

test('half floats, bools, texts and empty tensors cross', async () => {
  const bytes = encodeOnnx(
    model(
      'g (float16[2] h, bool[2] b, string[1] s, float[0,2] e) => (float16[2] y, bool[2] n, string[1] t, float[0,2] f) {' +
        ' y = Neg (h) n = Not (b) t = Identity (s) f = Neg (e) }',
    ),
  );
  const inputs = new Map([
    ['h', Tensor.of('float16', [2], [0.5, -3])],
    ['b', Tensor.of('bool', [2], [true, false])],
    ['s', Tensor.ofStrings([1], [new TextEncoder().encode('grün')])],
    ['e', Tensor.of('float32', [0, 2], [])],
  ]);
  const outputs = await runModel(bytes, inputs);
  expect(outputs.get('y')?.numbers()).toEqual([-0.5, 3]);
  expect(outputs.get('n')?.numbers()).toEqual([0, 1]);
  expect(new TextDecoder().decode(outputs.get('t')?.strings()[0])).toBe('grün');
  expect(outputs.get('f')?.shape).toEqual([0, 2]);
});

test('a model that is loaded once runs on one set of inputs after another', async () => {
  const bytes = encodeOnnx(model('g (float[2] x) => (float[2] y) { y = Neg (x) }'));
  const sets = [f32(1, -2), f32(3, 4)].map((x) => new Map([['x', x]]));
  const outputs = await runModelOnSets(bytes, sets);
  expect(outputs.map((each) => each.get('y')?.numbers())).toEqual([
    [-1, 2],
    [-3, -4],
  ]);
});

test('what onnxruntime rejects is told as bad input', async () => {
  const bytes = encodeOnnx(model('g (float[2] x) => (float[2] y) { y = Frobnicate (x) }'));
  const error = await runModel(bytes, new Map()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect(error).toMatchObject({ code: 'runtime-failed' });
  const missing = await runModel('/nowhere/model.onnx', new Map()).catch((thrown: unknown) => thrown);
  expect(missing).toMatchObject({ code: 'runtime-failed', place: { file: '/nowhere/model.onnx' } });
  const good = encodeOnnx(model('g (float[2] x) => (float[2] y) { y = Neg (x) }'));
  expect(await runModel(good, new Map()).catch((thrown: unknown) => thrown)).toMatchObject({ code: 'runtime-failed' });
});

test('random inputs are those of the seed, and indices lie within their table', () => {
  const { graph } =
    model(`g (int64[8] ids, float[N,3] x, bool[4] b) => (float y) <float[50,2] table = {${Array(100).fill(0)}}> {
    i = Cast <to = 6> (ids)
    y = Gather (table, i)
  }`);
  const first = randomInputs(graph, { seed: 1, dims: new Map([['N', 2]]) });
  const ids = first.get('ids')?.numbers() ?? [];
  expect(Math.max(...ids)).toBeLessThan(50);
  expect(Math.max(...ids)).toBeGreaterThan(1);
  expect(first.get('x')?.shape).toEqual([2, 3]);
  expect(first.get('b')?.dtype).toBe('bool');
  const again = randomInputs(graph, { seed: 1, dims: new Map([['N', 2]]) });
  expect(again.get('x')?.numbers()).toEqual(first.get('x')?.numbers());
  expect(randomInputs(graph, { seed: 2 }).get('ids')?.numbers()).not.toEqual(ids);
});

test('random floats have mean 0 and variance 1', () => {
  const { graph } = model('g (float[10000] x) => (float y) { y = Neg (x) }');
  const values = randomInputs(graph, { seed: 3 }).get('x')?.numbers() ?? [];
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean).toBeCloseTo(0, 1);
  expect(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length).toBeCloseTo(1, 1);
});

test('differences are relative to the largest value of the reference', () => {
  expect(compareTensors('y', f32(100, 1), f32(100, 2))).toMatchObject({ absolute: 1, relative: 0.01 });
  expect(compareTensors('y', f32(0, 0), f32(0, 1e-9)).relative).toBeCloseTo(1e-3);
  expect(compareTensors('y', f32(Number.NaN, Infinity), f32(Number.NaN, Infinity)).relative).toBe(0);
  expect(compareTensors('y', f32(1), f32(Number.NaN)).relative).toBe(Infinity);
  expect(compareTensors('y', f32(1), Tensor.of('float32', [1, 1], [1])).reason).toBe('shapes [1] and [1, 1] differ');
  expect(compareTensors('y', f32(1), Tensor.of('int64', [1], [1])).reason).toBe('types float32 and int64 differ');
});

test('outputs are compared by name, else by position', () => {
  const a = new Map([
    ['y', f32(1)],
    ['z', f32(2)],
  ]);
  const b = new Map([
    ['y', f32(1)],
    ['renamed', f32(2)],
  ]);
  expect(worstDifference(compareOutputs(a, b))).toBe(0);
  expect(compareOutputs(a, new Map([['y', f32(1)]]))[1]?.reason).toBe('the other model has no such output');
  expect(worstDifference(compareOutputs(new Map([['y', f32(1)]]), a))).toBe(Infinity);
});

test('the output that differs most is named, with the reason where there is one', () => {
  const a = new Map([
    ['x', f32(1)],
    ['y', f32(4)],
    ['z', f32(2)],
  ]);
  const differing = (...numbers: number[]) =>
    worstOutput(compareOutputs(a, new Map([...a.keys()].map((name, k) => [name, f32(numbers[k] ?? 0)]))));
  expect(differing(1, 4, 2)).toBeUndefined();
  expect(differing(1, 5, 4)).toEqual({ output: 'z' });
  const missing = compareOutputs(a, new Map([['x', f32(1)]]));
  expect(worstOutput(missing)).toEqual({ output: 'y', reason: 'the other model has no such output' });
});

test('why there is no comparison is told where models are not run; anything else is thrown', () => {
  const rejected = new InputError('runtime-failed', 'onnxruntime cannot run it: no Swish', { file: '/w/net.onnx' });
  expect(unverifiedBy(rejected)).toEqual({
    code: 'runtime-failed',
    reason: 'net.onnx: onnxruntime cannot run it: no Swish',
    next: '',
  });
  const other = new InputError('bad-argument', 'it is cut off');
  expect(() => unverifiedBy(other)).toThrow(other);
});
