/** What a lowering rule from aten to ONNX is: arguments by the names of PyTorch's schema, and the builder. */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { AtenArguments } from './argument-types.ts';

/** What a rule gives for the outputs of its node, in order; the outputs after the last one given are never read. */
export type Lowered = Value | readonly Value[];

/**
 * One operator as operators of ONNX at the pivot opset. `args` are named and typed as in PyTorch's schema: tensors are
 * values of the new graph, ints are numbers (only infinities like INT64_MAX exceed 2^53), None is undefined. `node` is
 * the aten node: its outputs have the types that capture recorded. A rule ends with `refuse` where ONNX cannot say it.
 */
export type Lowering<Args> = (args: Args, onnx: OnnxBuilder, node: Node) => Lowered;

/** Rules by operator, `aten::max.dim` for one overload or `aten::relu` for all that have no rule of their own. */
export type LoweringTable = { readonly [Key in keyof AtenArguments]?: Lowering<AtenArguments[Key]> };

/** Types a table of rules. */
export function lowerings<Table extends LoweringTable>(table: Table): Table {
  return table;
}
