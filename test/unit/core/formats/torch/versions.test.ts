/** Files of every version of PyTorch by numbers: what it computed (versions/make.py) against onnxruntime's. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CaptureOptions, type CaptureResult, capture } from '../../../../../src/core/capture/capture.ts';
import { openObjects } from '../../../../../src/core/capture/objects/capture-objects.ts';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../../src/core/custom/definition.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { elementCount } from '../../../../../src/core/ir/shape.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { inputNumbers, type MadeCall, type MadeFile, type Version, versions, versionsTable } from './made-files.ts';

describe.each(versions().map((version) => [version.name, version] as const))('PyTorch %s', (_, version) => {
  test.each(Object.entries(version.files))('%s gives what PyTorch gives', async (name, recorded) => {
    const made = expectedOf(version, name, recorded);
    const { model, problems } = captureFile(version, name, made);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const roundingOpen = problems.some(({ code }) => code === 'rounding-assumed');
    expect(roundingOpen).toBe(name === 'changed.pt' && /^(1\.([6-9]|1\d)|2\.0)$/.test(version.name));
    const converted = atenToOnnx(model);
    expect(converted.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const bytes = encodeOnnx(converted.model);
    const names = converted.model.graph.inputs.map((input) => input.name ?? '');
    await expectCall(bytes, names, made, made.step);
    if (made.larger) await expectCall(bytes, names, made.larger, made.step);
  });
});

/**
 * `floor_divide` of 1.6 to 1.12 rounded towards zero. Nothing in their files says so, and PyTorch since 1.13 rounds down what it
 * reads of them: so do we. It is the only output of changed.pt that holds halves of the input times 8 as integers.
 */
function expectedOf({ name: version }: Version, name: string, made: MadeFile): MadeFile {
  if (name !== 'changed.pt' || !/^1\.([6-9]|1[0-2])$/.test(version)) return made;
  const integers = inputNumbers(elementCount(made.inputs[0] ?? [])).map((x) => Math.trunc(8 * x));
  const place = version === '1.6' ? 2 : 4;
  const outputs = made.outputs.map((output, k) => {
    if (k !== place) return output;
    expect(output.values).toEqual(integers.map((n) => Math.trunc(n / 2) + 0));
    return { ...output, values: integers.map((n) => Math.floor(n / 2)) };
  });
  return { ...made, outputs };
}

function captureFile(version: Version, name: string, { inputs, outputs }: MadeFile): CaptureResult {
  const file = name === 'method' ? 'scripted.pt' : name;
  const program = openTorchFile(new MemoryBytes(`${version.name}/${file}`, version.content(file)));
  const given = inputs.map((shape, key) => ({ key, dtype: 'float32', shape }) as const);
  const by = { key: 'by', dtype: 'float64', shape: [], value: 1.5 } as const;
  const options: CaptureOptions = {
    inputs: program.kind === 'exported' ? [] : name === 'method' ? [...given, by] : given,
    customOps: NO_CUSTOM_OPERATORS,
    method: name === 'method' ? 'scaled' : undefined,
  };
  expect(outputs.length).toBeGreaterThan(0);
  return capture(program.kind === 'module' ? openObjects(program) : program, options);
}

/** float32 keeps 1.2e-7; sums in another order lose a digit or two. Quantised outputs may be a step off. */
async function expectCall(bytes: Uint8Array, names: readonly string[], call: MadeCall, step: number | undefined) {
  const feeds = names.map((name, k) => {
    // State that calls change comes after the inputs; it begins as one zero.
    const shape = call.inputs[k] ?? [1];
    const numbers = k < call.inputs.length ? inputNumbers(elementCount(shape)) : [0];
    return [name, Tensor.of('float32', shape, numbers)] as const;
  });
  const results = [...(await runModel(bytes, new Map(feeds))).values()];
  expect(results.map(({ shape }) => shape)).toEqual(call.outputs.map(({ shape }) => shape));
  call.outputs.forEach(({ values }, k) => {
    const found = results[k]?.numbers() ?? [];
    const worst = Math.max(...values.map((value, at) => Math.abs((found[at] ?? Number.NaN) - value)));
    expect(worst).toBeLessThan(step === undefined ? 2e-6 * Math.max(1, ...values.map(Math.abs)) : 1.01 * step);
  });
}

test('the documentation lists what is tested here', () => {
  const page = readFileSync(new URL('../../../../../docs/pytorch-files.md', import.meta.url), 'utf8');
  expect(page).toContain(versionsTable());
});
