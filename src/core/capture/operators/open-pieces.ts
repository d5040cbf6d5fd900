/**
 * `chunk`, `split` and `unbind` of an axis of which only a run knows into how many pieces it falls: a list of unknown length.
 * A piece whose place is known is a view of the tensor, as it is in PyTorch, and no list is made for it.
 */
import { isUndecided } from '../../dialects/aten/rule.ts';
import { chunksOf, equalPieces } from '../../dialects/aten/view-geometry.ts';
import { int } from '../../ir/attribute.ts';
import { Expression } from '../../ir/expression.ts';
import { add, boundsOf, ceilDivide, type Dim, multiply } from '../../ir/shape.ts';
import { ofLength } from '../values/list-places.ts';
import { ScalarValue } from '../values/scalars.ts';
import { sequenceType } from '../values/sequences.ts';
import type { TensorValue } from '../values/tensor.ts';
import { type CapturedValue, isTensor, ListValue, SequenceValue } from '../values/values.ts';
import type { Keywords } from './dispatch.ts';
import type { Operators } from './operators.ts';

/** What an axis is cut into: pieces of so many elements (the last has the rest), or slices without that axis. */
interface Cut {
  readonly axis: number;
  readonly total: Expression;
  readonly size: Dim | 'slices';
}

/** The list; undefined for calls of other operators and for those whose pieces can be counted. */
export function openPieces(
  operators: Operators,
  name: string,
  args: readonly CapturedValue[],
  keywords: Keywords,
): ListValue | undefined {
  const [self] = args;
  const cut = isTensor(self) ? cutOf(name.replace(/^unsafe_/, ''), self, args.slice(1), keywords) : undefined;
  if (!cut || !isTensor(self) || !self.info) return undefined;
  const { axis, total, size } = cut;
  const { shape, dtype } = self.info;
  const parts =
    size === 'slices' ? shape.filter((_, k) => k !== axis) : shape.map((dim, k) => (k === axis ? undefined : dim));
  const element = { dtype, shape: parts, strides: undefined };
  const each =
    size === 'slices' ? [] : [operators.read(operators.scalars.tensorOf(operators.scalars.ofSize(size ?? 1)))];
  const value = operators.recorder.value({
    ...{ domain: 'prim', op: 'ListSplit', output: undefined },
    inputs: [operators.read(self), ...each],
    attributes: { dim: int(axis) },
  });
  value.type = sequenceType({ element, number: undefined });
  const list = new ListValue([]);
  list.grown = new SequenceValue(value, element, undefined);
  list.grown.length = size === 'slices' ? total : ceilDivide(total, size);
  list.grown.at = (place) => pieceAt(operators, self, cut, place);
  operators.memory.link(list.grown.storage, self.storage);
  return list;
}

function cutOf(name: string, self: TensorValue, given: readonly CapturedValue[], keywords: Keywords): Cut | undefined {
  const [first, second] = given;
  const unbound = name === 'unbind';
  if (!unbound && name !== 'chunk' && name !== 'split') return undefined;
  const dim = keywords.get('dim') ?? (unbound ? first : second) ?? 0n;
  const shape = self.shape ?? [];
  if (typeof dim !== 'bigint') return undefined;
  const axis = Number(dim) < 0 ? Number(dim) + shape.length : Number(dim);
  const total = shape[axis];
  // Of no elements PyTorch makes one empty piece.
  if (!(total instanceof Expression) || boundsOf(total).least < 1) return undefined;
  if (unbound) return { axis, total, size: 'slices' };
  const count = first instanceof ScalarValue ? first.size : first;
  if (!(typeof count === 'bigint' || count instanceof Expression)) return undefined;
  const number = typeof count === 'bigint' ? Number(count) : count;
  if (boundsOf(number).least < 1) return undefined;
  if (name === 'split') return isCounted(() => equalPieces(total, number)) ? undefined : { axis, total, size: number };
  if (typeof number !== 'number' || isCounted(() => chunksOf(total, number))) return undefined;
  return { axis, total, size: ceilDivide(total, number) };
}

function isCounted(count: () => unknown): boolean {
  try {
    count();
    return true;
  } catch (error) {
    if (isUndecided(error)) return false;
    throw error;
  }
}

/** The piece at a place that counts from either end; PyTorch fails where there is none. */
function pieceAt(operators: Operators, self: TensorValue, { axis, total, size }: Cut, place: bigint): CapturedValue {
  const dim = BigInt(axis);
  if (size === 'slices') return operators.tensorCall('select', [self, dim, place]);
  const at = place < 0n ? add(ceilDivide(total, size), Number(place)) : Number(place);
  const start = multiply(at, size);
  const [from, to] = [start, add(start, size)].map((edge) => ofLength(operators, edge));
  return operators.tensorCall('slice', [self, dim, from ?? null, to ?? null, 1n]);
}
