/**
 * Scatter and MaxUnpool (9), before there was an operator that writes to places: places are sorted together with those that
 * are written to, so that each is followed by what stands there then. Definitions: the ONNX operator specification.
 */
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import { int } from '../../../ir/attribute.ts';
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, constantInts, down, operand, rankOf, sizesOf, tooOld } from '../adapter.ts';
import { counted } from './counting.ts';
import { sliced } from './forms.ts';
import { placesAlong } from './gathering.ts';

const NEEDED = 9;

interface Written {
  /** What is there before: a list of `size`, or one element for all. */
  readonly before: Value;
  readonly size: number;
  /** A list of `count`, none of which is there twice. */
  readonly places: Value;
  readonly count: number;
  readonly updates: Value;
}

/** The list with the updates at their places. */
function written(onnx: OnnxBuilder, { before, size, places, count, updates }: Written): Value {
  // Twice a place where it is written, and one more where it is read.
  const dtype: DataType = 2 * size + 1 < 2 ** 24 ? 'float32' : 'float64';
  const number = (value: number) => onnx.constant(value, dtype);
  const twice = (list: Value) => onnx.Mul(onnx.cast(list, dtype), number(2));
  const keys = onnx.Concat(twice(places), onnx.Add(twice(counted(onnx, size)), number(1)), { axis: 0 });
  const all = size + count;
  const [sorted, origins] = largestFirst(onnx, keys, all);
  const behind = (list: Value, last: Value) => onnx.Concat(sliced(onnx, list, 0, 1, all), last, { axis: 0 });
  const next = behind(sorted, onnx.constant([-1], dtype));
  const isWritten = onnx.cast(onnx.Greater(next, onnx.Sub(sorted, number(1.5))), 'int64');
  const isRead = onnx.cast(onnx.Not(onnx.Less(onnx.cast(origins, 'float64'), onnx.constant(count, 'float64'))), dtype);
  // The updates are the first in the list of all that may be taken.
  const own = elementsOf(before) === 1 ? onnx.constant(BigInt(count)) : origins;
  const taken = onnx.Add(own, onnx.Mul(isWritten, onnx.Sub(behind(origins, onnx.ints([0])), own)));
  // Those that are read come out in their order, and the others last.
  const order = onnx.Sub(onnx.Mul(isRead, onnx.Sub(number(2 * size + 2), sorted)), number(1));
  const [, read] = largestFirst(onnx, order, size);
  return onnx.Gather(onnx.Concat(updates, before, { axis: 0 }), onnx.Gather(taken, read));
}

/** The k largest of a list, and where they are. */
function largestFirst(onnx: OnnxBuilder, list: Value, k: number): readonly [Value, Value] {
  const [values, places] = onnx.node('', 'TopK', [list], [['k', int(BigInt(k))]], 2).outputs;
  if (!values || !places) throw new Error('TopK gives two lists');
  return [values, places];
}

function elementsOf({ shape }: Value): number | undefined {
  const [size] = shape ?? [];
  return typeof size === 'number' ? size : undefined;
}

/** Every index is the place along one axis; along the others it has its own. */
const scatter = adapter(down(NEEDED, 'Scatter'), (node, onnx) => {
  const [x, indices, updates] = [operand(node), operand(node, 1), operand(node, 2)];
  const rank = rankOf(node);
  const [sizes, count] = [sizesOf(node), elementCount(sizesOf(node, 1))];
  if (count === 0) return onnx.Identity(x);
  const axis = normalAxis(node, node.int('axis', 0n), rank);
  const list = (value: Value) => onnx.Reshape(value, onnx.ints([-1]));
  const places = list(placesAlong(onnx, x, indices, axis, rank));
  const size = elementCount(sizes);
  const result = written(onnx, { before: list(x), size, places, count, updates: list(updates) });
  return onnx.Reshape(result, onnx.ints(sizes));
});

/** What was pooled goes back to where it came from in the whole output, and the rest is 0. */
const maxUnpool = adapter(down(NEEDED, 'MaxUnpool'), (node, onnx) => {
  const x = operand(node);
  const [batch = 1, channels = 1, ...pooled] = sizesOf(node);
  const list = (value: Value) => onnx.Reshape(value, onnx.ints([-1]));
  const sizes = [batch, channels, ...pooled.map((size, k) => unpooled(node, size, k, pooled.length))];
  const told = constantInts(node, 2, 'output sizes', NEEDED);
  if (told?.some((size, k) => size !== sizes[k]))
    tooOld(node, NEEDED, 'what its places count in a larger output is not agreed on');
  const [size, count] = [elementCount(sizes), elementCount([batch, channels, ...pooled])];
  const before = onnx.constant([0], dtypeOf(x));
  const result = written(onnx, { before, size, places: list(operand(node, 1)), count, updates: list(x) });
  return onnx.Reshape(result, onnx.ints(sizes));
});

/** As far as windows over so many pixels reach. */
function unpooled(node: Node, size: number, axis: number, axes: number): number {
  const at = (name: string, k: number, otherwise: number) => Number(node.ints(name)?.[k] ?? otherwise);
  const pads = at('pads', axis, 0) + at('pads', axis + axes, 0);
  return (size - 1) * at('strides', axis, 1) - pads + at('kernel_shape', axis, 1);
}

export const scattering: readonly Adapter[] = [scatter, maxUnpool];
