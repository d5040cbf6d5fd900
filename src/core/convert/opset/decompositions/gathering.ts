/**
 * Gathering and scattering by the numbers of elements in one list, which Gather takes in all opsets: GatherElements, GatherND,
 * ScatterElements and ScatterND (11), ReverseSequence (10).
 */
import { normalAxis } from '../../../dialects/onnx/infer/rule.ts';
import { int } from '../../../ir/attribute.ts';
import type { Node } from '../../../ir/node.ts';
import { isStatic } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, sizesOf, tooOld } from '../adapter.ts';
import { countedAlong, naturals } from './counting.ts';
import { reduced, sizeOf, stridesOf } from './forms.ts';

/** Indices of int64, those below 0 counted from the end of `size` places. */
function positive(onnx: OnnxBuilder, indices: Value, size: Value): Value {
  const wide = onnx.cast(indices, 'int64');
  const isBelow = onnx.Less(onnx.cast(wide, 'float64'), onnx.constant(0, 'float64'));
  return onnx.Add(wide, onnx.Mul(onnx.cast(isBelow, 'int64'), size));
}

/** Elements along an axis by indices: of each its own place along all other axes. */
export function gatheredAlong(onnx: OnnxBuilder, x: Value, indices: Value, axis: number, rank: number): Value {
  return onnx.Gather(onnx.Reshape(x, onnx.ints([-1])), placesAlong(onnx, x, indices, axis, rank));
}

/** Their numbers in the list of all elements. */
export function placesAlong(onnx: OnnxBuilder, x: Value, indices: Value, axis: number, rank: number): Value {
  const strides = stridesOf(onnx, x, rank);
  let flat = onnx.Mul(positive(onnx, indices, sizeOf(onnx, x, axis)), strides[axis]);
  for (const each of naturals(rank)) {
    if (each === axis || indices.shape?.[each] === 1) continue;
    const own = onnx.Mul(countedAlong(onnx, indices, each), strides[each]);
    flat = onnx.Add(
      flat,
      onnx.unsqueeze(
        own,
        naturals(rank - each - 1).map((k) => k + 1),
      ),
    );
  }
  return flat;
}

const gatherElements = adapter(down(11, 'GatherElements'), (node, onnx) => {
  const rank = rankOf(node);
  return gatheredAlong(onnx, operand(node), operand(node, 1), normalAxis(node, node.int('axis', 0n), rank), rank);
});

/** Rows of indices as the numbers of blocks: [..., axes] to [...]. */
function blockNumbers(
  node: Node,
  onnx: OnnxBuilder,
  x: Value,
  indices: Value,
  batch = 0,
): { flat: Value; axes: number } {
  const rank = rankOf(node, 1);
  const axes = indices.shape?.[rank - 1];
  if (typeof axes !== 'number') refuse('shape-unknown', node, { reason: 'the size of its indices decides' });
  const all = [...naturals(batch + axes)];
  const sizes = isStatic(x.shape?.slice(0, batch + axes))
    ? onnx.ints((x.shape as readonly number[]).slice(batch, batch + axes))
    : onnx.Concat(...all.slice(batch).map((axis) => sizeOf(onnx, x, axis)), { axis: 0 });
  const strides = blockStrides(onnx, x, batch + axes);
  const places = onnx.Mul(positive(onnx, indices, sizes), joined(onnx, strides.slice(batch)));
  let flat = reduced(onnx, 'ReduceSum', places, [rank - 1]);
  for (const axis of naturals(batch)) {
    const own = onnx.Mul(countedAlong(onnx, x, axis), strides[axis]);
    flat = onnx.Add(
      flat,
      onnx.unsqueeze(
        own,
        naturals(rank - 2 - axis).map((k) => k + 1),
      ),
    );
  }
  return { flat, axes };
}

function blockStrides(onnx: OnnxBuilder, x: Value, axes: number): readonly Value[] {
  const strides: Value[] = [];
  let stride: Value | undefined;
  let known: number | undefined = 1;
  for (let axis = axes - 1; axis >= 0; axis--) {
    strides.unshift(stride ?? onnx.ints([1]));
    const size = x.shape?.[axis];
    known = known !== undefined && typeof size === 'number' ? known * size : undefined;
    stride = known !== undefined ? onnx.ints([known]) : onnx.Mul(strides[0], sizeOf(onnx, x, axis));
  }
  return strides;
}

/** Constants become one constant. */
function joined(onnx: OnnxBuilder, lists: readonly Value[]): Value {
  const numbers = lists.map((list) => list.constant?.bigints()[0]);
  if (numbers.every((each) => each !== undefined)) return onnx.ints(numbers);
  return onnx.Concat(...lists, { axis: 0 });
}

/** [blocks, rest ...] of what has `axes` axes of blocks. */
function blocksOf(onnx: OnnxBuilder, x: Value, axes: number, rank: number): Value {
  const rest = naturals(rank - axes).map((k) => x.shape?.[k + axes]);
  if (rest.length === 0) return onnx.Reshape(x, onnx.ints([-1]));
  if (isStatic(rest)) return onnx.Reshape(x, onnx.ints([-1, ...rest]));
  return onnx.Reshape(x, onnx.Concat(onnx.ints([-1]), ...rest.map((_, k) => sizeOf(onnx, x, k + axes)), { axis: 0 }));
}

function gatheredBlocks(node: Node, onnx: OnnxBuilder): Value {
  const x = operand(node);
  const batch = Number(node.int('batch_dims', 0n));
  const { flat, axes } = blockNumbers(node, onnx, x, operand(node, 1), batch);
  return onnx.Gather(blocksOf(onnx, x, batch + axes, rankOf(node)), flat);
}

/** Axes that both have in common came with 12. */
const gatherBatches = adapter(down(12, 'GatherND'), (node, onnx) =>
  node.int('batch_dims', 0n) === 0n ? onnx.same(node.inputs, { batch_dims: undefined }) : gatheredBlocks(node, onnx),
);

const gatherND = adapter(down(11, 'GatherND'), (node, onnx) => gatheredBlocks(node, onnx));

/** The older operator does not count from the end. */
const scatterElements = adapter(down(11, 'ScatterElements'), (node, onnx) => {
  const [x, indices, updates] = [0, 1, 2].map((k) => operand(node, k));
  if (!x || !indices) throw new Error('ScatterElements has three inputs');
  const axis = normalAxis(node, node.int('axis', 0n), rankOf(node));
  const places = positive(onnx, indices, sizeOf(onnx, x, axis));
  return onnx.node('', 'Scatter', [x, places, updates], [['axis', int(BigInt(axis))]]).output();
});

/** Blocks as rows, into which whole rows are scattered. */
const scatterND = adapter(down(11, 'ScatterND'), (node, onnx) => {
  const x = operand(node);
  const sizes = sizesOf(node);
  const { flat, axes } = blockNumbers(node, onnx, x, operand(node, 1));
  const width = sizes.slice(axes).reduce((product, size) => product * size, 1);
  const rows = onnx.Reshape(x, onnx.ints([-1, width]));
  const updates = onnx.Reshape(operand(node, 2), onnx.ints([-1, width]));
  const numbers = onnx.Reshape(flat, onnx.ints([-1, 1]));
  const spread = onnx.Add(numbers, onnx.constant(Tensor.of('int64', [1, width], Array<number>(width).fill(0))));
  const scattered = onnx.node('', 'Scatter', [rows, spread, updates], [['axis', int(0n)]]).output();
  return onnx.Reshape(scattered, onnx.ints(sizes));
});

/** The first places of each sequence change order, those behind stay. */
const reverseSequence = adapter(down(10, 'ReverseSequence'), (node, onnx) => {
  const x = operand(node);
  const [batch, time] = [Number(node.int('batch_axis', 1n)), Number(node.int('time_axis', 0n))];
  const rank = rankOf(node);
  const atFront = [batch, time].every((axis) => axis < 2);
  if (!atFront) tooOld(node, 10, 'its axes are not the first two');
  // Lengths stand along the batch, places along the time.
  const lengths = onnx.unsqueeze(onnx.cast(operand(node, 1), 'int64'), [time]);
  const places = onnx.unsqueeze(countedAlong(onnx, x, time), [batch]);
  const samples = onnx.unsqueeze(countedAlong(onnx, x, batch), [time]);
  const within = onnx.Less(onnx.cast(places, 'float64'), onnx.cast(lengths, 'float64'));
  const mirrored = onnx.Sub(onnx.Sub(lengths, onnx.constant(1n)), onnx.Mul(places, onnx.constant(2n)));
  const from = onnx.Add(places, onnx.Mul(onnx.cast(within, 'int64'), mirrored));
  const [first, second] = time === 0 ? [from, samples] : [samples, from];
  const flat = onnx.Add(onnx.Mul(first, sizeOf(onnx, x, 1)), second);
  return onnx.Gather(blocksOf(onnx, x, 2, rank), flat);
});

export const gathering: readonly Adapter[] = [
  gatherElements,
  gatherBatches,
  gatherND,
  scatterElements,
  scatterND,
  reverseSequence,
];
