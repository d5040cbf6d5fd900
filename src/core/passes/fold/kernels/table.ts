/** Every operator that is computed here, and how exactly. */
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import { binary } from './binary.ts';
import { casts } from './cast.ts';
import { isHeld, load, store } from './dense.ts';
import { indexing } from './indexing.ts';
import type { Accuracy, Kernels } from './kernel.ts';
import { making } from './making.ts';
import { movement } from './movement.ts';
import { products } from './products.ts';
import { reductions } from './reductions.ts';
import { reshaping } from './reshaping.ts';
import { unary } from './unary.ts';

const KERNELS: Kernels = {
  ...binary,
  ...unary,
  ...casts,
  ...reshaping,
  ...movement,
  ...indexing,
  ...making,
  ...reductions,
  ...products,
};

/** Below this opset operators broadcast in another way, and nothing is computed. */
export const FIRST_OPSET = 7;

/** The operators that are computed, by name. */
export const COMPUTED_OPERATORS: readonly string[] = Object.keys(KERNELS);

/** What is promised of an operator; undefined where it is not computed. */
export function accuracyOf(op: string): Accuracy | undefined {
  return Object.hasOwn(KERNELS, op) ? KERNELS[op]?.accuracy : undefined;
}

/** Whether a node may be computed here, its inputs given. */
export function isComputable(node: Node, opset: number): boolean {
  return node.domain === '' && opset >= FIRST_OPSET && Object.hasOwn(KERNELS, node.op);
}

/** Operators that always have an answer where their inputs have the types and shapes that they must have. */
const SURE = new Set(
  `Identity Reshape Squeeze Unsqueeze Flatten Transpose Expand Tile Concat Slice Split Pad Trilu DepthToSpace SpaceToDepth
   Where Neg Abs Not Add Sub Mul Min Max And Or Xor`.split(/\s+/),
);
const SURE_OF_FLOATS = new Set('Div Sqrt Exp Log Reciprocal Floor Ceil Round Sigmoid Tanh Relu'.split(' '));

/** Whether a node has an answer for constants whatever their elements are. */
export function isSure({ op }: Node, constants: readonly (Tensor | undefined)[]): boolean {
  return SURE.has(op) || (SURE_OF_FLOATS.has(op) && constants.every((each) => !each || isFloat(each.dtype)));
}

/** Whether constants of a type can be computed with. */
export function isComputableType(dtype: DataType): boolean {
  return isHeld(dtype);
}

/**
 * The outputs of a node of ai.onnx on constant inputs (undefined for those that are left out); undefined where it is not
 * computed here, or where its definition leaves the answer open. Only what is computed is read.
 */
export function compute(
  node: Node,
  inputs: readonly (Tensor | undefined)[],
  opset: number,
): readonly Tensor[] | undefined {
  if (!isComputable(node, opset)) return undefined;
  if (inputs.some((each) => each && !isHeld(each.dtype))) return undefined;
  const results = KERNELS[node.op]?.kernel({ node, inputs: inputs.map((each) => each && load(each)), opset });
  return results?.map(store);
}
