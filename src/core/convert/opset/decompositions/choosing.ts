/** Choosing and repeating elements: Where, OneHot, EyeLike, ConstantOfShape (9) and Expand (8). */
import { intsOf } from '../../../dialects/onnx/data.ts';
import { dtypeOfCode } from '../../../dialects/onnx/dtype-codes.ts';
import { broadcast } from '../../../dialects/onnx/infer/rule.ts';
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { elementCount, isStatic, type StaticShape, sameShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf } from '../adapter.ts';
import { counted, countedAlong, naturals, numbered } from './counting.ts';
import { typed } from './forms.ts';

/** Constants of more elements are made when the model runs. */
const MOST_WRITTEN = 1 << 16;

/** `x` where the condition holds, else `y`: a Where from opset 9 on. What is not taken has no influence, be it NaN. */
export function chosen(onnx: OnnxBuilder, node: Node, condition: Value, x: Value, y: Value): Value {
  const dtype = dtypeOf(x);
  if (onnx.opset >= 9 && dtype !== 'bool') return onnx.Where(condition, x, y);
  if (dtype === 'bool') return onnx.Or(onnx.And(condition, x), onnx.And(onnx.Not(condition), y));
  if (isFloat(dtype) || dtype === 'string') return chosenByNumber(onnx, node, condition, x, y);
  // Sums and products of integers are exact, also where they wrap around.
  const within: DataType = dtype === 'int64' || dtype === 'uint64' ? dtype : dtype === 'uint32' ? 'int64' : 'int32';
  const [a, b] = [onnx.cast(x, within), onnx.cast(y, within)];
  return onnx.cast(onnx.Add(b, onnx.Mul(onnx.cast(condition, within), onnx.Sub(a, b))), dtype);
}

/** All elements of both in one list, of which a Gather takes the right ones. A single element stands in it once. */
function chosenByNumber(onnx: OnnxBuilder, node: Node, condition: Value, x: Value, y: Value): Value {
  const all = [condition, x, y];
  const shape = broadcast(
    node,
    all.map((value) => value.shape),
  );
  const [oneX, oneY] = [isSingle(x), isSingle(y)];
  const spread = (value: Value) => {
    if (isStatic(shape)) return sameShape(value.shape, shape) ? value : onnx.Expand(value, onnx.ints(shape));
    return all.reduce((spread, other) => (other === value ? spread : onnx.Expand(spread, onnx.Shape(other))), value);
  };
  const flat = (value: Value, single: boolean) => onnx.Reshape(single ? value : spread(value), onnx.ints([-1]));
  const list = onnx.Concat(flat(x, oneX), flat(y, oneY), { axis: 0 });
  const holds = onnx.cast(condition, 'int64');
  // Ranks may differ: the result has the shape of the index.
  if (oneX && oneY) return onnx.Gather(list, onnx.Sub(onnx.constant(1n), spreadOver(onnx, holds, condition, shape)));
  const whole = spread(condition);
  const own = isStatic(shape) ? numbered(onnx, shape) : numberedLike(onnx, whole);
  const count = isStatic(shape) ? onnx.constant(BigInt(elementCount(shape))) : onnx.Size(whole);
  const first = oneX ? undefined : own;
  const behind = oneX ? onnx.Add(own, onnx.constant(1n)) : oneY ? count : onnx.Add(own, count);
  // behind + holds * (first - behind)
  const difference = first ? onnx.Sub(first, behind) : onnx.Neg(behind);
  return onnx.Gather(list, onnx.Add(behind, onnx.Mul(holds, difference)));
}

/** The condition's numbers in the shape of the result, which may have more axes than it. */
function spreadOver(onnx: OnnxBuilder, holds: Value, condition: Value, shape: Value['shape']): Value {
  if (!isStatic(shape) || sameShape(condition.shape, shape)) return holds;
  return onnx.Expand(holds, onnx.ints(shape));
}

function numberedLike(onnx: OnnxBuilder, x: Value): Value {
  return onnx.Reshape(counted(onnx, onnx.Size(x)), onnx.Shape(x));
}

function isSingle({ shape }: Value): boolean {
  return isStatic(shape) && elementCount(shape) === 1;
}

const where = adapter(down(9, 'Where'), (node, onnx) => {
  const condition = operand(node);
  typed(node, 1);
  typed(node, 2);
  return chosen(onnx, node, condition, operand(node, 1), operand(node, 2));
});

/** A place is on where its number is the index. */
const oneHot = adapter(down(9, 'OneHot'), (node, onnx) => {
  const indices = onnx.cast(typed(node).value, 'int64');
  const rank = rankOf(node);
  const given = Number(node.int('axis', -1n));
  const axis = given < 0 ? given + rank + 1 : given;
  const depth = intsOf(operand(node, 1))?.[0];
  const behind = naturals(rank - axis).map((k) => k + 1);
  const end = depth ?? onnx.Reshape(onnx.cast(operand(node, 1), 'int64'), onnx.ints([]));
  const places = onnx.unsqueeze(counted(onnx, end), behind);
  const hit = onnx.Equal(onnx.unsqueeze(indices, [axis]), places);
  return onnx.Gather(operand(node, 2), onnx.cast(hit, 'int64'));
});

const eyeLike = adapter(down(9, 'EyeLike'), (node, onnx) => {
  const x = operand(node);
  const dtype = dtypeOfCode(node.int('dtype', 0n)) ?? typed(node).dtype;
  const by = Number(node.int('k', 0n));
  if (isStatic(x.shape) && elementCount(x.shape) <= MOST_WRITTEN) {
    const [rows = 0, columns = 0] = x.shape;
    const ones = naturals(rows * columns).map((at) => (at % columns === Math.floor(at / columns) + by ? 1 : 0));
    return onnx.constant(Tensor.of(dtype, [rows, columns], ones));
  }
  const [rows, columns] = [countedAlong(onnx, x, 0), countedAlong(onnx, x, 1)];
  const row = onnx.unsqueeze(by === 0 ? rows : onnx.Add(rows, onnx.constant(BigInt(by))), [1]);
  return onnx.cast(onnx.Equal(row, onnx.unsqueeze(columns, [0])), dtype);
});

const constantOfShape = adapter(down(9, 'ConstantOfShape'), (node, onnx) => {
  const value = node.attribute('value', 'tensor')?.reshaped([]) ?? Tensor.scalar('float32', 0);
  const sizes = intsOf(operand(node));
  if (sizes && elementCount(sizes) <= MOST_WRITTEN && value.dtype !== 'string') {
    const numbers = value.dtype.includes('int64') ? value.bigints() : value.numbers();
    const [only = 0] = numbers;
    return onnx.constant(Tensor.of(value.dtype, sizes, Array<number | bigint>(elementCount(sizes)).fill(only)));
  }
  return onnx.Expand(onnx.constant(value), operand(node));
});

/** Each axis of one element is repeated as often as the shape says. */
const expand = adapter(down(8, 'Expand'), (node, onnx) => {
  const [x, shape] = [operand(node), operand(node, 1)];
  const rank = rankOf(node);
  const [length] = isStatic(shape.shape) ? shape.shape : [];
  if (length === undefined) refuse('shape-unknown', node, { reason: 'the length of the shape decides' });
  const behind = Math.max(0, length - rank);
  const deep = onnx.unsqueeze(x, naturals(behind));
  const before = Array<number>(Math.max(0, rank - length)).fill(1);
  const sizes = intsOf(shape);
  if (sizes && isStatic(deep.shape)) return tiled(onnx, deep, repeats(deep.shape, [...before, ...sizes]));
  const wanted = before.length > 0 ? onnx.Concat(onnx.ints(before), shape, { axis: 0 }) : shape;
  const single = onnx.cast(onnx.Equal(onnx.Shape(deep), onnx.ints([1])), 'int64');
  const more = onnx.Mul(single, onnx.Sub(wanted, onnx.ints([1])));
  return onnx.Tile(deep, onnx.Add(more, onnx.ints([1])));
});

function repeats(own: StaticShape, wanted: readonly number[]): readonly number[] {
  return own.map((size, k) => (size === 1 ? (wanted[k] ?? 1) : 1));
}

function tiled(onnx: OnnxBuilder, x: Value, times: readonly number[]): Value {
  return times.every((each) => each === 1) ? onnx.Identity(x) : onnx.Tile(x, onnx.ints(times));
}

export const choosing: readonly Adapter[] = [where, oneHot, eyeLike, constantOfShape, expand];
