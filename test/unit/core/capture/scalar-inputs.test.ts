/** Programs that take plain numbers as inputs: PyTorch's answers against onnxruntime's, of one model for all values. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type CaptureOptions, capture } from '../../../../src/core/capture/capture.ts';
import { atenToOnnx } from '../../../../src/core/convert/aten-to-onnx/convert.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { openTorchFile } from '../../../../src/core/formats/torch/open.ts';
import { FileBytes } from '../../../../src/core/ir/bytes.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';
import { dtypeOf, expectRuns, type Run } from './running.ts';

const FOLDER = 'test/fixtures/capture/scalars';

// Written by scalars.py beside them.
const cases = JSON.parse(readFileSync(`${FOLDER}/runs.json`, 'utf8')) as Record<string, Run[]>;

function captureFile(name: string, inputs: CaptureOptions['inputs']) {
  const file = new FileBytes(`${FOLDER}/${name}`);
  const program = openTorchFile(file);
  if (program.kind === 'module') throw new Error(`${name} has no program`);
  return { result: capture(program, { inputs, customOps: NO_CUSTOM_OPERATORS }), close: () => file.close() };
}

/** What a scripted program does not record of its inputs: the type of the tensor. */
function tensorOf(name: string, { inputs: [x] }: Run): CaptureOptions['inputs'] {
  return x && name.endsWith('.pt') ? [{ key: 0, dtype: dtypeOf(x), shape: x.shape }] : [];
}

const files = readdirSync(FOLDER).filter((name) => name.includes('.pt'));

test.each(files)('%s', async (name) => {
  const runs = cases[name.replace(/\..*/, '')] ?? [];
  const [first] = runs;
  if (!first) throw new Error(`${name} has no runs`);
  const { result, close } = captureFile(name, tensorOf(name, first));
  const problems = result.problems.filter(({ code }) => code !== 'size-bounded');
  expect(problems.map(({ message, origin }) => [message, origin[0]])).toEqual([]);
  const taken = result.model.graph.inputs;
  // Constants of an exported program are arguments of a call, and no inputs of the graph.
  const called = runs.map((run) => ({ ...run, inputs: run.inputs.slice(0, taken.length) }));
  expect(taken.map((input) => input.dtype)).toEqual(called[0]?.inputs.map((each) => each.dtype));
  await expectRuns(result, 17, called);
  close();
});

const X = { key: 0, dtype: 'float32', shape: [6, 4] } as const;

test('numbers that the user gives are no inputs, and the program holds for them alone', async () => {
  for (const name of ['arithmetic.pt', 'slices.pt', 'loops.pt', 'branches.pt', 'exported.pt2']) {
    const run = cases[name.replace(/\..*/, '')]?.[1];
    if (!run) throw new Error(`${name} has no runs`);
    const values = run.inputs.slice(1).map(({ dtype, data: [value] }, k): CaptureOptions['inputs'][number] => {
      const given = dtype === 'int64' ? BigInt(Number(value)) : (value ?? null);
      return { key: k + 1, dtype: 'int64', shape: [], value: given };
    });
    const { result, close } = captureFile(name, [...tensorOf(name, run), ...values]);
    expect(result.model.graph.inputs.map((input) => input.name)).toEqual(['x']);
    await expectRuns(result, 17, [{ ...run, inputs: run.inputs.slice(0, 1) }]);
    close();
  }
});

test('an exported program takes the numbers that it was exported for', () => {
  const given = (name: string, key: string, value: bigint | number | boolean) => () => {
    const { result, close } = captureFile(name, [{ key, dtype: 'int64', shape: [], value }]);
    close();
    return result.model.graph.inputs.map((input) => `${input.name} ${input.dtype}[${input.shape}]`);
  };
  expect(given('specialised.pt2', 'scale', 0.5)()).toEqual(['x float32[s77,4]', 'n int64[]']);
  expect(given('specialised.pt2', 'scale', 2)).toThrow('the program was exported for scale = 0.5');
  expect(given('specialised.pt2', 'n', 3n)()).toEqual(['x float32[s77,4]']);
  expect(given('specialised.pt2', 'n', 0.5)).toThrow('the program was exported for n as a plain int');
  expect(given('exported.pt2', 'n', -1n)).toThrow('the program was exported for n as an int from 2 to 6');
  expect(given('specialised.pt2', 'n', -1n)).toThrow('the program was exported for n as an int of 0 or more');
  expect(given('shared.pt2', 'n', 5n)()).toEqual(['x float32[5,4]']);
});

test('a step of 0 or less fails in a run, as it does in PyTorch', async () => {
  const { result, close } = captureFile('slices.pt', [X]);
  const bytes = encodeOnnx(atenToOnnx(result.model).model);
  for (const n of [0, -1]) {
    const x = Tensor.of('float32', [6, 4], Array<number>(24).fill(1));
    const given = new Map([
      ['x', x],
      ['n', Tensor.of('int64', [], [n])],
    ]);
    await expect(runModel(bytes, given)).rejects.toThrow();
  }
  close();
});
