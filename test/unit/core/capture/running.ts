/** Runs captured programs in onnxruntime and compares them with PyTorch's answers. */
import { expect } from 'vitest';
import type { CaptureResult } from '../../../../src/core/capture/capture.ts';
import { atenToOnnx } from '../../../../src/core/convert/aten-to-onnx/convert.ts';
import { convertOpset } from '../../../../src/core/convert/opset/convert.ts';
import { PIVOT_OPSET } from '../../../../src/core/convert/pivot.ts';
import { checkOnnx } from '../../../../src/core/dialects/onnx/check.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { type DataType, isDataType } from '../../../../src/core/ir/dtype.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { foldConstants } from '../../../../src/core/passes/fold/fold-constants.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import type { Problem } from '../../../../src/core/problems/problem.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';

/** A tensor as the fixtures have it. */
export interface Row {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
}

export interface Run {
  readonly inputs: readonly Row[];
  readonly outputs: readonly Row[];
}

export function dtypeOf({ dtype }: Row): DataType {
  if (!isDataType(dtype)) throw new Error(dtype);
  return dtype;
}

/** Converts a captured program to an opset and expects PyTorch's numbers of it, run by run. */
export async function expectRuns({ model, problems }: CaptureResult, opset: number, runs: readonly Run[]) {
  expect(problems.filter(isError)).toEqual([]);
  const converted = atenToOnnx(model);
  expect(converted.problems).toEqual([]);
  runPasses(converted.model, [foldConstants]);
  if (opset !== PIVOT_OPSET) expect(convertOpset(converted.model, opset).problems).toEqual([]);
  expect(checkOnnx(converted.model).filter(isError)).toEqual([]);
  const bytes = encodeOnnx(converted.model);
  const [names, outputs] = [converted.model.graph.inputs, converted.model.graph.outputs];
  for (const { inputs, outputs: wanted } of runs) {
    const given = inputs.map((each, k) => [names[k]?.name ?? '', tensorOf(each)] as const);
    const results = await runModel(bytes, new Map(given));
    const found = outputs.map((output) => rowOf(results.get(output.name ?? '')));
    expect(found.map(typeText)).toEqual(wanted.map(typeText));
    wanted.forEach(({ data }, k) => {
      expectClose(found[k]?.data ?? [], data.map(Number));
    });
  }
}

/** float32 keeps 1.2e-7; sums in another order lose a digit or two. */
function expectClose(found: readonly (number | boolean)[], wanted: readonly number[]): void {
  const scale = Math.max(1e-6, ...wanted.map(Math.abs));
  const worst = Math.max(0, ...wanted.map((value, k) => Math.abs(Number(found[k]) - value)));
  expect(worst / scale).toBeLessThan(2e-6);
}

const isError = (problem: Problem) => problem.severity === 'error';

function tensorOf(row: Row): Tensor {
  return Tensor.of(dtypeOf(row), row.shape, row.data.map(Number));
}

function rowOf(tensor: Tensor | undefined): Row | undefined {
  return tensor && { dtype: tensor.dtype, shape: tensor.shape, data: [...tensor.numbers()] };
}

function typeText(row: Row | undefined): string {
  return row ? `${row.dtype}[${row.shape.join(', ')}]` : 'nothing';
}
