/** Forwards of the table by numbers: PyTorch's outputs (test/fixtures/objects/make.py) against onnxruntime's. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { capture } from '../../../../../src/core/capture/capture.ts';
import { openObjects } from '../../../../../src/core/capture/objects/capture-objects.ts';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../../src/core/custom/definition.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import type { PickledModule } from '../../../../../src/core/formats/torch/archive.ts';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { isRecord, stringEntries } from '../../../../../src/core/formats/torch/pickle-machine.ts';
import { moduleState } from '../../../../../src/core/formats/torch/pickled-module.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import type { DataType } from '../../../../../src/core/ir/dtype.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';

interface JsonTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

interface Case {
  readonly inputs: readonly (JsonTensor | null)[];
  readonly outputs: readonly JsonTensor[];
}

const fixture = (name: string) => readFileSync(new URL(`../../../../fixtures/objects/${name}`, import.meta.url));

function tensorOf({ dtype, shape, values }: JsonTensor): Tensor {
  const whole = !dtype.startsWith('float');
  return Tensor.of(
    dtype,
    shape,
    values.map((value) => (whole ? BigInt(value) : Number(value))),
  );
}

/** The modules of a pickled ModuleDict by name, each as a file of its own. */
function modulesOf(name: string): Map<string, PickledModule> {
  const file = openTorchFile(new MemoryBytes(name, fixture(name)));
  if (file.kind !== 'module') throw new Error(`${name} holds no module`);
  const children = new Map(stringEntries(moduleState(file.root))).get('_modules');
  return new Map(
    [...stringEntries(children)].flatMap(([key, root]) =>
      isRecord(root) && root.kind === 'call' ? [[key, { ...file, root }] as const] : [],
    ),
  );
}

describe.each(['layers', 'graphs', 'blocks'])('%s', (name) => {
  const cases: Record<string, Case> = JSON.parse(fixture(`${name}.json`).toString());
  const modules = modulesOf(`${name}.pth`);

  test.each(Object.entries(cases))('%s gives what PyTorch gives', async (key, { inputs, outputs }) => {
    const module = modules.get(key);
    if (!module) throw new Error(`there is no module ${key}`);
    const archive = openObjects(module);
    const parameters = archive.classOf(archive.root.className)?.methods.get('forward')?.parameters.slice(1) ?? [];
    const given = inputs.flatMap((input, k) => (input ? [{ name: parameters[k]?.name ?? '', input }] : []));
    const { model, problems } = capture(archive, {
      inputs: given.map(({ name: input, input: { dtype, shape } }) => ({ key: input, dtype, shape })),
      customOps: NO_CUSTOM_OPERATORS,
    });
    // Of torchvision and timm only names are known: that is said, and nothing else.
    expect(problems.filter(({ code }) => name !== 'blocks' || code !== 'inexact')).toEqual([]);
    const made = atenToOnnx(model);
    expect(made.problems).toEqual([]);
    const feeds = new Map(given.map(({ name: input, input: tensor }) => [input, tensorOf(tensor)]));
    const results = [...(await runModel(await encodeOnnx(made.model), feeds)).values()];
    expect(results).toHaveLength(outputs.length);
    outputs.forEach((expected, k) => {
      const result = results[k];
      expect([result?.dtype, result?.shape]).toEqual([expected.dtype, expected.shape]);
      const numbers = expected.dtype.startsWith('float') ? result?.numbers() : result?.bigints().map(Number);
      expected.values.forEach((value, at) => {
        expect(numbers?.[at]).toBeCloseTo(Number(value), 4);
      });
    });
  });
});
