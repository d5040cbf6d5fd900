/** Takes an operator to opsets that do not have it, and runs both sides. */
import { describe, expect, test } from 'vitest';
import { convertOpset } from '../../../../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../../../../src/core/dialects/onnx/check.ts';
import { encodeOnnx } from '../../../../../../src/core/formats/onnx/write.ts';
import type { Model } from '../../../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../../../src/core/ir/tensor.ts';
import { compareOutputs, worstDifference } from '../../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../../src/core/runtime/onnxruntime.ts';
import { modelOf, operatorsOf } from '../stepping.ts';

export interface Decomposed {
  /** `float[2,3] x => float[2,3] y`. */
  readonly graph: string;
  readonly nodes: string;
  readonly from: number;
  /** The opset before, and 7, by default. */
  readonly to?: readonly number[];
  /** Numbers of inputs that are not random. */
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  /** Sizes of symbols. */
  readonly dims?: Readonly<Record<string, number>>;
  /** Where onnxruntime has no such operator: the numbers of the outputs by the specification. */
  readonly gives?: Readonly<Record<string, readonly number[]>>;
  /** An operator that must not be there any more. */
  readonly gone?: string;
  readonly within?: number;
}

/** A test for each row and each opset that it is taken to. */
export function decomposes(title: string, rows: readonly Decomposed[]): void {
  describe(title, () => {
    for (const row of rows) {
      for (const to of row.to ?? [...new Set([row.from - 1, 7])]) {
        test(`${row.graph}: ${row.nodes} from ${row.from} to ${to}`, async () => expectDecomposed(row, to));
      }
    }
  });
}

async function expectDecomposed(row: Decomposed, to: number): Promise<void> {
  const before = modelOf(row);
  const inputs = inputsOf(before, row);
  const names = before.graph.outputs.map((value) => value.name ?? '');
  const { model, problems } = convertOpset(modelOf(row), to);
  expect(problems.map((problem) => problem.message)).toEqual([]);
  if (row.gone) expect(operatorsOf(model).split(' ')).not.toContain(row.gone);
  const errors = checkOnnx(model).filter((problem) => problem.severity === 'error');
  expect(errors.map((problem) => problem.message)).toEqual([]);
  const result = await runModel(encodeOnnx(model), inputs);
  expect([...result.keys()]).toEqual(names);
  const { gives } = row;
  if (gives) {
    for (const name of names) expectNumbers(result.get(name), gives[name] ?? [], row.within);
    return;
  }
  const reference = await runModel(encodeOnnx(before), inputs);
  expect(worstDifference(compareOutputs(reference, result))).toBeLessThanOrEqual(row.within ?? 1e-5);
}

function expectNumbers(found: Tensor | undefined, wanted: readonly number[], within = 1e-5): void {
  const numbers = found?.numbers() ?? [];
  expect(numbers.length).toBe(wanted.length);
  numbers.forEach((each, k) => {
    const right = wanted[k] ?? 0;
    if (Object.is(each, right) || each === right) return;
    expect(Math.abs(each - right)).toBeLessThanOrEqual(within * Math.max(1, Math.abs(right)));
  });
}

function inputsOf(model: Model, { inputs = {}, dims = {} }: Decomposed): Map<string, Tensor> {
  const made = randomInputs(model.graph, { seed: 11, dims: new Map(Object.entries(dims)) });
  for (const [name, numbers] of Object.entries(inputs)) {
    const random = made.get(name);
    if (!random) throw new Error(`there is no input ${name}`);
    made.set(name, Tensor.of(random.dtype, random.shape, numbers));
  }
  return made;
}

/** The messages of what cannot be taken to an opset. */
export function reasons(row: Pick<Decomposed, 'graph' | 'nodes' | 'from'>, to: number): readonly string[] {
  return convertOpset(modelOf(row), to).problems.map((problem) => problem.message);
}
