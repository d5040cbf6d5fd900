/**
 * Values that are no floats in the model and whole numbers in single precision here, as Caffe's own layers give them: truth
 * values as 1 and 0, places of elements. Anything that counts with other integers is refused.
 */
import type { DataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';

const TRUTHS = new Set(['And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Not', 'Or', 'Xor']);
const PLACES = new Set(['ArgMax', 'ArgMin', 'TopK']);
/** They hand on what they are given. */
const MOVES = new Set([
  ...['Cast', 'Concat', 'Expand', 'Flatten', 'Gather', 'Identity', 'Reshape', 'Slice', 'Split', 'Squeeze', 'Tile'],
  ...['Transpose', 'Unsqueeze'],
]);
const INTEGERS = new Set<DataType>(['int64', 'int32']);

/** Whether layers hold the outputs of a node although they are of that type. */
export function isHeld({ domain, op }: Node, dtype: DataType): boolean {
  if (domain !== '') return false;
  if (dtype === 'bool') return TRUTHS.has(op) || (MOVES.has(op) && op !== 'Cast');
  return INTEGERS.has(dtype) && (PLACES.has(op) || MOVES.has(op));
}

/** Whether a Cast between these types leaves whole numbers, or floats, as they are. */
export function castsNothing(from: DataType, to: DataType): boolean {
  if (from.includes('float')) return to.includes('float');
  return from === 'bool' ? to !== 'bool' && to !== 'string' : to.includes('float') || INTEGERS.has(to);
}
