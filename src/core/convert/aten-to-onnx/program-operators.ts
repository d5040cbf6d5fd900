/**
 * Operators that capture records for what a program does with plain values that only a run knows: sizes, and lists of
 * tensors, which are sequences in ONNX.
 */
import { codeOfDtype } from '../../dialects/onnx/dtype-codes.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';

type ProgramRule = (inputs: readonly Value[], onnx: OnnxBuilder, node: Node) => Value;

const RULES: Readonly<Record<string, ProgramRule>> = {
  'aten::sym_size': ([x], onnx, node) => onnx.Gather(onnx.Shape(x), onnx.constant(node.int('dim', 0n), 'int64')),
  'prim::ListConstruct': (items, onnx, node) => {
    const dtype = node.attribute('dtype', 'dtype');
    if (items.length > 0 || !dtype) return onnx.SequenceConstruct(...items);
    return onnx.SequenceEmpty({ dtype: codeOfDtype(dtype) });
  },
  'prim::ListAppend': ([list, item], onnx) => onnx.SequenceInsert(list, item),
  'prim::ListSet': ([list, index, item], onnx) => onnx.SequenceInsert(onnx.SequenceErase(list, index), item, index),
  'prim::ListItem': ([list, index], onnx) => onnx.SequenceAt(list, index),
  'prim::ListLength': ([list], onnx) => onnx.SequenceLength(list),
  'prim::ListCat': ([list], onnx, node) => onnx.ConcatFromSequence(list, { axis: node.int('dim', 0n) }),
  'prim::ListStack': ([list], onnx, node) => onnx.ConcatFromSequence(list, { axis: node.int('dim', 0n), new_axis: 1 }),
};

/** The rule of such an operator; undefined for all others. */
export function programRuleOf(node: Node): ProgramRule | undefined {
  return Object.hasOwn(RULES, node.operator) ? RULES[node.operator] : undefined;
}
