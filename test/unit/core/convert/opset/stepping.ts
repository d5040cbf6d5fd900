/** Takes a graph of a few lines to another opset and runs both sides. */
import { expect } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import type { Problem } from '../../../../../src/core/problems/problem.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';

export interface Step {
  /** Inputs and outputs: `float[2,3] x => float[2,3] y`. */
  readonly graph: string;
  readonly nodes: string;
  readonly from: number;
  readonly to: number;
  /** The operators of the result, constants left out. */
  readonly gives?: string;
  /** Largest relative difference; float32 rounding by default. */
  readonly within?: number;
}

export function modelOf({ graph, nodes, from }: Pick<Step, 'graph' | 'nodes' | 'from'>): Model {
  const [inputs, outputs] = graph.split(' => ');
  const text = `<ir_version: 10, opset_import: ["" : ${from}]> g (${inputs}) => (${outputs}) {\n${nodes}\n}`;
  return parseModel(text, 'case.onnxtxt');
}

/** The operators of a graph in order. */
export function operatorsOf(model: Model): string {
  const operators = [...model.graph.nodes].map((node) => node.op);
  return operators.filter((op) => op !== 'Constant').join(' ');
}

/** Converts, and expects a valid model of those operators that computes the same on random inputs. */
export async function expectSame(step: Step): Promise<Model> {
  const before = modelOf(step);
  const bytes = encodeOnnx(before);
  const inputs = randomInputs(before.graph, { seed: 7 });
  const reference = await runModel(bytes, inputs);
  const names = before.graph.outputs.map((value) => value.name);

  const { model, problems } = convertOpset(modelOf(step), step.to);
  expect(problems.map((problem) => problem.message)).toEqual([]);
  if (step.gives !== undefined) expect(operatorsOf(model)).toBe(step.gives);
  expect(model.opsetImports.get('')).toBe(step.to);
  expect(model.graph.outputs.map((value) => value.name)).toEqual(names);
  const errors = checkOnnx(model).filter((problem) => problem.severity === 'error');
  expect(errors.map((problem) => problem.message)).toEqual([]);
  const result = await runModel(encodeOnnx(model), inputs);
  expect(worstDifference(compareOutputs(reference, result))).toBeLessThanOrEqual(step.within ?? 1e-5);
  return model;
}

/** The problems of a conversion that cannot be exact. */
export function refusals(step: Omit<Step, 'gives'>): readonly Problem[] {
  return convertOpset(modelOf(step), step.to).problems;
}
