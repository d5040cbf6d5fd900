/** Rules on small models: what becomes of a graph, what is said of a near miss, and whether the numbers stay. */
import { expect } from 'vitest';
import { inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { nodeText } from '../../../../../src/core/formats/onnxtxt/node-text.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import type { PatternRule } from '../../../../../src/core/passes/pass.ts';
import { type TextRule, type TextRuleFacts, textRule } from '../../../../../src/core/passes/pattern/text-rule.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { model as modelOf } from '../../../text-model.ts';

/** A rule of a test: its text alone. */
export function ruleOf(rule: string, facts: Partial<TextRuleFacts> = {}): TextRule {
  return textRule({ name: 'tested', title: 'Is tested', reassociates: false, rule, ...facts });
}

/** The nodes of a graph after a rule, as ONNX text without their names. */
export function becomes(rule: TextRule, text: string): string[] {
  const model = modelOf(text);
  runPasses(model, [rule]);
  return nodesOf(model);
}

export function nodesOf(model: Model): string[] {
  return [...model.graph.nodes].map((node) => nodeText(node).replace(/^\[.*?\] /, ''));
}

/** What is said of the node that makes `value`. */
export function missesOf(rule: TextRule, text: string, value: string): string[] {
  const model = modelOf(text);
  expect(inferModel(model)).toEqual([]);
  return runPasses(model, [rule], { why: value }).misses.map(({ reason }) => reason);
}

/** Runs a model before and after a rule on the same random inputs; the rule must fit. Returns the nodes afterwards. */
export async function sameNumbers(rule: PatternRule, text: string, seed = 1): Promise<string[]> {
  const before = modelOf(text);
  const changed = modelOf(text);
  const { records } = runPasses(changed, [rule]);
  expect(records.length).toBeGreaterThan(0);
  const inputs = randomInputs(before.graph, { seed });
  const [a, b] = [await runModel(encodeOnnx(before), inputs), await runModel(encodeOnnx(changed), inputs)];
  expect(worstDifference(compareOutputs(a, b))).toBeLessThan(1e-5);
  return nodesOf(changed);
}
