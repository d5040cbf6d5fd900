/** Quantised weights stay the integers of the file, and runtimes compute the numbers that the kernels of PyTorch do. */
import { describe, expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { dequantized } from '../../../../src/core/capture/operators/dequantized.ts';
import { Recorder } from '../../../../src/core/capture/recorder.ts';
import { atenToOnnx } from '../../../../src/core/convert/aten-to-onnx/convert.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import type { PickledTensor, Quantization } from '../../../../src/core/formats/torch/archive.ts';
import type { DataType } from '../../../../src/core/ir/dtype.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { type Model, makeModel } from '../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { SIMPLIFICATION } from '../../../../src/core/passes/simplification.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';
import { exported, torchScript } from '../formats/torch/build.ts';
import { captured, forward, stored } from './support.ts';

/** Numbers that look random, the same ones each time. */
function numbers(count: number, least: number, most: number): number[] {
  let state = 12345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return least + (state / 2 ** 32) * (most - least);
  });
}
const whole = (count: number, least: number, most: number) => numbers(count, least, most + 1).map(Math.floor);

function quantized(dtype: DataType, shape: readonly number[], values: readonly number[], by: Quantization) {
  return { ...stored(dtype, shape, values), quantization: by } satisfies PickledTensor;
}

function perChannel(scales: readonly number[], zeros: readonly number[], type: DataType = 'int64'): Quantization {
  const list = (dtype: DataType, values: readonly number[]) => stored(dtype, [values.length], values);
  const scaleType = type === 'int64' ? 'float64' : 'float32';
  return { scheme: 'per-channel', axis: 0, scales: list(scaleType, scales), zeroPoints: list(type, zeros) };
}

function converted(result: ReturnType<typeof captured>): Model {
  expect(result.problems).toEqual([]);
  const { model, problems } = atenToOnnx(result.model);
  expect(problems).toEqual([]);
  return model;
}

const operatorsOf = (model: Model) => [...model.graph.nodes].map((node) => node.op);

/** Bytes of the constants of float32. */
function floatBytes(model: Model): number {
  const constants = [...model.graph.initializers].flatMap(({ constant }) => (constant ? [constant] : []));
  return constants.filter(({ dtype }) => dtype === 'float32').reduce((sum, each) => sum + each.byteLength, 0);
}

async function run(model: Model, dtype: DataType, shape: readonly number[], x: readonly number[]) {
  const inputs = new Map([[model.graph.inputs[0]?.name ?? '', Tensor.of(dtype, shape, x)]]);
  const [result] = [...(await runModel(encodeOnnx(model), inputs)).values()];
  return result?.numbers() ?? [];
}

/** The largest difference, against the largest number. */
function worst(found: readonly number[], wanted: readonly number[]): number {
  expect(found.length).toBe(wanted.length);
  const scale = Math.max(...wanted.map(Math.abs));
  return Math.max(...found.map((value, k) => Math.abs(value - (wanted[k] ?? 0)))) / scale;
}

const [ROWS, INPUTS, OUTPUTS] = [3, 256, 32];
const integers = whole(OUTPUTS * INPUTS, -128, 127);
const scales = numbers(OUTPUTS, 0.001, 0.02);
const zeros = whole(OUTPUTS, -9, 9);
const x = numbers(ROWS * INPUTS, -2, 3);

/** What fbgemm computes: integers of x by its range, sums of integers, one scale. */
function linearDynamic(most: number, scaleOf: (k: number) => number, zeroOf: (k: number) => number): number[] {
  const [low, high] = [Math.min(0, ...x.map(Math.fround)), Math.max(0, ...x.map(Math.fround))];
  const wide = (high - low) / most;
  const zero = Math.round(-low / wide);
  const scale = Math.fround(wide);
  const steps = x.map((value) => Math.round(Math.fround(Math.fround(value) * Math.fround(1 / scale) + zero)) - zero);
  return Array.from({ length: ROWS * OUTPUTS }, (_, at) => {
    const [row, k] = [Math.floor(at / OUTPUTS), at % OUTPUTS];
    let sum = 0;
    for (let j = 0; j < INPUTS; j++)
      sum += (steps[row * INPUTS + j] ?? 0) * ((integers[k * INPUTS + j] ?? 0) - zeroOf(k));
    return Math.fround(sum * Math.fround(scale * Math.fround(scaleOf(k))));
  });
}

describe('quantized::linear_dynamic', () => {
  const dynamic = (weight: PickledTensor, reduced: boolean) =>
    captured({
      code: forward(
        'x: Tensor',
        `p = ops.quantized.linear_prepack(self.w, None)\nreturn ops.quantized.linear_dynamic(x, p, ${reduced ? 'True' : 'False'})`,
      ),
      attributes: { w: weight },
      inputs: [stored('float32', [ROWS, INPUTS])],
    });
  const shape = [OUTPUTS, INPUTS];
  const each = quantized('int8', shape, integers, perChannel(scales, zeros));
  const one = quantized('int8', shape, integers, { scheme: 'per-tensor', scale: 0.0123, zeroPoint: -3n });

  test.each([
    ['a scale for each row', each, (k: number) => scales[k] ?? 0, (k: number) => zeros[k] ?? 0],
    ['one scale', one, () => 0.0123, () => -3],
  ] as const)('in integers, with %s', async (_, weight, scaleOf, zeroOf) => {
    const model = converted(dynamic(weight, true));
    expect(operatorsOf(model)).toContain('MatMulInteger');
    expect(floatBytes(model)).toBeLessThan(1000);
    expect(worst(await run(model, 'float32', [ROWS, INPUTS], x), linearDynamic(127, scaleOf, zeroOf))).toBeLessThan(
      2e-7,
    );
  });

  // onnxruntime would round x once more if it met DequantizeLinear before a product of floats.
  test('of the whole range, in floats', async () => {
    const model = converted(dynamic(each, false));
    expect(operatorsOf(model)).not.toContain('DequantizeLinear');
    expect(floatBytes(model)).toBeLessThan(1000);
    const wanted = linearDynamic(
      255,
      (k) => scales[k] ?? 0,
      (k) => zeros[k] ?? 0,
    );
    expect(worst(await run(model, 'float32', [ROWS, INPUTS], x), wanted)).toBeLessThan(2e-6);
    runPasses(model, SIMPLIFICATION);
    expect(floatBytes(model)).toBeLessThan(1000);
    expect(worst(await run(model, 'float32', [ROWS, INPUTS], x), wanted)).toBeLessThan(2e-6);
  });
});

const q = 'torch.quantize_per_tensor(x, 0.05, 3, 13)';

describe('quantised convolutions', () => {
  const weights = whole(6 * 2 * 5, -100, 100);
  // As packed parameters keep one-dimensional ones, and strided as channels_last ones are.
  const packed = quantized(
    'int8',
    [6, 2, 1, 5],
    weights,
    perChannel([0.1, 0.2, 0.3, 0.1, 0.2, 0.3], [1, 0, 2, 0, -1, 0]),
  );
  const model = () =>
    converted(
      captured({
        code: forward(
          'x: Tensor',
          `p = ops.quantized.conv1d_prepack(self.w, None, [1], [0], [1], 1)
return torch.dequantize(ops.quantized.conv1d(${q}, p, 0.5, 64))`,
        ),
        attributes: { w: packed },
        inputs: [stored('float32', [1, 2, 7])],
      }),
    );

  test('the weight is the bytes of the file, in the shape that ONNX wants', () => {
    const constants = [...model().graph.initializers].map(({ constant }) => constant);
    const weight = constants.find((constant) => constant?.count === weights.length);
    expect(weight).toMatchObject({ dtype: 'int8', shape: [6, 2, 5] });
    expect(weight?.source).toBe(packed.tensor.source);
    // Zero points of the program are cast when it is written.
    expect(operatorsOf(model()).filter((op) => op !== 'Cast')).toEqual([
      ...['QuantizeLinear', 'DequantizeLinear', 'DequantizeLinear', 'Conv', 'QuantizeLinear', 'DequantizeLinear'],
    ]);
  });

  test('simplification leaves the weight as integers', () => {
    const simple = model();
    runPasses(simple, SIMPLIFICATION);
    const kept = [...simple.graph.initializers].find(({ constant }) => constant?.count === weights.length);
    expect(kept?.dtype).toBe('int8');
    expect([...simple.graph.nodes].find((node) => node.op === 'Conv')?.input(1)?.producer?.op).toBe('DequantizeLinear');
  });
});

test('a quantised linear layer reads its weight turned, as integers', async () => {
  const program = (more: string) =>
    captured({
      code: forward(
        'x: Tensor',
        `p = ops.quantized.linear_prepack(self.w, None)
y = torch.dequantize(ops.quantized.linear(${q}, p, 0.5, 10))\n${more}`,
      ),
      attributes: {
        w: quantized('int8', [4, 6], integers.slice(0, 24), perChannel(scales.slice(0, 4), zeros.slice(0, 4))),
      },
      inputs: [stored('float32', [2, 3, 6])],
    });
  const given = x.slice(0, 36);
  const model = converted(program('return y'));
  const [, weight] = [...model.graph.nodes].find((node) => node.op === 'MatMul')?.inputs ?? [];
  expect(weight?.producer?.op).toBe('DequantizeLinear');
  expect(weight?.producer?.input(0)?.constant).toMatchObject({ dtype: 'int8', shape: [6, 4] });
  expect(operatorsOf(model)).not.toContain('Transpose');
  const steps = given.map(
    (value) => Math.min(255, Math.max(0, Math.round(Math.fround(value) / Math.fround(0.05)) + 3)) - 3,
  );
  const wanted = Array.from({ length: 24 }, (_, at) => {
    const [row, k] = [Math.floor(at / 4), at % 4];
    let sum = 0;
    for (let j = 0; j < 6; j++) sum += (steps[row * 6 + j] ?? 0) * ((integers[k * 6 + j] ?? 0) - (zeros[k] ?? 0));
    const step = Math.round((sum * 0.05 * Math.fround(scales[k] ?? 0)) / 0.5) + 10;
    return 0.5 * (Math.min(255, Math.max(0, step)) - 10);
  });
  expect(worst(await run(model, 'float32', [2, 3, 6], given), wanted)).toBeLessThan(1e-6);
  // Two layers of one weight share it as it is.
  const shared = converted(
    program(`z = torch.dequantize(ops.quantized.linear(${q}, p, 0.25, 10))\nreturn torch.add(y, z)`),
  );
  const turned = [...shared.graph.initializers].filter(({ constant }) => constant?.count === 24);
  expect(turned.map(({ shape }) => shape)).toEqual([[4, 6]]);
});

describe('tables', () => {
  const table = quantized(
    'uint8',
    [50, 4],
    whole(200, 0, 255),
    perChannel(numbers(50, 0.01, 0.1), numbers(50, 100, 140), 'float32'),
  );
  const row = (k: number) =>
    Array.from({ length: 4 }, (_, j) => {
      const by = table.quantization as Extract<Quantization, { scheme: 'per-channel' }>;
      const zero = by.zeroPoints.tensor.numbers()[k] ?? 0;
      return (by.scales.tensor.numbers()[k] ?? 0) * ((table.tensor.numbers()[4 * k + j] ?? 0) - zero);
    });
  const program = (body: string, shape: readonly number[]) =>
    captured({
      code: forward('x: Tensor', `p = ops.quantized.embedding_bag_prepack(self.w)\n${body}`),
      attributes: { w: table },
      inputs: [stored('int64', shape)],
    });

  test('rows are looked up as integers', async () => {
    const model = converted(program('return ops.quantized.embedding_byte(p, x)', [2, 2]));
    expect([...model.graph.initializers].find(({ name }) => name === 'w')?.constant?.source).toBe(table.tensor.source);
    const found = await run(model, 'int64', [2, 2], [3, 49, 0, 3]);
    expect(worst(found, [3, 49, 0, 3].flatMap(row))).toBeLessThan(1e-6);
  });

  test.each([
    ['of offsets', 'ops.quantized.embedding_bag_byte(p, x, CONSTANTS.c0, False, 0, False, None, None, False)', [4]],
    ['of rows', 'ops.quantized.embedding_bag_byte(p, x, None, False, 0, False, None, None, False)', [2, 2]],
  ] as const)('bags %s are summed', async (_, call, shape) => {
    const result = captured({
      code: forward('x: Tensor', `p = ops.quantized.embedding_bag_prepack(self.w)\nreturn ${call}`),
      attributes: { w: table },
      constants: [stored('int64', [2], [0, 2])],
      inputs: [stored('int64', shape)],
    });
    const found = await run(converted(result), 'int64', shape, [3, 49, 0, 3]);
    const sum = (a: number, b: number) => row(a).map((value, j) => value + (row(b)[j] ?? 0));
    expect(worst(found, [...sum(3, 49), ...sum(0, 3)])).toBeLessThan(1e-6);
  });
});

test('scales that do not fit the weight are an error of the file', () => {
  const wrong = quantized('int8', [2, 2], [1, 2, 3, 4], perChannel([0.5], [0]));
  const work = () =>
    captured({
      code: forward('x: Tensor', 'return torch.add(x, torch.dequantize(self.w))'),
      attributes: { w: wrong },
      inputs: [stored('float32', [2])],
    });
  expect(work).toThrow(InputError);
  expect(work).toThrow('w of [2, 2] has 1 scales and 1 zero points along axis 0');
});

test('files of PyTorch: no weight is a float', () => {
  const inputs = [{ key: 0, dtype: 'float32', shape: [2, 3, 8, 8] }] as const;
  for (const name of ['quantized-traced.pt', 'quantized-scripted.pt']) {
    const model = converted(capture(torchScript(name), { inputs, customOps: NO_CUSTOM_OPERATORS }));
    for (const node of model.graph.nodes)
      if (/Conv|MatMul|Gemm/.test(node.op)) expect(node.input(1)?.producer?.op).toBe('DequantizeLinear');
  }
  const model = converted(capture(exported('decomposed.pt2'), { inputs: [], customOps: NO_CUSTOM_OPERATORS }));
  const [conv] = [...model.graph.nodes].filter((node) => node.op === 'Conv');
  expect(conv?.input(1)?.producer?.op).toBe('DequantizeLinear');
});

test('biases of 32 bits have no zero point', async () => {
  const recorder = new Recorder();
  const bias = recorder.graph.addInitializer({
    name: 'b',
    constant: Tensor.of('int32', [3], [-70000, 0, 2 ** 24 + 1]),
  });
  const by = recorder.graph.addInitializer({ name: 's', constant: Tensor.of('float32', [3], [0.5, 1, 0.25]) });
  recorder.graph.addOutput(dequantized(recorder, bias, { axis: 0, scales: by }));
  recorder.graph.addOutput(dequantized(recorder, bias, { scale: 0.5, zeroPoint: 0n }));
  const { model, problems } = atenToOnnx(makeModel('aten', recorder.graph, {}));
  expect(problems).toEqual([]);
  const results = [...(await runModel(encodeOnnx(model), new Map())).values()].map((each) => each.numbers());
  expect(results).toEqual([
    [-35000, 0, 2 ** 22],
    [-35000, 0, 2 ** 23],
  ]);
});
