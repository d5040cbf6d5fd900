/** Operators that capture records and that aten has no schema for: sizes and lists that only a run knows, quantised numbers. */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import { DEQUANTIZE_RULES } from './dequantized.ts';
import { LIST_RULES } from './program-lists.ts';

export type ProgramRule = (inputs: readonly Value[], onnx: OnnxBuilder, node: Node) => Value;

const RULES: Readonly<Record<string, ProgramRule>> = {
  'aten::sym_size': ([x], onnx, node) => onnx.Gather(onnx.Shape(x), onnx.constant(node.int('dim', 0n), 'int64')),
  ...LIST_RULES,
  ...DEQUANTIZE_RULES,
};

/** The rule of such an operator; undefined for all others. */
export function programRuleOf(node: Node): ProgramRule | undefined {
  return Object.hasOwn(RULES, node.operator) ? RULES[node.operator] : undefined;
}
