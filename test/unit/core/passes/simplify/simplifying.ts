/** Runs rules on a graph of a few lines, and both sides in onnxruntime. */
import { expect, test } from 'vitest';
import { inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import { typeText } from '../../../../../src/core/ir/type.ts';
import { validateModel } from '../../../../../src/core/ir/validate.ts';
import type { PatternRule } from '../../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';

/** `[inputs => outputs <constants>, nodes, operators of the result]`; without the last nothing may change. */
export type Case = readonly [signature: string, nodes: string, gives?: string | undefined];

export interface Setting {
  readonly rules: readonly PatternRule[];
  readonly opset?: number;
  /** Largest relative difference. */
  readonly within?: number;
}

function modelOf([signature, nodes]: Case, opset: number): Model {
  const [, inputs, outputs, constants = ''] = /^(.*) => ([^<]*)(<.*>)?$/s.exec(signature) ?? [];
  const text = `<ir_version: 8, opset_import: ["" : ${opset}]> g (${inputs}) => (${outputs}) ${constants} {\n${nodes}\n}`;
  return parseModel(text, 'case.onnxtxt');
}

/** A test for each case. */
export function testEach(cases: readonly Case[], setting: Setting): void {
  for (const each of cases) {
    test(`${setting.opset ?? 17}: ${each[1].replaceAll('\n', '; ')}, ${each[0]}`, async () => {
      await expectSimplified(each, setting);
    });
  }
}

export function operatorsOf(model: Model): string {
  return [...model.graph.nodes].map((node) => node.op).join(' ');
}

/** Simplifies, and expects those operators, a sound graph with its outputs, and the same numbers. */
export async function expectSimplified(each: Case, { rules, opset = 17, within = 1e-6 }: Setting): Promise<Model> {
  const before = modelOf(each, opset);
  expect(inferModel(before)).toEqual([]);
  const was = operatorsOf(before);
  const signature = signatureOf(before);
  const inputs = randomInputs(before.graph, { seed: 3 });
  const wanted = await runModel(encodeOnnx(before), inputs);
  const { records } = runPasses(before, rules);
  validateModel(before);
  expect(operatorsOf(before)).toBe(each[2] ?? was);
  expect(signatureOf(before)).toBe(signature);
  expect(records.length > 0).toBe(each[2] !== undefined);
  for (const { reason } of records) expect(reason).not.toBe('');
  const got = await runModel(encodeOnnx(before), inputs);
  expect(worstDifference(compareOutputs(wanted, got))).toBeLessThanOrEqual(within);
  return before;
}

function signatureOf({ graph }: Model): string {
  return [...graph.inputs, ...graph.outputs].map((value) => `${value.name}: ${typeText(value.type)}`).join(', ');
}
